#pragma once
// Simulates on a thread of its own; the latest job wins. Progress is a mailbox that the window polls.

#include "app/gui/session/latest_worker.h"
#include "app/verbs/verbs.h"

#include <QObject>

#include <memory>
#include <mutex>

namespace alwayson::gui {

class RunWorker : public QObject {
    Q_OBJECT
public:
    explicit RunWorker(QObject* parent = nullptr);
    ~RunWorker() override;

    // Stops the job under way. Returns the ticket that comes back with the result.
    std::uint64_t start(std::shared_ptr<const Design> design, verbs::SimulateOptions options);
    void cancel();
    verbs::Progress progress() const;

signals:
    // On the thread of this object. A cancelled run that got somewhere delivers a partial result.
    void finished(std::uint64_t ticket, std::shared_ptr<const alwayson::SimulationResult> result);
    void failed(std::uint64_t ticket, bool cancelled, const QString& message);

private:
    using Out = Result<SimulationResult>;
    void deliver(std::uint64_t ticket, Out out);
    mutable std::mutex m_progressMutex;
    verbs::Progress m_progress;
    LatestWorker<Out> m_worker; // last: its thread ends before the mailbox goes
};

} // namespace alwayson::gui

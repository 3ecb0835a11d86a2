#pragma once
// Checks designs on a thread of its own; the latest design wins.

#include "app/gui/session/latest_worker.h"
#include "core/base/result.h"
#include "core/model/design.h"
#include "core/results/check_report.h"

#include <QObject>

#include <memory>

namespace alwayson::gui {

class VerdictWorker : public QObject {
    Q_OBJECT
public:
    explicit VerdictWorker(QObject* parent = nullptr);
    ~VerdictWorker() override;

    // `revision` comes back with the report.
    void submit(std::shared_ptr<const Design> design, std::uint64_t revision);

signals:
    // On the thread of this object. Stopped checks report nothing.
    void finished(std::uint64_t revision, std::shared_ptr<const alwayson::CheckReport> report);
    void failed(std::uint64_t revision, const QString& message);

private:
    struct Out {
        std::uint64_t revision = 0;
        Result<CheckReport> report;
    };
    void deliver(Out out);
    LatestWorker<Out> m_worker;
};

} // namespace alwayson::gui

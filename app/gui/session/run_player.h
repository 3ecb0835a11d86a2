#pragma once
// Records a traced scenario run in the background and plays it: a clock over frames. Re-recording (after a
// kill, a heal or any edit) keeps the seed, so that what has been played stays as it was and playback goes on
// without a jump.

#include "app/gui/session/run_worker.h"
#include "app/gui/session/session.h"

#include <QElapsedTimer>
#include <QObject>
#include <QTimer>

namespace alwayson::gui {

class RunPlayer : public QObject {
    Q_OBJECT
public:
    using State = Session::RunState;
    explicit RunPlayer(QObject* parent = nullptr);

    // scenarioId "" runs without a scenario for kLiveSeconds.
    void start(std::shared_ptr<const Design> design, const std::string& scenarioId);
    // The same run of a changed design, or of another scenario with the same past.
    void record(std::shared_ptr<const Design> design, const std::string& scenarioId);
    void pause();
    void resume();
    void stop();
    void seek(double atS);
    void setSpeed(double simSecondsPerSecond);

    State state() const { return m_state; }
    bool active() const { return m_state != State::idle; }
    const std::string& scenarioId() const { return m_scenario; }
    double timeS() const { return m_timeS; }
    double endS() const;
    double speed() const { return m_speed; }
    std::shared_ptr<const SimulationResult> result() const { return m_result; }
    const Frame* frame() const;

    static constexpr double kLiveSeconds = 300;

signals:
    void stateChanged();
    void timeChanged();
    void resultChanged();
    void failed(const QString& message);

private:
    void tick();
    void setState(State state);
    void take(std::uint64_t ticket, std::shared_ptr<const SimulationResult> result);
    void refuse(std::uint64_t ticket, bool cancelled, const QString& message);

    State m_state = State::idle;
    std::string m_scenario;
    std::string m_designHash; // of a run without a scenario
    double m_plannedEndS = kLiveSeconds;
    double m_timeS = 0;
    double m_speed = 1;
    std::shared_ptr<const SimulationResult> m_result;
    std::uint64_t m_ticket = 0;
    QTimer m_timer;
    QElapsedTimer m_clock;
    RunWorker m_worker;
};

} // namespace alwayson::gui

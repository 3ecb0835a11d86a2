#pragma once
// Records a traced scenario run in the background and plays it: a clock over frames. Re-recording (after a
// kill, a heal or any edit) keeps the seed, so that what has been played stays as it was and playback goes on
// without a jump. What was done live is the player's: it ends with the next start.

#include "app/gui/session/run_worker.h"
#include "app/gui/session/session.h"
#include "core/results/trace.h"

#include <QElapsedTimer>
#include <QObject>
#include <QTimer>

#include <optional>

namespace alwayson::gui {

class RunPlayer : public QObject {
    Q_OBJECT
public:
    using State = Session::RunState;
    explicit RunPlayer(QObject* parent = nullptr);

    // scenarioId "" runs without a scenario for live::kSeconds.
    void start(std::shared_ptr<const Design> design, const std::string& scenarioId);
    // The same run of a changed design.
    void record(std::shared_ptr<const Design> design);
    // One more event of this run only; the run is recorded again with the same past.
    void addLive(std::shared_ptr<const Design> design, ScenarioEvent event);
    void forgetLive(std::shared_ptr<const Design> design);
    // What was done by hand in this run or, when idle, the last one, with the scenario it came on top of.
    const std::optional<Scenario>& live() const { return m_live; }
    void pause();
    void resume();
    void stop();  // keeps what was recorded
    void reset(); // forgets it
    void seek(double atS);
    void setSpeed(double simSecondsPerSecond);
    void hold(bool held); // counted: as often let go as held

    State state() const { return m_state; }
    bool active() const { return m_state != State::idle; }
    const std::string& scenarioId() const { return m_scenario; }
    double timeS() const { return m_timeS; }
    double endS() const;
    double speed() const { return m_speed; }
    std::shared_ptr<const SimulationResult> result() const { return m_result; }
    // The state just after what happened up to now; nullptr when idle. Rates, loads and queues are those of
    // the last step of the trace that is over by now; who is down is as the events have it.
    const Frame* frame() const;
    // Where the run in result() was stopped; nullopt unless it was.
    std::optional<double> stoppedAtS() const;

signals:
    void stateChanged();
    void timeChanged();
    void resultChanged();
    void failed(const QString& message);

private:
    void tick();
    const Frame* settled(const Frame& before, const Frame& after) const;
    void apply(const RunEvent& event, const std::string& id, NodeFrame& node) const;
    void setState(State state);
    void take(std::uint64_t ticket, std::shared_ptr<const SimulationResult> result);
    void refuse(std::uint64_t ticket, bool cancelled, const QString& message);

    State m_state = State::idle;
    std::string m_scenario;
    std::optional<Scenario> m_live;
    bool m_ownScenario = false; // what is recorded is no scenario of the design
    std::string m_designHash;   // of the open design then
    double m_plannedEndS = 0;
    bool m_stopped = false;
    int m_holds = 0;
    double m_timeS = 0;
    double m_speed = 1;
    std::shared_ptr<const SimulationResult> m_result;
    std::shared_ptr<const Design> m_recorded; // what m_result or the next one is of
    mutable Frame m_shown;                    // what settled() made
    std::uint64_t m_ticket = 0;
    QTimer m_timer;
    QElapsedTimer m_clock;
    RunWorker m_worker;
};

} // namespace alwayson::gui

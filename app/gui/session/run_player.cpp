#include "app/gui/session/run_player.h"

#include "app/gui/session/live_scenario.h"
#include "core/catalogue/catalogue.h"
#include "core/io/project_file.h"

#include <algorithm>
#include <cmath>

namespace alwayson::gui {

namespace {

constexpr int kTickMs = 33;
constexpr double kTraceStepS = 0.1;
constexpr double kMostFrames = 6000; // longer runs get a coarser step

bool liesIn(const Design& design, const DomainId& domain, const std::string& place) {
    const std::vector<const Domain*> chain = domainChain(design, domain);
    return std::any_of(chain.begin(), chain.end(), [&](const Domain* one) { return one->id.str() == place; });
}

} // namespace

RunPlayer::RunPlayer(QObject* parent) : QObject(parent) {
    m_timer.setInterval(kTickMs);
    m_timer.setTimerType(Qt::PreciseTimer);
    connect(&m_timer, &QTimer::timeout, this, &RunPlayer::tick);
    connect(&m_worker, &RunWorker::finished, this, &RunPlayer::take);
    connect(&m_worker, &RunWorker::failed, this, &RunPlayer::refuse);
}

void RunPlayer::start(std::shared_ptr<const Design> design, const std::string& scenarioId) {
    m_timeS = 0;
    m_result.reset();
    m_live.reset();
    m_stopped = false;
    m_scenario = scenarioId;
    record(std::move(design));
    setState(State::running);
    emit resultChanged();
    emit timeChanged();
}

void RunPlayer::addLive(std::shared_ptr<const Design> design, ScenarioEvent event) {
    if (!m_live) m_live = live::begun(*design, m_scenario);
    live::add(*m_live, std::move(event));
    record(std::move(design));
}

void RunPlayer::forgetLive(std::shared_ptr<const Design> design) {
    m_live.reset();
    if (active()) record(std::move(design));
}

void RunPlayer::record(std::shared_ptr<const Design> design) {
    verbs::SimulateOptions options;
    options.mode = verbs::Mode::requests;
    if (!design->scenarios.contains(m_scenario)) m_scenario.clear();
    m_ownScenario = m_live || m_scenario.empty();
    Scenario scenario;
    if (m_ownScenario) {
        // In the snapshot only, and where there is no scenario an empty one: a run without any warms up in
        // another way, and its past would change with the first kill.
        scenario = m_live ? live::fitting(*design, *m_live) : live::begun(*design, {});
        m_designHash = designHash(*design);
        design = std::make_shared<Design>(live::withScenario(*design, scenario, options.scenario));
    } else {
        scenario = *design->scenarios.find(m_scenario);
        options.scenario = m_scenario;
    }
    m_recorded = design;
    m_plannedEndS = scenario.duration.seconds();
    if (scenario.seed) options.seed = static_cast<std::uint64_t>(*scenario.seed);
    options.replications = 1;
    options.traceStepS = std::max(kTraceStepS, m_plannedEndS / kMostFrames);
    m_ticket = m_worker.start(std::move(design), std::move(options));
}

void RunPlayer::take(std::uint64_t ticket, std::shared_ptr<const SimulationResult> result) {
    if (ticket != m_ticket || m_state == State::idle) return;
    if (m_ownScenario) {
        // Of the open design, not of the snapshot with the scenario of this run; no command line repeats it
        // word for word.
        auto own = std::make_shared<SimulationResult>(*result);
        own->designHash = m_designHash;
        own->scenario = m_scenario;
        own->exact.clear(); // of many years, not of this course of events
        own->reproduce.clear();
        result = std::move(own);
    }
    m_result = std::move(result);
    if (m_timeS > endS()) m_timeS = endS();
    emit resultChanged();
    emit timeChanged();
}

void RunPlayer::refuse(std::uint64_t ticket, bool cancelled, const QString& message) {
    if (ticket != m_ticket || cancelled) return;
    reset();
    emit failed(message);
}

void RunPlayer::pause() {
    if (m_state == State::running) setState(State::paused);
}

void RunPlayer::resume() {
    if (m_state == State::paused)
        setState(State::running);
    else if (m_state == State::finished) {
        seek(0);
        setState(State::running);
    }
}

void RunPlayer::stop() {
    if (m_state == State::idle) return;
    m_worker.cancel();
    m_ticket = 0;
    m_stopped = m_result != nullptr;
    setState(State::idle);
    emit resultChanged();
    emit timeChanged();
}

void RunPlayer::reset() {
    const bool any = active() || m_result || m_live;
    m_worker.cancel();
    m_ticket = 0;
    m_result.reset();
    m_live.reset();
    m_stopped = false;
    m_timeS = 0;
    setState(State::idle);
    if (!any) return;
    emit resultChanged();
    emit timeChanged();
}

std::optional<double> RunPlayer::stoppedAtS() const {
    return m_stopped ? std::optional(m_timeS) : std::nullopt;
}

void RunPlayer::seek(double atS) {
    if (m_state == State::idle) return;
    m_timeS = std::clamp(atS, 0.0, endS());
    if (m_state == State::finished && m_timeS < endS()) setState(State::paused);
    emit timeChanged();
}

void RunPlayer::setSpeed(double simSecondsPerSecond) {
    m_speed = std::clamp(simSecondsPerSecond, 0.01, 1000.0);
    emit stateChanged();
}

void RunPlayer::hold(bool held) {
    m_holds = std::max(0, m_holds + (held ? 1 : -1));
}

double RunPlayer::endS() const {
    return m_result ? m_result->simulatedSeconds : m_plannedEndS;
}

const Frame* RunPlayer::frame() const {
    if (!active() || !m_result || !m_result->trace || m_result->trace->frames.empty()) return nullptr;
    const Trace& trace = *m_result->trace;
    const double index = std::floor(m_timeS / trace.stepS + 1e-9);
    const std::size_t last = trace.frames.size() - 1;
    const std::size_t before = index <= 0 ? 0 : std::min(last, static_cast<std::size_t>(index));
    // A frame was taken before what happened at its own instant and since: that is told by the one after it.
    const double fromS = trace.frames[before].atS;
    const bool happened =
        std::any_of(m_result->events.begin(), m_result->events.end(),
                    [&](const RunEvent& event) { return event.atS >= fromS && event.atS <= m_timeS + 1e-6; });
    if (!happened || before == last) return &trace.frames[before];
    return settled(trace.frames[before], trace.frames[before + 1]);
}

// What happened up to now is told by the frame after it, what was counted by the frame before: no rate
// reaches ahead of the time shown. In long runs much happens from one frame to the next: what failed and is
// back by then was down meanwhile, and what fails only later is not down yet.
const Frame* RunPlayer::settled(const Frame& before, const Frame& after) const {
    constexpr double kSlackS = 0.01; // frames hold floats
    const std::vector<std::string>& ids = m_result->trace->nodes;
    m_shown = after;
    m_shown.atS = m_timeS;
    m_shown.links = before.links;
    std::vector<const RunEvent*> coming; // in this step, but not yet
    for (const RunEvent& event : m_result->events)
        if (event.atS > m_timeS + 1e-6 && event.atS <= after.atS) coming.push_back(&event);
    for (std::size_t n = 0; n < ids.size() && n < after.nodes.size(); ++n) {
        NodeFrame& node = m_shown.nodes[n];
        const NodeFrame& earlier = before.nodes[n];
        node.busyShare = earlier.busyShare, node.queue = earlier.queue;
        node.requestsPerS = earlier.requestsPerS, node.failedPerS = earlier.failedPerS;
        const bool changes = std::any_of(coming.begin(), coming.end(), [&](const RunEvent* event) {
            return event->what == ids[n] || event->by == ids[n];
        });
        if (changes)
            node.role = earlier.role, node.apart = earlier.apart, node.diverged = earlier.diverged,
            node.badShare = earlier.badShare, node.takesWrites = earlier.takesWrites;
        if (double(after.nodes[n].sinceS) <= m_timeS + kSlackS) continue;
        node.state = earlier.state, node.mode = earlier.mode, node.sinceS = earlier.sinceS;
        for (const RunEvent& event : m_result->events) {
            if (event.atS > m_timeS + 1e-6) break;
            if (event.atS >= before.atS) apply(event, ids[n], node);
        }
    }
    for (std::size_t v = 0; v < after.views.size() && v < before.views.size(); ++v) {
        const ViewFrame& view = after.views[v];
        if (view.observer >= ids.size() || view.target >= ids.size()) continue;
        const bool changes = std::any_of(coming.begin(), coming.end(), [&](const RunEvent* event) {
            return event->by == ids[view.observer] && event->what == ids[view.target];
        });
        if (changes) m_shown.views[v] = before.views[v];
    }
    return &m_shown;
}

void RunPlayer::apply(const RunEvent& event, const std::string& id, NodeFrame& node) const {
    const Node* of = m_recorded->nodes.find(id);
    if (!of || (event.kind != "failed" && event.kind != "repaired")) return;
    const bool outage = event.what != id;
    if (outage && (!of->domain || !liesIn(*m_recorded, *of->domain, event.what))) return;
    node.sinceS = static_cast<float>(event.atS);
    node.state = NodeState::up;
    node.mode.clear();
    if (event.kind == "repaired") return;
    node.state = NodeState::down;
    if (outage) node.mode = "outage";
    if (outage) return;
    for (const ResolvedFailureMode& mode : failureModesOf(*of)) {
        if (event.mode != mode.id) continue;
        node.mode = mode.id;
        node.state = mode.effect == FailureEffect::slow     ? NodeState::slow
                     : mode.effect == FailureEffect::errors ? NodeState::errors
                                                            : NodeState::down;
        return;
    }
}

void RunPlayer::setState(State state) {
    if (state == m_state) return;
    m_state = state;
    if (state == State::running) {
        m_clock.restart();
        m_timer.start();
    } else {
        m_timer.stop();
    }
    emit stateChanged();
}

void RunPlayer::tick() {
    const double passedS = static_cast<double>(m_clock.restart()) / 1000;
    if (!m_result || m_holds > 0) return; // still recording: the clock waits for the first picture
    // A machine that was asleep or busy must not make the playback leap.
    m_timeS += std::min(passedS, 0.25) * m_speed;
    if (m_timeS >= endS()) {
        m_timeS = endS();
        setState(State::finished);
    }
    emit timeChanged();
}

} // namespace alwayson::gui

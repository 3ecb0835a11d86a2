#include "app/gui/canvas/playback.h"

#include "app/gui/canvas/canvas_scene.h"
#include "app/gui/canvas/link_item.h"
#include "app/gui/canvas/words.h"
#include "app/gui/session/session.h"
#include "app/gui/theme/theme.h"
#include "core/catalogue/catalogue.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <map>

namespace alwayson::gui {

PlaybackAnimator::PlaybackAnimator(Session& session, const Theme& theme, CanvasScene& scene, QObject* parent)
    : QObject(parent), m_session(session), m_theme(theme), m_scene(scene) {
    m_timer.setInterval(kFrameMs);
    connect(&m_timer, &QTimer::timeout, this, &PlaybackAnimator::tick);
    connect(&session, &Session::playTimeChanged, this, &PlaybackAnimator::follow);
    connect(&session, &Session::runResultChanged, this, &PlaybackAnimator::follow);
    connect(&session, &Session::runStateChanged, this, &PlaybackAnimator::followState);
    connect(&scene, &CanvasScene::itemsChanged, this, &PlaybackAnimator::follow);
    followState();
}

void PlaybackAnimator::follow() {
    const std::shared_ptr<const SimulationResult> result = m_session.runResult();
    const Frame* frame = m_session.currentFrame();
    if (!result || !result->trace || !frame) return clear();
    show(*result, *result->trace, *frame);
}

void PlaybackAnimator::followState() {
    follow();
    std::size_t curves = 0;
    for (const auto& [id, link] : m_scene.links())
        curves += link->strands().size();
    const bool moves = m_session.runState() == Session::RunState::running && !m_theme.reducedMotion() &&
                       curves <= kMostMovingCurves;
    for (const auto& [id, link] : m_scene.links())
        link->setDotsShown(curves <= kMostMovingCurves);
    if (moves == m_timer.isActive()) return;
    if (moves) {
        m_sinceTick.restart();
        m_timer.start();
    } else {
        m_timer.stop();
    }
}

void PlaybackAnimator::tick() {
    // Real time, however late the timer comes; a long stall does not make the dots jump.
    const double seconds = std::min(0.1, double(m_sinceTick.restart()) / 1000);
    for (const auto& [id, link] : m_scene.links())
        link->advance(seconds);
}

void PlaybackAnimator::clear() {
    if (!m_shown) return;
    m_shown = false;
    m_spoken.clear();
    m_scene.clearLive();
}

void PlaybackAnimator::show(const SimulationResult& result, const Trace& trace, const Frame& frame) {
    m_shown = true;
    showNodes(result, trace, frame);
    showGroups(trace, frame);
    showLinks(trace, frame);
    showViews(trace, frame);
    showStreams(trace, frame);
    showOutages(result, frame.atS);
}

std::span<const Frame> PlaybackAnimator::lastSecond(const Trace& trace, const Frame& frame) {
    const std::size_t at = std::min(
        trace.frames.size(), std::size_t(std::max(0.0, std::floor(frame.atS / trace.stepS + 1e-6))) + 1);
    const std::size_t count = std::min(at, std::size_t(std::max(1.0, std::round(1 / trace.stepS))));
    return {trace.frames.data() + (at - count), count};
}

namespace {

// Who is being made the source right now, by group.
std::map<std::string, std::string> promotionsAt(const Design& design, const SimulationResult& result,
                                                double atS) {
    std::map<std::string, std::string> open;
    for (const RunEvent& event : result.events) {
        if (event.atS > atS) break;
        const Node* node = design.nodes.find(event.what);
        if (!node || !node->group) continue;
        if (event.kind == "promoting") open[node->group->str()] = event.what;
        if (event.kind == "role_changed" || event.kind == "failover_failed") open.erase(node->group->str());
    }
    return open;
}

// What was last told of members that do not do what their role says.
std::map<std::string, const RunEvent*> reasonsAt(const SimulationResult& result, double atS) {
    std::map<std::string, const RunEvent*> told;
    for (const RunEvent& event : result.events) {
        if (event.atS > atS) break;
        if (event.kind == "lease_lost" || event.kind == "fenced" || event.kind == "diverged" ||
            event.kind == "reconciling")
            told[event.what] = &event;
        if (event.kind == "rejoined" || event.kind == "role_changed" || event.kind == "lease_back")
            told.erase(event.what);
    }
    return told;
}

} // namespace

void PlaybackAnimator::showNodes(const SimulationResult& result, const Trace& trace, const Frame& frame) {
    const Design& design = m_session.design();
    const std::map<std::string, std::string> promotions = promotionsAt(design, result, frame.atS);
    const std::map<std::string, const RunEvent*> reasons = reasonsAt(result, frame.atS);
    const std::span<const Frame> recent = lastSecond(trace, frame);
    for (std::size_t i = 0; i < frame.nodes.size() && i < trace.nodes.size(); ++i) {
        LiveNode live;
        live.frame = frame.nodes[i];
        live.atS = frame.atS;
        live.load = double(frame.nodes[i].busyShare);
        NodeFrame sum;
        float used = 0;
        for (const Frame& one : recent) {
            if (i >= one.nodes.size()) continue;
            sum.busyShare += one.nodes[i].busyShare;
            sum.queue += one.nodes[i].queue;
            sum.requestsPerS += one.nodes[i].requestsPerS;
            sum.failedPerS += one.nodes[i].failedPerS;
            used += 1;
        }
        if (used > 0) {
            live.frame.queue = sum.queue / used;
            live.frame.requestsPerS = sum.requestsPerS / used;
            live.frame.failedPerS = sum.failedPerS / used;
            live.load = double(sum.busyShare / used);
        }
        if (live.frame.state == NodeState::down) live.load = 0;
        live.lagS = words::lagOf(frame, i);
        const Node* replica = live.lagS > 0 ? design.nodes.find(trace.nodes[i]) : nullptr;
        live.farBehind = replica && live.lagS > words::farBehindS(design, *replica);
        if (const Node* node = design.nodes.find(trace.nodes[i]); node && node->group) {
            const auto promotion = promotions.find(node->group->str());
            const bool open = promotion != promotions.end();
            const QString role = words::roleTitle(design, *node, live.frame.role);
            if (open && promotion->second == trace.nodes[i])
                live.badge = tr("promoting");
            else if (words::leads(live.frame.role) && open && words::harm(live.frame).isEmpty())
                live.badge = tr("was %1").arg(role);
            else if (words::leads(live.frame.role) && live.frame.state == NodeState::down)
                live.badge = tr("lost %1").arg(role);
        }
        if (const auto reason = reasons.find(trace.nodes[i]);
            reason != reasons.end() && !words::harm(live.frame).isEmpty())
            live.why = QString::fromStdString(reason->second->text);
        m_scene.setLive(trace.nodes[i], live);
    }
}

// Of groups whose members do the same: how many of them do, and how hard.
void PlaybackAnimator::showGroups(const Trace& trace, const Frame& frame) {
    const Design& design = m_session.design();
    struct Count {
        std::size_t working = 0, members = 0;
        double busiest = -1;
    };
    std::map<std::string, Count> counts;
    for (std::size_t i = 0; i < frame.nodes.size() && i < trace.nodes.size(); ++i) {
        const Node* node = design.nodes.find(trace.nodes[i]);
        const Group* group = node && node->group ? design.groups.find(node->group->str()) : nullptr;
        const bool majority = group && hasRole(*group, "majority");
        if (!group || (!majority && !hasRole(*group, "pool"))) continue;
        Count& count = counts[group->id.str()];
        ++count.members;
        const NodeFrame& now = frame.nodes[i];
        const bool works = now.state == NodeState::up || now.state == NodeState::slow;
        if (!works || now.badShare > 0) continue;
        ++count.working;
        const LiveNode* live = m_scene.live(trace.nodes[i]);
        if (live && !majority) count.busiest = std::max(count.busiest, live->load);
    }
    for (const auto& [id, count] : counts)
        m_scene.setTab(
            id, words::groupTabNow(*design.groups.find(id), count.working, count.members, count.busiest));
}

void PlaybackAnimator::showLinks(const Trace& trace, const Frame& frame) {
    struct Traffic {
        double perSecond = 0, failed = 0;
        QString failure;                       // of the target whose attempts fail most
        double failureShare = 0;               // its failures
        double lost = 0;                       // what the caller itself could not answer
        std::map<AttemptFailure, double> ways; // of failed
    };
    // Summed by indices first: names are looked up once per pair, not once per frame.
    std::map<std::array<std::uint32_t, 3>, Traffic> byPair;
    const std::span<const Frame> recent = lastSecond(trace, frame);
    const double share = recent.empty() ? 1 : 1 / double(recent.size());
    const auto collect = [&](const Frame& one, double weight) {
        for (const LinkFrame& flow : one.links) {
            if (flow.link >= trace.links.size() || flow.fromNode >= trace.nodes.size() ||
                flow.toNode >= trace.nodes.size())
                continue;
            Traffic& sum = byPair[{flow.link, flow.fromNode, flow.toNode}];
            sum.perSecond += weight * double(flow.requestsPerS);
            sum.failed += weight * double(flow.failedPerS);
            if (flow.failedPerS > 0) sum.ways[flow.failure] += weight * double(flow.failedPerS);
        }
    };
    for (const Frame& one : recent)
        collect(one, share);
    if (recent.empty()) collect(frame, 1);

    std::map<std::string, std::map<std::pair<std::string, std::string>, Traffic>> traffic;
    const Design& design = m_session.design();
    for (const auto& [pair, flow] : byPair) {
        const LinkItem* link = m_scene.link(trace.links[pair[0]]);
        if (!link) continue;
        // An end may be shown as its group.
        const auto shownEnd = [&](const std::string& nodeId, bool from) {
            for (const Strand& strand : link->strands())
                if ((from ? strand.from : strand.to) == nodeId) return nodeId;
            const Node* node = design.nodes.find(nodeId);
            return node && node->group ? node->group->str() : nodeId;
        };
        const std::string to = shownEnd(trace.nodes[pair[2]], false);
        Traffic& sum = traffic[link->id()][{shownEnd(trace.nodes[pair[1]], true), to}];
        sum.perSecond += flow.perSecond;
        sum.failed += flow.failed;
        if (flow.failed <= 0) continue;
        if (const Node* target = design.nodes.find(trace.nodes[pair[2]]);
            target && pair[2] < frame.nodes.size() && flow.failed > sum.failureShare) {
            const auto most =
                std::max_element(flow.ways.begin(), flow.ways.end(),
                                 [](const auto& a, const auto& b) { return a.second < b.second; });
            sum.failure = words::attemptFailure(most == flow.ways.end() ? AttemptFailure::none : most->first);
            // The line ends at the group: which of the two has its address is not seen there.
            const Group* outline = to == trace.nodes[pair[2]] ? nullptr : design.groups.find(to);
            if (outline && hasRole(*outline, "one_active"))
                sum.failure = QStringLiteral("%1 at %2")
                                  .arg(sum.failure, QString::fromStdString(target->displayName()));
            sum.failureShare = flow.failed;
        }
        for (const Frame& one : recent)
            if (pair[1] < one.nodes.size()) sum.lost += share * double(one.nodes[pair[1]].failedPerS);
    }
    // Another target of the same caller answers, and the caller itself fails far fewer requests than this
    // target refused: they were moved there.
    const auto movedElsewhere = [](const auto& pairs, const auto& ends, const Traffic& flow) {
        if (flow.lost > 0.5 * flow.failed) return false;
        return std::any_of(pairs.begin(), pairs.end(), [&](const auto& other) {
            return other.first.first == ends.first && other.first.second != ends.second &&
                   other.second.perSecond - other.second.failed > flow.failed;
        });
    };
    for (const auto& [id, link] : m_scene.links()) {
        const auto known = traffic.find(id);
        for (const Strand& strand : link->strands()) {
            Traffic now;
            QStringList failure;
            if (known != traffic.end())
                if (const auto found = known->second.find({strand.from, strand.to});
                    found != known->second.end()) {
                    now = found->second;
                    if (!now.failure.isEmpty()) failure << now.failure;
                    if (!failure.isEmpty() && movedElsewhere(known->second, found->first, now))
                        failure << QStringLiteral("retried elsewhere");
                }
            link->setTraffic(strand.from, strand.to, now.perSecond, now.failed, failure);
        }
    }
}

void PlaybackAnimator::showViews(const Trace& trace, const Frame& frame) {
    std::map<std::string, std::vector<std::pair<QString, QString>>> said; // observer and what it sees
    std::map<std::string, bool> recovering;
    for (const ViewFrame& view : frame.views) {
        if (view.observer >= trace.nodes.size() || view.target >= trace.nodes.size() ||
            view.target >= frame.nodes.size())
            continue;
        const NodeState truth = frame.nodes[view.target].state;
        const bool works = truth != NodeState::down;
        // Before the first failed check there is nothing to say about a crash that nobody noticed.
        if (view.up && view.failedChecks == 0) continue;
        const QString text = words::view(view, works);
        if (text.isEmpty()) continue;
        said[trace.nodes[view.target]].emplace_back(
            words::nameOf(m_session.design(), trace.nodes[view.observer]), text);
        recovering[trace.nodes[view.target]] = works && frame.nodes[view.target].badShare <= 0 && !view.up;
    }
    std::vector<std::string> spoken;
    for (const auto& [id, views] : said) {
        m_scene.setBubble(id, words::seen(views), recovering[id]);
        spoken.push_back(id);
    }
    for (const std::string& id : m_spoken)
        if (!said.contains(id)) m_scene.setBubble(id, {}, false);
    m_spoken = std::move(spoken);
}

void PlaybackAnimator::showStreams(const Trace& trace, const Frame& frame) {
    if (frame.replication.empty()) return; // not followed by this run: as the design implies
    std::vector<ShownStream> streams;
    for (const ReplicationFrame& one : frame.replication) {
        if (one.from >= trace.nodes.size() || one.to >= trace.nodes.size()) continue;
        // What is down copies nothing, and nobody reads from it: its lag says nothing.
        const bool down = one.to < frame.nodes.size() && frame.nodes[one.to].state == NodeState::down;
        streams.push_back({trace.nodes[one.from], trace.nodes[one.to],
                           down ? tr("broken") : words::stream(one), !one.flowing});
    }
    m_scene.setStreams(streams);
}

void PlaybackAnimator::showOutages(const SimulationResult& result, double atS) {
    struct Trouble {
        const char* word;
        double sinceS;
    };
    std::map<std::string, Trouble> outages, cuts; // a place that is out is not only cut off
    for (const RunEvent& event : result.events) {
        if (event.atS > atS || !m_session.design().domains.contains(event.what)) continue;
        if (event.kind == "failed") outages[event.what] = {"outage", event.atS};
        if (event.kind == "repaired") outages.erase(event.what);
        if (event.kind == "cut") cuts.try_emplace(event.what, Trouble{"cut off", event.atS});
        if (event.kind == "healed") cuts.erase(event.what);
    }
    outages.merge(cuts);
    for (const Domain& domain : m_session.design().domains) {
        const auto found = outages.find(domain.id.str());
        QString sentence;
        if (found != outages.end())
            sentence =
                QStringLiteral("%1 for %2")
                    .arg(QLatin1String(found->second.word), words::elapsed(atS - found->second.sinceS));
        m_scene.setOutage(domain.id.str(), found != outages.end(), sentence);
    }
}

} // namespace alwayson::gui

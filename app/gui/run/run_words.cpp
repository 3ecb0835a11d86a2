#include "app/gui/run/run_words.h"

#include "app/gui/canvas/words.h"
#include "app/gui/panels/objectives.h"
#include "core/base/units.h"
#include "core/catalogue/catalogue.h"
#include "core/catalogue/keys.h"
#include "core/results/trace.h"
#include "core/text/sentence.h"

#include <QCoreApplication>

#include <algorithm>
#include <cmath>
#include <map>

namespace alwayson::gui {

namespace {

const QString kDot = QStringLiteral(" · ");

QString tr(const char* text) {
    return QCoreApplication::translate("run", text);
}

QString qt(std::string_view text) {
    return QString::fromUtf8(text.data(), qsizetype(text.size()));
}

// How an event of a mode is told: "crashes", "hangs", ...
QString verbOf(const Design& design, const RunEvent& event) {
    FailureEffect effect = FailureEffect::crash;
    bool known = false;
    const auto fromText = [&](const std::string& word) {
        if (!known) known = effectFromString(word, effect);
    };
    if (const Node* node = design.nodes.find(event.what))
        for (const ResolvedFailureMode& mode : failureModesOf(*node))
            if (event.mode.empty() ? event.text.find(mode.title) != std::string::npos ||
                                         event.text.find(mode.id) != std::string::npos
                                   : event.mode == mode.id) {
                effect = mode.effect;
                known = true;
                break;
            }
    if (!known) fromText(event.mode);
    for (const char* word : {"crash", "hang", "gone", "slow", "errors", "outage", "cut_off", "data_loss"})
        if (!known && event.text.find(word) != std::string::npos) fromText(word);
    if (!known) return tr("fails");
    switch (effect) {
    case FailureEffect::crash:
        return tr("crashes");
    case FailureEffect::hang:
        return tr("hangs");
    case FailureEffect::gone:
        return tr("is gone");
    case FailureEffect::slow:
        return tr("gets slow");
    case FailureEffect::errors:
        return tr("answers with errors");
    case FailureEffect::dataLoss:
        return tr("loses its data");
    case FailureEffect::cutOff:
        return tr("is cut off");
    case FailureEffect::outage:
        return tr("goes dark");
    case FailureEffect::isolation:
        return tr("is isolated");
    }
    return {};
}

// Who would notice that a node fails, besides the callers whose requests do.
enum class Watch { nobody, balancer, others };

// A balancer with health checks that calls it, itself or as a member of a group. Members of a set of
// databases are watched by whoever reads them, voters by each other; and what nobody calls, nobody misses.
Watch watchOf(const Design& design, const std::string& id) {
    const Node* node = design.nodes.find(id);
    const auto names = [&](const std::string& end, const Node& one) {
        return end == one.id.str() || (one.group && end == one.group->str());
    };
    bool called = false;
    for (const Link& link : design.links) {
        if (node == nullptr || !names(link.to, *node)) continue;
        called = true;
        for (const Node& from : design.nodes)
            if (names(link.from, from) && hasRole(from, "balancer") &&
                get(from.parameters, key::haproxy::check))
                return Watch::balancer;
    }
    const Group* group = node && node->group ? design.groups.find(node->group->str()) : nullptr;
    const bool watched = group && (hasMechanism(*group, "replication") || hasRole(*group, "majority"));
    return called && !watched ? Watch::nobody : Watch::others;
}

// Whether it leads a group of which another member would take over.
bool hasStandIn(const Design& design, const std::string& id) {
    const Node* node = design.nodes.find(id);
    return node && words::leads(roleAtStart(design, *node)) && membersOf(design, *node->group).size() > 1;
}

// What the clients of the trace sent and got, step by step.
std::optional<Counts> tracedCounts(const SimulationResult& result, double untilS) {
    if (!result.trace) return std::nullopt;
    const Trace& trace = *result.trace;
    std::vector<std::size_t> clients;
    for (std::size_t n = 0; n < trace.nodes.size(); ++n)
        if (std::any_of(result.flows.begin(), result.flows.end(),
                        [&](const FlowResult& flow) { return flow.flow == trace.nodes[n]; }))
            clients.push_back(n);
    if (clients.empty()) return std::nullopt;
    Counts counts;
    double beforeS = 0;
    for (const Frame& frame : trace.frames) {
        if (frame.atS > untilS + 1e-6) break;
        const double lastedS = frame.atS - beforeS;
        beforeS = frame.atS;
        for (const std::size_t n : clients) {
            if (n >= frame.nodes.size()) continue;
            counts.offered += std::uint64_t(std::llround(double(frame.nodes[n].requestsPerS) * lastedS));
            counts.failed += std::uint64_t(std::llround(double(frame.nodes[n].failedPerS) * lastedS));
        }
    }
    return counts;
}

std::optional<Counts> summedCounts(const SimulationResult& result, double untilS) {
    const bool whole = std::any_of(result.series.begin(), result.series.end(),
                                   [](const NamedSeries& series) { return series.id == "design"; });
    std::optional<Counts> counts;
    for (const NamedSeries& series : result.series) {
        if (whole ? series.id != "design" : !isClass(series.id)) continue;
        if (!counts) counts.emplace();
        for (const SeriesPoint& point : series.points) {
            if (point.atS > untilS + 1e-9) break;
            counts->offered += point.offered;
            counts->failed += point.failed;
        }
    }
    return counts;
}

} // namespace

bool isClass(const std::string& flow) {
    return flow.find(':') != std::string::npos;
}

QString spaced(const std::string& id) {
    QString words = qt(id);
    return words.replace(QLatin1Char('_'), QLatin1Char(' '));
}

const FlowResult* wholeFlow(const SimulationResult& result) {
    for (const FlowResult& flow : result.flows)
        if (flow.flow == "design" && flow.requests.offered > 0) return &flow;
    return nullptr;
}

QString causeWords(const std::string& cause) {
    static const std::map<std::string, const char*, std::less<>> kWords{
        {"refused", QT_TRANSLATE_NOOP("run", "Connection refused")},
        {"reset", QT_TRANSLATE_NOOP("run", "Connection reset")},
        {"connect_timeout", QT_TRANSLATE_NOOP("run", "No connection in time")},
        {"response_timeout", QT_TRANSLATE_NOOP("run", "No answer in time")},
        {"deadline", QT_TRANSLATE_NOOP("run", "Deadline passed")},
        {"no_server", QT_TRANSLATE_NOOP("run", "No server left")},
        {"queue_full", QT_TRANSLATE_NOOP("run", "Queue full")},
        {"retry_budget", QT_TRANSLATE_NOOP("run", "Retry budget spent")},
        {"error", QT_TRANSLATE_NOOP("run", "Answered with an error")}};
    const auto known = kWords.find(cause);
    return known != kWords.end() ? tr(known->second) : spaced(cause);
}

QString grouped(std::uint64_t count) {
    return qt(alwayson::grouped(std::to_string(count)));
}

QString eventWords(const Design& design, const RunEvent& event) {
    const QString what = words::nameOf(design, event.what);
    const QString by = words::nameOf(design, event.by);
    if (event.kind == "failed") return QStringLiteral("%1 %2").arg(what, verbOf(design, event));
    if (event.kind == "repaired") return tr("%1 is back").arg(what);
    // Without an observer among the nodes (a script on the machine itself) the text says who.
    if (event.kind == "marked_down" && !by.isEmpty()) return tr("%1 marks %2 down").arg(by, what);
    if (event.kind == "marked_up" && !by.isEmpty()) return tr("%1 marks %2 up").arg(by, what);
    return event.text.empty() ? QStringLiteral("%1 %2").arg(what, qt(event.kind)) : qt(event.text);
}

Counts countsOf(const SimulationResult& result, std::optional<double> untilS) {
    if (untilS && *untilS < result.simulatedSeconds - 1e-9) {
        if (const std::optional<Counts> traced = tracedCounts(result, *untilS)) return *traced;
        if (const std::optional<Counts> summed = summedCounts(result, *untilS)) return *summed;
    }
    Counts counts;
    const auto add = [&](const FlowResult& flow) {
        counts.offered += flow.requests.offered;
        for (const auto& [cause, failed] : flow.requests.failed)
            counts.failed += failed;
    };
    if (const FlowResult* whole = wholeFlow(result))
        add(*whole);
    else
        for (const FlowResult& flow : result.flows)
            if (isClass(flow.flow)) add(flow);
    return counts;
}

QString runSentence(const Design& design, const SimulationResult& result, std::optional<double> untilS) {
    const Counts counts = countsOf(result, untilS);
    QStringList parts;
    if (counts.offered == 0)
        parts << tr("No requests yet");
    else
        parts << tr("%1 of %2 requests failed").arg(grouped(counts.failed), grouped(counts.offered));
    // The latest failure that somebody noticed, and how long that took.
    const RunEvent* told = nullptr;
    const RunEvent* cause = nullptr;
    const RunEvent* back = nullptr;
    for (const RunEvent& event : result.events) {
        if (untilS && event.atS > *untilS) break;
        if (event.kind == "failed") {
            cause = &event;
            told = back = nullptr;
        } else if (event.kind == "repaired" && cause && event.what == cause->what) {
            back = &event;
        } else if ((event.kind == "marked_down" || event.kind == "reads_left") && cause && !told &&
                   event.what == cause->what) {
            told = &event;
        } else if (event.kind == "role_changed" && cause && event.by == cause->what) {
            told = &event; // says more than that somebody noticed
        }
    }
    if (cause && told && (told->kind == "role_changed" || told->by.empty()))
        parts << eventWords(design, *told);
    else if (cause && told)
        parts << tr("%1 %2 s after it %3")
                     .arg(eventWords(design, *told))
                     .arg(told->atS - cause->atS, 0, 'f', 1)
                     .arg(verbOf(design, *cause));
    else if (cause) {
        QString words = tr("%1 at %2 s").arg(eventWords(design, *cause)).arg(cause->atS, 0, 'f', 1);
        const bool node = design.nodes.contains(cause->what);
        if (node && hasStandIn(design, cause->what)) {
            if (!back) words += tr(", nobody has taken over yet");
        } else if (node) {
            const Watch watch = watchOf(design, cause->what);
            if (watch == Watch::nobody)
                words += tr(", nobody checks it");
            else if (watch == Watch::balancer && !back)
                words += tr(", not marked down yet");
        }
        if (back) words += tr(", back at %1 s").arg(back->atS, 0, 'f', 1);
        parts << words;
    }
    if (!untilS || result.simulatedSeconds - *untilS < 1) {
        std::uint64_t attempts = 0, offered = 0;
        for (const FlowResult& flow : result.flows)
            if (isClass(flow.flow)) {
                attempts += flow.requests.attempts;
                offered += flow.requests.offered;
            }
        if (attempts > offered) parts << tr("%1 attempts were repeated").arg(grouped(attempts - offered));
    }
    return parts.join(kDot);
}

} // namespace alwayson::gui

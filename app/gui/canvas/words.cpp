#include "app/gui/canvas/words.h"

#include "core/base/units.h"
#include "core/catalogue/catalogue.h"
#include "core/catalogue/keys.h"
#include "core/structure/failover_laws.h"
#include "core/structure/failover_plan.h"

#include <algorithm>
#include <cmath>

namespace alwayson::gui::words {

namespace {

const QString kDot = QStringLiteral(" · ");

QString text(const std::string& value) {
    return QString::fromStdString(value);
}

// The stored value of a parameter, else the catalogue's default; nullptr when the kind has no such parameter.
const Value* parameterOf(const Node& node, std::string_view id) {
    const auto own = node.parameters.find(id);
    if (own != node.parameters.end()) return &own->second;
    const Descriptor* kind = Catalogue::builtIn().kind(node.kind);
    const ParameterSpec* spec = kind ? kind->parameter(id) : nullptr;
    return spec ? &spec->defaultValue : nullptr;
}

const double* numberOf(const Node& node, std::string_view id) {
    const Value* value = parameterOf(node, id);
    return value ? std::get_if<double>(value) : nullptr;
}

QString meanOf(const Node& node, std::string_view id) {
    const Value* value = parameterOf(node, id);
    const Distribution* distribution = value ? std::get_if<Distribution>(value) : nullptr;
    if (!distribution) return {};
    const Result<DistributionShape> shape = resolve(*distribution);
    if (!shape) return {};
    const double ms = shape->mean() * 1000;
    return ms < 1000 ? QStringLiteral("%1 ms").arg(ms, 0, 'g', 3)
                     : QStringLiteral("%1 s").arg(ms / 1000, 0, 'g', 3);
}

QString readsOf(const Node& client) {
    double reads = 0, all = 0;
    for (const RequestClass& requests : classesOf(client)) {
        all += requests.share;
        if (!requests.writes) reads += requests.share;
    }
    if (all <= 0) return {};
    return QStringLiteral("%1 % reads").arg(std::round(reads / all * 100));
}

// Short lags matter: "0.08 s"; long ones as any time.
QString lagText(double seconds) {
    if (seconds < 0.005) return QStringLiteral("0 s");
    return seconds < 1 ? QStringLiteral("%1 s").arg(seconds, 0, 'f', 2) : elapsed(seconds);
}

// The title of what was chosen.
QString choiceOf(const Group& group, std::string_view id) {
    const Descriptor* kind = Catalogue::builtIn().group(group.kind);
    const ParameterSpec* spec = kind ? kind->parameter(id) : nullptr;
    if (!spec) return {};
    const auto own = group.parameters.find(id);
    const Value& value = own == group.parameters.end() ? spec->defaultValue : own->second;
    const std::string* chosen = std::get_if<std::string>(&value);
    for (std::size_t i = 0; chosen && i < spec->choices.size() && i < spec->choiceTitles.size(); ++i)
        if (spec->choices[i] == *chosen) return text(spec->choiceTitles[i]);
    return chosen ? text(*chosen) : QString();
}

// One end of a range of times, as elapsed() but rounded away from its middle: nothing lies outside.
QString bound(double seconds, bool upper) {
    if (seconds >= 7200) return elapsed(roundedOut(seconds / 3600, 1, upper) * 3600);
    if (seconds >= 120) return elapsed(roundedOut(seconds, 0, upper));
    const double tenths = roundedOut(seconds, 1, upper);
    const int digits = tenths >= 10 && tenths == std::round(tenths) ? 0 : 1;
    return QStringLiteral("%1 s").arg(tenths, 0, 'f', digits);
}

QString span(const PhaseLaw& law) {
    if (!std::isfinite(law.meanS)) return QStringLiteral("never");
    if (!std::isfinite(law.maxS)) return QStringLiteral("%1 on average").arg(elapsed(law.meanS));
    const QString low = bound(law.minS, false), high = bound(law.maxS, true);
    if (low == high) return high;
    const QString unit = high.section(QLatin1Char(' '), 1);
    const bool same = low.section(QLatin1Char(' '), 1) == unit;
    return QStringLiteral("%1 to %2").arg(same ? low.section(QLatin1Char(' '), 0, 0) : low, high);
}

// "takeover in 1.0 to 4.7 s": over a crash, a hang and a loss of the one that leads, as the tip lists them;
// nothing where no law is known.
QString takeover(const Design& design, const Group& group) {
    const PhaseLaw gone = failoverLaw(design, group, FailureEffect::gone).total;
    const PhaseLaw crash = failoverLaw(design, group, FailureEffect::crash).total;
    if (!(gone.meanS > 0)) return {};
    const bool onGone = std::isfinite(gone.meanS), onCrash = std::isfinite(crash.meanS);
    if (!onGone && !onCrash) return QStringLiteral("nobody takes over");
    if (!onCrash) return QStringLiteral("takeover in %1, only when gone").arg(span(gone));
    if (!onGone) return QStringLiteral("takeover in %1, only after a crash").arg(span(crash));
    PhaseLaw widest{std::min(crash.minS, gone.minS), std::max(crash.meanS, gone.meanS),
                    std::max(crash.maxS, gone.maxS)};
    const PhaseLaw hang = failoverLaw(design, group, FailureEffect::hang).total;
    if (!std::isfinite(hang.meanS))
        return QStringLiteral("takeover in %1, never after a hang").arg(span(widest));
    if (hang.meanS > 0)
        widest = {std::min(widest.minS, hang.minS), std::max(widest.meanS, hang.meanS),
                  std::max(widest.maxS, hang.maxS)};
    return QStringLiteral("takeover in %1").arg(span(widest));
}

// What follows from the policy of a group with roles: "orchestrator · takeover in 7 to 15 s".
QStringList policyOf(const Design& design, const Group& group) {
    QStringList parts;
    if (hasRole(group, "majority")) {
        const std::size_t members = membersOf(design, group.id).size();
        if (members > 0) parts << QStringLiteral("survives %1 of %2").arg((members - 1) / 2).arg(members);
        return parts;
    }
    namespace keys = key::group::mysqlReplication;
    if (hasMechanism(group, "replication")) {
        const auto manager = get(group, keys::manager);
        if (manager == keys::Manager::none) return parts << QStringLiteral("no failover");
        if (manager == keys::Manager::manual) return parts << QStringLiteral("failover by hand");
        if (manager != keys::Manager::group) parts << choiceOf(group, keys::manager.id);
    }
    parts << takeover(design, group);
    return parts;
}

struct Trouble {
    FailureEffect effect = FailureEffect::crash;
    bool known = false;
    QString title;
};

Trouble troubleOf(const Node& node, const std::string& modeId) {
    Trouble trouble;
    trouble.title = text(modeId);
    trouble.known = effectFromString(modeId, trouble.effect);
    for (const ResolvedFailureMode& mode : failureModesOf(node))
        if (mode.id == modeId) {
            trouble.effect = mode.effect;
            trouble.title = text(mode.title).toLower();
            trouble.known = true;
        }
    return trouble;
}

// More failures than requests: those of a wave that was begun before, which time out together.
bool failsOfEarlier(const NodeFrame& frame) {
    return frame.failedPerS > 1.02f * frame.requestsPerS && frame.failedPerS > 1;
}

// "crashed 4.1 s ago", "slow for 4.1 s".
QString troubleFact(const Node& node, const NodeFrame& frame, double atS) {
    const QString since = elapsed(std::max(0.0, atS - double(frame.sinceS)));
    const auto [effect, known, title] = troubleOf(node, frame.mode);
    if (frame.state == NodeState::recovering) return QStringLiteral("recovering for %1").arg(since);
    if (!known)
        return frame.mode.empty() ? QStringLiteral("down for %1").arg(since)
                                  : QStringLiteral("%1 for %2").arg(title, since);
    switch (effect) {
    case FailureEffect::crash:
        return QStringLiteral("crashed %1 ago").arg(since);
    case FailureEffect::hang:
        return QStringLiteral("hangs since %1").arg(since);
    case FailureEffect::gone:
        return QStringLiteral("gone for %1").arg(since);
    case FailureEffect::slow:
        return QStringLiteral("slow for %1").arg(since);
    case FailureEffect::errors:
        return QStringLiteral("errors for %1").arg(since);
    case FailureEffect::dataLoss:
        return QStringLiteral("lost its data %1 ago").arg(since);
    case FailureEffect::cutOff:
        return QStringLiteral("cut off for %1").arg(since);
    case FailureEffect::outage:
        return QStringLiteral("place down for %1").arg(since);
    case FailureEffect::isolation:
        return QStringLiteral("isolated for %1").arg(since);
    }
    return {};
}

} // namespace

double roundedOut(double value, int digits, bool up) {
    const double scale = std::pow(10.0, digits);
    constexpr double kNoise = 1e-9; // of a sum of decimal fractions
    const double scaled = value * scale, slack = kNoise * std::max(1.0, std::abs(scaled));
    return (up ? std::ceil(scaled - slack) : std::floor(scaled + slack)) / scale;
}

QString rate(double perSecond) {
    if (perSecond >= 9950) return QStringLiteral("%1k/s").arg(std::round(perSecond / 1000));
    if (perSecond >= 1000) return QStringLiteral("%1k/s").arg(perSecond / 1000, 0, 'f', 1);
    if (perSecond >= 10 || perSecond == std::round(perSecond))
        return QStringLiteral("%1/s").arg(std::round(perSecond));
    return QStringLiteral("%1/s").arg(perSecond, 0, 'g', 2);
}

QString elapsed(double seconds) {
    if (seconds < 10) return QStringLiteral("%1 s").arg(seconds, 0, 'f', 1);
    if (seconds < 120) return QStringLiteral("%1 s").arg(int(seconds));
    const int whole = int(seconds);
    if (whole < 7200) return QStringLiteral("%1 min %2 s").arg(whole / 60).arg(whole % 60);
    return QStringLiteral("%1 h").arg(seconds / 3600, 0, 'f', 1);
}

QString fact(const Node& node) {
    QStringList facts;
    if (const double* perSecond = numberOf(node, "rate_per_s")) {
        facts << rate(*perSecond);
        if (hasRole(node, "client")) facts << readsOf(node);
    }
    if (const Value* balance = parameterOf(node, "balance"))
        if (const std::string* algorithm = std::get_if<std::string>(balance)) facts << text(*algorithm);
    if (const double* workers = numberOf(node, "workers"))
        facts << QStringLiteral("%1 worker%2").arg(*workers).arg(QLatin1String(*workers == 1 ? "" : "s"));
    for (const char* id : {"service", "latency"})
        if (const QString mean = meanOf(node, id); !mean.isEmpty()) facts << mean;
    facts.removeAll(QString());
    return facts.isEmpty() ? kindTitle(node) : facts.mid(0, 2).join(kDot);
}

QString liveFact(const Node& node, const NodeFrame& frame, double atS, double lagS) {
    if (frame.state != NodeState::up) return troubleFact(node, frame, atS);
    QStringList facts;
    if (frame.role == MemberRole::standby) facts << QStringLiteral("standby");
    if (lagS >= 0) facts << QStringLiteral("lag %1").arg(lagText(lagS));
    if (frame.role == MemberRole::voter || hasRole(node, "voter")) return kindTitle(node);
    const bool earlier = failsOfEarlier(frame);
    if (facts.isEmpty() || frame.requestsPerS > 0.05f)
        facts << rate(double(frame.requestsPerS)) + QLatin1String(earlier ? " in" : "");
    if (frame.failedPerS > 0.05f)
        facts << QStringLiteral("%1 fail").arg(rate(double(frame.failedPerS)));
    else if (frame.queue >= 0.5f)
        facts << QStringLiteral("%1 wait").arg(std::lround(frame.queue));
    return facts.join(kDot);
}

QString harm(const NodeFrame& frame, bool farBehind) {
    if (frame.state != NodeState::up) return {};
    if (frame.badShare > 0) return QStringLiteral("bad version");
    if (frame.role == MemberRole::source && !frame.takesWrites) return QStringLiteral("read-only");
    if (frame.diverged) return QStringLiteral("out: data differs");
    if (frame.apart && frame.takesWrites) return QStringLiteral("still takes writes");
    if (frame.apart) return QStringLiteral("not rejoined");
    return farBehind ? QStringLiteral("far behind") : QString();
}

double farBehindS(const Design& design, const Node& replica) {
    namespace keys = key::group::mysqlReplication;
    double limit = 10;
    const Group* group = replica.group ? design.groups.find(replica.group->str()) : nullptr;
    if (group && hasMechanism(*group, "replication"))
        if (const std::optional<Duration> most = get(*group, keys::candidateMaxLag)) limit = most->seconds();
    for (const Node& node : design.nodes)
        if (hasRole(node, "client"))
            for (const RequestClass& requests : classesOf(node))
                if (!requests.writes && requests.maxStaleness)
                    limit = std::min(limit, requests.maxStaleness->seconds());
    return limit;
}

double lagOf(const Frame& frame, std::size_t node) {
    for (const ReplicationFrame& stream : frame.replication)
        if (stream.to == node) return double(stream.lagS);
    return -1;
}

QString stateSentence(const Node& node, const NodeFrame& frame, double atS) {
    if (frame.state == NodeState::up && frame.badShare > 0)
        return QStringLiteral("runs a bad version: %1 % of its answers are errors")
            .arg(std::lround(frame.badShare * 100));
    if (frame.state == NodeState::up && frame.apart)
        return frame.diverged      ? QStringLiteral("works, but is out of its set: its data differs")
               : frame.takesWrites ? QStringLiteral("works and takes writes, but its set went on without it")
                                   : QStringLiteral("works, but has not rejoined its set");
    if (frame.state == NodeState::up && frame.role == MemberRole::source && !frame.takesWrites)
        return QStringLiteral("works, but takes no writes");
    if (frame.state == NodeState::up && failsOfEarlier(frame))
        return QStringLiteral(
                   "works, busy %1 %; more requests fail now than come in: they were begun earlier")
            .arg(std::lround(frame.busyShare * 100));
    if (frame.state == NodeState::up)
        return QStringLiteral("works, busy %1 %").arg(std::lround(frame.busyShare * 100));
    return troubleFact(node, frame, atS);
}

QString roleTitle(const Design& design, const Node& node, MemberRole role) {
    const Group* group = node.group ? design.groups.find(node.group->str()) : nullptr;
    namespace keys = key::group::mysqlReplication;
    const bool alike = group && hasMechanism(*group, "replication") &&
                       get(*group, keys::replication) == keys::Replication::group;
    if (alike && role == MemberRole::source) return QStringLiteral("primary");
    if (alike && role == MemberRole::replica) return QStringLiteral("secondary");
    const std::string_view title = toString(role);
    return QString::fromUtf8(title.data(), qsizetype(title.size()));
}

bool leads(MemberRole role) {
    return role == MemberRole::active || role == MemberRole::source || role == MemberRole::leader;
}

bool standsBy(const Design& design, const Node& node, MemberRole role) {
    if (role == MemberRole::standby) return true;
    if (role != MemberRole::replica) return false;
    namespace keys = key::group::mysqlReplication;
    const Group* group = design.groups.find(node.group->str());
    return group && get(*group, keys::readsGoTo) == keys::ReadsGoTo::source;
}

QString stream(const ReplicationFrame& frame) {
    const QString lag = QStringLiteral("lag %1").arg(lagText(double(frame.lagS)));
    return QLatin1String(frame.flowing ? "replicates" : "broken") + kDot + lag;
}

QString attemptFailure(AttemptFailure failure) {
    switch (failure) {
    case AttemptFailure::refused:
        return QStringLiteral("refused");
    case AttemptFailure::reset:
        return QStringLiteral("cut off");
    case AttemptFailure::noConnection:
        return QStringLiteral("without a connection in time");
    case AttemptFailure::noAnswer:
        return QStringLiteral("timed out");
    case AttemptFailure::error:
        return QStringLiteral("answered with errors");
    case AttemptFailure::none:
        break;
    }
    return QStringLiteral("fail");
}

QString groupTabNow(const Group& group, std::size_t working, std::size_t members, double busiest) {
    QString now = QStringLiteral("%1 of %2 work").arg(working).arg(members);
    constexpr double kStep = 5; // percent: who reads it does not want it to tremble
    if (working > 0 && busiest >= 0)
        now += QStringLiteral(", busiest %1 %").arg(std::round(busiest * 100 / kStep) * kStep);
    return text(group.displayName()) + kDot + now;
}

QString groupTab(const Design& design, const Group& group, const CheckReport* report) {
    QStringList parts{text(group.displayName())};
    const Descriptor* kind = Catalogue::builtIn().group(group.kind);
    // A pool is called by its role, which is a word; the roles of the others are not.
    QString policy = !kind                   ? text(group.kind)
                     : kind->hasRole("pool") ? text(kind->roles.front())
                                             : text(kind->title);
    if (hasMechanism(group, "replication"))
        policy = choiceOf(group, key::group::mysqlReplication::replication.id);
    const std::size_t members = membersOf(design, group.id).size();
    if (const auto needed = group.parameters.find("needed"); needed != group.parameters.end())
        if (const double* k = std::get_if<double>(&needed->second))
            policy = QStringLiteral("needs %1 of %2").arg(*k).arg(members);
    parts << policy;
    if (members == 0)
        parts << QStringLiteral("empty");
    else if (members == 1)
        parts << QStringLiteral("one member, nothing stands in");
    else if (kind && !kind->hasRole("pool"))
        parts += policyOf(design, group);
    else if (report) {
        // The worst member decides what happens to the others.
        double worst = 0;
        bool known = false, none = false;
        for (const Load& load : report->loads) {
            const Node* node = design.nodes.find(load.id);
            if (!node || node->group != group.id || !load.utilisationWithoutOne) continue;
            known = true;
            none = none || *load.utilisationWithoutOne < 0;
            worst = std::max(worst, *load.utilisationWithoutOne);
        }
        if (known && !none && std::isfinite(worst)) {
            const long percent = std::lround(worst * 100);
            if (percent > 100)
                parts << QStringLiteral("losing one overloads the rest (%1 %)").arg(percent);
            else if (members == 2)
                parts << QStringLiteral("one alone runs at %1 %").arg(percent);
            else
                parts << QStringLiteral("without one at %1 %").arg(percent);
        }
    }
    parts.removeAll(QString());
    return parts.join(kDot);
}

namespace {

// The share of take-overs that do not work, which the times do not hold.
QString notCovered(const FailoverPlan& plan) {
    if (plan.by == FailoverBy::human || plan.by == FailoverBy::nobody || plan.coverage >= 1) return {};
    const QString share = QString::fromStdString(formatSignificant((1 - plan.coverage) * 100, 3));
    return QStringLiteral("\nNot in these: %1 % of take-overs do not work. ").arg(share) +
           (plan.byHand
                ? QStringLiteral("Those need a person, %1 in half of them, if what failed is not back first.")
                      .arg(elapsed(plan.byHand->quantile(0.5)))
                : QStringLiteral("Those wait until what failed is back."));
}

} // namespace

QString takeoverByFailure(const Design& design, const Group& group) {
    if (!hasRole(group, "one_active") && !hasRole(group, "one_writer")) return {};
    if (membersOf(design, group.id).size() < 2) return {};
    const std::pair<FailureEffect, const char*> kinds[] = {{FailureEffect::crash, "its process crashes"},
                                                           {FailureEffect::hang, "it hangs"},
                                                           {FailureEffect::gone, "its machine is gone"}};
    QStringList lines;
    for (const auto& [effect, name] : kinds) {
        const PhaseLaw total = failoverLaw(design, group, effect).total;
        if (total.meanS > 0) lines << QStringLiteral("%1: %2").arg(QLatin1String(name), span(total));
    }
    if (lines.isEmpty()) return {};
    return QStringLiteral(
               "From the failure of the member that leads until callers are served again, when\n") +
           lines.join(QLatin1Char('\n')) + notCovered(failoverPlan(design, group));
}

QString view(const ViewFrame& view, bool targetWorks) {
    if (view.up && view.failedChecks > 0)
        return QStringLiteral("check %1 of %2 failed").arg(view.failedChecks).arg(view.fall);
    if (view.up) return targetWorks ? QString() : QStringLiteral("still up");
    if (view.passedChecks > 0)
        return QStringLiteral("check %1 of %2 passed").arg(view.passedChecks).arg(view.rise);
    return QStringLiteral("down");
}

QString seen(const std::vector<std::pair<QString, QString>>& views) {
    constexpr qsizetype kMostNamed = 3, kMostLines = 2;
    std::vector<std::pair<QString, QStringList>> byText; // in the order of their first observers
    for (const auto& [observer, text] : views) {
        const auto same = std::find_if(byText.begin(), byText.end(),
                                       [&text = text](const auto& one) { return one.first == text; });
        if (same != byText.end())
            same->second << observer;
        else
            byText.push_back({text, {observer}});
    }
    QStringList lines;
    for (const auto& [text, observers] : byText) {
        QString who = observers.mid(0, kMostNamed).join(QStringLiteral(", "));
        if (observers.size() > kMostNamed)
            who += QStringLiteral(" and %1 more").arg(observers.size() - kMostNamed);
        lines << QStringLiteral("%1 %2: %3")
                     .arg(who, QLatin1String(observers.size() > 1 ? "see" : "sees"), text);
    }
    if (lines.size() > kMostLines) {
        const qsizetype more = lines.size() - kMostLines;
        lines = lines.mid(0, kMostLines);
        lines.last() += QStringLiteral(" (and %1 more)").arg(more);
    }
    return lines.join(QLatin1Char('\n'));
}

QString linkLabel(const Link& link) {
    QStringList parts;
    for (const std::string& id : link.classes)
        parts << text(id);
    if (const auto calls = link.parameters.find("calls_per_request"); calls != link.parameters.end())
        if (const double* count = std::get_if<double>(&calls->second); count && *count != 1)
            parts << QStringLiteral("%1 calls").arg(*count);
    if (const auto optional = link.parameters.find("optional"); optional != link.parameters.end())
        if (const bool* flag = std::get_if<bool>(&optional->second); flag && *flag)
            parts << QStringLiteral("optional");
    return parts.join(kDot);
}

QString kindTitle(const Node& node) {
    const Descriptor* kind = Catalogue::builtIn().kind(node.kind);
    return text(kind ? kind->title : node.kind);
}

QString kindTitle(const Domain& domain) {
    const Descriptor* kind = Catalogue::builtIn().domain(domain.kind);
    return text(kind ? kind->title : domain.kind).toLower();
}

QString kindTitle(const Group& group) {
    const Descriptor* kind = Catalogue::builtIn().group(group.kind);
    return text(kind ? kind->title : group.kind).toLower();
}

QString nameOf(const Design& design, std::string_view id) {
    if (const Node* node = design.nodes.find(id)) return text(node->displayName());
    if (const Domain* domain = design.domains.find(id)) return text(domain->displayName());
    if (const Group* group = design.groups.find(id)) return text(group->displayName());
    if (const Link* link = design.links.find(id))
        return QStringLiteral("%1 to %2").arg(nameOf(design, link->from), nameOf(design, link->to));
    return QString::fromUtf8(id.data(), qsizetype(id.size()));
}

QString flowName(const Design& design, std::string_view flow) {
    if (flow == "design") return QStringLiteral("Whole design");
    const std::size_t colon = flow.find(':');
    const QString client = nameOf(design, flow.substr(0, colon));
    if (colon == flow.npos) return client;
    const std::string_view requests = flow.substr(colon + 1);
    return client + kDot + QString::fromUtf8(requests.data(), qsizetype(requests.size()));
}

} // namespace alwayson::gui::words

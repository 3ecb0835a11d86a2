#include "exporters/mysql/prediction.h"

#include "core/base/units.h"
#include "core/graph/round_trip.h"
#include "core/graph/static_load.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

namespace alwayson::exporters::mysql {

namespace {

namespace g = group_key;

constexpr double kNever = std::numeric_limits<double>::infinity();

std::string shownTime(double seconds) {
    return formatDuration(Duration::seconds(seconds));
}

// A largest value has no limit where the smallest is finite.
std::string most(const PhaseLaw& law) {
    return std::isfinite(law.minS) && !std::isfinite(law.maxS) ? "no limit" : shownTime(law.maxS);
}

// From the source to the member that is furthest ahead and may take over; s.
double leastUnderWay(const Design& design, const Plan& plan) {
    const Node& source = *plan.members.front().node;
    const std::vector<double> ways = replicationWays(design, *plan.group, source);
    double least = kNever;
    for (std::size_t i = 1; i < plan.members.size(); ++i)
        if (plan.members[i].rule != member_key::PromotionRule::never) least = std::min(least, ways[i]);
    return std::isfinite(least) ? least : 0;
}

// The promoted member asks for as many acknowledgements as before, with one replica less.
double waitForNobody(const Plan& plan) {
    if (!plan.semiSync || std::int64_t(plan.members.size()) - 2 >= plan.acks) return 0;
    const auto timeout = get(plan.group->parameters, g::semisyncTimeout);
    return timeout ? timeout->seconds() : kNever;
}

void phase(std::string& out, const PredictedLoss& loss, std::string_view name, const PhaseLaw& law) {
    out += fmt::format("| {} | {} | {} | {} | {} |\n", loss.failure, name, shownTime(law.minS),
                       std::isfinite(law.minS) ? shownTime(law.meanS) : "never", most(law));
}

void phases(std::string& out, const Prediction& p, const PredictedLoss& loss) {
    const bool inOne = p.plan.takeOver || p.plan.by == FailoverBy::human;
    if (!inOne) {
        phase(out, loss, "detection", loss.law.detection);
        if (std::isfinite(loss.law.detection.minS)) {
            phase(out, loss, "promotion", loss.law.promotion);
            phase(out, loss, "reroute, last caller", loss.law.reroute);
        }
    }
    if (loss.firstCommitS > 0)
        phase(out, loss, "first commit waits", {loss.firstCommitS, loss.firstCommitS, loss.firstCommitS});
    phase(out, loss, "**total**", loss.total);
}

std::string whoActs(const Prediction& p) {
    if (p.plan.takeOver) return "The design names one take-over time for all of it.";
    switch (p.plan.by) {
    case FailoverBy::nobody:
        return "The design names nobody who promotes another member: writes wait until the source is back.";
    case FailoverBy::human:
        return "A human promotes: the total is the design's *Recovery by hand*, from the failure to the last "
               "caller.";
    case FailoverBy::orchestrator:
        return "Orchestrator promotes, with the timers above. Whoever runs `03-promote.sh` by hand instead "
               "adds "
               "the time until they do.";
    case FailoverBy::mha:
        return "MHA promotes, with the timers above; it is not part of this folder. Whoever runs "
               "`03-promote.sh` by hand instead\nadds the time until they do.";
    case FailoverBy::group:
        return "The group elects by itself.";
    case FailoverBy::vrrp:
        break;
    }
    return {};
}

std::string assumptions(const Prediction& p, const Plan& plan) {
    std::string out = "This assumes:\n\n";
    const auto line = [&](const std::string& text) { out += "* " + text + "\n"; };
    const bool automatic =
        p.plan.takeOver || (p.plan.by != FailoverBy::human && p.plan.by != FailoverBy::nobody);
    if (automatic && p.plan.coverage < 1) {
        std::string text = fmt::format("the take-over works, which it does in {} % of all cases",
                                       formatSignificant(100 * p.plan.coverage));
        text += p.plan.byHand ? fmt::format("; else a human ends it, in {} on average",
                                            shownTime(p.plan.byHand->mean()))
                              : "; else writes wait until the source is back";
        line(text + ";");
    }
    if (!plan.groupReplication)
        line("the member that takes over has replayed what it had received: what it still has to replay "
             "comes on top;");
    line("the failure is the first for a long time, the members and whoever promotes are not cut off from "
         "each other, and the machines\n  keep up with the load;");
    if (p.plan.by == FailoverBy::orchestrator && p.plan.allReplicasAgree && !p.plan.takeOver)
        line(
            fmt::format("{} of writes in normal operation, which tell how soon replicas notice that a source "
                        "is silent;",
                        formatSignificant(p.writesPerS) + " per s"));
    line("a caller tries again until it succeeds; its own pause between attempts comes on top.");
    return out + '\n';
}

std::string loss(const Prediction& p, const Plan& plan) {
    const std::string head = "**Predicted loss of commits that a caller was told about:** ";
    if (plan.groupReplication)
        return head + "none. A commit is known to a majority of the members before its caller is.\n\n";
    if (plan.semiSync)
        return head +
               fmt::format(
                   "none as long as commits are acknowledged: they are on {} as well. After {} without "
                   "acknowledgement the\nsource goes on alone; then all it commits until replicas have "
                   "caught up is lost with it.\n\n",
                   plan.acks == 1 ? std::string("a replica") : fmt::format("{} replicas", plan.acks),
                   shownTime(double(plan.ackTimeoutMs) / 1000));
    std::string text =
        p.lostS > 0 ? fmt::format("the last {} of writes", shownTime(p.lostS)) : std::string("next to none");
    if (p.lostS > 0 && p.writesPerS > 0)
        text += fmt::format(", about {} commits at {} writes per s",
                            formatSignificant(p.lostS * p.writesPerS), formatSignificant(p.writesPerS));
    return head + text +
           fmt::format(
               ": what was on its way to the member that is furthest ahead ({} one way by the places of "
               "the design).\nWhile a replica is cut off, what is committed meanwhile comes on top; lag in "
               "replaying costs time, not commits.\n\n",
               shownTime(p.lostS));
}

Json number(double seconds) {
    return std::isfinite(seconds) ? Json(seconds) : Json();
}

} // namespace

Prediction predictionOf(const Design& design, const Plan& plan) {
    Prediction p;
    p.plan = failoverPlan(design, *plan.group);
    if (!plan.groupReplication && !plan.semiSync) p.lostS = leastUnderWay(design, plan);
    const RequestRates rates = requestRates(design);
    for (const Member& member : plan.members)
        p.writesPerS += rates.writesPerS[std::size_t(design.nodes.indexOf(member.node->id.str()))];
    for (const auto& [name, effect] :
         {std::pair{"machine gone", FailureEffect::gone}, std::pair{"process crash", FailureEffect::crash}}) {
        PredictedLoss one;
        one.failure = name;
        one.law = failoverLaw(design, *plan.group, effect);
        one.firstCommitS = waitForNobody(plan);
        one.total = one.law.total + one.firstCommitS;
        one.p95S = std::isfinite(one.total.minS) ? failoverQuantile(p.plan, effect, 0.95) + one.firstCommitS
                                                 : kNever;
        p.losses.push_back(one);
    }
    return p;
}

std::string shown(const Prediction& p, const Plan& plan) {
    std::string out =
        "\n**Predicted time without a source**, from the failure until the last caller's writes "
        "succeed again:\n\n";
    out += "| failure | phase | least | mean | most |\n|---|---|---|---|---|\n";
    for (const PredictedLoss& one : p.losses)
        phases(out, p, one);
    out += '\n';
    if (std::isfinite(p.losses.front().total.minS)) {
        out += "Of 100 such failures, 95 are over within";
        for (const PredictedLoss& one : p.losses)
            out += fmt::format("{} {} ({})", &one == &p.losses.front() ? "" : " and", shownTime(one.p95S),
                               one.failure);
        out += ".\n\n";
    }
    out += whoActs(p) + "\n\n";
    if (std::isfinite(p.losses.front().total.minS)) out += assumptions(p, plan);
    return out + loss(p, plan);
}

Json asJson(const Prediction& p) {
    Json all = Json::object();
    for (const PredictedLoss& one : p.losses) {
        std::string key(one.failure);
        std::replace(key.begin(), key.end(), ' ', '_');
        all[key] = {{"min", number(one.total.minS)},
                    {"mean", number(one.total.meanS)},
                    {"p95", number(one.p95S)},
                    {"max", number(one.total.maxS)}};
    }
    return all;
}

} // namespace alwayson::exporters::mysql

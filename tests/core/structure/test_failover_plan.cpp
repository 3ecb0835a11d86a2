// Failover of a replication set and elections: every law against 200,000 draws of the very
// functions that the engines call, and against figures computed by hand.
#include "core/structure/failover_plan.h"
#include "tests/core/structure/design_maker.h"
#include "tests/support/test_support.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <random>

using namespace alwayson;
using alwayson::test::DesignMaker;

namespace {

constexpr int kDraws = 200000;

struct Uniform {
    std::mt19937_64 bits{11};
    double operator()() { return static_cast<double>(bits() >> 11) * 0x1p-53; }
};

struct Drawn {
    double least = std::numeric_limits<double>::infinity(), mean = 0, most = 0, p95 = 0;
};

template <class Draw>
Drawn drawn(Draw&& draw) {
    std::vector<double> all(kDraws);
    Drawn d;
    for (double& at : all) {
        at = draw();
        d.least = std::min(d.least, at);
        d.most = std::max(d.most, at);
        d.mean += at / kDraws;
    }
    std::nth_element(all.begin(), all.begin() + kDraws * 95 / 100, all.end());
    d.p95 = all[kDraws * 95 / 100];
    return d;
}

// Within 0.5 %, the ends as well as the mean; nothing outside of the ends. A sum of several uniform times
// rarely comes near its ends: `corners` is how far they may be missed, as a share of the range.
bool matches(const Drawn& d, const PhaseLaw& law, double corners = 0.005) {
    const double range = law.maxS - law.minS, close = 1e-9 * (1 + law.maxS);
    const bool inside = d.least >= law.minS - close && d.most <= law.maxS + close;
    const bool ends = std::isinf(law.maxS) ? d.least - law.minS <= 0.01 * law.meanS
                                           : d.least - law.minS <= corners * range + close &&
                                                 law.maxS - d.most <= corners * range + close;
    const bool good = inside && ends && std::abs(d.mean - law.meanS) <= 0.005 * law.meanS + close;
    if (!good)
        qWarning("drawn %g %g %g, law %g %g %g", d.least, d.mean, d.most, law.minS, law.meanS, law.maxS);
    return good;
}

bool is(const PhaseLaw& law, double least, double mean, double most) {
    const auto same = [](double a, double b) { return a == b || std::abs(a - b) < 5e-4 * (1 + b); };
    const bool good = same(law.minS, least) && same(law.meanS, mean) && same(law.maxS, most);
    if (!good) qWarning("law %g %g %g", law.minS, law.meanS, law.maxS);
    return good;
}

// db1 is the source; shop calls the set with `writes` per second.
DesignMaker setOf(const Parameters& parameters, std::size_t members = 3, double writes = 1e5) {
    DesignMaker maker;
    maker.client("shop", writes);
    Node shop = maker.edit().nodes.at(0);
    shop.classes[0].writes = true;
    maker.edit().nodes.replace(0, std::move(shop));
    Group group;
    group.id = GroupId("db");
    group.kind = "mysql_replication";
    group.parameters = parameters;
    maker.edit().groups.append(std::move(group));
    for (std::size_t i = 1; i <= members; ++i) {
        Node node;
        node.id = NodeId("db" + std::to_string(i));
        node.kind = "mysql";
        node.group = GroupId("db");
        node.defaultFailureModes = false;
        maker.edit().nodes.append(std::move(node));
    }
    maker.link("shop", "db");
    return maker;
}

FailoverPlan planOf(const DesignMaker& maker) {
    return failoverPlan(maker.design(), maker.design().groups.at(0));
}

FailoverPlan planOf(const Parameters& parameters, double writes = 1e5) {
    return planOf(setOf(parameters, 3, writes));
}

Value word(const char* text) {
    return std::string(text);
}

constexpr FailureEffect kSilent[] = {FailureEffect::hang, FailureEffect::gone, FailureEffect::cutOff,
                                     FailureEffect::outage, FailureEffect::isolation};

} // namespace

class TestFailoverPlan : public QObject {
    Q_OBJECT

    Uniform m_uniform;

    Drawn detections(const FailoverPlan& plan, FailureEffect effect, double share = 1) {
        return drawn([&] { return sampleDetection(plan, effect, share, m_uniform); });
    }

private slots:
    void sourceRefuses() {
        const FailoverPlan plan = planOf(Parameters{});
        for (const FailureEffect effect : {FailureEffect::crash, FailureEffect::dataLoss}) {
            QVERIFY(is(detectionLaw(plan, effect), 0, 3, 6));
            QVERIFY(matches(detections(plan, effect), detectionLaw(plan, effect)));
        }
    }

    void sourceIsSilent() {
        const FailoverPlan plan = planOf(Parameters{});
        for (const FailureEffect effect : kSilent)
            QVERIFY(is(detectionLaw(plan, effect), 4, 5.4, 8));
        const Drawn d = detections(plan, FailureEffect::gone);
        QVERIFY(matches(d, detectionLaw(plan, FailureEffect::gone)));
        QVERIFY(std::abs(d.p95 - 7.29) < 0.02);
        QCOMPARE(detectionLaw(plan, FailureEffect::gone).meanS - 0.5, 4.9 + plan.longestQuiet * -0.2);
    }

    void replicasThatWaitAMinute() {
        DesignMaker maker = setOf({});
        for (const char* id : {"db2", "db3"})
            maker.set(id, "net_timeout_s", 60.0);
        QVERIFY(is(detectionLaw(planOf(maker), FailureEffect::gone), 60, 60.5, 61));
        // The source's own does not count, the longest of the replicas does.
        maker.set("db1", "net_timeout_s", 600.0).set("db2", "net_timeout_s", 4.0);
        QVERIFY(is(detectionLaw(planOf(maker), FailureEffect::gone), 60, 60.5, 61));
    }

    void quietSources() {
        // One write in 1.25 s: the replicas give it up 2.75 to 4 s after the failure. None: after half of it.
        for (const double writes : {0.8, 0.0, 0.3}) {
            const FailoverPlan plan = planOf(Parameters{}, writes);
            const PhaseLaw law = detectionLaw(plan, FailureEffect::gone);
            QCOMPARE(plan.longestQuiet, writes == 0.8 ? 1.25 : 2.0);
            QVERIFY(matches(detections(plan, FailureEffect::gone), law, 0.03));
            QCOMPARE(law.minS, std::max(2.0, 4 - plan.longestQuiet));
        }
        DesignMaker slow = setOf({}, 3, 0);
        slow.set("db2", "net_timeout_s", 9.0);
        QVERIFY(matches(detections(planOf(slow), FailureEffect::gone),
                        detectionLaw(planOf(slow), FailureEffect::gone), 0.03));
    }

    void managerAlone() {
        const FailoverPlan plan = planOf(Parameters{{"all_replicas_agree", false}});
        QVERIFY(is(detectionLaw(plan, FailureEffect::gone), 2, 5, 8));
        QVERIFY(matches(detections(plan, FailureEffect::gone), detectionLaw(plan, FailureEffect::gone)));
    }

    void mhaAndTheGroup() {
        const FailoverPlan mha = planOf(Parameters{{"manager", word("mha")}});
        const FailoverPlan group = planOf(Parameters{{"manager", word("group")}});
        for (const FailureEffect effect : {FailureEffect::crash, FailureEffect::hang, FailureEffect::gone}) {
            QVERIFY(is(detectionLaw(mha, effect), 9, 10.5, 12));
            QVERIFY(is(detectionLaw(group, effect), 10, 10.5, 11));
        }
        QVERIFY(matches(detections(mha, FailureEffect::gone), detectionLaw(mha, FailureEffect::gone)));
        QVERIFY(matches(detections(group, FailureEffect::gone), detectionLaw(group, FailureEffect::gone)));
        const FailoverLaw law = failoverLaw(group, FailureEffect::gone);
        QVERIFY(is(law.detection + law.promotion, 11, 12, 13));
    }

    void errors() {
        const FailoverPlan agreed = planOf(Parameters{});
        QVERIFY(std::isinf(detectionLaw(agreed, FailureEffect::errors).minS));
        QVERIFY(std::isinf(sampleDetection(agreed, FailureEffect::errors, 1, m_uniform)));
        const FailoverPlan alone = planOf(Parameters{{"all_replicas_agree", false}});
        QVERIFY(is(detectionLaw(alone, FailureEffect::errors), 0, 3, 6));
        // Half the polls are answered: one more on average.
        QCOMPARE(detectionLaw(alone, FailureEffect::errors, 0.5).meanS, 8.0);
        QVERIFY(matches(detections(alone, FailureEffect::errors, 0.5),
                        detectionLaw(alone, FailureEffect::errors, 0.5)));
        const FailoverPlan mha = planOf(Parameters{{"manager", word("mha")}});
        QVERIFY(matches(detections(mha, FailureEffect::errors, 0.4),
                        detectionLaw(mha, FailureEffect::errors, 0.4)));
        const FailoverPlan group = planOf(Parameters{{"manager", word("group")}});
        QVERIFY(std::isinf(detectionLaw(group, FailureEffect::errors).minS));
        for (const FailoverPlan* plan : {&agreed, &alone, &mha, &group})
            QVERIFY(std::isinf(sampleDetection(*plan, FailureEffect::slow, 1, m_uniform)));
    }

    void runsOfFailures() {
        QCOMPARE(failedRunAt(3, 1, 0.7), 3.0);
        QCOMPARE(meanFailedRun(1, 0.25), 4.0);
        // By counting, and far out, where the chances are extrapolated.
        const auto counted = drawn([&] {
            double n = 0;
            for (int row = 0; row < 3; ++n)
                row = m_uniform() < 0.6 ? row + 1 : 0;
            return n;
        });
        const auto inverted = drawn([&] { return failedRunAt(3, 0.6, m_uniform()); });
        QVERIFY(std::abs(counted.mean / meanFailedRun(3, 0.6) - 1) < 0.005);
        QVERIFY(std::abs(inverted.mean / meanFailedRun(3, 0.6) - 1) < 0.005);
        QCOMPARE(counted.p95, inverted.p95);
        double mean = 0; // 1,000,000 trials and more on average
        for (int i = 0; i < 2000; ++i)
            mean += failedRunAt(3, 0.01, (i + 0.5) / 2000) / 2000;
        QVERIFY(std::abs(mean / meanFailedRun(3, 0.01) - 1) < 0.002);
        QVERIFY(failedRunAt(1000, 1e-9, 0.5) > 1e15);
    }

    void vrrpByItsOwnDraws() {
        DesignMaker maker;
        Group group;
        group.id = GroupId("lb");
        group.kind = "vrrp_pair";
        group.parameters = {{"arp_update_ms", 250.0}};
        maker.edit().groups.append(std::move(group));
        maker.haproxy("lb1", "lb").haproxy("lb2", "lb");
        const FailoverPlan plan = planOf(maker);
        for (const FailureEffect effect : {FailureEffect::gone, FailureEffect::crash, FailureEffect::hang})
            QVERIFY(matches(detections(plan, effect), detectionLaw(plan, effect)));
        QVERIFY(is(detectionLaw(plan, FailureEffect::hang), 3.6094, 4.1094, 4.6094));
        QVERIFY(matches(detections(plan, FailureEffect::errors, 0.5),
                        detectionLaw(plan, FailureEffect::errors, 0.5)));
        QCOMPARE(sampleLastReroute(plan, m_uniform), 0.25);
        QCOMPARE(plan.coverage, 0.995);
        // Each event of the pair, and a weight with a standby that preempts.
        VrrpTimers timers = plan.vrrp;
        const auto takeovers = [&](VrrpEvent event) {
            return drawn([&] { return vrrpTakeoverAt(timers, event, {m_uniform(), m_uniform()}); });
        };
        QVERIFY(matches(takeovers(VrrpEvent::stopped), vrrpTakeover(timers, VrrpEvent::stopped)));
        timers.weight = -60;
        QVERIFY(std::isinf(takeovers(VrrpEvent::balancerDead).least));
        timers.weightGivesWay = true;
        QVERIFY(matches(takeovers(VrrpEvent::balancerHung), vrrpTakeover(timers, VrrpEvent::balancerHung)));
        timers.preemptDelay = 3.5;
        QVERIFY(
            matches(takeovers(VrrpEvent::balancerDead), vrrpTakeover(timers, VrrpEvent::balancerDead), 0.02));
        timers.tracked = false;
        QVERIFY(std::isinf(takeovers(VrrpEvent::balancerHung).least));
    }

    void routes() {
        const auto law = [](const char* route) {
            return rerouteLaw(planOf(Parameters{{"write_route", word(route)}}));
        };
        QVERIFY(is(law("proxy"), 0, 0.5, 1));
        QVERIFY(is(law("dns"), 0, 15, 30));
        QVERIFY(is(law("connector"), 0, 0.25, 0.5));
        QVERIFY(is(law("virtual_ip"), 0.5, 0.5, 0.5));
        QVERIFY(is(rerouteLaw(planOf(Parameters{{"proxy_rise", 3.0}, {"proxy_check_ms", 200.0}})), 0.4, 0.5,
                   0.6));
    }

    void theLastCallerCounts() {
        DesignMaker maker = setOf({{"write_route", word("dns")}});
        maker.group("web").server("w1", "web").server("w2", "web").server("w3", "web").link("web", "db");
        const FailoverPlan plan = planOf(maker);
        QCOMPARE(plan.callers.size(), std::size_t(4));
        QCOMPARE(plan.callers.at(1).caller, std::string("w1"));
        QVERIFY(is(rerouteLaw(plan), 0, 24, 30));
        QVERIFY(matches(drawn([&] { return sampleLastReroute(plan, m_uniform); }), rerouteLaw(plan), 0.1));
        // A link for reads only is no caller of the source.
        Link link = maker.edit().links.at(1);
        link.parameters["access"] = word("read");
        maker.edit().links.replace(1, std::move(link));
        QCOMPARE(planOf(maker).callers.size(), std::size_t(1));
    }

    void aBalancerIsTheProxy() {
        DesignMaker maker = setOf({{"write_route", word("dns")}});
        maker.haproxy("lb", {}).set("lb", "check_inter_ms", 500.0).set("lb", "check_rise", 2.0);
        maker.set("lb", "check_downinter_ms", 3000.0).set("lb", "check_fastinter_ms", 1000.0);
        Design& design = maker.edit();
        Link link = design.links.at(0);
        link.from = "lb";
        design.links.replace(0, std::move(link));
        QVERIFY(is(rerouteLaw(planOf(maker)), 1, 2.5, 4));
        maker.set("lb", "check", false);
        QVERIFY(std::isinf(rerouteLaw(planOf(maker)).minS));
        // Beside a direct caller whose address moves: the later of the two.
        maker.set("lb", "check", true).link("shop", "db");
        Group group = design.groups.at(0);
        group.parameters["write_route"] = word("virtual_ip");
        group.parameters["virtual_ip_move"] = Distribution::exponentialMean(2, "s");
        design.groups.replace(0, std::move(group));
        const FailoverPlan both = planOf(maker);
        const Drawn later = drawn([&] {
            return std::max(both.addressMove->quantile(std::max(m_uniform(), 1e-12)),
                            sampleLastReroute(both, m_uniform));
        });
        QVERIFY(std::abs(later.mean / rerouteLaw(both).meanS - 1) < 0.005);
    }

    void wholeTakeOvers() {
        const auto total = [](const Parameters& parameters, FailureEffect effect) {
            return failoverLaw(planOf(parameters), effect).total;
        };
        QVERIFY(is(total({}, FailureEffect::gone), 7, 10.4, 15));
        QVERIFY(is(total({}, FailureEffect::crash), 3, 8, 13));
        const Parameters fenced{{"manager", word("mha")}, {"fencing", 0.95}};
        QVERIFY(is(total(fenced, FailureEffect::gone), 19, 24, 29));
        // All phases drawn as an engine draws them.
        const FailoverPlan plan = planOf(fenced);
        QCOMPARE(plan.promotionSteps.size(), std::size_t(2));
        const Drawn d = drawn([&] {
            double t = sampleDetection(plan, FailureEffect::gone, 1, m_uniform);
            for (const DistributionShape& step : plan.promotionSteps)
                t += step.quantile(std::max(m_uniform(), 1e-12));
            return t + sampleLastReroute(plan, m_uniform);
        });
        QVERIFY(matches(d, total(fenced, FailureEffect::gone), 0.1));
        QCOMPARE(failoverLaw(plan, FailureEffect::gone).coverage, 0.975);
    }

    void peopleAndNobody() {
        const FailoverLaw hand =
            failoverLaw(planOf(Parameters{{"manager", word("manual")}}), FailureEffect::gone);
        // Median 30 min, p95 2 h: sigma = ln 4 / 1.645, mean = 30 min x exp(sigma^2 / 2).
        const double sigma = std::log(4.0) / 1.6448536269514722;
        QVERIFY(std::abs(hand.total.meanS / (1800 * std::exp(sigma * sigma / 2)) - 1) < 1e-9);
        QCOMPARE(hand.detection.maxS, 0.0);
        QCOMPARE(hand.coverage, 1.0);
        QVERIFY(std::isinf(
            failoverLaw(planOf(Parameters{{"manager", word("none")}}), FailureEffect::gone).total.minS));
        // Nobody may be promoted; two of a group are no majority without one of them.
        DesignMaker never = setOf({}, 2);
        never.set("db2", "promotion_rule", word("never"));
        QVERIFY(std::isinf(failoverLaw(planOf(never), FailureEffect::gone).total.minS));
        const Parameters byGroup{{"manager", word("group")}};
        QVERIFY(std::isinf(failoverLaw(planOf(setOf(byGroup, 2)), FailureEffect::gone).total.minS));
        QVERIFY(is(failoverLaw(planOf(setOf(byGroup, 3)), FailureEffect::gone).total, 11, 12.5, 14));
        // The member that fails is another one.
        const Design& design = never.design();
        QVERIFY(failoverPlan(design, design.groups.at(0), design.nodes.find("db2")).anyCandidate);
    }

    void timesOfTheirOwn() {
        const FailoverPlan plan = planOf(Parameters{{"failover", Distribution::exponentialMean(12, "s")}});
        const FailoverLaw law = failoverLaw(plan, FailureEffect::crash);
        QCOMPARE(law.total.meanS, 12.0);
        QCOMPARE(law.promotion.maxS, 0.0);
        QCOMPARE(sampleDetection(plan, FailureEffect::crash, 1, m_uniform), 0.0);
        DesignMaker maker;
        maker.group("web").server("w", "web");
        Group web = maker.edit().groups.at(0);
        web.parameters = {{"failover_coverage", 0.9}, {"failover", Distribution::exponentialMean(30, "s")}};
        maker.edit().groups.replace(0, std::move(web));
        const FailoverLaw pool =
            failoverLaw(maker.design(), maker.design().groups.at(0), FailureEffect::crash);
        QCOMPARE(pool.total.meanS, 30.0);
        QCOMPARE(pool.coverage, 0.9);
    }

    void elections() {
        DesignMaker maker;
        maker.domain("east").domain("west");
        Group group;
        group.id = GroupId("etcd");
        group.kind = "quorum";
        maker.edit().groups.append(std::move(group));
        for (const char* id : {"v1", "v2", "v3"}) {
            maker.server(id, "etcd").in("east");
            Node node = maker.edit().nodes.at(maker.edit().nodes.size() - 1);
            node.kind = "voter";
            node.parameters.clear();
            maker.edit().nodes.replace(maker.edit().nodes.size() - 1, std::move(node));
        }
        const auto plan = [&] { return electionPlan(maker.design(), maker.design().groups.at(0)); };
        ElectionPlan alone = plan();
        const double inside = alone.roundTrip;
        QVERIFY(inside > 0 && inside < 0.01);
        alone.roundTrip = 0;
        QVERIFY(std::abs(electionLaw(alone).meanS - 1.62162) < 1e-4);
        for (const double split : {0.075, 0.5}) {
            alone.splitVote = split;
            QVERIFY(
                matches(drawn([&] { return sampleElection(alone, m_uniform); }), electionLaw(alone), 0.01));
        }
        alone.splitVote = 0;
        QVERIFY(is(electionLaw(alone), 1, 1.5, 2));
        QVERIFY(matches(drawn([&] { return sampleElection(alone, m_uniform); }), electionLaw(alone)));
        maker.in("west");
        QCOMPARE(plan().roundTrip, 0.08);
        QVERIFY(is(failoverLaw(maker.design(), maker.design().groups.at(0), FailureEffect::gone).total, 1.08,
                   1.58 / 0.925, std::numeric_limits<double>::infinity()));
    }
};

ALWAYSON_TEST_MAIN(TestFailoverPlan, test_failover_plan)
#include "test_failover_plan.moc"

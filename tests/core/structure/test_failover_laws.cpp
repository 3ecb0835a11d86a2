// Take-over of a VRRP pair: the reference rows, what was measured with keepalived, and every timer by
// drawing.
#include "core/structure/failover_laws.h"
#include "tests/core/structure/design_maker.h"
#include "tests/support/test_support.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <random>

using namespace alwayson;
using alwayson::test::DesignMaker;

class TestFailoverLaws : public QObject {
    Q_OBJECT

    static Design pairOf(const Parameters& timers, std::size_t members = 2) {
        DesignMaker maker;
        Group group;
        group.id = GroupId("lb");
        group.kind = "vrrp_pair";
        group.parameters = timers;
        maker.edit().groups.append(std::move(group));
        for (std::size_t i = 1; i <= members; ++i)
            maker.haproxy("lb" + std::to_string(i), "lb");
        return maker.design();
    }
    static FailoverLaw lawOf(const Parameters& timers, FailureEffect effect, double errorShare = 1) {
        const Design design = pairOf(timers);
        return failoverLaw(design, design.groups.at(0), effect, errorShare);
    }
    static void setPriority(Design& design, std::size_t node, double priority) {
        Node changed = design.nodes.at(node);
        changed.parameters["vrrp_priority"] = priority;
        design.nodes.replace(node, std::move(changed));
    }
    static bool close(const PhaseLaw& law, double least, double mean, double most) {
        return std::abs(law.minS - least) < 5e-4 && std::abs(law.meanS - mean) < 5e-4 &&
               std::abs(law.maxS - most) < 5e-4;
    }
    static VrrpTimers timersOf(const Parameters& timers) {
        const Design design = pairOf(timers);
        return vrrpTimersOf(design, design.groups.at(0), design.nodes.at(0));
    }

private slots:
    void machineGone() { // H6: from the last advert the take-over comes after the longest of these times
        for (const FailureEffect effect :
             {FailureEffect::gone, FailureEffect::cutOff, FailureEffect::outage, FailureEffect::isolation})
            QVERIFY(close(lawOf({}, effect).total, 2.6094, 3.1094, 3.6094));
        Design design = pairOf({});
        setPriority(design, 1, 254);
        QVERIFY(close(failoverLaw(design, design.groups.at(0), FailureEffect::gone).total, 2.0078, 2.5078,
                      3.0078));
        // Measured with 0.5 s: 1.69 s after the link went down.
        const PhaseLaw fast = lawOf({{"advert_ms", 500.0}}, FailureEffect::gone).total;
        QVERIFY(close(fast, 1.3047, 1.5547, 1.8047));
        QVERIFY(fast.minS < 1.69 && 1.69 < fast.maxS);
    }

    void versionTwoSkewsInSeconds() {
        QVERIFY(close(lawOf({{"advert_ms", 100.0}}, FailureEffect::gone).total, 0.2609, 0.3109, 0.3609));
        QVERIFY(close(lawOf({{"advert_ms", 2000.0}, {"version", 2.0}}, FailureEffect::gone).total, 4.6094,
                      5.6094, 6.6094));
    }

    void cleanStop() {
        QVERIFY(close(vrrpTakeover(timersOf({}), VrrpEvent::stopped), 0.6094, 0.6094, 0.6094));
        // Measured with 0.5 s: 0.32 s.
        QVERIFY(close(vrrpTakeover(timersOf({{"advert_ms", 500.0}}), VrrpEvent::stopped), 0.3047, 0.3047,
                      0.3047));
    }

    void balancerDead() {
        QVERIFY(close(lawOf({}, FailureEffect::crash).total, 1.6094, 2.1094, 2.6094));
        QVERIFY(close(lawOf({}, FailureEffect::dataLoss).total, 1.6094, 2.1094, 2.6094));
        QVERIFY(close(lawOf({}, FailureEffect::errors).total, 1.6094, 2.1094, 2.6094));
        QVERIFY(close(lawOf({{"advert_ms", 500.0}}, FailureEffect::crash).total, 1.3047, 1.8047, 2.3047));
        QVERIFY(close(lawOf({{"track_interval_ms", 3000.0}, {"track_fall", 4.0}}, FailureEffect::crash).total,
                      9.6094, 11.1094, 12.6094));
    }

    void errorsNeedARunOfFailedScripts() {
        // Half the runs fail: 6 runs on average until two in a row, 5 pauses of 1 s.
        const FailoverLaw law = lawOf({}, FailureEffect::errors, 0.5);
        QVERIFY(std::abs(law.total.meanS - (0.5 + 5 + 0.609375)) < 1e-9);
        QVERIFY(std::isinf(law.total.maxS));
        QVERIFY(std::isinf(lawOf({}, FailureEffect::errors, 0).total.minS));
    }

    void balancerHung() {
        // Measured with 2.2.7: 3.83 to 4.11 s; with a timeout of 4 s 5.82 s.
        QVERIFY(close(lawOf({}, FailureEffect::hang).total, 3.6094, 4.1094, 4.6094));
        QVERIFY(
            close(lawOf({{"track_timeout_ms", 4000.0}}, FailureEffect::hang).total, 5.6094, 6.1094, 6.6094));
        // From 2.3.3 on: the next run starts at the first interval after the timeout.
        QVERIFY(close(vrrpTakeoverHungNewer(timersOf({})), 5.6094, 6.1094, 6.6094));
        QVERIFY(close(vrrpTakeoverHungNewer(timersOf({{"track_interval_ms", 5000.0}})), 7.6094, 10.1094,
                      12.6094));
    }

    void unwatchedBalancersKeepTheAddress() {
        for (const FailureEffect effect :
             {FailureEffect::crash, FailureEffect::hang, FailureEffect::errors}) {
            const FailoverLaw law = lawOf({{"track", std::string("none")}}, effect);
            QVERIFY(std::isinf(law.total.minS) && std::isinf(law.total.meanS) &&
                    std::isinf(law.detection.maxS));
        }
        QVERIFY(close(lawOf({{"track", std::string("none")}}, FailureEffect::gone).total, 2.6094, 3.1094,
                      3.6094));
        QVERIFY(std::isinf(lawOf({}, FailureEffect::slow).total.meanS));
    }

    void weights() {
        const auto law = [](double weight, bool preempt, double delay = 0) {
            return lawOf({{"track_weight", weight}, {"preempt", preempt}, {"preempt_delay_s", delay}},
                         FailureEffect::crash)
                .total;
        };
        // Without preempting, and with a weight too small, it stays (measured).
        QVERIFY(std::isinf(law(-60, false).minS));
        QVERIFY(std::isinf(law(-50, true).minS));
        // Measured with preempting: 4.13 to 4.94 s.
        QVERIFY(close(law(-60, true), 3.6094, 4.6094, 5.6094));
        // A positive one counts for the standby as well.
        QVERIFY(close(law(60, true), 3 + 96.0 / 256, 4 + 96.0 / 256, 5 + 96.0 / 256));
        QVERIFY(std::isinf(law(50, true).minS));
        QVERIFY(close(law(-60, true, 5.5), 9.6094, 10.6094, 11.6094));
    }

    void everyTimerByDrawing() {
        // The protocol itself, with adverts and runs of the script at their own phases.
        std::minstd_rand random(7);
        const auto phase = [&](double period) { return period * double(random()) / double(random.max()); };
        const VrrpTimers t = timersOf({{"advert_ms", 700.0},
                                       {"track_interval_ms", 3000.0},
                                       {"track_timeout_ms", 4000.0},
                                       {"track_fall", 3.0}});
        for (const VrrpEvent event :
             {VrrpEvent::machineGone, VrrpEvent::balancerDead, VrrpEvent::balancerHung}) {
            const PhaseLaw law = vrrpTakeover(t, event);
            double least = 1e9, most = 0, sum = 0;
            constexpr int kDraws = 200000;
            for (int i = 0; i < kDraws; ++i) {
                double at = 0;
                if (event == VrrpEvent::machineGone) {
                    at = -phase(t.advert) + 3 * t.advert + t.skew; // since the last advert
                } else {
                    double run = phase(t.interval), result = 0;
                    for (int failed = 0; failed < int(t.fall); ++failed, run += t.interval)
                        result = run + (event == VrrpEvent::balancerHung ? t.timeout : 0);
                    at = result + t.skew;
                }
                least = std::min(least, at);
                most = std::max(most, at);
                sum += at;
            }
            QVERIFY(std::abs(least / law.minS - 1) < 0.005 && least >= law.minS);
            QVERIFY(std::abs(most / law.maxS - 1) < 0.005 && most <= law.maxS);
            QVERIFY(std::abs(sum / kDraws / law.meanS - 1) < 0.005);
        }
    }

    void priorities() {
        Design design = pairOf({}, 14);
        const auto of = [&](std::size_t i) { return priorityOf(design, design.nodes.at(i)); };
        QCOMPARE(of(0), 150.0);
        QCOMPARE(of(1), 100.0);
        QCOMPARE(of(2), 90.0);
        QCOMPARE(of(10), 10.0);
        QCOMPARE(of(13), 1.0);
        setPriority(design, 2, 200);
        QCOMPARE(of(2), 200.0);
        // The one of highest priority takes over.
        const VrrpTimers t = vrrpTimersOf(design, design.groups.at(0), design.nodes.at(0));
        QCOMPARE(t.skew, 56.0 / 256);
        QCOMPARE(vrrpTimersOf(design, design.groups.at(0), design.nodes.at(2)).skew, 106.0 / 256);
    }

    void neighboursAndOwnTimes() {
        const FailoverLaw slow =
            lawOf({{"arp_update_ms", 5000.0}, {"failover_coverage", 0.9}}, FailureEffect::gone);
        QVERIFY(close(slow.reroute, 5, 5, 5));
        QVERIFY(close(slow.total, 7.6094, 8.1094, 8.6094));
        QCOMPARE(slow.coverage, 0.9);
        const FailoverLaw own =
            lawOf({{"failover", Distribution::exponentialMean(30, "s")}}, FailureEffect::gone);
        QCOMPARE(own.total.meanS, 30.0);
        QCOMPARE(own.total.minS, 0.0);
    }

    void nobodyToTakeOver() {
        const Design alone = pairOf({}, 1);
        QVERIFY(std::isinf(failoverLaw(alone, alone.groups.at(0), FailureEffect::gone).total.minS));
        DesignMaker maker;
        maker.group("web").server("w", "web");
        const FailoverLaw none =
            failoverLaw(maker.design(), maker.design().groups.at(0), FailureEffect::gone);
        QCOMPARE(none.total.maxS, 0.0);
        QCOMPARE(none.coverage, 1.0);
    }
};

ALWAYSON_TEST_MAIN(TestFailoverLaws, test_failover_laws)
#include "test_failover_laws.moc"

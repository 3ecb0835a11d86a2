// VRRP pairs: take-over times against the rules of keepalived, cuts, two holders at once.

#include "core/structure/failover_laws.h"
#include "simulator/compile/compile.h"
#include "simulator/mechanism/context.h"
#include "simulator/run/request_engine.h"
#include "tests/simulator/mechanism/cut_support.h"

using namespace alwayson;
using namespace alwayson::test::scenario;

namespace {

// Two balancers in zones a and b with one server in each; the client is outside. 100 requests per second.
Parts pair(const std::string& group = {}, const std::string& first = {}, const std::string& second = {}) {
    Parts p;
    const std::string comma = group.empty() ? "" : ",";
    p.groups = {"{'id':'lb','kind':'vrrp_pair','parameters':{'failover_coverage':1" + comma + group + "}}"};
    p.domains = {"{'id':'a','kind':'zone'}", "{'id':'b','kind':'zone'}"};
    p.nodes = {node("c", "client",
                    "'rate_per_s':100,'arrivals':'regular','network_rtt_ms':0,'attempts':1,"
                    "'attempt_timeout_ms':200"),
               node("lb1", "haproxy", first, "'group':'lb','domain':'a'"),
               node("lb2", "haproxy", second, "'group':'lb','domain':'b'"),
               node("web", "server", "'workers':8,'service':{'dist':'constant','value_ms':1}")};
    p.links = {calls("c", "lb"), calls("lb", "web", "'latency_ms':0")};
    return p;
}

std::shared_ptr<const sim::Model> compiled(const Design& design) {
    auto model = sim::compileModel(design, &design.scenarios.at(0));
    if (!model) throw std::runtime_error(describe(model.error()));
    return std::make_shared<const sim::Model>(std::move(model).value());
}

// When lb2 takes the address over, after the event at 40 s, over 60 seeds.
struct Times {
    double least = 1e9, most = -1, mean = 0;
    int never = 0;
};
Times takeOvers(const Parts& p) {
    const auto model = compiled(designOf(p));
    Times times;
    int seen = 0;
    for (std::uint64_t seed = 1; seed <= 60; ++seed) {
        sim::RequestEngine engine(model, nullptr, seed, 0, 0);
        engine.advanceTo(sim::toSimTime(60));
        double took = -1;
        for (const sim::LogEntry& entry : engine.state().log)
            if (entry.kind == sim::LogKind::tookAddress && entry.what == 2 && took < 0)
                took = sim::toSeconds(entry.at) - 40;
        if (took < 0) {
            ++times.never;
            continue;
        }
        ++seen;
        times.least = std::min(times.least, took);
        times.most = std::max(times.most, took);
        times.mean += took;
    }
    times.mean /= std::max(1, seen);
    return times;
}

} // namespace

class TestVrrp : public QObject {
    Q_OBJECT

private slots:
    // From the last advert on: three adverts and the skew of the standby's priority.
    void fromTheLastAdvert_data() {
        QTest::addColumn<int>("priority");
        QTest::addColumn<double>("seconds");
        QTest::newRow("254") << 254 << 3.0078125;
        QTest::newRow("100") << 100 << 3.609375;
    }
    void fromTheLastAdvert() {
        QFETCH(int, priority);
        QFETCH(double, seconds);
        Parts p = pair({}, {}, "'vrrp_priority':" + std::to_string(priority));
        p.events = {at(40, "fail", "lb1", "'mode':'gone'")};
        sim::RequestEngine engine(compiled(designOf(p)), nullptr, 3, 0, 0);
        engine.advanceTo(sim::toSimTime(39.999999999));
        QCOMPARE(engine.state().vrrpMembers[0].phase, sim::VrrpPhase::master);
        const sim::SimTime last = engine.state().vrrpMembers[0].due - sim::kSecond;
        engine.advanceTo(sim::toSimTime(60));
        QCOMPARE(engine.state().vrrpMembers[1].phase, sim::VrrpPhase::master);
        QCOMPARE(engine.state().vrrpMembers[1].claimedAt - last, sim::toSimTime(seconds));
    }

    // Every way of failing against its law.
    void laws_data() {
        QTest::addColumn<QString>("group");
        QTest::addColumn<QString>("mode");
        QTest::addColumn<int>("event");
        QTest::newRow("machine gone") << "'advert_ms':1000"
                                      << "gone" << int(VrrpEvent::machineGone);
        QTest::newRow("crash") << "'advert_ms':1000"
                               << "crash" << int(VrrpEvent::balancerDead);
        QTest::newRow("crash, faster adverts") << "'advert_ms':500"
                                               << "crash" << int(VrrpEvent::balancerDead);
        QTest::newRow("hang") << "'advert_ms':1000"
                              << "hang" << int(VrrpEvent::balancerHung);
        QTest::newRow("cut off") << "'advert_ms':1000"
                                 << "cut_off" << int(VrrpEvent::machineGone);
        QTest::newRow("errors") << "'advert_ms':1000"
                                << "errors" << int(VrrpEvent::balancerDead);
        QTest::newRow("weight with preempt") << "'track_weight':-60,'preempt':true"
                                             << "crash" << int(VrrpEvent::balancerDead);
        QTest::newRow("and a delay") << "'track_weight':-60,'preempt':true,'preempt_delay_s':2.5"
                                     << "crash" << int(VrrpEvent::balancerDead);
        QTest::newRow("and a delay of whole adverts")
            << "'track_weight':-60,'preempt':true,'preempt_delay_s':5"
            << "crash" << int(VrrpEvent::balancerDead);
        QTest::newRow("and a delay below one advert")
            << "'track_weight':-60,'preempt':true,'preempt_delay_s':0.4"
            << "crash" << int(VrrpEvent::balancerDead);
        QTest::newRow("weight, nobody preempts") << "'track_weight':-60"
                                                 << "crash" << int(VrrpEvent::balancerDead);
        QTest::newRow("no script") << "'track':'none'"
                                   << "crash" << int(VrrpEvent::balancerDead);
        QTest::newRow("no script, hang") << "'track':'none'"
                                         << "hang" << int(VrrpEvent::balancerHung);
    }
    void laws() {
        QFETCH(QString, group);
        QFETCH(QString, mode);
        QFETCH(int, event);
        Parts p = pair(group.toStdString());
        const std::string share = mode == "errors" ? ",'error_share':1" : "";
        p.events = {at(40, "fail", "lb1", "'mode':'" + mode.toStdString() + "'" + share)};
        const Design design = designOf(p);
        const PhaseLaw law = vrrpTakeover(vrrpTimersOf(design, design.groups.at(0), design.nodes.at(1)),
                                          static_cast<VrrpEvent>(event));
        const Times times = takeOvers(p);
        if (!std::isfinite(law.meanS)) {
            QCOMPARE(times.never, 60);
            return;
        }
        QCOMPARE(times.never, 0);
        const QByteArray seen = QByteArray::number(times.least) + " " + QByteArray::number(times.mean) + " " +
                                QByteArray::number(times.most) + " law " + QByteArray::number(law.minS) +
                                " " + QByteArray::number(law.maxS);
        QVERIFY2(times.least >= law.minS - 1e-9 && times.most <= law.maxS + 1e-9, seen.constData());
        const double deviation = (law.maxS - law.minS) / std::sqrt(12.0 * 60);
        QVERIFY2(std::abs(times.mean - law.meanS) < 4 * deviation, seen.constData());
    }

    // Clients notice nothing but the gap.
    void requestsFollowTheAddress() {
        Parts p = pair();
        p.events = {at(10, "fail", "lb1", "'mode':'gone','repair_after_s':20")};
        const SimulationResult result = run(p);
        const double took = told(result, "role_changed", "lb2 takes the address of lb from lb1");
        QVERIFY2(took > 12.6 && took < 13.61, log(result).c_str());
        QCOMPARE(ended(result, "c", 10.3, 12.5).succeeded, std::uint64_t(0));
        QCOMPARE(ended(result, "c", 14, 60).failed, std::uint64_t(0));
        QCOMPARE(nodeOf(result, "lb1").arrivals, std::uint64_t(999));
        QVERIFY(told(result, "role_changed", "lb1 takes", 14) < 0); // nobody goes back
        const double down = *flowOf(result, "c").outages.longestSeconds.value;
        QVERIFY(std::abs(down - (took - 10)) < 1e-6);
        bool recovered = false;
        for (const Recovery& recovery : result.recovery)
            recovered = recovered || (recovery.what == "lb" && recovery.mode == "gone" &&
                                      std::abs(*recovery.totalMeanS.value - (took - 10)) < 1e-6);
        QVERIFY(recovered);
    }

    // A dead balancer on a live machine refuses what still goes to it.
    void aDeadBalancerRefuses() {
        Parts p = pair("'track':'none'");
        p.events = {at(10, "fail", "lb1", "'mode':'crash','repair_after_s':20")};
        const SimulationResult result = run(p);
        QCOMPARE(ended(result, "c", 10, 30).succeeded, std::uint64_t(0));
        QVERIFY(failedBy(result, "c", "refused") >= 1999);
        QCOMPARE(ended(result, "c", 30.2, 60).failed, std::uint64_t(0));
    }

    void preempt() {
        Parts p = pair("'preempt':true");
        p.events = {at(10, "fail", "lb1", "'mode':'gone','repair_after_s':10")};
        const SimulationResult result = run(p);
        // 3 a and its own skew, (256 - 150) / 256.
        const double back = told(result, "role_changed", "lb1 takes the address of lb from lb2");
        QCOMPARE(back, 23.4140625);
        QVERIFY(told(result, "split_brain", "both hold") < 0);
        QCOMPARE(ended(result, "c", 14, 60).failed, std::uint64_t(0));
    }

    // With a delay: the law that failure runs draw from.
    void preemptAfterADelay_data() {
        QTest::addColumn<double>("delay");
        for (const double delay : {0.0, 0.4, 2.5, 5.0})
            QTest::newRow(std::to_string(delay).c_str()) << delay;
    }
    void preemptAfterADelay() {
        QFETCH(double, delay);
        Parts p = pair("'preempt':true,'preempt_delay_s':" + std::to_string(delay));
        p.events = {at(10, "fail", "lb1", "'mode':'gone','repair_after_s':10")};
        const Design design = designOf(p);
        const VrrpTimers timers = vrrpTimersOf(design, design.groups.at(0), *design.nodes.find("lb2"));
        double sum = 0;
        for (std::uint64_t seed = 1; seed <= 40; ++seed) {
            const double took =
                told(run(p, seed), "role_changed", "lb1 takes the address of lb from lb2") - 20;
            QVERIFY2(took >= vrrpPreemptAt(timers, 0) - 1e-6 && took <= vrrpPreemptAt(timers, 1) + 1e-6,
                     std::to_string(took).c_str());
            sum += took;
        }
        QVERIFY(std::abs(sum / 40 - vrrpPreemptAt(timers, 0.5)) < 4 / std::sqrt(12.0 * 40) + 1e-6);
    }

    // lb1 is heard by nobody, but hears: lb2 claims, both hold the address, and callers go to lb2.
    void oneWayCutMakesTwoHolders() {
        Parts p = pair();
        p.events = {at(10, "isolate", "lb1", "'direction':'out','heal_after_s':20")};
        const SimulationResult result = run(p);
        const double split = told(result, "split_brain", "lb1 and lb2 both hold the address of lb");
        QVERIFY2(split > 12.6 && split < 13.61, log(result).c_str());
        QCOMPARE(told(result, "role_changed", "lb2 takes"), split);
        QCOMPARE(ended(result, "c", 14, 30).failed, std::uint64_t(0));
        // With the first advert of the higher priority that arrives.
        const double over = told(result, "split_brain_over", "Only one member");
        QVERIFY2(over >= 30 && over <= 31, log(result).c_str());
        // lb1 has seen no server for a while: it needs its checks before it serves.
        QVERIFY(failedBy(result, "c", "no_server") > 100);
        QCOMPARE(ended(result, "c", 37, 60).failed, std::uint64_t(0));
    }

    // lb2 hears nobody: it claims the address although lb1 is fine, and what is sent to it vanishes.
    void aClaimantThatHearsNothingTakesTheServiceDown() {
        Parts p = pair();
        p.events = {at(10, "isolate", "lb2", "'direction':'in','heal_after_s':20")};
        const SimulationResult result = run(p);
        QVERIFY2(told(result, "split_brain", "both hold") > 12.6, log(result).c_str());
        QCOMPARE(ended(result, "c", 14, 30).succeeded, std::uint64_t(0));
        QCOMPARE(ended(result, "c", 31.5, 60).failed, std::uint64_t(0));
        QVERIFY(*flowOf(result, "c").availabilityTime.value < 0.75);
    }

    // Both zones have a holder; each caller reaches the one it can hear.
    void aCutBetweenTheZones() {
        Parts p = pair();
        p.nodes.push_back(
            node("d", "client", "'rate_per_s':50,'network_rtt_ms':0,'attempts':1", "'domain':'a'"));
        p.links.push_back(calls("d", "lb", "'latency_ms':0"));
        p.events = {at(10, "isolate", "a", "'other_side':'b','heal_after_s':20")};
        const SimulationResult result = run(p);
        QVERIFY(flowOf(result, "d").requests.failed.empty()); // stays with lb1
        QVERIFY2(told(result, "split_brain", "both hold") > 12.6, log(result).c_str());
        QVERIFY(nodeOf(result, "lb2").arrivals > 1500); // the client outside hears the newest
        QCOMPARE(ended(result, "c", 14, 60).failed, std::uint64_t(0));
    }

    void neighboursFollowLate() {
        Parts p = pair("'arp_update_ms':700");
        p.events = {at(10, "fail", "lb1", "'mode':'gone'")};
        const SimulationResult result = run(p);
        const double took = told(result, "role_changed", "lb2 takes");
        QCOMPARE(ended(result, "c", 10.3, std::floor(took + 0.7 - 1e-3)).succeeded, std::uint64_t(0));
        const double down = *flowOf(result, "c").outages.longestSeconds.value;
        QVERIFY(std::abs(down - (took + 0.7 - 10)) < 1e-6);
        for (const Recovery& recovery : result.recovery)
            if (recovery.what == "lb")
                QVERIFY2(std::abs(*recovery.totalMeanS.value - down) < 1e-6,
                         qPrintable(QStringLiteral("%1 %2")
                                        .arg(*recovery.totalMeanS.value, 0, 'g', 12)
                                        .arg(down, 0, 'g', 12)));
    }

    // A time of its own instead of the protocol; and a take-over that does not work.
    void givenTimesAndCoverage() {
        Parts p = pair("'failover':{'dist':'constant','value_s':5}");
        p.events = {at(10, "fail", "lb1", "'mode':'crash'")};
        const SimulationResult given = run(p);
        QCOMPARE(told(given, "role_changed", "lb2 takes"), 15.0);
        QVERIFY(told(given, "split_brain", "both") < 0);
        p = pair("'uncovered_recovery':{'dist':'constant','value_s':20}");
        std::string& group = p.groups[0];
        group.replace(group.find("'failover_coverage':1"), 21, "'failover_coverage':0");
        p.events = {at(10, "fail", "lb1", "'mode':'gone'")};
        const SimulationResult byHand = run(p);
        const double failed = told(byHand, "failover_failed", "The take-over by lb2 does not work");
        QVERIFY2(failed > 12.6 && failed < 13.61, log(byHand).c_str());
        QCOMPARE(told(byHand, "role_changed", "lb2 takes"), failed + 20);
    }

    void givenTimesFollowCuts() {
        Parts p = pair("'failover':{'dist':'constant','value_s':5}");
        p.events = {at(10, "isolate", "lb1", "'heal_after_s':20")};
        const SimulationResult result = run(p);
        QCOMPARE(told(result, "role_changed", "lb2 takes"), 15.0);
        QCOMPARE(ended(result, "c", 16, 60).failed, std::uint64_t(0));
    }

    // Of three members the second to claim waits for the same human.
    void coverageIsDrawnOncePerLoss() {
        Parts p = pair("'uncovered_recovery':{'dist':'constant','value_s':20}");
        p.nodes.push_back(node("lb3", "haproxy", {}, "'group':'lb'"));
        std::string& group = p.groups[0];
        group.replace(group.find("'failover_coverage':1"), 21, "'failover_coverage':0.5");
        p.events = {at(10, "fail", "lb1", "'mode':'gone'")};
        const auto model = compiled(designOf(p));
        int byHand = 0;
        const int runs = 400;
        for (int seed = 1; seed <= runs; ++seed) {
            sim::RequestEngine engine(model, nullptr, static_cast<std::uint64_t>(seed), 0, 0);
            engine.advanceTo(sim::toSimTime(40));
            int refused = 0;
            double took = 0;
            for (const sim::LogEntry& entry : engine.state().log) {
                refused += entry.kind == sim::LogKind::takeOverFailed;
                if (entry.kind == sim::LogKind::tookAddress && took == 0)
                    took = sim::toSeconds(entry.at) - 10;
            }
            byHand += refused;
            QVERIFY(refused <= 1);
            QVERIFY(refused ? took > 22.6 && took < 23.62 : took > 2.6 && took < 3.62);
        }
        QVERIFY2(byHand > 160 && byHand < 240, qPrintable(QString::number(byHand)));
    }

    // Each loss of the address goes to the one of highest priority that is left; the first one back gets it
    // from nobody when none is left.
    void threeMembersFollowEachOther() {
        Parts p = pair();
        p.nodes.push_back(node("lb3", "haproxy", {}, "'group':'lb'"));
        p.events = {at(10, "fail", "lb1", "'mode':'gone'"), at(20, "fail", "lb2", "'mode':'gone'"),
                    at(30, "fail", "lb3", "'mode':'gone','repair_after_s':10")};
        const SimulationResult result = run(p);
        const double second = told(result, "role_changed", "lb2 takes the address of lb from lb1");
        QVERIFY2(second > 12.6 && second < 13.61, log(result).c_str()); // priority 100
        const double third = told(result, "role_changed", "lb3 takes the address of lb from lb2");
        QVERIFY2(third > 22.64 && third < 23.65, log(result).c_str()); // priority 90
        QCOMPARE(told(result, "role_changed", "lb3 takes", 40), 43.6484375);
        QVERIFY(told(result, "split_brain", "both hold") < 0);
        QCOMPARE(ended(result, "c", 14, 20).failed + ended(result, "c", 24, 30).failed, std::uint64_t(0));
    }

    // A member that preempts takes over from nobody: the chance that take-overs fail is not for it.
    void whoPreemptsTakesNoChance() {
        Parts p = pair("'preempt':true,'uncovered_recovery':{'dist':'constant','value_s':10}");
        std::string& group = p.groups[0];
        group.replace(group.find("'failover_coverage':1"), 21, "'failover_coverage':0");
        p.events = {at(10, "fail", "lb1", "'mode':'gone','repair_after_s':30")};
        const SimulationResult result = run(p);
        const double failed = told(result, "failover_failed", "The take-over by lb2 does not work");
        QVERIFY2(failed > 12.6 && failed < 13.61, log(result).c_str());
        QCOMPARE(told(result, "role_changed", "lb2 takes"), failed + 10);
        QCOMPARE(told(result, "failover_failed", "The take-over by lb1"), -1.0);
        QCOMPARE(told(result, "role_changed", "lb1 takes the address of lb from lb2"), 43.4140625);
        QCOMPARE(ended(result, "c", failed + 10.5, 60).failed, std::uint64_t(0));
    }

    // The holder that is back takes no chance: nothing has to be taken over.
    void theHolderComesBackBeforeTheOthersNotice() {
        Parts p = pair();
        std::string& group = p.groups[0];
        group.replace(group.find("'failover_coverage':1"), 21, "'failover_coverage':0");
        p.events = {at(10, "fail", "lb1", "'mode':'gone','repair_after_s':2")};
        const SimulationResult result = run(p);
        if (told(result, "failover_failed", "lb2") < 0)
            QVERIFY2(told(result, "role_changed", "lb1 takes") > 12, log(result).c_str());
        QCOMPARE(told(result, "failover_failed", "The take-over by lb1"), -1.0);
    }

    void equalPrioritiesLeaveOneHolder() {
        Parts p = pair({}, "'vrrp_priority':100", "'vrrp_priority':100");
        p.events = {at(10, "isolate", "lb1", "'heal_after_s':20")};
        sim::RequestEngine engine(compiled(designOf(p)), nullptr, 1, 0, 0);
        engine.advanceTo(sim::toSimTime(29.9));
        QCOMPARE(engine.state().vrrpMembers[0].phase, sim::VrrpPhase::master);
        QCOMPARE(engine.state().vrrpMembers[1].phase, sim::VrrpPhase::master);
        engine.advanceTo(sim::toSimTime(31.1));
        QCOMPARE(engine.state().vrrpMembers[0].phase, sim::VrrpPhase::master);
        QCOMPARE(engine.state().vrrpMembers[1].phase, sim::VrrpPhase::backup);
    }

    void aCopyGoesOnAlike_data() {
        QTest::addColumn<QString>("group");
        QTest::newRow("preempt") << "'preempt':true";
        QTest::newRow("given, may fail") << "'failover':{'dist':'exponential','mean_s':3}";
    }
    void aCopyGoesOnAlike() {
        QFETCH(QString, group);
        Parts p = pair(group.toStdString());
        std::string& text = p.groups[0];
        text.replace(text.find("'failover_coverage':1"), 21, "'failover_coverage':0.5");
        p.events = {at(10, "isolate", "lb1", "'direction':'out','heal_after_s':20"),
                    at(35, "fail", "lb1", "'mode':'hang','repair_after_s':10")};
        const auto model = compiled(designOf(p));
        sim::RequestEngine original(model, nullptr, 7, 0, 0);
        for (const double moment : {12.0, 13.2, 20.0, 30.5, 38.0}) {
            original.advanceTo(sim::toSimTime(moment));
            sim::RequestEngine copy = original, other = original;
            copy.advanceTo(sim::toSimTime(60));
            other.advanceTo(sim::toSimTime(60));
            QCOMPARE(copy.fingerprint(), other.fingerprint());
            QCOMPARE(copy.state().log.size(), other.state().log.size());
        }
    }
};

ALWAYSON_TEST_MAIN(TestVrrp, test_vrrp)
#include "test_vrrp.moc"

// Caches that are looked aside: passed by when they refuse; when they say nothing only by those whose link
// has a timeout that leaves them time enough. By hand.

#include "core/graph/lookups.h"
#include "core/structure/availability.h"
#include "core/structure/state_function.h"
#include "core/validate/validate.h"
#include "tests/core/structure/design_maker.h"
#include "tests/support/test_support.h"

#include <cmath>

using namespace alwayson;
using alwayson::test::DesignMaker;

namespace {

constexpr ComponentState kRefuses = 1, kGone = 2;

// a of a flow with these nodes in these states.
double a(const DesignMaker& maker, const std::vector<std::pair<std::string, ComponentState>>& failed,
         std::size_t flow = 0, const char* interrupted = nullptr) {
    const StateFunction function = std::move(StateFunction::compile(maker.design())).value();
    std::vector<ComponentState> state(function.components().size(), 0);
    for (const auto& [id, value] : failed)
        for (std::size_t c = 0; c < state.size(); ++c)
            if (function.components()[c].id == id) state[c] = value;
    std::vector<GroupRole> roles(function.groups().size(), {kFirstWorking, false});
    for (std::size_t g = 0; interrupted && g < roles.size(); ++g)
        roles[g].interrupted = function.groups()[g].id == interrupted;
    std::vector<double> values(function.flows().size());
    function.evaluate(state.data(), nullptr, roles.data(), values.data(), *function.makeScratch());
    return values[flow];
}

StructuralResult analysed(const DesignMaker& maker) {
    auto result = analyse(maker.design());
    if (!result) qFatal("%s", describe(result.error()).c_str());
    return std::move(result).value();
}

bool near(double actual, double expected) {
    if (std::abs(actual - expected) <= 1e-12 * std::max(expected, 1e-3)) return true;
    qWarning("%.17g instead of %.17g", actual, expected);
    return false;
}

using Ids = std::vector<std::string>;

// Nodes and places that findings call single points.
Ids findings(const DesignMaker& maker) {
    Ids ids;
    for (const Issue& issue : validate(maker.design()))
        if (issue.code == "redundancy.single_member" || issue.code == "redundancy.single_place")
            ids.push_back(issue.where.front());
    return ids;
}
bool warns(const DesignMaker& maker) {
    for (const Issue& issue : validate(maker.design()))
        if (issue.code == "timers.cache_lookup" && issue.message.find("says nothing") != std::string::npos)
            return true;
    return false;
}

// What the cure of a lookup that is too long sets, ms; 0: there is no such cure, -1: no finding.
double curedTo(const DesignMaker& maker) {
    for (const Issue& issue : validate(maker.design()))
        if (issue.code == "timers.cache_lookup")
            return issue.operation ? issue.operation->value.get<double>() : 0;
    return -1;
}

DesignMaker& cacheThatFails(DesignMaker& maker, const std::string& id, const std::string& group = {}) {
    return maker.cache(id, group, 0.75, true, 100)
        .fails(id, FailureEffect::crash, 100, 1)
        .fails(id, FailureEffect::gone, 200, 1);
}

// 10 requests per second, 2 of which write, at a cache and a store. limitMs 0: nobody gives up.
DesignMaker single(double limitMs, double capacity = 10) {
    DesignMaker maker;
    maker.readerAndWriter("c", 10, 0.2);
    cacheThatFails(maker, "cache").server("db", "", capacity).fails("db", FailureEffect::crash, 99, 1);
    maker.link("cache", "db").link("c", "cache").patience(10);
    if (limitMs > 0) maker.timeout(limitMs);
    return maker;
}

// Shares of time.
constexpr double kWorks = 1 / (1 + 0.01 + 0.005), kSilent = 0.005 * kWorks;

} // namespace

class TestSilentCaches : public QObject {
    Q_OBJECT

private slots:
    void statesOfOne() {
        for (const std::size_t flow : {0U, 1U}) { // reads, writes: both ask it first
            QCOMPARE(a(single(0), {{"cache", kRefuses}}, flow), 1.0);
            QCOMPARE(a(single(0), {{"cache", kGone}}, flow), 0.0);
            QCOMPARE(a(single(50), {{"cache", kGone}}, flow), 1.0);
            QCOMPARE(a(single(0), {{"cache", kNotStarted}}, flow), 1.0);
            QCOMPARE(a(single(0), {{"cache", kSaysNothing}}, flow), 0.0);
            QVERIFY(near(a(single(50, 4), {{"cache", kGone}}, flow), 0.4)); // all 10 at a store for 4
        }
    }

    void figuresOfOne() {
        const StructuralResult free = analysed(single(50)), waits = analysed(single(0));
        QVERIFY(near(*free.flows.back().unavailability, 0.01));
        QVERIFY(near(*waits.flows.back().unavailability, 1 - 0.99 * (1 - kSilent)));
        QCOMPARE(free.singlePointsOfFailure, Ids{"db"});
        QCOMPARE(waits.singlePointsOfFailure, (Ids{"cache", "db"}));
        QCOMPARE(findings(single(50)), Ids{"db"});
        QCOMPARE(findings(single(0)), (Ids{"cache", "db"}));
        QVERIFY(warns(single(0)) && !warns(single(50)));
        // From working, a machine that is lost while the store works, and the other way round.
        QVERIFY(near(*waits.flows.back().outagesPerYear,
                     kHoursPerYear * 0.99 * (kWorks / 200 + (1 - kSilent) / 99)));
        // Works: to refusing and back at 1/100 and 1; either way down by the store, from works by its
        // machine.
        const double store = 1.0 / 99, refusing = 1 / (1 + store), back = 1 / (1 + store);
        const double all = 0.01 + 0.005 + store;
        QVERIFY(near(*waits.flows.back().mttffHours, (1 + 0.01 * refusing) / (all - 0.01 * back)));
        QCOMPARE(waits.minimalCutSets.size(), std::size_t(2));
        for (const CutSet& set : waits.minimalCutSets)
            QVERIFY(near(set.probability, set.ids == Ids{"db"} ? 0.01 : kSilent));
    }

    // A store that cannot do without it: whichever way it fails, the design is down.
    void figuresOfATooSmallStore() {
        for (const double limit : {0.0, 50.0}) {
            const StructuralResult result = analysed(single(limit, 4));
            QVERIFY(near(*result.flows.back().unavailability, 1 - 0.99 * kWorks));
            for (const CutSet& set : result.minimalCutSets)
                QVERIFY(near(set.probability, set.ids == Ids{"db"} ? 0.01 : 1 - kWorks));
        }
    }

    // Callers ask both in turn: who waits for the silent one is lost.
    void pool() {
        const auto two = [](double limitMs) {
            DesignMaker maker;
            maker.readerAndWriter("c", 10, 0.2).group("keep");
            cacheThatFails(maker, "one", "keep");
            cacheThatFails(maker, "two", "keep").server("db", "", 10);
            maker.link("keep", "db").link("c", "keep").patience(10);
            if (limitMs > 0) maker.timeout(limitMs);
            return maker;
        };
        QCOMPARE(a(two(0), {{"one", kGone}}), 0.5);
        QCOMPARE(a(two(0), {{"one", kRefuses}}), 1.0);
        QCOMPARE(a(two(0), {{"one", kGone}, {"two", kRefuses}}), 0.5);
        QCOMPARE(a(two(50), {{"one", kGone}}), 1.0);
        QCOMPARE(a(two(0), {{"one", kGone}, {"two", kGone}}), 0.0);
        QCOMPARE(a(two(50), {{"one", kGone}, {"two", kGone}}), 1.0);
        const StructuralResult waits = analysed(two(0));
        QVERIFY(near(*waits.flows.back().unavailability, kSilent * (2 - kSilent)));
        QCOMPARE(waits.singlePointsOfFailure, (Ids{"one", "two"}));
        QCOMPARE(waits.minimalCutSets.size(), std::size_t(1));
        QVERIFY(near(waits.minimalCutSets[0].probability, kSilent * (2 - kSilent)));
        QVERIFY(near(*analysed(two(50)).flows.back().unavailability, 0));
        // While the pool is interrupted its members answer with errors.
        QCOMPARE(a(two(0), {}, 0, "keep"), 1.0);
        QCOMPARE(a(two(0), {{"one", kGone}}, 0, "keep"), 0.5);
    }

    // Who is refused goes past the others as well: what is behind has all of their calls besides the misses.
    void refusedByOneOfThem() {
        // Of 10 per second 2 write; a quarter of the reads is missed: 4 per second at the store, and each
        // member that refuses brings 6 / size more.
        const auto many = [](int size, double store, double limitMs = 0, int attempts = 1) {
            DesignMaker maker;
            maker.readerAndWriter("c", 10, 0.2).group("keep");
            for (int i = 0; i < size; ++i)
                cacheThatFails(maker, "k" + std::to_string(i), "keep");
            maker.server("db", "", store).link("keep", "db").link("c", "keep").patience(10);
            if (limitMs > 0) maker.timeout(limitMs, attempts);
            return maker;
        };
        const auto reads = [](double asked, double carried, double offered) {
            return 1 - asked + asked * carried / offered;
        };
        QVERIFY(near(a(many(2, 5), {{"k0", kRefuses}}), reads(0.625, 5, 7)));
        QVERIFY(near(a(many(2, 5), {{"k0", kRefuses}}, 1), 5.0 / 7));
        QCOMPARE(a(many(2, 7), {{"k0", kRefuses}}), 1.0);
        QVERIFY(near(a(many(2, 5), {{"k0", kRefuses}, {"k1", kRefuses}}), 0.5));
        QVERIFY(near(a(many(4, 5), {{"k0", kRefuses}, {"k3", kRefuses}}), reads(0.625, 5, 7)));
        // A silent one beside it takes its share away; with a timeout it is passed like one that refuses.
        QVERIFY(near(a(many(3, 5), {{"k0", kRefuses}, {"k1", kGone}}), 2.0 / 3 * reads(0.5, 5, 6)));
        QVERIFY(near(a(many(2, 5, 50), {{"k0", kGone}}), reads(0.625, 5, 7)));
        // A second attempt asks another one.
        QCOMPARE(a(many(2, 5, 50, 2), {{"k0", kRefuses}}), 1.0);
        QVERIFY(near(a(many(3, 5, 50, 2), {{"k0", kRefuses}, {"k1", kRefuses}}), reads(0.625, 5, 7)));
        QCOMPARE(a(many(3, 5, 50, 3), {{"k0", kRefuses}, {"k1", kRefuses}}), 1.0);

        const StructuralResult small = analysed(many(2, 5)), enough = analysed(many(2, 7));
        const double either = 1 - kWorks * kWorks, refuses = 1 - kWorks - kSilent;
        QVERIFY(near(*small.flows.back().unavailability, either));
        QCOMPARE(small.singlePointsOfFailure, (Ids{"k0", "k1"}));
        QCOMPARE(small.minimalCutSets.size(), std::size_t(1));
        QVERIFY(near(small.minimalCutSets[0].probability, either));
        QVERIFY(near(*enough.flows.back().unavailability, kSilent * (2 - kSilent) + refuses * refuses));
        QVERIFY(near(*analysed(many(2, 5, 50)).flows.back().unavailability, either));
        QVERIFY(near(*analysed(many(2, 5, 50, 2)).flows.back().unavailability, (1 - kWorks) * (1 - kWorks)));
        // Four: the store carries what one of them brings, not two.
        const double one = kWorks * kWorks * kWorks * (4 - 3 * kWorks);
        QVERIFY(near(*analysed(many(4, 6, 50)).flows.back().unavailability, 1 - one));
        // Which is told.
        const auto blind = [](const DesignMaker& maker) {
            for (const Issue& issue : validate(maker.design()))
                if (issue.code == "redundancy.blind_choice") return true;
            return false;
        };
        QVERIFY(blind(many(2, 5)) && !blind(many(2, 7)) && !blind(many(2, 5, 50, 2)));
    }

    // Of many the lookups that one gets are few.
    void largePool() {
        const auto of = [](int size) {
            DesignMaker maker;
            maker.readerAndWriter("c", 10, 0.2).group("keep");
            for (int i = 0; i < size; ++i)
                cacheThatFails(maker, "cache" + std::to_string(i), "keep");
            maker.server("db", "", 10).link("keep", "db").link("c", "keep");
            return maker.patience(10);
        };
        QVERIFY(near(a(of(3), {{"cache0", kGone}}), 2.0 / 3));
        QVERIFY(near(a(of(3), {{"cache0", kGone}, {"cache1", kRefuses}}), 2.0 / 3));
        const double q = kSilent, p = 1 - q;
        const double more = 1 - std::pow(p, 20) - 20 * q * std::pow(p, 19);
        QVERIFY(std::abs(*analysed(of(20)).flows.back().unavailability - more) < 1e-10);
    }

    // A cache whose silence is an outage, and that refuses: with what is behind it weakened that is one, too.
    void refusesTogetherWithMore() {
        DesignMaker maker;
        maker.readerAndWriter("c", 10, 0.2).group("store");
        cacheThatFails(maker, "cache");
        for (const char* id : {"s1", "s2"})
            maker.server(id, "store", 6).fails(id, FailureEffect::crash, 99, 1);
        maker.link("cache", "store").link("c", "cache").patience(10);
        const StructuralResult result = analysed(maker);
        const double refuses = 1 - kWorks - kSilent, one = 2 * 0.01 * 0.99, both = 0.01 * 0.01;
        QVERIFY(near(*result.flows.back().unavailability, kSilent + refuses * (one + both) + kWorks * both));
        double sum = 0;
        bool found = false;
        for (const CutSet& set : result.minimalCutSets) {
            sum += set.probability;
            if (set.ids.size() != 2 || set.ids[0] == "s1") continue;
            found = true;
            QVERIFY(set.ids[1] == "cache refusing" || set.ids[0] == "cache refusing");
            QVERIFY(near(set.probability, refuses * (one + both)));
        }
        QVERIFY(found);
        QVERIFY(sum >= *result.flows.back().unavailability &&
                sum < 1.05 * *result.flows.back().unavailability);
        for (const Importance& each : result.importance)
            if (each.id == "cache") QVERIFY(each.fussellVesely < 1);
    }

    void anotherZone() {
        const auto zones = [](double limitMs) {
            DesignMaker maker;
            maker.domain("west").domain("east").fails("west", FailureEffect::outage, 99, 1);
            maker.readerAndWriter("c", 10, 0.2).server("app", "", 30).in("east");
            maker.cache("cache", "", 0.75, true, 100).in("west");
            maker.server("db", "", 10).in("east");
            maker.link("c", "app").link("cache", "db").link("app", "cache").patience(10);
            if (limitMs > 0) maker.timeout(limitMs);
            return maker;
        };
        QVERIFY(near(*analysed(zones(0)).flows.back().unavailability, 0.01));
        QCOMPARE(analysed(zones(0)).singlePointsOfFailure, Ids{"west"});
        QVERIFY(findings(zones(0)) == (Ids{"app", "db", "west"}));
        QVERIFY(findings(zones(50)) == (Ids{"app", "db"}));
        QVERIFY(warns(zones(0)) && !warns(zones(50)));
        QVERIFY(near(*analysed(zones(50)).flows.back().unavailability, 0));
        QVERIFY(analysed(zones(50)).singlePointsOfFailure.empty());
    }

    void timeIsShort() {
        // 1 s at the store is needed besides, of 10.
        QCOMPARE(a(single(8900), {{"cache", kGone}}), 1.0);
        QCOMPARE(a(single(9100), {{"cache", kGone}}), 0.0);
        QVERIFY(warns(single(9100)));
        const auto tries = [](double limitMs, int attempts) {
            DesignMaker maker = single(0);
            maker.timeout(limitMs, attempts);
            return maker;
        };
        QCOMPARE(a(tries(4400, 2), {{"cache", kGone}}), 1.0);
        QCOMPARE(a(tries(4600, 2), {{"cache", kGone}}), 0.0);
        // Somebody on the way gives up after 4 s; the server before the cache works for 1 s as well.
        const auto impatient = [](double limitMs) {
            DesignMaker maker;
            maker.client("c", 1).server("web", "", 9).server("app", "", 9);
            cacheThatFails(maker, "cache").server("db", "", 9).link("c", "web").link("web", "app");
            maker.timeout(4000).link("cache", "db").link("app", "cache").timeout(limitMs).patience(30);
            return maker;
        };
        QCOMPARE(a(impatient(1900), {{"cache", kGone}}), 1.0);
        QCOMPARE(a(impatient(2100), {{"cache", kGone}}), 0.0);
    }

    // A cure names a timeout that helps, or says that none does.
    void curesHelp() {
        const auto within = [](double limitMs, double patience) {
            DesignMaker maker = single(limitMs);
            maker.patience(patience);
            return maker;
        };
        QCOMPARE(curedTo(within(0, 10)), 3100.0); // three times what its answers take, and the way
        for (const double limitMs : {0.0, 2900.0}) {
            const double cured = curedTo(within(limitMs, 3.5)); // 1 s is for the store
            QVERIFY2(cured > 2300 && cured <= 2500, qPrintable(QString::number(cured)));
            QCOMPARE(curedTo(within(cured, 3.5)), -1.0);
            QCOMPARE(a(within(cured, 3.5), {{"cache", kGone}}), 1.0);
        }
        QCOMPARE(curedTo(within(0, 1.5)), 0.0);
        for (const Issue& issue : validate(within(700, 1.5).design()))
            if (issue.code == "redundancy.single_member" && issue.where.front() == "cache")
                QVERIFY(issue.fix.find("No timeout of its callers helps") != std::string::npos);
    }

    // Requests have time enough; the workers of the caller that wait for the cache do not carry the load.
    void workersThatWait() {
        const auto waiting = [](double limitMs, double rate) {
            DesignMaker maker;
            maker.client("c", rate).server("w", "", 8).server("db", "", 1000);
            cacheThatFails(maker, "cache").link("c", "w").link("cache", "db").link("w", "cache");
            if (limitMs > 0) maker.timeout(limitMs);
            return maker.patience(100);
        };
        QCOMPARE(curedTo(waiting(30000, 0.2)), -1.0); // 0.2 x (1 + 30 + 1) = 6.4
        const double cured = curedTo(waiting(50000, 0.2));
        QVERIFY2(cured == 3000, qPrintable(QString::number(cured)));
        QCOMPARE(curedTo(waiting(0, 0.2)), 3000.0);
        for (const double limitMs : {0.0, 50000.0}) { // 8 / 2 = 4 s, of which 2 s are work
            const double tight = curedTo(waiting(limitMs, 2));
            QVERIFY2(tight > 1800 && tight < 2000, qPrintable(QString::number(tight)));
            QCOMPARE(curedTo(waiting(tight, 2)), -1.0);
        }
    }

    // One cause silences both: what is left for the one is what the other leaves.
    void silentTogether() {
        enum Shared { none, place, group, node };
        const auto two = [](Shared shared, double firstMs, double secondMs) {
            DesignMaker maker;
            maker.domain("za").domain("zb").fails("za", FailureEffect::outage, 99, 1);
            maker.client("c", 1).server("app", "", 9).server("db", "", 9);
            if (shared == group) maker.group("keep");
            for (const char* id : {"one", "two"}) {
                if (shared == node && id == std::string("two")) continue;
                cacheThatFails(maker, id, shared == group ? "keep" : "");
                maker.in(shared == place || id == std::string("one") ? "za" : "zb").link(id, "db");
            }
            maker.link("c", "app").link("app", "one").timeout(firstMs);
            if (shared == node)
                maker.server("app2", "", 9).link("app", "app2").link("app2", "one").timeout(secondMs);
            else
                maker.link("app", "two").timeout(secondMs);
            return maker.patience(10);
        };
        for (const Shared shared : {none, place, group, node}) {
            // Of 10 s the servers take 3 or 4.
            const bool held = shared != none;
            QCOMPARE(a(two(shared, 2000, 2000), {{"one", kGone}}), 1.0);
            QCOMPARE(a(two(shared, 4500, 4500), {{"one", kGone}}), held ? 0.0 : 1.0);
            QCOMPARE(warns(two(shared, 4500, 4500)), held);
            // The one that is too long for itself is lost anyway.
            QCOMPARE(a(two(shared, 9500, 2000), {{"two", kGone}}), 1.0);
            QCOMPARE(warns(two(shared, 9500, 2000)), true);
        }
    }

    void eachCallerForItself() {
        DesignMaker maker;
        maker.client("quick", 1).client("slow", 1).server("app1", "", 9).server("app2", "", 9);
        cacheThatFails(maker, "cache").server("db", "", 9).link("cache", "db");
        maker.link("quick", "app1").link("slow", "app2").link("app1", "cache").timeout(50);
        maker.link("app2", "cache").patience(10);
        QCOMPARE(a(maker, {{"cache", kGone}}, 0), 1.0);
        QCOMPARE(a(maker, {{"cache", kGone}}, 1), 0.0);
        QCOMPARE(a(maker, {{"cache", kRefuses}}, 1), 1.0);
        const StructuralResult result = analysed(maker);
        QVERIFY(near(*result.flows[0].unavailability, 0));
        QVERIFY(near(*result.flows[1].unavailability, kSilent));
        QVERIFY(near(*result.flows.back().unavailability, kSilent));
        QCOMPARE(findings(maker), (Ids{"app1", "app2", "cache", "db"}));
    }

    void whoDoesNotLookAside() {
        DesignMaker behind; // a balancer does not
        behind.client("c", 1).haproxy("lb");
        cacheThatFails(behind, "cache").server("db", "", 9);
        behind.link("c", "lb").link("lb", "cache").link("cache", "db").patience(10);
        QCOMPARE(a(behind, {{"cache", kRefuses}}), 0.0);
        QCOMPARE(findings(behind), (Ids{"cache", "db", "lb"}));
        QVERIFY(near(*analysed(behind).flows.back().unavailability, 1 - kWorks));

        DesignMaker unlike; // of which one is read through: each asks itself
        unlike.client("c", 1).group("keep");
        cacheThatFails(unlike, "one", "keep").cache("two", "keep", 0.75, false, 100).server("db", "", 9);
        unlike.fails("two", FailureEffect::crash, 99, 1).link("c", "keep").link("keep", "db").patience(10);
        QCOMPARE(a(unlike, {{"one", kRefuses}}), 1.0);
        QCOMPARE(a(unlike, {{"one", kRefuses}, {"two", 1}}), 0.0);
        QVERIFY(near(*analysed(unlike).flows.back().unavailability, (1 - kWorks) * 0.01));
    }

    // Each link of a chain decides for itself.
    void cacheBehindCache() {
        const auto chain = [](bool first, bool second) {
            DesignMaker maker;
            maker.client("c", 1);
            cacheThatFails(maker, "near");
            cacheThatFails(maker, "far").server("db", "", 9).link("far", "db").link("c", "near");
            if (first) maker.timeout(50);
            maker.link("near", "far").patience(10);
            if (second) maker.timeout(50);
            return maker;
        };
        QCOMPARE(a(chain(true, false), {{"near", kGone}}), 1.0);
        QVERIFY(near(a(chain(true, false), {{"far", kGone}}), 0.75)); // hits of the first
        QCOMPARE(a(chain(true, false), {{"near", kGone}, {"far", kGone}}), 0.0);
        QCOMPARE(a(chain(false, true), {{"near", kGone}}), 0.0);
        QCOMPARE(a(chain(true, true), {{"near", kGone}, {"far", kGone}}), 1.0);
    }

    // A fault that the members share does to all what it does to one.
    void sharedFaults() {
        const auto two = [](FailureEffect effect) {
            DesignMaker maker;
            maker.client("c", 1).groupOf("pool", "keep",
                                         {{"beta", 0.5}, {"common_cause_repair", std::string("together")}});
            for (const char* id : {"one", "two"})
                maker.cache(id, "keep", 0.75, true, 100).fails(id, effect, 99, 1);
            maker.server("db", "", 9).link("c", "keep").link("keep", "db").patience(10);
            return maker;
        };
        QVERIFY(near(*analysed(two(FailureEffect::crash)).flows.back().unavailability, 0));
        QVERIFY(
            near(*analysed(two(FailureEffect::gone)).flows.back().unavailability, 1 - 0.995 * 0.995 * 0.995));
    }
};

ALWAYSON_TEST_MAIN(TestSilentCaches, test_silent_caches)
#include "test_silent_caches.moc"

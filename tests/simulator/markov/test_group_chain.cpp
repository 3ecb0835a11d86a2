// Chains of groups: what each parameter does, laws, lumping against units that are told apart.

#include "simulator/markov/group_chain.h"
#include "tests/simulator/markov/markov_support.h"

#include <map>

using namespace alwayson;
using namespace alwayson::sim;
using namespace alwayson::test;

namespace {

constexpr double kHour = 1, kMinute = 1. / 60, kSecond = 1. / 3600;

GroupParameters group(int units, int needed, double failure, double repair, int crews = 0) {
    GroupParameters p;
    p.units = units;
    p.needed = needed;
    p.modes = {{failure, repair}};
    p.crews = crews;
    return p;
}

OutageFigures figures(const GroupParameters& p) {
    Result<OutageFigures> result = groupFigures(p);
    if (!result) qFatal("%s", describe(result.error()).c_str());
    return std::move(result).value();
}

// Binomial sum of the states with fewer than k of n up, from the small terms.
double binomialDown(int n, int k, double unitDown) {
    double sum = 0;
    for (int up = 0; up < k; ++up)
        sum += std::exp(std::lgamma(n + 1) - std::lgamma(up + 1) - std::lgamma(n - up + 1) +
                        up * std::log1p(-unitDown) + (n - up) * std::log(unitDown));
    return sum;
}

// A group in which every unit has a name: who is active, who is spare, and in which order the others wait for
// the crews. Written apart from the lumped rules, for one mode.
struct Named {
    int units = 2, active = 1, needed = 1, crews = 1, phases = 2;
    bool interrupts = true;
    double failure = .01, repair = .2, hazard = 1, beta = 0;
    double coverage = .8, recovery = .5, stageRate = 12, startFailure = 0;

    using State = std::vector<std::int32_t>;
    enum : std::size_t {
        kLost,
        kStage,
        kRole
    }; // lost: -1 none. Then a role per unit, then the failed in order.
    enum Role { isActive, isSpare, isFailed };

    Result<StateSpace> build() const {
        State first(kRole + 2 * std::size_t(units), -1);
        first[kStage] = 0;
        for (int u = 0; u < units; ++u)
            role(first, u) = u < active ? isActive : isSpare;
        return explore(first, [this](StateView s, TransitionSink& out) { step({s.begin(), s.end()}, out); });
    }
    static std::int32_t& role(State& s, int unit) { return s[kRole + std::size_t(unit)]; }
    int count(const State& s, Role wanted) const {
        return int(std::count(s.begin() + kRole, s.begin() + kRole + units, std::int32_t(wanted)));
    }
    bool up(StateView s) const {
        return count({s.begin(), s.end()}, isActive) >= needed && (s[kStage] == 0 || !interrupts);
    }
    bool enough(const State& s) const { return units - count(s, isFailed) >= needed; }
    int candidate(const State& s) const { // the first spare
        for (int u = 0; u < units; ++u)
            if (s[kRole + std::size_t(u)] == isSpare) return u;
        return -1;
    }
    State calm(State s) const { // no failover: spares stand in
        while (count(s, isActive) < active && candidate(s) >= 0)
            role(s, candidate(s)) = isActive;
        s[kLost] = -1;
        s[kStage] = 0;
        return s;
    }
    State broken(State s, int unit) const {
        s[kRole + std::size_t(units + count(s, isFailed))] = unit;
        role(s, unit) = isFailed;
        return s;
    }
    State nextPlace(State s) const {
        const bool more =
            s[kStage] <= phases && candidate(s) >= 0 && count(s, isActive) < active && enough(s);
        if (!more) return calm(s);
        s[kStage] = 1;
        return s;
    }
    void activeFails(const State& s, int u, double rate, TransitionSink& out) const {
        State next = broken(s, u);
        if (s[kStage] > phases && enough(next)) return out.to(next, rate);
        if (!enough(next) || (!interrupts && candidate(next) < 0)) return out.to(calm(next), rate);
        next[kLost] = u;
        next[kStage] = 1;
        out.to(next, rate * coverage);
        next[kStage] = phases + 1;
        out.to(next, rate * (1 - coverage));
    }
    void spareFails(const State& s, int u, double rate, TransitionSink& out) const {
        State next = broken(s, u);
        const bool tookOver = s[kStage] > 0 && s[kStage] <= phases && u == candidate(s);
        if (s[kStage] > 0 && !enough(next))
            next = calm(next);
        else if (tookOver && candidate(next) < 0 && !interrupts)
            next = calm(next);
        else if (tookOver)
            next[kStage] = 1;
        out.to(next, rate);
    }
    void stageEnds(State s, TransitionSink& out) const {
        if (s[kStage] > phases) return out.to(calm(s), recovery);
        if (s[kStage] < phases) {
            ++s[kStage];
            return out.to(s, stageRate);
        }
        if (candidate(s) < 0 || count(s, isActive) == active) return out.to(nextPlace(s), stageRate);
        out.to(nextPlace(broken(s, candidate(s))), stageRate * startFailure);
        role(s, candidate(s)) = isActive;
        out.to(nextPlace(s), stageRate * (1 - startFailure));
    }
    void repairEnds(State s, int place, TransitionSink& out) const {
        const auto at = s.begin() + kRole + units + place;
        const int u = *at;
        s.erase(at);
        s.push_back(-1);
        const bool resumes = u == s[kLost];
        role(s, u) = resumes ? isActive : isSpare;
        if (resumes) {
            s[kLost] = -1;
            s = nextPlace(s);
        }
        out.to(s[kStage] == 0 ? calm(s) : s, repair);
    }
    void step(const State& s, TransitionSink& out) const {
        State all = s;
        for (int u = 0; u < units; ++u) {
            const auto now = s[kRole + std::size_t(u)];
            if (now == isFailed) continue;
            if (now == isActive)
                activeFails(s, u, (1 - beta) * failure, out);
            else
                spareFails(s, u, (1 - beta) * failure * hazard, out);
            all = broken(all, u);
        }
        if (count(s, isFailed) < units) out.to(calm(all), beta * failure);
        if (s[kStage] > 0) stageEnds(s, out);
        for (int place = 0; place < std::min(count(s, isFailed), crews); ++place)
            repairEnds(s, place, out);
    }
    GroupParameters lumped() const {
        GroupParameters p = group(units, needed, failure, repair, crews);
        p.active = active;
        p.spareHazard = hazard;
        p.commonCause = beta;
        p.failover.interrupts = interrupts;
        p.failover.coverage = coverage;
        p.failover.uncoveredRecovery = recovery;
        p.failover.stages = {{phases / stageRate, phases}};
        p.failover.startFailure = startFailure;
        return p;
    }
};

} // namespace

class TestGroupChain : public QObject {
    Q_OBJECT

private slots:
    void ownCrewsAreIndependentUnits() {
        for (const auto& [n, k] : {std::pair{1, 1}, {2, 1}, {3, 2}, {5, 3}, {10, 8}, {40, 30}}) {
            const double a = .001, down = a / (a + .1);
            const OutageFigures f = figures(group(n, k, a, .1));
            QVERIFY(relativeError(f.unavailability, binomialDown(n, k, down)) < 1e-12);
        }
    }
    void fewerThanTenToTheMinusFifteen() { // every digit is there although 1 - 1e-23 is 1 in a double
        const OutageFigures f = figures(group(4, 1, 1e-6, 1));
        const double wanted = std::pow(1e-6 / (1 + 1e-6), 4);
        QVERIFY(wanted < 1e-23 && relativeError(f.unavailability, wanted) < 1e-13);
        QVERIFY(relativeError(f.meanOutage, .25) < 1e-13);
        QVERIFY(relativeError(f.frequency, 4 * wanted) < 1e-13);
        QCOMPARE(f.availability, 1.0);
    }
    void fewCrews() {
        // pi(j) ~ product of (n - j) lambda / (min(j + 1, crews) mu)
        for (int crews = 1; crews <= 6; ++crews) {
            std::vector<double> pi{1};
            double sum = 1;
            for (int j = 0; j < 6; ++j) {
                pi.push_back(pi.back() * (6 - j) * .02 / (std::min(j + 1, crews) * .3));
                sum += pi.back();
            }
            const double wanted = (pi[4] + pi[5] + pi[6]) / sum; // 3 of 6
            QVERIFY(relativeError(figures(group(6, 3, .02, .3, crews)).unavailability, wanted) < 1e-13);
        }
    }
    void sizes() {
        QCOMPARE(makeGroupChain(group(1000, 500, .001, 1, 3))->space.size(), std::size_t(1001));
        GroupParameters p = group(2, 1, 1e-3, 1, 1);
        p.active = 1;
        p.failover.stages = {{.01, 4}};
        p.failover.coverage = .9;
        p.failover.uncoveredRecovery = 1;
        const auto chain = makeGroupChain(p);
        QCOMPARE(chain->space.size(), std::size_t(3 + 4 + 1));
        QCOMPARE(chain->active(0), 1);
        QCOMPARE(chain->spare(0), 1);
        QCOMPARE(chain->stage(0), 0);
    }
    void modesOfEqualRepairAreOne() {
        GroupParameters one = group(4, 2, .03, .5, 2), two = one;
        two.modes = {{.01, .5}, {.02, .5}};
        QVERIFY(relativeError(figures(two).unavailability, figures(one).unavailability) < 1e-13);
    }
    void severalModes() {
        // own crews: independent units with A = 1 / (1 + sum of lambda / mu)
        GroupParameters p = group(3, 2, 0, 0);
        p.modes = {{.01, .5}, {.002, .04}, {.03, 3}};
        const double load = .01 / .5 + .002 / .04 + .03 / 3;
        QVERIFY(relativeError(figures(p).unavailability, binomialDown(3, 2, load / (1 + load))) < 1e-13);
        // One crew, two units, both modes: enumerated by hand. (x): x in repair; (xy): x in repair, y waits.
        p = group(2, 1, 0, 0, 1);
        const double a = .01, b = .002, ma = .5, mb = .04;
        p.modes = {{a, ma}, {b, mb}};
        enum : StateIndex { both, A, B, AA, AB, BA, BB };
        const std::vector<Transition> list{{both, A, 2 * a}, {both, B, 2 * b}, {A, both, ma}, {B, both, mb},
                                           {A, AA, a},       {A, AB, b},       {B, BA, a},    {B, BB, b},
                                           {AA, A, ma},      {AB, B, ma},      {BA, A, mb},   {BB, B, mb}};
        const auto byHand =
            outageFigures(*MarkovChain::make(7, list), {true, true, true, false, false, false, false}, 0);
        const OutageFigures f = figures(p);
        QCOMPARE(makeGroupChain(p)->space.size(), std::size_t(7));
        QVERIFY(relativeError(f.unavailability, byHand->unavailability) < 1e-13);
        QVERIFY(relativeError(f.meanTimeToFirst, byHand->meanTimeToFirst) < 1e-13);
    }
    void commonCause() {
        // Two units, beta: by hand on the states 2, 1, 0 up.
        GroupParameters p = group(2, 1, .01, .5);
        p.commonCause = .2;
        const std::vector<Transition> list{
            {0, 1, 2 * .008}, {0, 2, .002}, {1, 2, .008 + .002}, {1, 0, .5}, {2, 1, 1}};
        const auto byHand = outageFigures(*MarkovChain::make(3, list), {true, true, false}, 0);
        QVERIFY(relativeError(figures(p).unavailability, byHand->unavailability) < 1e-13);
        // beta 1: all fail together; then k does not matter for the frequency of outages
        p = group(3, 3, .01, .5);
        p.commonCause = 1;
        QVERIFY(relativeError(figures(p).meanTimeToFirst, 100) < 1e-13);
        p.needed = 1;
        QVERIFY(relativeError(figures(p).meanTimeToFirst, 100) < 1e-13);
    }
    void standby() {
        // Cold spare, perfect switch-over at once, one crew: R = 1, rho = lambda / mu, pi(2 down) = rho^2 /
        // (1 + rho + rho^2)
        GroupParameters p = group(2, 1, .01, .5, 1);
        p.active = 1;
        p.spareHazard = 0;
        const double rho = .02;
        QVERIFY(relativeError(figures(p).unavailability, rho * rho / (1 + rho + rho * rho)) < 1e-13);
        QVERIFY(relativeError(figures(p).meanTimeToFirst, (2 * .01 + .5) / (.01 * .01)) < 1e-13);
        // Hot spares are the active pool when nothing interrupts.
        p.spareHazard = 1;
        QVERIFY(relativeError(figures(p).unavailability, figures(group(2, 1, .01, .5, 1)).unavailability) <
                1e-13);
        // warm lies between
        p.spareHazard = .5;
        const double warm = figures(p).unavailability;
        QVERIFY(rho * rho / (1 + rho + rho * rho) < warm &&
                warm < figures(group(2, 1, .01, .5, 1)).unavailability);
    }
    void activationAndStartFailure() {
        // One active, one cold spare that takes a mean of 1/alpha to start and fails at its start with chance
        // f; one crew each. States: 0 all well, 1 starting (other in repair), 2 running alone, 3 both down.
        // By hand.
        const double l = .01, m = .5, alpha = 12, f = .1;
        GroupParameters p = group(2, 1, l, m);
        p.active = 1;
        p.spareHazard = 0;
        p.failover.stages = {{1 / alpha, 1}};
        p.failover.startFailure = f;
        p.failover.interrupts = false;
        const std::vector<Transition> list{
            {0, 1, l},    {1, 2, alpha * (1 - f)}, {1, 3, alpha * f}, {1, 0, m}, {2, 0, m}, {2, 3, l},
            {3, 2, 2 * m}};
        const auto byHand = outageFigures(*MarkovChain::make(4, list), {true, false, true, false}, 0);
        const OutageFigures got = figures(p);
        QVERIFY(relativeError(got.unavailability, byHand->unavailability) < 1e-13);
        QVERIFY(relativeError(got.frequency, byHand->frequency) < 1e-13);
        QVERIFY(relativeError(got.meanTimeToFirst, byHand->meanTimeToFirst) < 1e-13);
    }
    void sparesForAPool() {
        // 4 needed and active, 2 cold spares: while a spare starts, the others serve only if they are enough.
        GroupParameters p = group(6, 4, .001, .1);
        p.active = 4;
        p.spareHazard = 0;
        p.failover.stages = {{5 * kMinute, 1}};
        p.failover.interrupts = false;
        const OutageFigures none = figures(p);
        p.needed = 3; // one may be missing while the spare starts
        const OutageFigures spareCapacity = figures(p);
        QVERIFY(relativeError(none.meanTimeToFirst, 250) < 1e-12); // the first failure already interrupts
        QVERIFY(none.unavailability > 1e-4 && spareCapacity.unavailability < 1e-2 * none.unavailability);
        p.failover.interrupts = true;
        QVERIFY(relativeError(figures(p).meanTimeToFirst, 250) < 1e-12);
    }
    void manyPhasesAreNearlyConstant() {
        // Failover of 30 s against failures per month: the mean is what counts, so phases change little; with
        // lengths the shape shows: the median of a nearly constant failover is its mean.
        GroupParameters p = group(2, 1, 1. / 720, 1. / 4, 2);
        p.active = 1;
        p.spareHazard = 0;
        p.failover.stages = {{20 * kSecond, 1}, {10 * kSecond, 1}};
        const auto quantile = [](const GroupParameters& params, double q) {
            const auto chain = makeGroupChain(params);
            const auto f = outageFigures(chain->space.chain, chain->up, 0);
            auto length = outageLength(chain->space.chain, chain->up, *f);
            return *length->quantile(q);
        };
        const double exponential = quantile(p, .5);
        p.failover.stages = {{20 * kSecond, 400}, {10 * kSecond, 400}};
        const double constant = quantile(p, .5);
        QVERIFY(exponential < 27 * kSecond);
        QVERIFY(std::abs(constant - 30 * kSecond) < .5 * kSecond);
        QVERIFY(std::abs(quantile(p, .05) - 30 * kSecond) < 2.5 * kSecond);
    }
    void lumpedLikeNamedUnits() {
        RandomChains random(31);
        std::size_t lumpedStates = 0, namedStates = 0;
        for (int round = 0; round < 60; ++round) {
            Named named;
            named.units = 2 + round % 3;
            named.active = 1 + int(random.below(std::size_t(named.units)));
            named.needed = 1 + int(random.below(std::size_t(named.active)));
            named.interrupts = random.uniform() < .5;
            named.crews = 1 + int(random.below(std::size_t(named.units)));
            named.phases = 1 + int(random.below(3));
            named.hazard = random.uniform() < .5 ? 1 : random.uniform();
            named.beta = random.uniform() < .5 ? 0 : .3 * random.uniform();
            named.startFailure = random.uniform() < .5 ? 0 : .5 * random.uniform();
            named.coverage = random.uniform();
            named.stageRate = 1 + 50 * random.uniform();
            const auto space = named.build();
            QVERIFY(space.ok());
            std::vector<bool> up;
            for (std::size_t i = 0; i < space->size(); ++i)
                up.push_back(named.up(space->state(i)));
            const auto wanted = outageFigures(space->chain, up, 0);
            const auto lumped = makeGroupChain(named.lumped());
            QVERIFY(lumped->space.size() <= space->size());
            lumpedStates += lumped->space.size();
            namedStates += space->size();
            const OutageFigures got = figures(named.lumped());
            QVERIFY2(relativeError(got.unavailability, wanted->unavailability) < 1e-12,
                     qPrintable(QString("round %1").arg(round)));
            QVERIFY(relativeError(got.frequency, wanted->frequency) < 1e-12);
            QVERIFY(relativeError(got.meanTimeToFirst, wanted->meanTimeToFirst) < 1e-12);
        }
        QVERIFY(lumpedStates < namedStates / 8);
    }
    void betterPartsMakeBetterGroups() {
        RandomChains random(11);
        for (int round = 0; round < 60; ++round) {
            GroupParameters p =
                group(2 + int(random.below(4)), 1, .001 + .01 * random.uniform(), .05 + random.uniform());
            p.active = 1 + int(random.below(std::size_t(p.units)));
            p.needed = 1 + int(random.below(std::size_t(p.active)));
            p.crews = int(random.below(std::size_t(p.units) + 1));
            p.failover.coverage = .3 + .5 * random.uniform();
            p.failover.uncoveredRecovery = .1 * random.uniform();
            p.failover.stages = {{kMinute, 1 + int(random.below(3))}};
            const double base = figures(p).unavailability;
            GroupParameters better = p;
            better.failover.coverage = .9;
            if (p.failover.uncoveredRecovery < 60)
                QVERIFY(figures(better).unavailability <= base * (1 + 1e-12));
            better = p;
            better.modes[0].repair *= 2;
            QVERIFY(figures(better).unavailability <= base * (1 + 1e-12));
            better = p;
            better.failover.frozen = true; // still a chain of the same parts
            const OutageFigures frozen = figures(better);
            QVERIFY(frozen.unavailability > 0 && frozen.unavailability < 1);
        }
    }
    void redundancyHelpsWithPerfectCoverage() {
        double before = 1;
        for (int n = 2; n <= 12; ++n) {
            const double now = figures(group(n, 2, .01, .1)).unavailability;
            QVERIFY(now < before);
            before = now;
        }
        // and hurts without: a pair with coverage .45 is worse than one (reference numbers, Laws)
        GroupParameters pair = group(2, 1, 1e-3, .1, 1);
        pair.failover.coverage = .45;
        QVERIFY(std::abs(figures(pair).availability - .98914) < 5e-6);
        QVERIFY(figures(pair).availability < figures(group(1, 1, 1e-3, .1)).availability);
    }
    void wrongParameters() {
        const auto message = [](auto change) {
            GroupParameters p = group(3, 2, .01, .1);
            change(p);
            const auto chain = makeGroupChain(p);
            return chain ? std::string("accepted") : chain.error().code + ": " + chain.error().message;
        };
        const auto names = [&](const std::string& text, const char* name) {
            return text.starts_with("markov.group: ") && text.find(name) != std::string::npos;
        };
        QVERIFY(names(message([](GroupParameters& p) { p.units = 0; }), "number of units is 0"));
        QVERIFY(names(message([](GroupParameters& p) { p.needed = 4; }), "units needed"));
        QVERIFY(names(message([](GroupParameters& p) { p.active = 4; }), "active"));
        QVERIFY(names(message([](GroupParameters& p) { p.active = -1; }), "active"));
        QVERIFY(names(message([](GroupParameters& p) { p.modes.clear(); }), "failure modes"));
        QVERIFY(names(message([](GroupParameters& p) { p.modes[0].failure = -1; }), "failure rate"));
        QVERIFY(names(message([](GroupParameters& p) { p.modes[0].repair = std::nan(""); }), "repair rate"));
        QVERIFY(names(message([](GroupParameters& p) { p.spareHazard = 2; }), "spare"));
        QVERIFY(names(message([](GroupParameters& p) { p.crews = -1; }), "crews"));
        QVERIFY(names(message([](GroupParameters& p) { p.commonCause = 1.5; }), "beta"));
        QVERIFY(names(message([](GroupParameters& p) { p.failover.coverage = -.1; }), "coverage"));
        QVERIFY(names(message([](GroupParameters& p) { p.failover.uncoveredRecovery = -1; }), "recovery"));
        QVERIFY(names(message([](GroupParameters& p) { p.failover.startFailure = .1; }), "stages"));
        QVERIFY(names(message([](GroupParameters& p) { p.failover.stages = {{0, 1}}; }), "mean"));
        QVERIFY(names(message([](GroupParameters& p) { p.failover.stages = {{1, 0}}; }), "phases"));
        QCOMPARE(message([](GroupParameters&) {}), std::string("accepted"));
        ExploreOptions few;
        few.maxStates = 3;
        QCOMPARE(makeGroupChain(group(3, 2, .01, .1), few).error().code,
                 std::string("markov.too_many_states"));
    }
    void neverRepairedUnits() {
        const OutageFigures f = figures(group(3, 1, .5, 0));
        QVERIFY(relativeError(f.meanTimeToFirst, (1. / 3 + 1. / 2 + 1) / .5) < 1e-13);
        QCOMPARE(f.unavailability, 1.0);
    }
};

ALWAYSON_TEST_MAIN(TestGroupChain, test_group_chain)
#include "test_group_chain.moc"

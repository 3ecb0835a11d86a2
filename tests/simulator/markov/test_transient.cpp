// Chains in time: closed forms, the two ways against each other, distributions and their quantiles.

#include "simulator/markov/outage.h"
#include "tests/simulator/markov/markov_support.h"

using namespace alwayson;
using namespace alwayson::sim;
using namespace alwayson::test;

namespace {

double sum(const std::vector<double>& p) {
    return std::accumulate(p.begin(), p.end(), 0.0);
}

MarkovChain stages(const std::vector<double>& rates) { // one after the other, then absorbed
    std::vector<Transition> list;
    for (StateIndex i = 0; i < rates.size(); ++i)
        list.push_back({i, i + 1, rates[i]});
    return std::move(MarkovChain::make(rates.size() + 1, list)).value();
}

std::vector<bool> last(const MarkovChain& chain) {
    std::vector<bool> flags(chain.size());
    flags.back() = true;
    return flags;
}

PhaseType timeToLast(const MarkovChain& chain, std::size_t denseStates) {
    PhaseTypeOptions options;
    options.denseStates = denseStates;
    return std::move(PhaseType::make(chain, certainly(chain, 0), last(chain), options)).value();
}

// exp(Q t) of a small chain in a hundred digits, by a long Taylor series and squaring.
std::vector<double> exactTransient(const MarkovChain& chain, double time) {
    const std::size_t n = chain.size();
    ExactMatrix q = generator(chain);
    const int halvings = 40;
    for (auto& row : q)
        for (Exact& x : row)
            x *= ldexp(Exact(time), -halvings);
    const auto multiply = [n](const ExactMatrix& a, const ExactMatrix& b) {
        ExactMatrix c(n, ExactVector(n, 0));
        for (std::size_t i = 0; i < n; ++i)
            for (std::size_t k = 0; k < n; ++k)
                for (std::size_t j = 0; j < n; ++j)
                    c[i][j] += a[i][k] * b[k][j];
        return c;
    };
    ExactMatrix result(n, ExactVector(n, 0)), term = result;
    for (std::size_t i = 0; i < n; ++i)
        result[i][i] = term[i][i] = 1;
    for (int k = 1; k < 30; ++k) {
        term = multiply(term, q);
        for (std::size_t i = 0; i < n; ++i)
            for (std::size_t j = 0; j < n; ++j) {
                term[i][j] /= k;
                result[i][j] += term[i][j];
            }
    }
    for (int h = 0; h < halvings; ++h)
        result = multiply(result, result);
    return rounded(result[0]);
}

} // namespace

class TestTransient : public QObject {
    Q_OBJECT

private slots:
    void poisson() {
        for (const double load : {0., 1e-12, .3, 1., 7.5, 700., 123456.7, 1e9}) {
            const PoissonWeights p = poissonWeights(load);
            QVERIFY(std::abs(sum(p.weight) - 1) < 1e-11);
            double mean = 0;
            for (std::size_t i = 0; i < p.weight.size(); ++i)
                mean += (double(i) + double(p.first)) * p.weight[i];
            QVERIFY(std::abs(mean - load) <= 1e-11 * load);
            for (const double k : {std::floor(load), std::floor(load + 3 * std::sqrt(load))}) {
                const double wanted = load > 0 ? std::exp(k * std::log(load) - load - std::lgamma(k + 1)) : 1;
                QVERIFY(relativeError(p.weight[std::size_t(k) - p.first], wanted) < 1e-12 * (1 + load));
            }
        }
    }
    void twoStates() {
        const double l = 1e-3, m = .25;
        const MarkovChain chain = birthDeath({l}, {m});
        for (const double t : {0., 1e-9, .1, 1., 10., 1e3, 1e6, 1e9}) {
            const auto at = transientAt(chain, certainly(chain, 0), t);
            const double down = -l / (l + m) * std::expm1(-(l + m) * t);
            QVERIFY(relativeError(at->probability[1], down) < 1e-12);
            const double u = l / (l + m), x = (l + m) * t;
            const double spent = x < 1e-3 ? u * x * x / 2 * (1 - x / 3 + x * x / 12) / (l + m)
                                          : u * t + u * std::expm1(-x) / (l + m);
            QVERIFY2(relativeError(at->timeIn[1], spent) < 1e-10, std::to_string(t).c_str());
            QVERIFY(std::abs(sum(at->timeIn) - t) <= 1e-12 * t);
        }
    }
    void bothWaysInAHundredDigits() {
        RandomChains random(21);
        int doublings = 0;
        for (int round = 0; round < 8; ++round) {
            const MarkovChain chain = random.irreducible(5, 1, 4);
            for (const double t : {.01, 3., 500., 40'000.}) {
                const auto at = transientAt(chain, certainly(chain, 0), t);
                doublings += at->byDoubling;
                QVERIFY(worstError(at->probability, exactTransient(chain, t)) < 1e-12);
                QVERIFY(at->error > 0 && at->error < 1e-10);
            }
        }
        QVERIFY(doublings > 4 && doublings < 28); // both ways have been taken
    }
    // Failover in seconds against a year: 1e7 jumps one by one, or 24 doublings.
    void stiff() {
        const double l = 1. / 8760, failover = 720, m = .25;
        const std::vector<Transition> list{{0, 1, l}, {1, 2, failover}, {2, 0, m}, {2, 3, l}, {3, 2, m}};
        const auto chain = MarkovChain::make(4, list);
        const auto at = transientAt(*chain, certainly(*chain, 0), 8760);
        QVERIFY(at->byDoubling);
        const auto steady = steadyState(*chain);
        QVERIFY(worstError(at->probability, steady->probability) < 1e-12);
        // uniformised all the same
        const Stay slow = uniformised(UniformChain(*chain), certainly(*chain, 0), 8760);
        QVERIFY(worstError(at->probability, slow.probability) < 1e-9);
        QVERIFY(worstError(at->timeIn, slow.timeIn) < 1e-9);
    }
    void intervals() {
        const MarkovChain chain = birthDeath({.01}, {.5});
        const auto soon = intervalUnavailability(chain, {true, false}, 0, 0);
        QCOMPARE(*soon, 0.0);
        QCOMPARE(*intervalUnavailability(chain, {true, false}, 1, 0), 1.0);
        const auto late = intervalUnavailability(chain, {true, false}, 0, 1e9);
        QVERIFY(relativeError(*late, .01 / .51) < 1e-8);
        double before = 0;
        for (double t = .1; t < 1000; t *= 3) { // from all well it only gets worse
            const auto now = intervalUnavailability(chain, {true, false}, 0, t);
            QVERIFY(*now > before && *now < .01 / .51);
            before = *now;
        }
    }
    void budgets() {
        const MarkovChain chain = RandomChains(1).irreducible(500, 2, 1);
        QCOMPARE(transientAt(chain, certainly(chain, 0), 1e9).error().code,
                 std::string("markov.too_many_steps"));
        QCOMPARE(transientAt(chain, certainly(chain, 0), -1).error().code, std::string("markov.time"));
        QCOMPARE(transientAt(chain, certainly(chain, 0), 1. / 0.).error().code, std::string("markov.time"));
        QCOMPARE(transientAt(chain, std::vector<double>(500, 1), 1).error().code,
                 std::string("markov.distribution"));
        PhaseTypeOptions options;
        options.maxOperations = 1e5;
        auto time = PhaseType::make(chain, certainly(chain, 0), last(chain), options);
        QCOMPARE(time->at(1e6).error().code, std::string("markov.too_many_steps"));
        QCOMPARE(time->quantile(.999).error().code, std::string("markov.too_many_steps"));
    }

    void exponential() {
        for (const std::size_t dense : {0, 100}) {
            const MarkovChain chain = stages({2});
            PhaseType time = timeToLast(chain, dense);
            QCOMPARE(time.mean(), .5);
            QCOMPARE(*time.variance(), .25);
            for (const double t : {1e-12, 1e-3, .7, 20., 300.}) {
                const auto at = time.at(t);
                QVERIFY(relativeError(at->cdf, -std::expm1(-2 * t)) < 1e-12);
                if (dense > 0 || t < 100)
                    QVERIFY(relativeError(at->tail, std::exp(-2 * t)) < 2e-12);
                else
                    QVERIFY(at->tail < 1e-30);
            }
            for (const double p : {1e-12, .01, .5, .95, .9999})
                QVERIFY(relativeError(*time.quantile(p), -std::log1p(-p) / 2) < 1e-11);
            QCOMPARE(*time.quantile(0), 0.0);
            QCOMPARE(time.quantile(1).error().code, std::string("markov.quantile"));
            QCOMPARE(time.quantile(-.1).error().code, std::string("markov.quantile"));
            QCOMPARE(time.at(-1).error().code, std::string("markov.time"));
        }
    }
    void erlangAndHypoexponential() {
        for (const std::size_t dense : {0, 100}) {
            PhaseType erlang = timeToLast(stages(std::vector<double>(4, 3)), dense);
            const double x = 3 * 2.5;
            QVERIFY(relativeError(erlang.at(2.5)->tail, std::exp(-x) * (1 + x + x * x / 2 + x * x * x / 6)) <
                    1e-13);
            QVERIFY(relativeError(erlang.at(1e-4)->cdf,
                                  std::pow(3e-4, 4) / 24 * (1 - 4. / 5 * 3e-4 + 4. / 12 * 9e-8)) < 1e-11);
            PhaseType two = timeToLast(stages({1, 50}), dense);
            const auto tail = [](double t) { return (50 * std::exp(-t) - std::exp(-50 * t)) / 49; };
            QVERIFY(relativeError(two.at(3)->tail, tail(3)) < 1e-13);
            QVERIFY(relativeError(tail(*two.quantile(.99)), .01) < 1e-11);
        }
    }
    void stiffOutageLengths() { // 3.6 s most of the time, 15 min once in a hundred, 4 h once in a million
        const double rates[] = {1000, 4, .25}, shares[] = {1 - .01 - 1e-6, .01, 1e-6};
        std::vector<Transition> list;
        std::vector<double> initial;
        for (StateIndex i = 0; i < 3; ++i) {
            list.push_back({i, 3, rates[i]});
            initial.push_back(shares[i]);
        }
        initial.push_back(0);
        const auto chain = MarkovChain::make(4, list);
        auto length = PhaseType::make(*chain, initial, last(*chain));
        const auto tail = [&](double t) {
            double all = 0;
            for (int i = 0; i < 3; ++i)
                all += shares[i] * std::exp(-rates[i] * t);
            return all;
        };
        for (const double p : {.5, .95, .99, .999, .9999, .9999995})
            QVERIFY(relativeError(tail(*length->quantile(p)), 1 - p) < 1e-9);
        QVERIFY(relativeError(length->at(40)->tail, tail(40)) < 1e-12);
    }
    void lifetimeOfAPair() { // R(t) of a repaired pair: a mixture of two exponentials
        const double l = 1e-3, m = .1;
        const MarkovChain chain = birthDeath({2 * l, l}, {m, 2 * m});
        auto life = timeToFirstOutage(chain, {true, true, false}, 0);
        const double b = 3 * l + m, root = std::sqrt(b * b - 8 * l * l);
        const double fast = (b + root) / 2, slow = 2 * l * l / fast;
        const auto survival = [&](double t) {
            return (fast * std::exp(-slow * t) - slow * std::exp(-fast * t)) / (fast - slow);
        };
        QVERIFY(relativeError(life->mean(), 51500) < 1e-13);
        for (const double t : {1., 100., 8760., 1e5, 1e6})
            QVERIFY(relativeError(life->at(t)->tail, survival(t)) < 1e-12);
        QVERIFY(relativeError(life->at(1e-3)->cdf, 1e-12 * (1 - b * 1e-3 / 3)) < 1e-7); // l^2 t^2: not 1 - R
        QVERIFY(relativeError(survival(*life->quantile(.5)), .5) < 1e-12);
        // MTTFF is the integral of R: mean from the quantiles' side
        QVERIFY(*life->quantile(.5) < life->mean());
    }
    void manyStates() { // the jump-by-jump way against doubling on the same chain
        const MarkovChain chain = RandomChains(9).irreducible(120, 2, 1);
        PhaseType dense = timeToLast(chain, 200), jumps = timeToLast(chain, 0);
        for (const double t : {.1, 5., 100., 2000.}) {
            QVERIFY(relativeError(dense.at(t)->cdf, jumps.at(t)->cdf) < 1e-10);
            QVERIFY(relativeError(dense.at(t)->tail, jumps.at(t)->tail) < 1e-10);
        }
        for (const double p : {.001, .5, .95})
            QVERIFY(relativeError(*dense.quantile(p), *jumps.quantile(p)) < 1e-10);
    }
    void mayNeverEnd() {
        // half of the weight goes where the target cannot be met
        const std::vector<Transition> list{{0, 1, 1}, {0, 2, 1}};
        const auto chain = MarkovChain::make(3, list);
        for (const std::size_t dense : {0, 100}) {
            PhaseType time = timeToLast(*chain, dense);
            QCOMPARE(time.reached(), .5);
            QVERIFY(std::isinf(time.mean()));
            QVERIFY(relativeError(time.at(3)->cdf, -.5 * std::expm1(-6)) < 1e-13);
            QVERIFY(relativeError(*time.quantile(.25), .5 * std::log(2)) < 1e-12);
            QVERIFY(std::isinf(*time.quantile(.6)));
        }
    }
};

ALWAYSON_TEST_MAIN(TestTransient, test_transient)
#include "test_transient.moc"

// Times until something happens: closed forms, a hundred digits, the way round for chains too large to
// eliminate.

#include "simulator/markov/absorption.h"
#include "tests/simulator/markov/markov_support.h"

using namespace alwayson;
using namespace alwayson::sim;
using namespace alwayson::test;

namespace {

std::vector<bool> only(std::size_t size, std::initializer_list<std::size_t> states) {
    std::vector<bool> flags(size);
    for (const std::size_t s : states)
        flags[s] = true;
    return flags;
}

AbsorptionOptions byIteration() {
    AbsorptionOptions options;
    options.quickStates = 0;
    return options;
}

} // namespace

class TestAbsorption : public QObject {
    Q_OBJECT

private slots:
    void pureDeath() { // Q12: the wait for the W-th of 3 acknowledgements
        const std::vector<Transition> list{{0, 1, 3}, {1, 2, 2}, {2, 3, 1}};
        const auto chain = MarkovChain::make(4, list);
        const double mean[] = {1. / 3, 1. / 3 + 1. / 2, 1. / 3 + 1. / 2 + 1};
        const double variance[] = {1. / 9, 1. / 9 + 1. / 4, 1. / 9 + 1. / 4 + 1};
        for (std::size_t w = 1; w <= 3; ++w) {
            const auto wait = absorption(*chain, certainly(*chain, 0), only(4, {w}));
            QVERIFY(relativeError(wait->meanTime, mean[w - 1]) < 1e-14);
            QVERIFY(relativeError(*wait->variance, variance[w - 1]) < 1e-14);
            QCOMPARE(wait->probability, 1.0);
        }
    }
    // Repairs a million to a trillion times faster than failures: a plain linear solve loses every digit.
    void rareFailures() {
        for (const double rate : {1e-6, 1e-9, 1e-12}) {
            const MarkovChain chain = birthDeath({3 * rate, 2 * rate, rate}, {1, 2, 3});
            const auto [mean, second] = exactMoments(chain, only(4, {3}));
            const auto loss = absorption(chain, certainly(chain, 0), only(4, {3}));
            QVERIFY(relativeError(loss->meanTime, double(mean[0])) < 1e-14);
            QVERIFY(relativeError(*loss->variance, double(Exact(second[0] - mean[0] * mean[0]))) < 1e-13);
        }
    }
    void randomChainsInAHundredDigits() {
        RandomChains random(7);
        for (int round = 0; round < 40; ++round) {
            const std::size_t n = 3 + random.below(20);
            const MarkovChain chain = random.irreducible(n, 2, round % 3 * 5.0);
            std::vector<bool> target(n);
            target[n - 1] = target[n / 2] = true;
            std::vector<double> initial(n, 0);
            initial[0] = .25;
            initial[1] = .5;
            initial[n - 1] += .25;
            const auto [mean, second] = exactMoments(chain, target);
            Exact first = 0, square = 0;
            for (std::size_t i = 0; i < n; ++i) {
                first += Exact(initial[i]) * mean[i];
                square += Exact(initial[i]) * second[i];
            }
            const auto result = absorption(chain, initial, target);
            QVERIFY(relativeError(result->meanTime, double(first)) < 5e-14);
            QVERIFY(relativeError(*result->variance, double(Exact(square - first * first))) < 1e-12);
            QVERIFY(std::abs(std::accumulate(result->reached.begin(), result->reached.end(), 0.0) - 1) <
                    1e-13);
            const auto iterated = absorption(chain, initial, target, byIteration());
            QVERIFY2(iterated.ok(), iterated.ok() ? "" : iterated.error().message.c_str());
            QVERIFY(relativeError(iterated->meanTime, result->meanTime) < 1e-9);
            QVERIFY(worstError(iterated->timeIn, result->timeIn) < 1e-9);
            QVERIFY(worstError(iterated->reached, result->reached) < 1e-9);
            QVERIFY(!iterated->variance);
        }
    }
    void gambler() {
        // States 0 .. 10, up with rate 2 and down with rate 1 until 0 or 10: ruin has the classical
        // probability.
        std::vector<Transition> list;
        for (StateIndex i = 1; i < 10; ++i) {
            list.push_back({i, i + 1, 2});
            list.push_back({i, i - 1, 1});
        }
        const auto chain = MarkovChain::make(11, list);
        const auto end = absorption(*chain, certainly(*chain, 4), only(11, {0, 10}));
        const double ruin = (std::pow(.5, 4) - std::pow(.5, 10)) / (1 - std::pow(.5, 10));
        QVERIFY(relativeError(end->reached[0], ruin) < 1e-14);
        QVERIFY(relativeError(end->reached[10], 1 - ruin) < 1e-14);
        QVERIFY(relativeError(end->meanTime, 10 * (1 - ruin) - 4) < 1e-13); // drift 1 per unit of time (Wald)
        // with one of the ends as the only target it may never be met
        const auto up = absorption(*chain, certainly(*chain, 4), only(11, {10}));
        QVERIFY(relativeError(up->probability, 1 - ruin) < 1e-14);
        QVERIFY(std::isinf(up->meanTime) && std::isinf(*up->variance));
        const auto iterated = absorption(*chain, certainly(*chain, 4), only(11, {10}), byIteration());
        QVERIFY(relativeError(iterated->probability, 1 - ruin) < 1e-11);
    }
    void alreadyThere() {
        const MarkovChain chain = birthDeath({1}, {2});
        const auto now = absorption(chain, certainly(chain, 1), only(2, {1}));
        QCOMPARE(now->meanTime, 0.0);
        QCOMPARE(*now->variance, 0.0);
        QCOMPARE(now->reached[1], 1.0);
    }
    void neverThere() {
        const auto chain = MarkovChain::make(3, std::vector<Transition>{{0, 1, 1}, {1, 0, 1}, {2, 0, 1}});
        const auto never = absorption(*chain, certainly(*chain, 0), only(3, {2}));
        QCOMPARE(never->probability, 0.0);
        QVERIFY(std::isinf(never->meanTime));
    }
    void erlangVariance() { // k stages: no cancellation however many
        for (const std::size_t k : {1, 10, 1000, 20000}) {
            std::vector<Transition> list;
            for (StateIndex i = 0; i < k; ++i)
                list.push_back({i, i + 1, double(k)});
            const auto chain = MarkovChain::make(k + 1, list);
            const auto time = absorption(*chain, certainly(*chain, 0), only(k + 1, {k}));
            QVERIFY(relativeError(time->meanTime, 1) < 1e-11);
            QVERIFY(relativeError(*time->variance, 1 / double(k)) < 1e-11);
        }
    }
    void iterationThenElimination() {
        const MarkovChain chain = RandomChains(12).irreducible(150, 2, 1);
        const auto target = only(150, {149});
        AbsorptionOptions options;
        const auto wanted = absorption(chain, certainly(chain, 0), target, options);
        options.quickStates = 0;
        options.maxSweeps = 1; // iteration gives up
        const auto again = absorption(chain, certainly(chain, 0), target, options);
        QCOMPARE(again->meanTime, wanted->meanTime);
        QCOMPARE(*again->variance, *wanted->variance);
        options.elimination.operations = 10; // and elimination must not
        QCOMPARE(absorption(chain, certainly(chain, 0), target, options).error().code,
                 std::string("markov.not_converged"));
        std::stop_source stop;
        stop.request_stop();
        options.elimination.stop = stop.get_token();
        QCOMPARE(absorption(chain, certainly(chain, 0), target, options).error().kind, ErrorKind::cancelled);
    }
    void wrongQuestions() {
        const MarkovChain chain = birthDeath({1}, {2});
        QCOMPARE(absorption(chain, std::vector<double>{1, 1}, only(2, {1})).error().code,
                 std::string("markov.distribution"));
        QCOMPARE(absorption(chain, std::vector<double>{1, 0}, only(3, {1})).error().code,
                 std::string("markov.target"));
    }
};

ALWAYSON_TEST_MAIN(TestAbsorption, test_absorption)
#include "test_absorption.moc"

// Long-run probabilities: closed forms, a hundred digits, elimination against iteration, properties.

#include "simulator/markov/outage.h"
#include "tests/simulator/markov/markov_support.h"

using namespace alwayson;
using namespace alwayson::sim;
using namespace alwayson::test;

namespace {

SteadyState solved(const MarkovChain& chain, ChainMethod method) {
    SteadyStateOptions options;
    options.method = method;
    Result<SteadyState> result = steadyState(chain, options);
    if (!result) qFatal("%s", describe(result.error()).c_str());
    return std::move(result).value();
}

double sum(const std::vector<double>& p) {
    return std::accumulate(p.begin(), p.end(), 0.0);
}

// `blocks` random chains of `size` states, joined in a ring by transitions of rate `coupling`.
MarkovChain looselyCoupled(std::size_t blocks, std::size_t size, double coupling) {
    RandomChains random(blocks + size);
    std::vector<Transition> list;
    for (std::size_t b = 0; b < blocks; ++b) {
        const MarkovChain part = random.irreducible(size, 3, 1);
        for (std::size_t i = 0; i < size; ++i)
            for (std::size_t t = 0; t < part.targets(i).size(); ++t)
                list.push_back({static_cast<StateIndex>(b * size + i),
                                static_cast<StateIndex>(b * size + part.targets(i)[t]),
                                part.ratesFrom(i)[t]});
        list.push_back({static_cast<StateIndex>(b * size),
                        static_cast<StateIndex>((b + 1) % blocks * size + 1),
                        coupling * (1 + random.uniform())});
    }
    return std::move(MarkovChain::make(blocks * size, list)).value();
}

} // namespace

class TestSteadyState : public QObject {
    Q_OBJECT

private slots:
    void birthAndDeath() {
        RandomChains random(1);
        std::vector<double> up, down;
        for (int i = 0; i < 60; ++i) {
            up.push_back(std::pow(10.0, -6 * random.uniform()));
            down.push_back(std::pow(10.0, 2 * random.uniform()));
        }
        const MarkovChain chain = birthDeath(up, down);
        std::vector<double> wanted{1}; // down to 1e-250
        for (std::size_t i = 0; i < up.size(); ++i)
            wanted.push_back(wanted.back() * up[i] / down[i]);
        const double all = sum(wanted);
        for (double& p : wanted)
            p /= all;
        QVERIFY(wanted.back() < 1e-200);
        QVERIFY(worstError(solved(chain, ChainMethod::elimination).probability, wanted) < 1e-13);
        QVERIFY(worstError(solved(chain, ChainMethod::gaussSeidel).probability, wanted) < 1e-11);
    }
    void belowWhatADoubleHolds() { // both ends of the line, whichever is eliminated last
        for (const bool rareFirst : {false, true}) {
            const std::vector<double> up(80, rareFirst ? 1 : 1e-6), down(80, rareFirst ? 1e-6 : 1);
            const MarkovChain chain = birthDeath(up, down);
            const std::vector<double> p = solved(chain, ChainMethod::elimination).probability;
            const std::size_t frequent = rareFirst ? 80 : 0, rare = 40;
            QVERIFY(relativeError(p[frequent], 1 - 1e-6) < 1e-13);
            QVERIFY(relativeError(p[rare], 1e-240 * (1 - 1e-6)) < 1e-12);
            QVERIFY(
                std::all_of(p.begin(), p.end(), [](double x) { return x >= 0 && x <= 1; })); // 1e-480 is 0
            const std::vector<double> q = solved(chain, ChainMethod::gaussSeidel).probability;
            QVERIFY(relativeError(q[frequent], 1 - 1e-6) < 1e-12);
            QVERIFY(relativeError(q[rare], 1e-240 * (1 - 1e-6)) < 1e-9);
        }
    }
    void oneState() {
        const auto chain = MarkovChain::make(1, {});
        QCOMPARE(solved(*chain, ChainMethod::automatic).probability, std::vector<double>{1});
        QCOMPARE(solved(*chain, ChainMethod::gaussSeidel).probability, std::vector<double>{1});
    }
    void randomChainsInAHundredDigits() {
        RandomChains random(2);
        for (int round = 0; round < 60; ++round) {
            const double decades = round % 4 * 5.0; // up to 15 decades between the rates of one chain
            const MarkovChain chain = random.irreducible(2 + random.below(28), random.below(4), decades);
            const std::vector<double> wanted = exactSteadyState(chain);
            const SteadyState gth = solved(chain, ChainMethod::elimination);
            QVERIFY(worstError(gth.probability, wanted) < 5e-14);
            QVERIFY(gth.residual < 1e-13);
            // Iteration may give up where rates differ by a factor of 1e10 or more, but never with a wrong
            // answer.
            SteadyStateOptions options;
            options.method = ChainMethod::gaussSeidel;
            const auto iterated = steadyState(chain, options);
            if (iterated)
                QVERIFY(worstError(iterated->probability, wanted) < 1e-10);
            else
                QVERIFY(decades >= 10 && iterated.error().code == "markov.not_converged");
            options.method = ChainMethod::automatic;
            options.quickOperations = -1;
            QVERIFY(worstError(steadyState(chain, options)->probability, wanted) < 1e-10);
        }
    }
    void eliminationAgreesWithIterationOnLargerChains() {
        RandomChains random(4);
        for (const std::size_t states : {300, 700, 1500}) {
            const MarkovChain chain = random.irreducible(states, 2, 2);
            const SteadyState gth = solved(chain, ChainMethod::elimination);
            const SteadyState iterated = solved(chain, ChainMethod::gaussSeidel);
            QVERIFY(worstError(iterated.probability, gth.probability) < 1e-10);
            QVERIFY(std::abs(sum(gth.probability) - 1) < 1e-13 && gth.residual < 1e-12);
            QVERIFY(iterated.residual < 1e-10 && iterated.method == ChainMethod::gaussSeidel);
        }
    }
    // Sweeps alone would need about 1 / coupling of them, and would look converged before that.
    void partsThatHardlyMeet() {
        for (const double coupling : {1e-3, 1e-6, 1e-9, 1e-13}) {
            const MarkovChain chain = looselyCoupled(7, 40, coupling);
            const SteadyState gth = solved(chain, ChainMethod::elimination);
            const SteadyState iterated = solved(chain, ChainMethod::gaussSeidel);
            QVERIFY2(worstError(iterated.probability, gth.probability) < 1e-9,
                     std::to_string(coupling).c_str());
            QVERIFY(iterated.sweeps < 500);
        }
    }
    void names() {
        QVERIFY(toString(ChainMethod::elimination) == "gth");
        QVERIFY(toString(ChainMethod::gaussSeidel) == "gauss-seidel");
        QVERIFY(toString(ChainMethod::automatic) == "automatic");
    }
    void automaticTakesElimination() {
        const MarkovChain chain = RandomChains(8).irreducible(100, 2, 1);
        QVERIFY(solved(chain, ChainMethod::automatic).method == ChainMethod::elimination);
        SteadyStateOptions options;
        options.quickOperations = 1000; // too dense to be quick
        const auto iterated = steadyState(chain, options);
        QVERIFY(iterated->method == ChainMethod::gaussSeidel);
        options.maxSweeps = 1; // and when iteration does not get there, elimination after all
        QVERIFY(steadyState(chain, options)->method == ChainMethod::elimination);
    }
    void budgets() {
        const MarkovChain chain = RandomChains(8).irreducible(100, 2, 1);
        SteadyStateOptions options;
        options.method = ChainMethod::elimination;
        options.elimination.operations = 1000;
        QCOMPARE(steadyState(chain, options).error().code, std::string("markov.too_dense"));
        options.method = ChainMethod::gaussSeidel;
        options.maxSweeps = 2;
        QCOMPARE(steadyState(chain, options).error().code, std::string("markov.not_converged"));
        options.method = ChainMethod::automatic;
        QCOMPARE(steadyState(chain, options).error().code, std::string("markov.not_converged"));
        std::stop_source stop;
        stop.request_stop();
        for (const ChainMethod method :
             {ChainMethod::elimination, ChainMethod::gaussSeidel, ChainMethod::automatic}) {
            SteadyStateOptions stopped;
            stopped.method = method;
            stopped.elimination.stop = stop.get_token();
            QCOMPARE(steadyState(chain, stopped).error().kind, ErrorKind::cancelled);
        }
    }
    void transientStatesGetNothing() {
        // 0 -> 1 <-> 2: state 0 is never entered again.
        const std::vector<Transition> list{{0, 1, 1e-9}, {1, 2, 3}, {2, 1, 1}};
        const SteadyState p = solved(*MarkovChain::make(3, list), ChainMethod::automatic);
        QCOMPARE(p.probability[0], 0.0);
        QCOMPARE(p.probability[1], .25);
        QCOMPARE(p.transientStates, std::size_t(1));
        QCOMPARE(p.closedClasses, std::size_t(1));
    }
    void severalClosedClasses() {
        const std::vector<Transition> list{{0, 1, 1}, {0, 3, 3}, {1, 2, 3}, {2, 1, 1}};
        const auto chain = MarkovChain::make(4, list);
        const auto unknown = steadyState(*chain);
        QCOMPARE(unknown.error().code, std::string("markov.several_closed_classes"));
        QVERIFY(unknown.error().message.find("2 sets") != std::string::npos);
        SteadyStateOptions options;
        options.initial = {1, 0, 0, 0};
        QCOMPARE(steadyState(*chain, options)->probability, (std::vector<double>{0, .0625, .1875, .75}));
        options.initial = {0, 1, 0, 0};
        QCOMPARE(steadyState(*chain, options)->probability, (std::vector<double>{0, .25, .75, 0}));
        options.initial = {0, .5, 0, 0};
        QCOMPARE(steadyState(*chain, options).error().code, std::string("markov.distribution"));
        options.initial = {1};
        QCOMPARE(steadyState(*chain, options).error().code, std::string("markov.distribution"));
    }
    void outagesAreTheFlowAcrossTheCut() {
        RandomChains random(5);
        for (int round = 0; round < 20; ++round) {
            const MarkovChain chain = random.irreducible(40, 3, 6);
            std::vector<bool> up(chain.size());
            for (std::size_t i = 0; i < up.size(); ++i)
                up[i] = i == 0 || (i != 1 && random.uniform() < .5);
            std::vector<bool> down = up;
            down.flip();
            const auto forward = outageFigures(chain, up, 0);
            const auto reversed = outageFigures(chain, down, 1); // up and down change roles
            QVERIFY(forward.ok() && reversed.ok());
            QVERIFY(relativeError(forward->frequency, reversed->frequency) < 1e-13);
            QVERIFY(relativeError(forward->meanOutage, reversed->meanUp) < 1e-12);
            QVERIFY(relativeError(forward->unavailability, reversed->availability) < 1e-12);
            QVERIFY(std::abs(sum(forward->entry) - 1) < 1e-13);
            QVERIFY(relativeError(1 / forward->frequency, forward->meanUp + forward->meanOutage) < 1e-12);
            // the mean length seen from where outages begin
            const auto length = outageLength(chain, up, *forward);
            QVERIFY(relativeError(length->mean(), forward->meanOutage) < 1e-12);
        }
    }
    void unitsOfTimeDoNotMatter() {
        const MarkovChain chain = RandomChains(6).irreducible(30, 2, 3);
        std::vector<Transition> faster;
        for (std::size_t i = 0; i < chain.size(); ++i)
            for (std::size_t t = 0; t < chain.targets(i).size(); ++t)
                faster.push_back(
                    {static_cast<StateIndex>(i), chain.targets(i)[t], 3600 * chain.ratesFrom(i)[t]});
        std::vector<bool> up(30, true);
        up[7] = up[21] = false;
        const auto hours = outageFigures(chain, up, 0);
        const auto seconds = outageFigures(*MarkovChain::make(30, faster), up, 0);
        QVERIFY(relativeError(hours->unavailability, seconds->unavailability) < 1e-13);
        QVERIFY(relativeError(hours->meanTimeToFirst, 3600 * seconds->meanTimeToFirst) < 1e-13);
    }
    void neverDown() {
        const MarkovChain chain = birthDeath({1}, {2});
        const auto figures = outageFigures(chain, {true, true}, 0);
        QCOMPARE(figures->unavailability, 0.0);
        QCOMPARE(figures->availability, 1.0);
        QVERIFY(std::isinf(figures->meanUp) && std::isinf(figures->meanTimeToFirst));
        QCOMPARE(outageLength(chain, {true, true}, *figures).error().code, std::string("markov.no_outage"));
        QCOMPARE(outageFigures(chain, {true}, 0).error().code, std::string("markov.target"));
    }
    void neverRepaired() {
        const std::vector<Transition> list{{0, 1, .5}};
        const auto figures = outageFigures(*MarkovChain::make(2, list), {true, false}, 0);
        QCOMPARE(figures->unavailability, 1.0);
        QCOMPARE(figures->availability, 0.0);
        QCOMPARE(figures->meanTimeToFirst, 2.0);
    }
};

ALWAYSON_TEST_MAIN(TestSteadyState, test_steady_state)
#include "test_steady_state.moc"

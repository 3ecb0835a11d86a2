// Chains as flat arrays: what goes in, what comes out, limits and errors.

#include "simulator/markov/explore.h"
#include "tests/simulator/markov/markov_support.h"

#include <limits>

using namespace alwayson;
using namespace alwayson::sim;
using alwayson::test::birthDeath;
using alwayson::test::RandomChains;

namespace {

// Two counters up to `most`, each stepping by itself.
TransitionRule grid(std::int32_t most) {
    return [most](StateView s, TransitionSink& out) {
        for (std::size_t i = 0; i < s.size(); ++i) {
            std::vector<std::int32_t> next(s.begin(), s.end());
            if (s[i] < most) {
                ++next[i];
                out.to(next, 1);
            }
            if (s[i] > 0) {
                next[i] = s[i] - 1;
                out.to(next, 10);
            }
        }
    };
}

} // namespace

class TestChain : public QObject {
    Q_OBJECT

private slots:
    void transitionsAddUp() {
        const std::vector<Transition> list{{0, 2, 1}, {0, 1, 2}, {0, 2, 3}, {1, 1, 7}, {1, 0, 0}, {2, 0, 4}};
        const auto chain = MarkovChain::make(3, list);
        QVERIFY(chain.ok());
        QCOMPARE(chain->size(), std::size_t(3));
        QCOMPARE(chain->transitionCount(), std::size_t(3));
        QCOMPARE(std::vector<StateIndex>(chain->targets(0).begin(), chain->targets(0).end()),
                 (std::vector<StateIndex>{1, 2}));
        QCOMPARE(chain->ratesFrom(0)[1], 4.0);
        QCOMPARE(chain->exitRate(0), 6.0);
        QCOMPARE(chain->exitRate(1), 0.0); // its own state and rate 0 are no transitions
        QCOMPARE(chain->maxExitRate(), 6.0);
    }
    void wrongTransitions() {
        QCOMPARE(MarkovChain::make(0, {}).error().code, std::string("markov.no_states"));
        const std::vector<Transition> far{{0, 5, 1}};
        QCOMPARE(MarkovChain::make(2, far).error().code, std::string("markov.state_range"));
        for (const double rate : {-1.0, std::nan(""), std::numeric_limits<double>::infinity()}) {
            const std::vector<Transition> bad{{0, 1, rate}};
            QCOMPARE(MarkovChain::make(2, bad).error().code, std::string("markov.rate"));
        }
    }
    void transposedTwiceIsTheSame() {
        const MarkovChain chain = RandomChains(3).irreducible(50, 4, 3);
        const RateMatrix twice = chain.rates().transposed().transposed();
        QCOMPARE(twice.start, chain.rates().start);
        QCOMPARE(twice.column, chain.rates().column);
        QCOMPARE(twice.value, chain.rates().value);
    }
    void restriction() {
        const MarkovChain chain = birthDeath({1, 2, 3}, {4, 5, 6});
        const SubChain part = restrictTo(chain, {2, 1});
        QCOMPARE(part.inside.columnsOf(0).size(), std::size_t(1)); // 2 -> 1
        QCOMPARE(part.inside.valuesOf(0)[0], 5.0);
        QCOMPARE(part.leaving, (std::vector<double>{3, 4}));
    }
    void classes() {
        // 0 <-> 1 leak into the closed classes {2, 3} and {4}; 5 is reached by nobody and leads to 0.
        const std::vector<Transition> list{{0, 1, 1}, {1, 0, 1}, {1, 2, 1}, {2, 3, 1},
                                           {3, 2, 1}, {0, 4, 1}, {5, 0, 1}};
        const auto chain = MarkovChain::make(6, list);
        const ChainClasses classes = classify(*chain);
        QCOMPARE(classes.count, std::size_t(4));
        QCOMPARE(classes.closedCount(), std::size_t(2));
        QCOMPARE(classes.classOf[0], classes.classOf[1]);
        QCOMPARE(classes.membersOf(classes.classOf[3]), (std::vector<StateIndex>{2, 3}));
        QVERIFY(classes.closed[classes.classOf[2]] && classes.closed[classes.classOf[4]]);
        QVERIFY(!classes.closed[classes.classOf[0]] && !classes.closed[classes.classOf[5]]);
    }
    void manyStatesInARow() { // no recursion
        std::vector<Transition> list;
        for (StateIndex i = 0; i + 1 < 300'000; ++i)
            list.push_back({i, i + 1, 1});
        QCOMPARE(classify(*MarkovChain::make(300'000, list)).count, std::size_t(300'000));
    }

    void breadthFirst() {
        const std::vector<std::int32_t> first{0, 0};
        const auto space = explore(first, grid(40));
        QVERIFY(space.ok());
        QCOMPARE(space->size(), std::size_t(41 * 41));
        int level = 0;
        for (std::size_t i = 0; i < space->size(); ++i) {
            const int now = space->state(i)[0] + space->state(i)[1];
            QVERIFY(now == level || now == level + 1);
            level = now;
            QCOMPARE(space->find(space->state(i)), std::optional<StateIndex>(static_cast<StateIndex>(i)));
        }
        QVERIFY(!space->find(std::vector<std::int32_t>{41, 0}));
        // transitions: four per inner state, fewer at the border
        QCOMPARE(space->chain.transitionCount(), std::size_t(4 * 40 * 41));
        const auto again = explore(first, grid(40));
        QCOMPARE(again->values, space->values);
        QCOMPARE(again->chain.rates().value, space->chain.rates().value);
    }
    void limits() {
        const std::vector<std::int32_t> first{0, 0};
        ExploreOptions options;
        options.maxStates = 41 * 41;
        QVERIFY(explore(first, grid(40), options).ok());
        options.maxStates = 41 * 41 - 1;
        const auto tooMany = explore(first, grid(40), options);
        QCOMPARE(tooMany.error().code, std::string("markov.too_many_states"));
        QCOMPARE(tooMany.error().kind, ErrorKind::budgetExceeded);
        QVERIFY(tooMany.error().message.find("1680") != std::string::npos);
        std::stop_source stop;
        stop.request_stop();
        QCOMPARE(explore(first, grid(40), {.stop = stop.get_token()}).error().kind, ErrorKind::cancelled);
    }
    void endlessChainsAreStopped() {
        const TransitionRule counting = [](StateView s, TransitionSink& out) {
            out.to(std::vector<std::int32_t>{s[0] + 1}, 1);
        };
        ExploreOptions options;
        options.maxStates = 1000;
        QCOMPARE(explore(std::vector<std::int32_t>{0}, counting, options).error().code,
                 std::string("markov.too_many_states"));
    }
    void wrongRules() {
        const std::vector<std::int32_t> first{1};
        QCOMPARE(explore({}, grid(1)).error().code, std::string("markov.width"));
        const auto width = explore(first, [](StateView, TransitionSink& out) {
            out.to(std::vector<std::int32_t>{1, 2}, 1);
        });
        QCOMPARE(width.error().code, std::string("markov.width"));
        const auto rate = explore(first, [](StateView, TransitionSink& out) {
            out.to(std::vector<std::int32_t>{2}, -1);
            out.to(std::vector<std::int32_t>{3}, 1);
        });
        QCOMPARE(rate.error().code, std::string("markov.rate"));
        QVERIFY2(rate.error().message.find("(1)") != std::string::npos, rate.error().message.c_str());
    }
};

ALWAYSON_TEST_MAIN(TestChain, test_chain)
#include "test_chain.moc"

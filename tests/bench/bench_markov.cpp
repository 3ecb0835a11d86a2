// Markov chains of lumped groups: building them, and solving them by elimination (GTH) and by symmetric
// Gauss-Seidel. Three types of equal units (a, b, c of each), own failure and repair rates, one crew that
// helps the most failed type first, and a shock that takes a whole type down. Argument: about how many
// states.

#include "simulator/markov/group_chain.h"

#include <algorithm>
#include <benchmark/benchmark.h>
#include <cmath>

using namespace alwayson;
using namespace alwayson::sim;

namespace {

StateSpace threeTypes(std::int64_t states) {
    const auto side = static_cast<std::int32_t>(std::llround(std::cbrt(static_cast<double>(states)))) - 1;
    const std::vector<std::int32_t> first{0, 0, 0}; // failed of each type
    auto space = explore(first, [side](StateView s, TransitionSink& out) {
        const double fails[] = {1. / 2000, 1. / 5000, 1. / 8760}, repairs[] = {1. / 2, 1. / 4, 1. / 8};
        std::vector<std::int32_t> next(s.begin(), s.end());
        for (std::size_t type = 0; type < 3; ++type) {
            if (s[type] < side) {
                next[type] = s[type] + 1;
                out.to(next, (side - s[type]) * fails[type]);
                next[type] = side;
                out.to(next, 1e-5);
                next[type] = s[type];
            }
        }
        const auto worst = static_cast<std::size_t>(std::max_element(s.begin(), s.end()) - s.begin());
        if (s[worst] == 0) return;
        --next[worst];
        out.to(next, repairs[worst]);
    });
    return std::move(space).value();
}

void build(benchmark::State& state) {
    std::size_t states = 0, transitions = 0;
    for (auto _ : state) {
        const StateSpace space = threeTypes(state.range(0));
        states = space.size();
        transitions = space.chain.transitionCount();
    }
    state.counters["states"] = static_cast<double>(states);
    state.counters["transitions"] = static_cast<double>(transitions);
}
BENCHMARK(build)->Arg(100)->Arg(1'000)->Arg(10'000)->Arg(400'000)->Unit(benchmark::kMillisecond);

void solve(benchmark::State& state, ChainMethod method) {
    const StateSpace space = threeTypes(state.range(0));
    SteadyStateOptions options;
    options.method = method;
    std::size_t sweeps = 0;
    for (auto _ : state) {
        const Result<SteadyState> solved = steadyState(space.chain, options);
        if (!solved) return state.SkipWithError(solved.error().message.c_str());
        sweeps = solved->sweeps;
    }
    state.counters["states"] = static_cast<double>(space.size());
    state.counters["sweeps"] = static_cast<double>(sweeps);
}
BENCHMARK_CAPTURE(solve, elimination, ChainMethod::elimination)
    ->Arg(100)
    ->Arg(1'000)
    ->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(solve, gaussSeidel, ChainMethod::gaussSeidel)
    ->Arg(100)
    ->Arg(1'000)
    ->Arg(10'000)
    ->Arg(400'000)
    ->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(solve, automatic, ChainMethod::automatic)
    ->Arg(1'000)
    ->Arg(10'000)
    ->Unit(benchmark::kMillisecond);

// Mean time until all units of one type have failed.
void firstFailure(benchmark::State& state) {
    const StateSpace space = threeTypes(state.range(0));
    std::vector<bool> down(space.size());
    const std::int32_t side = *std::max_element(space.values.begin(), space.values.end());
    for (std::size_t i = 0; i < space.size(); ++i)
        down[i] = std::ranges::find(space.state(i), side) != space.state(i).end();
    for (auto _ : state) {
        const auto time = absorption(space.chain, certainly(space.chain, 0), down);
        if (!time) return state.SkipWithError(time.error().message.c_str());
        benchmark::DoNotOptimize(time->meanTime);
    }
}
BENCHMARK(firstFailure)->Arg(100)->Arg(1'000)->Arg(10'000)->Unit(benchmark::kMillisecond);

// A primary with replicas, one crew, failover in Erlang stages: chain, availability, MTTFF, outage length
// p95. Argument: units.
void replicaSet(benchmark::State& state) {
    GroupParameters p;
    p.units = static_cast<int>(state.range(0));
    p.active = p.needed = 1;
    p.modes = {{1. / 2190, 1. / 4}};
    p.crews = 1;
    p.failover.stages = {{20. / 3600, 3}, {10. / 3600, 3}};
    p.failover.coverage = .95;
    p.failover.uncoveredRecovery = 2;
    std::size_t states = 0;
    for (auto _ : state) {
        const auto group = makeGroupChain(p);
        const auto figures = outageFigures(group->space.chain, group->up, 0);
        auto length = outageLength(group->space.chain, group->up, *figures);
        benchmark::DoNotOptimize(*length->quantile(.95));
        states = group->space.size();
    }
    state.counters["states"] = static_cast<double>(states);
}
BENCHMARK(replicaSet)->Arg(2)->Arg(3)->Arg(5)->Unit(benchmark::kMillisecond);

} // namespace

BENCHMARK_MAIN();

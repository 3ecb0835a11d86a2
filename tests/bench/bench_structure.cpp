// When a flow is up, and what follows from it: tiers of servers with the default failure modes over three
// zones behind two balancers, 0.8 of a server's work for each. Arguments: tiers, servers per tier.

#include "core/structure/availability.h"
#include "core/structure/state_function.h"
#include "tests/core/structure/design_maker.h"

#include <benchmark/benchmark.h>
#include <vector>

using namespace alwayson;
using alwayson::test::DesignMaker;

namespace {

Design tiers(int count, int servers) {
    DesignMaker maker;
    maker.domain("eu");
    const char* zones[] = {"eu-a", "eu-b", "eu-c"};
    for (const char* zone : zones)
        maker.domain(zone, "eu").fails(zone, FailureEffect::outage, 87600, 3);
    maker.client("shoppers", 0.8 * servers).group("lb");
    for (int i = 0; i < 2; ++i) {
        const std::string id = "lb" + std::to_string(i);
        maker.haproxy(id, "lb")
            .in(zones[i])
            .fails(id, FailureEffect::crash, 17520, .01)
            .fails(id, FailureEffect::gone, 8760, .3);
    }
    maker.link("shoppers", "lb");
    std::string before = "lb";
    for (int t = 0; t < count; ++t) {
        const std::string tier = "tier" + std::to_string(t);
        maker.group(tier).link(before, tier);
        before = tier;
        for (int i = 0; i < servers; ++i) {
            const std::string id = tier + "-" + std::to_string(i);
            maker.server(id, tier, 1.3).in(zones[i % 3]).fails(id, FailureEffect::crash, 2100, .03);
            maker.fails(id, FailureEffect::hang, 8760, .3).fails(id, FailureEffect::gone, 4380, .3);
            maker.fails(id, FailureEffect::slow, 4380, .3, 5).fails(id, FailureEffect::errors, 8760, .4, .5);
        }
    }
    return maker.design();
}

void evaluateOneState(benchmark::State& state) {
    const Design design = tiers(static_cast<int>(state.range(0)), static_cast<int>(state.range(1)));
    const StateFunction function = std::move(StateFunction::compile(design)).value();
    const auto scratch = function.makeScratch();
    const std::vector<ComponentState> all(function.components().size(), 0);
    std::vector<double> a(function.flows().size());
    for (auto _ : state) {
        function.evaluate(all.data(), nullptr, a.data(), *scratch);
        benchmark::DoNotOptimize(a.data());
    }
}
BENCHMARK(evaluateOneState)->Args({1, 97})->Args({1, 997})->Args({10, 100})->Unit(benchmark::kMicrosecond);

void compileDesign(benchmark::State& state) {
    const Design design = tiers(static_cast<int>(state.range(0)), static_cast<int>(state.range(1)));
    for (auto _ : state)
        benchmark::DoNotOptimize(StateFunction::compile(design));
}
BENCHMARK(compileDesign)->Args({3, 33})->Args({10, 100})->Unit(benchmark::kMillisecond);

void analyseDesign(benchmark::State& state) {
    const Design design = tiers(static_cast<int>(state.range(0)), static_cast<int>(state.range(1)));
    std::size_t nodes = 0;
    for (auto _ : state)
        nodes = analyse(design).value().diagramNodes;
    state.counters["diagram_nodes"] = static_cast<double>(nodes);
}
BENCHMARK(analyseDesign)
    ->Args({1, 2})
    ->Args({3, 33})
    ->Args({3, 66})
    ->Args({1, 997})
    ->Args({10, 100})
    ->Unit(benchmark::kMillisecond);

} // namespace

BENCHMARK_MAIN();

#include "simulator/run/request_run.h"

#include "simulator/compile/compile.h"
#include "simulator/parallel/work_pool.h"
#include "simulator/run/request_report.h"
#include "simulator/trace/recorder.h"

#include <algorithm>
#include <cmath>
#include <fmt/core.h>

namespace alwayson::sim {
namespace {

constexpr double kDefaultSeconds = 300;
constexpr std::size_t kSteps = 320;
constexpr double kMostFrames = 20'000;

// A start from empty is over after some hundred mean service times, unless a part is close to saturation.
double chosenWarmup(const Model& model, const RequestRunOptions& options, double duration) {
    if (options.warmupS >= 0) return options.warmupS;
    double slowest = 0;
    for (const StationModel& station : model.stations)
        slowest = std::max(slowest, station.service.mean());
    const double warmup = std::clamp(100 * slowest, 2.0, 60.0);
    return options.scenario ? warmup : std::max(warmup, 0.1 * duration);
}

struct Prepared {
    std::shared_ptr<const Model> model;
    std::shared_ptr<const LoadedStructures> structures;
    double durationS = 0;
    double warmupS = 0;
    double traceStepS = 0;
};

Result<Prepared> prepare(const Design& design, const RequestRunOptions& options) {
    Result<Model> model = compileModel(design, options.scenario);
    if (!model) return model.error();
    Result<LoadedStructures> structures = LoadedStructures::compile(design, *model);
    if (!structures) return structures.error();
    Prepared prepared;
    prepared.model = std::make_shared<const Model>(std::move(model).value());
    prepared.structures = std::make_shared<const LoadedStructures>(std::move(structures).value());
    prepared.durationS = options.durationS > 0 ? options.durationS
                         : options.scenario    ? options.scenario->duration.seconds()
                                               : kDefaultSeconds;
    if (!(prepared.durationS > 0) || prepared.durationS > 4e9)
        return Error{ErrorKind::invalidInput,
                     "simulate.duration",
                     fmt::format("A duration of {} s cannot be simulated.", prepared.durationS),
                     "Choose between 1 ms and 4e9 s.",
                     {}};
    prepared.warmupS = chosenWarmup(*prepared.model, options, prepared.durationS);
    if (options.traceStepS > 0)
        prepared.traceStepS = std::max(options.traceStepS, prepared.durationS / kMostFrames);
    return prepared;
}

// One replication from start to end. nullopt: stopped before anything was measured.
std::optional<RunData> replicate(const Prepared& p, const RequestRunOptions& options, std::uint64_t unit,
                                 std::stop_token stop, const std::function<void(double)>& progress) {
    RequestEngine engine(p.model, p.structures, options.seed, unit, p.warmupS);
    engine.state().counting = false;
    using Outcome = RequestEngine::Outcome;
    if (engine.advanceTo(toSimTime(p.warmupS), stop, options.maxEvents) != Outcome::reached)
        return std::nullopt;
    Collector::discard(engine);
    engine.state().counting = true;
    const double stepS = p.durationS / static_cast<double>(kSteps);
    Collector collector(engine, stepS, kSteps);
    TraceRecorder recorder(engine, p.traceStepS);
    Outcome outcome = Outcome::reached;
    std::size_t done = 0;
    for (; done < kSteps && outcome == Outcome::reached; ++done) {
        const SimTime end = toSimTime(p.warmupS + static_cast<double>(done + 1) * stepS);
        while (recorder.nextAt() < end) {
            outcome = engine.advanceTo(recorder.nextAt(), stop, options.maxEvents);
            if (outcome != Outcome::reached) break;
            recorder.capture();
        }
        if (outcome == Outcome::reached) outcome = engine.advanceTo(end, stop, options.maxEvents);
        if (outcome != Outcome::reached) break;
        recorder.hold();
        collector.closeStep();
        if (progress) progress(static_cast<double>(done + 1) / static_cast<double>(kSteps));
    }
    if (done == 0) return std::nullopt;
    if (outcome == Outcome::reached && recorder.nextAt() <= engine.state().now) recorder.capture();
    collector.closeWindow();
    engine.state().counting = false;
    // Nothing lives longer than the longest deadline.
    SimTime longest = 0;
    for (const Flow& flow : p.model->flows)
        longest = std::max(longest, flow.deadline);
    const SimTime last = after(engine.state().now, after(longest, 1));
    while (outcome == Outcome::reached && engine.inFlight() > 0 && engine.state().now < last)
        outcome = engine.advanceTo(std::min(last, after(engine.state().now, toSimTime(stepS))), stop,
                                   options.maxEvents);
    RunData data = collector.finish();
    data.trace = recorder.take();
    if (outcome != Outcome::reached) {
        data.partial = true;
        // Those that were under way have neither failed nor succeeded.
        for (FlowData& flow : data.flows)
            flow.offered = flow.succeeded + flow.failures();
        data.partialReason =
            outcome == Outcome::stopped
                ? fmt::format("Stopped after {:.0f} of {:.0f} simulated seconds.", data.measuredS,
                              p.durationS)
                : fmt::format("The budget of {} events was used up after {:.0f} of {:.0f} simulated seconds.",
                              options.maxEvents, data.measuredS, p.durationS);
    }
    return data;
}

Error cancelled() {
    return {ErrorKind::cancelled,
            "simulate.cancelled",
            "The simulation was stopped before it had measured anything.",
            "",
            {}};
}

} // namespace

Result<SimulationResult> runRequests(const Design& design, const RequestRunOptions& options,
                                     std::stop_token stop,
                                     const std::function<void(double share)>& progress) {
    const Result<Prepared> prepared = prepare(design, options);
    if (!prepared) return prepared.error();
    std::optional<RunData> data = replicate(*prepared, options, options.unit, stop, progress);
    if (!data) return cancelled();
    return makeResult(design, *prepared->model, *prepared->structures->asDesigned(), options, {&*data, 1});
}

Result<SimulationResult> runRequestsReplicated(const Design& design, const RequestRunOptions& options,
                                               std::uint64_t replications, unsigned threads,
                                               std::stop_token stop,
                                               const std::function<void(double share)>& progress) {
    if (replications <= 1) return runRequests(design, options, stop, progress);
    const Result<Prepared> prepared = prepare(design, options);
    if (!prepared) return prepared.error();
    std::vector<std::optional<RunData>> runs(replications);
    WorkPool pool(threads);
    const auto task = [&](std::size_t index, unsigned) {
        RequestRunOptions own = options;
        if (index > 0) own.traceStepS = 0;
        Prepared mine = *prepared;
        mine.traceStepS = own.traceStepS > 0 ? mine.traceStepS : 0;
        runs[index] = replicate(mine, own, options.unit + index, stop, {});
        return runs[index].has_value() && !runs[index]->partial;
    };
    const auto tick = [&](std::size_t done) {
        if (progress) progress(static_cast<double>(done) / static_cast<double>(replications));
    };
    const std::size_t done = pool.run(replications, task, stop, tick);
    if (done == 0) {
        if (!runs[0]) return cancelled();
        return makeResult(design, *prepared->model, *prepared->structures->asDesigned(), options,
                          {&*runs[0], 1});
    }
    std::vector<RunData> finished;
    for (std::size_t i = 0; i < done; ++i)
        finished.push_back(std::move(*runs[i]));
    if (done < replications) {
        finished.front().partial = true;
        finished.front().partialReason =
            fmt::format("Stopped after {} of {} replications.", done, replications);
    }
    return makeResult(design, *prepared->model, *prepared->structures->asDesigned(), options, finished);
}

} // namespace alwayson::sim

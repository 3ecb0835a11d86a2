#include "simulator/run/request_report.h"

#include "core/base/units.h"
#include "core/results/trace.h"
#include "core/text/length_words.h"
#include "simulator/estimate/interval.h"
#include "simulator/run/run_log.h"
#include "simulator/run/unserved.h"
#include "simulator/run/users_figure.h"
#include "simulator/version.h"

#include <algorithm>
#include <cmath>
#include <fmt/core.h>
#include <map>

namespace alwayson::sim {
namespace {

constexpr double kMs = 1e-6; // ns -> ms

Estimate plain(double value) {
    Estimate estimate;
    estimate.value = value;
    estimate.method = Method::simulated;
    return estimate;
}

// One flow, or several added up, over all replications.
struct FlowView {
    std::string id;
    std::vector<std::size_t> flows;
};

class Reporter {
public:
    Reporter(const Model& model, const StateFunction& structure, const RequestRunOptions& options,
             std::span<RunData> runs)
        : m_model(model), m_structure(structure), m_options(options), m_runs(runs) {}

    FlowData gather(std::size_t run, const FlowView& view) const {
        FlowData sum = m_runs[run].flows[view.flows[0]];
        for (std::size_t i = 1; i < view.flows.size(); ++i)
            sum.add(m_runs[run].flows[view.flows[i]]);
        return sum;
    }

    FlowResult flow(const FlowView& view, std::vector<NamedSeries>& series) const {
        std::vector<FlowData> perRun;
        for (std::size_t r = 0; r < m_runs.size(); ++r)
            perRun.push_back(gather(r, view));
        FlowData all = perRun[0];
        for (std::size_t r = 1; r < perRun.size(); ++r)
            all.add(perRun[r]);
        FlowResult result;
        result.flow = view.id;
        result.requests = counts(all);
        result.availabilityRequests = share(perRun, [](const FlowData& d) { return d.succeeded; });
        result.availabilityGood = share(perRun, [](const FlowData& d) { return d.good; });
        latencies(view, perRun, all, result.latencyMs);
        times(view, result);
        unserved(view, result);
        series.push_back(makeSeries(view.id, all));
        return result;
    }

private:
    bool replicated() const { return m_runs.size() > 1; }
    bool stationary() const { return !m_options.scenario && !m_model.backgroundFailures; }

    static RequestCounts counts(const FlowData& d) {
        RequestCounts counts;
        counts.offered = d.offered;
        counts.succeeded = d.succeeded;
        counts.attempts = d.attempts;
        counts.degraded = d.degraded;
        for (std::size_t i = 1; i < kCauses; ++i)
            if (d.failed[i]) counts.failed[causeName(static_cast<Cause>(i))] = d.failed[i];
        return counts;
    }

    template <class Count>
    Estimate share(const std::vector<FlowData>& runs, Count&& count) const {
        std::uint64_t offered = 0, hits = 0;
        std::vector<std::optional<double>> shares;
        for (const FlowData& d : runs) {
            offered += d.offered;
            hits += count(d);
            shares.push_back(
                d.offered ? std::optional(static_cast<double>(count(d)) / static_cast<double>(d.offered))
                          : std::nullopt);
        }
        if (offered == 0) return Estimate::unknown();
        Estimate estimate = plain(static_cast<double>(hits) / static_cast<double>(offered));
        if (replicated()) {
            estimate.ci95 = replicationMean(shares).ci95;
            estimate.samples = runs.size();
            if (hits == offered) { // equal replications would give an interval without width
                estimate.ci95 = wilson(hits, offered);
                estimate.note = "no failure was seen: the interval's lower end is the bound";
            }
        } else if (stationary()) {
            std::vector<Slice> slices;
            for (const FlowStep& step : runs[0].steps)
                slices.push_back(
                    {static_cast<double>(step.failed), static_cast<double>(step.failed + step.succeeded)});
            const Estimate failed = batchMeans(slices);
            if (hits == offered) {
                estimate.ci95 = wilson(hits, offered);
                estimate.note = "no failure was seen: the interval's lower end is the bound";
            } else if (failed.ci95) {
                // Misses of the latency objective are not in the slices: at least the binomial width, then.
                const Interval binomial = wilson(hits, offered);
                const double half =
                    0.5 * std::max(failed.ci95->high - failed.ci95->low, binomial.high - binomial.low);
                estimate.ci95 =
                    Interval{std::max(0.0, *estimate.value - half), std::min(1.0, *estimate.value + half)};
            }
            estimate.samples = failed.samples;
        } else {
            estimate.note = "one run of the scenario";
        }
        if (estimate.ci95) {
            estimate.ci95->low = std::max(0.0, estimate.ci95->low);
            estimate.ci95->high = std::min(1.0, estimate.ci95->high);
        }
        return estimate;
    }

    void latencies(const FlowView& view, const std::vector<FlowData>& runs, const FlowData& all,
                   LatencyFigures& figures) const {
        if (all.succeeded == 0) return;
        estimateLatencies(view, runs, all, figures);
        for (Estimate* quantile : {&figures.p50, &figures.p90, &figures.p95, &figures.p99, &figures.p999})
            bound(*quantile, all);
    }

    // A quantile is known to the width of its bucket, and it is never above the longest.
    static void bound(Estimate& quantile, const FlowData& all) {
        const double longest = static_cast<double>(all.latencyMax) * kMs;
        const std::size_t bucket = LogHistogram::bucketOf(static_cast<SimTime>(*quantile.value / kMs));
        quantile.value = std::min(*quantile.value, longest);
        if (!quantile.ci95) return;
        quantile.ci95->low = std::min({quantile.ci95->low, LogHistogram::lowOf(bucket) * kMs, longest});
        quantile.ci95->high = std::max(quantile.ci95->high, LogHistogram::highOf(bucket) * kMs);
    }

    void estimateLatencies(const FlowView& view, const std::vector<FlowData>& runs, const FlowData& all,
                           LatencyFigures& figures) const {
        const auto n = static_cast<double>(all.succeeded);
        figures.max = plain(static_cast<double>(all.latencyMax) * kMs);
        const std::pair<double, Estimate*> quantiles[]{{0.5, &figures.p50},
                                                       {0.9, &figures.p90},
                                                       {0.95, &figures.p95},
                                                       {0.99, &figures.p99},
                                                       {0.999, &figures.p999}};
        figures.mean = plain(all.latencySum / n * kMs);
        if (replicated()) {
            std::vector<std::optional<double>> means;
            for (const FlowData& d : runs)
                means.push_back(d.succeeded
                                    ? std::optional(d.latencySum / static_cast<double>(d.succeeded) * kMs)
                                    : std::nullopt);
            figures.mean.ci95 = replicationMean(means).ci95;
            figures.mean.samples = runs.size();
            for (const auto& [p, to] : quantiles) {
                std::vector<std::optional<double>> values;
                for (const FlowData& d : runs)
                    values.push_back(d.succeeded ? std::optional(d.latencies.quantile(p) * kMs)
                                                 : std::nullopt);
                *to = plain(all.latencies.quantile(p) * kMs);
                to->ci95 = replicationMean(values).ci95;
                to->samples = runs.size();
            }
            return;
        }
        if (!stationary()) {
            for (const auto& [p, to] : quantiles)
                *to = plain(all.latencies.quantile(p) * kMs);
            return;
        }
        std::vector<Slice> slices;
        for (const FlowStep& step : all.steps)
            slices.push_back({step.latencySum * kMs, static_cast<double>(step.succeeded)});
        const Estimate mean = batchMeans(slices);
        figures.mean.ci95 = mean.ci95;
        figures.mean.samples = mean.samples;
        const SlicedHistogram sliced = mergeSlices(view);
        for (const auto& [p, to] : quantiles)
            *to = batchQuantile(all.latencies, sliced, p, kMs);
    }

    SlicedHistogram mergeSlices(const FlowView& view) const {
        const RunData& run = m_runs[0];
        if (view.flows.size() == 1) return run.flows[view.flows[0]].sliced;
        SlicedHistogram merged;
        for (std::size_t i = 0; i < run.steps; ++i) {
            for (const std::size_t f : view.flows) {
                const SlicedHistogram& from = run.flows[f].sliced;
                const std::size_t begin = i == 0 ? 0 : from.ends[i - 1];
                merged.entries.insert(merged.entries.end(),
                                      from.entries.begin() + static_cast<std::ptrdiff_t>(begin),
                                      from.entries.begin() + static_cast<std::ptrdiff_t>(from.ends[i]));
            }
            merged.ends.push_back(merged.entries.size());
        }
        return merged;
    }

    // Time-based availability: of a client its classes' share-weighted mean, of the design "all flows up".
    void times(const FlowView& view, FlowResult& result) const {
        const auto& flows = m_structure.flows();
        std::vector<std::optional<double>> values;
        std::vector<double> outages;
        double years = 0;
        for (const RunData& run : m_runs) {
            double sum = 0, weight = 0;
            if (view.id == "design" && run.upSeconds.size() == flows.size() + 1) {
                sum = run.upSeconds[flows.size()];
                weight = 1;
                outages.insert(outages.end(), run.outages[flows.size()].begin(),
                               run.outages[flows.size()].end());
            } else {
                for (std::size_t f = 0; f < flows.size() && f < run.upSeconds.size(); ++f) {
                    if (flows[f].id != view.id && flows[f].client != view.id) continue;
                    const double w = flows[f].id == view.id ? 1 : std::max(flows[f].weight, 1e-12);
                    sum += w * run.upSeconds[f];
                    weight += w;
                    outages.insert(outages.end(), run.outages[f].begin(), run.outages[f].end());
                }
            }
            years += run.measuredS / kSecondsPerYear;
            if (weight > 0) values.push_back(std::min(1.0, sum / weight / run.measuredS));
        }
        if (values.empty()) return;
        result.availabilityTime = replicationMean(values);
        if (result.availabilityTime.ci95) {
            result.availabilityTime.ci95->low = std::max(0.0, result.availabilityTime.ci95->low);
            result.availabilityTime.ci95->high = std::min(1.0, result.availabilityTime.ci95->high);
        }
        if (!replicated())
            result.availabilityTime.note =
                m_options.scenario ? "one run of the scenario" : "nothing fails in this run";
        if (outages.empty() || !m_options.scenario) return;
        std::sort(outages.begin(), outages.end());
        double sum = 0;
        for (const double outage : outages)
            sum += outage;
        result.outages.meanSeconds = plain(sum / static_cast<double>(outages.size()));
        result.outages.p95Seconds =
            plain(outages[static_cast<std::size_t>(0.95 * static_cast<double>(outages.size() - 1) + 0.5)]);
        result.outages.longestSeconds = plain(outages.back());
    }

    // Of several flows: the times in which any of them is unserved.
    std::vector<UnservedTime> unservedIn(const RunData& run, const FlowView& view) const {
        std::vector<UnservedTime> all;
        for (const std::size_t f : view.flows) {
            std::vector<std::uint64_t> offered;
            for (const FlowStep& step : run.flows[f].steps)
                offered.push_back(step.offered);
            all = unite(all, unservedTimes(offered, run.flows[f].failedStarts, run.stepS, wantedShare(f)));
        }
        return all;
    }

    double wantedShare(std::size_t flow) const {
        for (const StructureFlow& known : m_structure.flows())
            if (known.id == m_model.flows[flow].id) return known.upThreshold;
        return StructureFlow{}.upThreshold;
    }

    void unserved(const FlowView& view, FlowResult& result) const {
        std::vector<std::optional<double>> sums;
        double longest = 0;
        for (const RunData& run : m_runs) {
            double sum = 0;
            for (const UnservedTime& time : unservedIn(run, view)) {
                sum += time.seconds();
                longest = std::max(longest, time.seconds());
                ++result.unserved.count;
            }
            sums.emplace_back(sum);
        }
        result.unserved.totalS = replicationMean(sums);
        result.unserved.longestS = plain(longest);
        if (result.unserved.count > 0)
            result.unserved.totalS.note = "not served: " + std::string(lengths::kNotServed);
    }

    NamedSeries makeSeries(const std::string& id, const FlowData& all) const {
        NamedSeries series;
        series.id = id;
        series.stepS = m_runs[0].stepS;
        const auto runs = m_runs.size();
        const auto mean = [runs](std::uint64_t sum) { return (sum + runs / 2) / runs; };
        for (std::size_t i = 0; i < all.steps.size(); ++i) {
            const FlowStep& step = all.steps[i];
            series.points.push_back({static_cast<double>(i + 1) * series.stepS, mean(step.offered),
                                     mean(step.succeeded), mean(step.failed), step.p50 * kMs,
                                     step.p99 * kMs});
        }
        return series;
    }

    const Model& m_model;
    const StateFunction& m_structure;
    const RequestRunOptions& m_options;
    std::span<RunData> m_runs;
};

NodeResult makeNode(const Model& model, std::size_t n, const NodeData& data, double seconds,
                    std::size_t runs) {
    NodeResult result;
    result.id = model.nodes[n].id;
    const double ns = seconds * 1e9;
    result.arrivals = data.arrivals;
    result.completed = data.completed;
    result.failed = data.failed;
    result.inFlightAtEnd = data.inFlight;
    result.arrivalsPerSecond = static_cast<double>(data.arrivals) / seconds;
    result.meanInSystem = data.presentArea / ns;
    result.availability = plain(1 - data.downSeconds / seconds);
    if (data.completed > 0)
        result.meanSojournMs = plain(data.sojournSum / static_cast<double>(data.completed) * kMs);
    if (model.nodes[n].role != Role::station) {
        result.utilisation = data.busyArea / ns;
        return result;
    }
    const StationModel& station = model.stations[model.nodes[n].sub];
    const double workers = station.workers == kNone ? 1 : static_cast<double>(station.workers);
    if (station.workers != kNone) result.utilisation = data.busyArea / ns / workers;
    if (data.arrivals == 0) return result;
    result.waitProbability = batchMeans(data.waitedSlices);
    if (runs > 1) result.waitProbability.samples = runs;
    if (station.sharing || station.workers == kNone) return result;
    std::vector<Slice> waits = data.waitSlices;
    for (Slice& slice : waits)
        slice.sum *= kMs;
    result.meanWaitMs = batchMeans(waits);
    std::vector<Slice> sojourns = data.sojournSlices;
    for (Slice& slice : sojourns)
        slice.sum *= kMs;
    result.meanSojournMs = batchMeans(sojourns);
    if (data.waits99.total() > 0) {
        result.p95WaitMs = plain(data.waits99.quantile(0.95) * kMs);
        result.p99WaitMs = plain(data.waits99.quantile(0.99) * kMs);
    }
    return result;
}

// How old the answers of replicas were, over all runs.
void readAges(std::span<const RunData> runs, DataFigures& data) {
    LogHistogram ages;
    double oldest = 0;
    std::vector<std::optional<double>> counts;
    for (const RunData& run : runs) {
        ages.merge(run.readAges);
        oldest = std::max(oldest, run.readAgeMaxS);
        counts.emplace_back(run.replicaReads);
    }
    data.replicaReads = replicationMean(counts);
    const std::uint64_t reads = ages.total();
    if (reads == 0) return;
    const auto tell = [&](Estimate& figure, double valueS) {
        figure = plain(std::min(valueS, oldest));
        figure.samples = reads;
    };
    // Ages are whole nanoseconds, and 0 for what lacks nothing.
    tell(data.readAgeP50S, std::floor(ages.quantile(0.5)) * 1e-9);
    tell(data.readAgeP99S, std::floor(ages.quantile(0.99)) * 1e-9);
    tell(data.readAgeMaxS, oldest);
}

DataFigures makeData(std::span<const RunData> runs) {
    DataFigures data;
    if (!runs[0].keepsData) return data;
    const auto mean = [&](double RunData::*figure) {
        std::vector<std::optional<double>> counts;
        for (const RunData& run : runs)
            counts.emplace_back(run.*figure);
        return replicationMean(counts);
    };
    data.lostWrites = mean(&RunData::lost);
    data.divergedWrites = mean(&RunData::diverged);
    data.staleReads = mean(&RunData::stale);
    if (data.staleReads.value.value_or(0) > 0)
        data.staleReads.note =
            "behind: by any commit, however recent and whatever it was about; it bounds the "
            "stale answers from above. Age: how long ago the oldest commit was made that a replica lacked "
            "when it answered";
    readAges(runs, data);
    data.ambiguousWrites = mean(&RunData::ambiguous);
    data.errantWrites = mean(&RunData::errant);
    data.splitBrainS = mean(&RunData::splitBrainS);
    std::vector<std::optional<double>> ages;
    for (const RunData& run : runs)
        ages.insert(ages.end(), run.rpoS.begin(), run.rpoS.end());
    if (ages.empty()) return data;
    data.rpoMeanS = replicationMean(ages);
    std::sort(ages.begin(), ages.end());
    data.rpoP95S = plain(*ages[static_cast<std::size_t>(0.95 * static_cast<double>(ages.size() - 1) + 0.5)]);
    data.rpoP95S.samples = ages.size();
    return data;
}

} // namespace

SimulationResult makeResult(const Design& design, const Model& model, const StateFunction& structure,
                            const RequestRunOptions& options, std::span<RunData> runs) {
    SimulationResult result;
    result.designName = design.name;
    result.engineVersion = engineVersion();
    result.mode = "requests";
    result.seed = options.seed;
    if (options.scenario) result.scenario = options.scenario->id.str();
    result.priceBook = design.settings.priceBook;
    result.capacityBook = design.settings.capacityBook;
    result.replications = runs.size();
    Fingerprint print;
    double seconds = 0;
    for (const RunData& run : runs) {
        seconds += run.measuredS;
        print.mix(run.fingerprint);
        if (run.partial) result.partial = true, result.partialReason = run.partialReason;
    }
    result.simulatedSeconds = seconds;
    result.fingerprint = fmt::format("{:016x}", runs.size() == 1 ? runs[0].fingerprint : print.value);

    const Reporter reporter(model, structure, options, runs);
    FlowView everything{"design", {}};
    for (const ClientModel& client : model.clients) {
        FlowView whole{model.nodes[client.node].id, {}};
        for (Index f = client.firstFlow; f < client.firstFlow + client.flowCount; ++f) {
            result.flows.push_back(reporter.flow({model.flows[f].id, {f}}, result.series));
            whole.flows.push_back(f);
            everything.flows.push_back(f);
        }
        result.flows.push_back(reporter.flow(whole, result.series));
    }
    result.flows.push_back(reporter.flow(everything, result.series));

    for (std::size_t n = 0; n < model.designNodes; ++n) {
        if (model.nodes[n].role == Role::client) continue;
        NodeData all = runs[0].nodes[n];
        for (std::size_t r = 1; r < runs.size(); ++r)
            all.add(runs[r].nodes[n]);
        result.nodes.push_back(makeNode(model, n, all, seconds, runs.size()));
        NodeSeries series;
        series.id = model.nodes[n].id;
        series.stepS = runs[0].stepS;
        const double stepNs = series.stepS * 1e9 * static_cast<double>(runs.size());
        double workers = 1;
        if (model.nodes[n].role == Role::station) {
            const std::uint32_t own = model.stations[model.nodes[n].sub].workers;
            workers = own == kNone ? 0 : own;
        }
        for (const NodeStep& step : all.steps) {
            series.busyShare.push_back(workers > 0 ? step.busy / stepNs / workers : 0);
            series.queue.push_back(step.queue / stepNs);
        }
        result.nodeSeries.push_back(std::move(series));
    }
    result.users = usersFigures(model, options.scenario != nullptr, result);
    result.recovery = makeRecovery(model, runs);
    result.data = makeData(runs);
    for (const LogEntry& entry : runs[0].log)
        if (toSeconds(entry.at) >= runs[0].originS)
            result.events.push_back(describeEntry(model, entry, runs[0].originS));
    result.assumptions = makeAssumptions(model);
    result.trace = runs[0].trace;
    return result;
}

} // namespace alwayson::sim

#include "simulator/run/failure_report.h"

#include "core/base/units.h"
#include "core/text/sentence.h"

#include <algorithm>
#include <cmath>
#include <fmt/format.h>

namespace alwayson::sim {

namespace {

constexpr double kSequentialLevel = 0.96;
constexpr std::uint64_t kFewOutages = 10;
// Bins of outage lengths, seconds: by ones and threes up to a day.
constexpr double kOutageBounds[] = {1, 3, 10, 30, 60, 180, 600, 1800, 3600, 3 * 3600, 10 * 3600, 86400};

Estimate simulated(double value, std::optional<Interval> interval, std::uint64_t samples,
                   std::string note = {}) {
    return {value, interval, Method::simulated, samples, std::move(note)};
}

Estimate meanOf(const DurationTotals& totals) {
    if (totals.count == 0) return Estimate::unknown();
    return simulated(totals.sum / static_cast<double>(totals.count),
                     positiveMeanInterval(totals.count, totals.sum, totals.sumSquares), totals.count);
}

Estimate quantileOf(const DurationTotals& totals, double p, double scale = 1) {
    if (totals.count == 0) return Estimate::unknown();
    Estimate estimate = simulated(totals.values.quantile(p) * scale, std::nullopt, totals.count);
    std::uint64_t low = 0, high = 0;
    if (quantileRanks(totals.count, p, low, high))
        estimate.ci95 = Interval{totals.values.atRank(low) * scale, totals.values.atRank(high) * scale};
    else
        estimate.note = "too few values for an interval";
    return estimate;
}

class Report {
public:
    Report(const FailureModel& model, const RunTotals& totals, const FailureRunOptions& options)
        : m_model(model), m_totals(totals), m_options(options), m_years(totals.seconds / kSecondsOfYear) {}

    SimulationResult make() const {
        SimulationResult result;
        result.mode = "availability";
        result.seed = m_options.seed;
        result.simulatedSeconds = m_totals.seconds;
        result.replications = m_totals.units;
        result.fingerprint = fmt::format("{:016x}", m_totals.fingerprint);
        for (std::size_t o = 0; o < m_model.observables.size(); ++o)
            result.flows.push_back(flow(o));
        for (std::size_t c = 0; c < m_model.components.size(); ++c)
            if (!m_model.components[c].isDomain) result.nodes.push_back(node(c));
        addRecovery(result);
        addTakeOvers(result);
        addData(result);
        result.spread = spread();
        addPeriods(result);
        addWaterfall(result);
        addOutages(result);
        addAssumptions(result);
        return result;
    }

private:
    std::string inYears() const { return formatSignificant(m_years, 4) + " simulated years"; }

    Estimate availability(const RatioEstimator& down, Interval interval, std::uint64_t outages) const {
        if (outages == 0 && !(down.sumX() > 0)) {
            Estimate none{1 - interval.high, Interval{1 - interval.high, 1}, Method::bound, down.count(), {}};
            none.note =
                m_model.longestMeanRepair > 0
                    ? fmt::format("No outage was seen in {}: this is a lower bound, if an outage lasts no "
                                  "longer than "
                                  "the slowest mean repair ({}).",
                                  inYears(), formatDuration(Duration::seconds(m_model.longestMeanRepair)))
                    : "Nothing in this design can fail.";
            return none;
        }
        Estimate estimate =
            simulated(1 - down.ratio(), Interval{1 - interval.high, 1 - interval.low}, down.count(),
                      fmt::format("{} in {}", countOf(outages, "outage"), inYears()));
        if (down.ratio() >= 1)
            estimate.note = "never up in " + inYears();
        else if (outages < kFewOutages)
            estimate.note += ": too few for a sharp figure, the interval is wide";
        return estimate;
    }

    FlowResult flow(std::size_t o) const {
        FlowResult result;
        result.flow = m_model.observables[o].id;
        const DurationTotals& outages = m_totals.outages[o];
        const auto began = static_cast<std::uint64_t>(m_totals.outageRate[o].sumX());
        result.availabilityTime =
            availability(m_totals.down[o], downInterval(m_model, m_totals, o, m_totals.precise), began);
        const RatioEstimator& loss = m_totals.loss[o];
        result.availabilityRequests =
            availability(loss,
                         rareShareInterval(loss, std::max(began, lossEvents(loss)), m_model.longestMeanRepair,
                                           m_totals.precise ? kSequentialLevel : 0.95),
                         began);
        if (result.availabilityRequests.method == Method::simulated)
            result.availabilityRequests.method = Method::approximate;
        std::string& note = result.availabilityRequests.note;
        if (!note.empty()) note += note.ends_with('.') ? " " : ". ";
        note += "The availability of requests is the time average of the share of requests that can be "
                "served in each state; queues "
                "and client retries are not in it.";
        result.outages = outageFigures(o, began, outages);
        result.mttffHours = timeToFirst(m_totals.firstOutages[o]);
        return result;
    }

    // Histories that end without an outage count with their time: exact where first outages come at a
    // constant rate, or where every history has seen one.
    static Estimate timeToFirst(const RatioEstimator& firsts) {
        if (!(firsts.sumT() > 0)) return Estimate::unknown(); // the run did not start from new
        const auto seen = static_cast<std::uint64_t>(firsts.sumX());
        const double hours = firsts.sumT() / 3600;
        const Interval events = poissonMean(seen);
        if (seen == 0)
            return {hours / events.high, std::nullopt, Method::bound, firsts.count(),
                    "no history had an outage: at least this"};
        const double value = hours / firsts.sumX();
        Interval range{hours / events.high, hours / events.low};
        if (seen >= kFewOutages && firsts.count() > 1) {
            const double relative =
                tFactor(static_cast<double>(firsts.count() - 1)) * firsts.standardError() / firsts.ratio();
            range = {value * std::exp(-relative), value * std::exp(relative)};
        }
        return simulated(value, range, firsts.count(),
                         fmt::format("histories from new with an outage: {} of {}", seen, firsts.count()));
    }

    // Losses without an outage (one of many servers gone) are events too; their number is not counted, so
    // batches with a loss stand in for it.
    std::uint64_t lossEvents(const RatioEstimator& loss) const { return loss.sumX() > 0 ? loss.count() : 0; }

    // From the first bin that holds something to the last.
    static std::vector<DurationBin> lengthsOf(const DurationTotals& outages) {
        std::vector<DurationBin> bins;
        std::uint64_t below = 0;
        double from = 0;
        for (const double bound : kOutageBounds) {
            const std::uint64_t upTo = outages.values.countBelow(bound);
            if (upTo > 0) bins.push_back({from, bound, upTo - below});
            below = upTo;
            from = bound;
            if (upTo == outages.count) return bins;
        }
        bins.push_back({from, std::nullopt, outages.count - below});
        return bins;
    }

    OutageFigures outageFigures(std::size_t o, std::uint64_t began, const DurationTotals& outages) const {
        OutageFigures figures;
        const RatioEstimator& rate = m_totals.outageRate[o];
        if (!(rate.sumT() > 0)) return figures;
        Interval perYear = poissonMean(began);
        perYear = {perYear.low / m_years, perYear.high / m_years};
        if (began >= kFewOutages && rate.count() > 1) {
            const double half =
                tFactor(static_cast<double>(rate.count() - 1)) * rate.standardError() * kSecondsOfYear;
            const double value = rate.ratio() * kSecondsOfYear;
            perYear = {std::max(0.0, value - half), value + half};
        }
        figures.perYear = simulated(rate.ratio() * kSecondsOfYear, perYear, rate.count(),
                                    fmt::format("{} in {}", countOf(began, "outage"), inYears()));
        if (outages.count == 0) return figures;
        figures.meanSeconds = meanOf(outages);
        figures.p95Seconds = quantileOf(outages, 0.95);
        figures.longestSeconds =
            simulated(outages.longest, std::nullopt, outages.count, "longest seen in " + inYears());
        figures.lengths = lengthsOf(outages);
        return figures;
    }

    NodeResult node(std::size_t c) const {
        const FailureModelComponent& component = m_model.components[c];
        NodeResult result;
        result.id = component.id;
        const RatioEstimator& down = m_totals.nodeDown[c];
        double failures = 0;
        const auto add = [&](const FailureModelComponent& part) {
            for (std::uint32_t m = part.modes.first; m < part.modes.first + part.modes.count; ++m)
                failures += m_totals.seconds / m_model.modes[m].meanToFailure;
        };
        add(component);
        for (std::uint32_t i = component.domains.first; i < component.domains.first + component.domains.count;
             ++i)
            add(m_model.components[m_model.indices[i]]);
        const auto events =
            down.sumX() > 0 ? std::max<std::uint64_t>(1, static_cast<std::uint64_t>(failures)) : 0;
        const Interval interval = rareShareInterval(down, events, m_model.longestMeanRepair);
        if (events == 0)
            result.availability = {1 - interval.high, Interval{1 - interval.high, 1}, Method::bound,
                                   down.count(),
                                   failures > 0 ? "never failed in " + inYears() : "cannot fail"};
        else
            result.availability =
                simulated(1 - down.ratio(), Interval{1 - interval.high, 1 - interval.low}, down.count());
        return result;
    }

    void addRecovery(SimulationResult& result) const {
        for (std::size_t c = 0; c < m_model.components.size(); ++c) {
            const FailureModelComponent& component = m_model.components[c];
            for (std::uint32_t m = component.modes.first; m < component.modes.first + component.modes.count;
                 ++m) {
                const DurationTotals& detection = m_totals.detection[m];
                const DurationTotals& total = m_totals.recovery[m];
                if (detection.count + total.count == 0) continue;
                Recovery recovery;
                recovery.what = component.id;
                recovery.mode = m_model.modes[m].id;
                recovery.detectionMeanS = meanOf(detection);
                recovery.detectionP95S = quantileOf(detection, 0.95);
                recovery.totalMeanS = meanOf(total);
                recovery.totalP95S = quantileOf(total, 0.95);
                recovery.detectionSamplesS = detection.values.raw();
                result.recovery.push_back(std::move(recovery));
            }
            const DurationTotals& back = m_totals.back[c];
            if (back.count == 0) continue;
            Recovery recovery;
            recovery.what = component.id;
            recovery.mode = "back";
            recovery.detectionMeanS = meanOf(back);
            recovery.detectionP95S = quantileOf(back, 0.95);
            recovery.detectionSamplesS = back.values.raw();
            result.recovery.push_back(std::move(recovery));
        }
    }

    // Groups: one row per kind of failure that happened, then all of them together.
    void addTakeOvers(SimulationResult& result) const {
        GroupTotals all;
        for (std::size_t r = 0; r < m_model.recoveries.size(); ++r) {
            const FailureModelRecovery& kind = m_model.recoveries[r];
            addTakeOver(result, kind.group, kind.mode, m_totals.groups[r]);
            all.merge(m_totals.groups[r]);
            const bool isLast =
                r + 1 == m_model.recoveries.size() || m_model.recoveries[r + 1].group != kind.group;
            if (!isLast) continue;
            addTakeOver(result, kind.group, "any", all);
            all = {};
        }
    }

    void addTakeOver(SimulationResult& result, const std::string& group, const std::string& mode,
                     const GroupTotals& totals) const {
        if (totals.total.count + totals.resumed + totals.blocked == 0) return;
        Recovery recovery;
        recovery.what = group;
        recovery.mode = mode;
        recovery.detectionMeanS = meanOf(totals.detection);
        recovery.detectionP95S = quantileOf(totals.detection, 0.95);
        recovery.promotionMeanS = meanOf(totals.promotion);
        recovery.promotionP95S = quantileOf(totals.promotion, 0.95);
        recovery.rerouteMeanS = meanOf(totals.reroute);
        recovery.rerouteP95S = quantileOf(totals.reroute, 0.95);
        recovery.failoverMeanS = meanOf(totals.failover);
        recovery.failoverP95S = quantileOf(totals.failover, 0.95);
        recovery.totalMeanS = meanOf(totals.total);
        recovery.totalP95S = quantileOf(totals.total, 0.95);
        if (totals.total.count > 0)
            recovery.totalLongestS = simulated(totals.total.longest, std::nullopt, totals.total.count,
                                               "worst seen in " + inYears());
        recovery.servedMeanS = meanOf(totals.served);
        recovery.servedP95S = quantileOf(totals.served, 0.95);
        if (totals.served.count > 0)
            recovery.servedLongestS = simulated(totals.served.longest, std::nullopt, totals.served.count,
                                                "worst seen in " + inYears());
        recovery.count = totals.total.count;
        recovery.byHand = totals.byHand;
        recovery.blocked = totals.blocked;
        recovery.resumed = totals.resumed;
        recovery.rpoMeanS = meanOf(totals.lost);
        recovery.rpoP95S = quantileOf(totals.lost, 0.95);
        recovery.detectionSamplesS = totals.detection.values.raw();
        result.recovery.push_back(std::move(recovery));
    }

    void addData(SimulationResult& result) const {
        GroupTotals all;
        for (const GroupTotals& totals : m_totals.groups)
            all.merge(totals);
        const bool replicates =
            std::any_of(m_model.groups.begin(), m_model.groups.end(),
                        [](const FailureModelGroup& group) { return !group.oneWay.empty(); });
        if (!replicates || m_options.perfectViews) return;
        result.data.lostWrites = {all.lostWrites / m_years, std::nullopt, Method::approximate, all.lost.count,
                                  "a year: seconds of writes that new sources lacked, times the writes per "
                                  "second of all clients"};
        result.data.rpoMeanS = meanOf(all.lost);
        result.data.rpoP95S = quantileOf(all.lost, 0.95);
    }

    Spread spread() const {
        Spread figures;
        const std::uint64_t years = m_totals.yearDown.count;
        if (years == 0) return figures;
        const double share = static_cast<double>(m_totals.freeYears) / static_cast<double>(years);
        figures.outageFreeYear = simulated(share, wilson(m_totals.freeYears, years), years);
        constexpr double kMinutes = 1.0 / 60;
        figures.downtimeP50 = quantileOf(m_totals.yearDown, 0.50, kMinutes);
        figures.downtimeP95 = quantileOf(m_totals.yearDown, 0.95, kMinutes);
        figures.downtimeP99 = quantileOf(m_totals.yearDown, 0.99, kMinutes);
        return figures;
    }

    void addPeriods(SimulationResult& result) const {
        for (std::size_t p = 0; p < m_model.periods.size(); ++p) {
            const RatioEstimator& missed = m_totals.periodsMissed[p];
            if (!(missed.sumT() > 0)) continue; // no history is as long as a period
            const auto count = static_cast<std::uint64_t>(missed.sumT());
            const auto bad = static_cast<std::uint64_t>(missed.sumX());
            Interval range = wilson(count - bad, count);
            if (bad >= kFewOutages && missed.count() > 1) { // periods of one history may depend on each other
                const double half = tFactor(static_cast<double>(missed.count() - 1)) * missed.standardError();
                range = {std::min(range.low, 1 - missed.ratio() - half),
                         std::max(range.high, 1 - missed.ratio() + half)};
            }
            result.periods.push_back(
                {m_model.periodObjectives[p],
                 simulated(1 - missed.ratio(), Interval{std::max(0.0, range.low), std::min(1.0, range.high)},
                           count, fmt::format("{} of {} periods are missed", bad, count))});
        }
    }

    std::string causeName(std::size_t mode) const {
        const std::size_t modes = m_model.modes.size();
        if (mode > modes) return m_model.furtherCauses[mode - modes - 1];
        return mode < modes ? m_model.modes[mode].cause : "More load than everything together can carry";
    }

    void addWaterfall(SimulationResult& result) const {
        for (std::size_t m = 0; m < m_totals.causeSeconds.size(); ++m)
            if (m_totals.causeSeconds[m] > 0)
                result.waterfall.push_back(
                    {causeName(m), m_totals.causeSeconds[m] / m_totals.seconds * kMinutesPerYear});
        std::stable_sort(result.waterfall.begin(), result.waterfall.end(),
                         [](const WaterfallItem& a, const WaterfallItem& b) {
                             return a.downtimeMinutesPerYear > b.downtimeMinutesPerYear;
                         });
    }

    void addOutages(SimulationResult& result) const {
        for (const OutageRecord& outage : m_totals.list) {
            const std::string cause = causeName(outage.cause);
            const std::string length = formatDuration(Duration::seconds(outage.end - outage.start));
            result.events.push_back({outage.start, "outage_began", "design", "", "Outage begins: " + cause});
            if (outage.open) continue;
            result.events.push_back(
                {outage.end, "outage_ended", "design", "", fmt::format("Outage over after {}", length)});
        }
    }

    void addAssumptions(SimulationResult& result) const {
        std::vector<std::string>& out = result.assumptions;
        out.emplace_back("A year has 8760 h.");
        if (m_options.years > 0)
            out.emplace_back("Each history starts with everything new and working.");
        else if (m_model.needsWarmUp)
            out.emplace_back("Long-run figures: the start is close to the steady state and the first hours "
                             "are not counted.");
        else
            out.emplace_back("Long-run figures: every history starts in the steady state.");
        if (m_options.perfectViews)
            out.emplace_back("Balancers know at once what works (perfect views).");
        else if (!m_model.views.empty())
            out.emplace_back("Balancers learn of failures only through their health checks, with HAProxy's "
                             "timing; a slow server "
                             "passes its checks.");
        const bool together =
            !m_model.shocks.empty() ||
            std::any_of(m_model.function.components().begin(), m_model.function.components().end(),
                        [](const StructureComponent& part) { return !part.title.empty(); });
        out.emplace_back(together
                             ? "Parts fail independently of each other, except by outages of places they "
                               "share and by the common causes of their groups."
                             : "Parts fail independently of each other, except by outages of places they "
                               "share.");
        out.emplace_back(!m_model.crews.empty()
                             ? "People of a crew are called once a health check shows the failure, and at "
                               "once where there is none; who finds nobody free waits, first come first "
                               "served. What has no crew, and every restart, begins at once."
                             : "Every repair starts at once: there is no limit on repair crews.");
        if (!m_model.groups.empty())
            out.emplace_back(
                m_options.perfectViews
                    ? "Groups fail over at once and always (perfect views)."
                    : "Groups fail over with the timing of their protocol or manager. All callers "
                      "find the new member when the last of them does.");
        if (!m_model.deployments.empty())
            out.emplace_back(
                "A bad deployment hits the first members that work, and all of it is rolled back "
                "at once; a good one interrupts nothing.");
        const bool replicates =
            std::any_of(m_model.groups.begin(), m_model.groups.end(), [](const FailureModelGroup& group) {
                return !group.oneWay.empty() && !group.byMajority;
            });
        if (replicates)
            out.emplace_back(
                "Replicas are up to date but for what is under way, and one member at most takes "
                "writes: lag, stale reads and two sources at once are in runs of scenarios.");
        out.emplace_back(std::string("Left out: ") + (m_model.deployments.empty() ? "deployments, " : "") +
                         "configuration changes and maintenance, failures caused by "
                         "overload, queues and client retries.");
    }

    const FailureModel& m_model;
    const RunTotals& m_totals;
    const FailureRunOptions& m_options;
    double m_years;
};

} // namespace

Interval downInterval(const FailureModel& model, const RunTotals& totals, std::size_t o, bool sequential) {
    return rareShareInterval(totals.down[o], static_cast<std::uint64_t>(totals.outageRate[o].sumX()),
                             model.longestMeanRepair, sequential ? kSequentialLevel : 0.95);
}

SimulationResult reportFailures(const FailureModel& model, const RunTotals& totals,
                                const FailureRunOptions& options) {
    return Report(model, totals, options).make();
}

} // namespace alwayson::sim

#include "simulator/run/failure_run.h"

#include "core/base/units.h"
#include "core/text/sentence.h"
#include "simulator/estimate/stopping.h"
#include "simulator/parallel/work_pool.h"
#include "simulator/run/failure_report.h"
#include "simulator/run/failure_unit.h"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <fmt/format.h>
#include <memory>

namespace alwayson::sim {

namespace {

using Clock = std::chrono::steady_clock;

constexpr double kUnitEvents = 3000;      // a first round of 32 takes some 10 ms
constexpr double kUnitEventsPerMode = 20; // so that starting a history is a small part of it
constexpr double kDefaultEvents = 2e7;    // some seconds on one core
constexpr double kMostUnits = 50000;
constexpr double kPartsPerEventCost =
    200;                               // evaluating a state costs as much as an event from this many parts on
constexpr std::uint64_t kBatches = 40; // of one history of given length
constexpr double kWarmUpRepairs = 20;  // of the slowest mean repair
constexpr double kMostYears = 1e7;

struct RunPlan {
    UnitPlan unit;
    StoppingRule rule;
    bool fixed = false; // all units in one round, no stopping
};

// Long-run figures: stationary histories of whole years, sized to about a millisecond of work and more for
// large designs.
RunPlan planLongRun(const FailureModel& model, const FailureRunOptions& options) {
    RunPlan plan;
    const double cost = 1 + static_cast<double>(model.components.size()) / kPartsPerEventCost;
    const double unitEvents =
        (kUnitEvents + kUnitEventsPerMode * static_cast<double>(model.modes.size())) / cost;
    const double perYear = std::max(model.eventsPerYear, 1e-6);
    double years = std::clamp(std::round(unitEvents / perYear), 1.0, 5000.0);
    plan.unit.ticksPerYear = 1;
    if (perYear > 40 * unitEvents) { // a year is too much for one unit
        years = 40 * unitEvents / perYear;
        plan.unit.ticksPerYear = 0;
        plan.unit.tick = years * kSecondsOfYear;
    }
    plan.unit.seconds = years * kSecondsOfYear;
    plan.unit.warmUp = model.needsWarmUp ? kWarmUpRepairs * model.longestMeanRepair * model.warmUpFactor : 0;
    const double budget =
        (options.maxEvents > 0 ? static_cast<double>(options.maxEvents) : kDefaultEvents) / cost;
    plan.rule.precision = options.precision;
    plan.rule.maxUnits =
        static_cast<std::size_t>(std::clamp(budget / std::max(perYear * years, 500.0), 8.0, kMostUnits));
    plan.rule.firstRound = std::min<std::size_t>(plan.rule.firstRound, plan.rule.maxUnits);
    if (options.replications > 0) {
        plan.fixed = true;
        plan.rule.firstRound = plan.rule.maxUnits = options.replications;
    }
    return plan;
}

// Histories of a given length from new; cut into batches when there are too few of them for an interval.
RunPlan planHistories(const FailureRunOptions& options) {
    RunPlan plan;
    plan.fixed = true;
    plan.rule.firstRound = plan.rule.maxUnits = std::max<std::uint64_t>(1, options.replications);
    plan.unit.stationary = false;
    plan.unit.seconds = options.years * kSecondsOfYear;
    const double batches = std::ceil(static_cast<double>(kBatches) / static_cast<double>(plan.rule.maxUnits));
    if (options.years >= batches) {
        plan.unit.ticksPerBatch = batches > 1 ? static_cast<std::uint32_t>(options.years / batches) : 0;
    } else {
        plan.unit.ticksPerYear =
            static_cast<std::uint32_t>(std::min(1e6, std::ceil(batches / options.years)));
        plan.unit.tick = kSecondsOfYear / plan.unit.ticksPerYear;
        plan.unit.ticksPerBatch = batches > 1 ? 1 : 0;
    }
    return plan;
}

class FailureRun {
public:
    FailureRun(FailureModel model, const FailureRunOptions& options, std::stop_token stop,
               const std::function<void(const FailureProgress&)>& progress)
        : m_model(std::move(model)), m_options(options), m_stop(std::move(stop)), m_progress(progress),
          m_plan(options.years > 0 ? planHistories(options) : planLongRun(m_model, options)),
          m_stopping(m_plan.rule), m_pool(options.threads) {
        m_plan.unit.key.seed = options.seed;
        m_plan.unit.perfectViews = options.perfectViews;
        m_plan.unit.listOutages = options.listOutages;
        m_totals.reset(m_model.sizes());
        m_workers.resize(m_pool.threads());
        m_deadline = std::isfinite(options.budgetS)
                         ? Clock::now() + std::chrono::duration_cast<Clock::duration>(
                                              std::chrono::duration<double>(options.budgetS))
                         : Clock::time_point::max();
    }

    Result<SimulationResult> run() {
        StopReason reason = StopReason::goOn;
        bool complete = true;
        while (reason == StopReason::goOn && complete) {
            const std::size_t count = nextRound(m_plan.rule, m_done);
            if (count == 0) break;
            complete = runRound(count);
            if (complete) reason = decideNow();
        }
        if (m_done == 0)
            return Error{m_stop.stop_requested() ? ErrorKind::cancelled : ErrorKind::budgetExceeded,
                         "failures.stopped",
                         "The simulated years were stopped before the first unit of work was done.",
                         m_stop.stop_requested() ? "" : "Allow more time or fewer years.",
                         {}};
        m_totals.precise = reason == StopReason::precise;
        SimulationResult result = reportFailures(m_model, m_totals, m_options);
        result.partial = !complete;
        if (!complete)
            result.partialReason =
                fmt::format("{} after {} histories ({} simulated years)",
                            m_stop.stop_requested() ? "Cancelled" : "The time budget was used up", m_done,
                            formatSignificant(m_totals.seconds / kSecondsOfYear, 4));
        return result;
    }

private:
    // False when it was stopped; the units done without a gap count.
    bool runRound(std::size_t count) {
        std::vector<UnitTotals> results(count);
        const auto expired = [this] { return m_stop.stop_requested() || Clock::now() >= m_deadline; };
        const std::size_t done = m_pool.run(
            count,
            [&](std::size_t index, unsigned worker) {
                if (expired()) return false;
                if (!m_workers[worker]) m_workers[worker] = std::make_unique<FailureUnit>(m_model);
                UnitPlan plan = m_plan.unit;
                plan.key.unit = m_done + index;
                return m_workers[worker]->run(plan, expired, results[index]);
            },
            m_stop, [&](std::size_t finished) { tell(finished); });
        for (std::size_t i = 0; i < done; ++i)
            m_totals.add(results[i]);
        m_done += done;
        tell(0);
        return done == count;
    }

    double relativeHalfWidth() const {
        const std::size_t design = m_model.observables.size() - 1;
        const double value = m_totals.down[design].ratio();
        if (!(value > 0)) return std::numeric_limits<double>::infinity();
        const Interval interval = downInterval(m_model, m_totals, design, true);
        return (interval.high - interval.low) / 2 / value;
    }

    StopReason decideNow() {
        if (m_plan.fixed) return m_done >= m_plan.rule.maxUnits ? StopReason::budget : StopReason::goOn;
        const RatioEstimator& down = m_totals.down.back();
        if (down.ratio() >= 1 || m_model.modes.empty())
            return StopReason::precise; // always down, or nothing can fail
        return m_stopping.decide(m_done, relativeHalfWidth(),
                                 static_cast<std::uint64_t>(m_totals.outageRate.back().sumX()));
    }

    void tell(std::size_t finishedInRound) {
        if (!m_progress) return;
        FailureProgress progress;
        const double units = static_cast<double>(m_done + finishedInRound),
                     most = static_cast<double>(m_plan.rule.maxUnits);
        const double width = m_done > 0 ? relativeHalfWidth() : std::numeric_limits<double>::infinity();
        double share = units / most;
        if (!m_plan.fixed && std::isfinite(width) && width > 0) {
            const double needed =
                std::min(most, static_cast<double>(m_done) * std::pow(width / m_plan.rule.precision, 2));
            share = std::max(share, units / std::max(needed, units));
        }
        m_share = std::max(m_share, std::min(share, 0.99)); // never backwards
        progress.share = m_share;
        if (m_done == 0)
            progress.sentence = fmt::format("{} of {} histories", finishedInRound, m_plan.rule.maxUnits);
        else {
            const double down = m_totals.down.back().ratio();
            progress.sentence = fmt::format("{} outages in {} years; availability {}",
                                            grouped(fmt::format("{:.0f}", m_totals.outageRate.back().sumX())),
                                            formatSignificant(m_totals.seconds / kSecondsOfYear, 3),
                                            formatAvailability(1 - down));
            if (std::isfinite(width))
                progress.sentence += fmt::format(" (unavailability \u00B1 {:.0f} %)", width * 100);
        }
        m_progress(progress);
    }

    const FailureModel m_model;
    const FailureRunOptions m_options;
    const std::stop_token m_stop;
    const std::function<void(const FailureProgress&)>& m_progress;
    RunPlan m_plan;
    Stopping m_stopping;
    WorkPool m_pool;
    std::vector<std::unique_ptr<FailureUnit>> m_workers;
    RunTotals m_totals;
    std::size_t m_done = 0;
    double m_share = 0;
    Clock::time_point m_deadline;
};

} // namespace

Result<SimulationResult> runFailures(const Design& design, const FailureRunOptions& options,
                                     std::stop_token stop,
                                     const std::function<void(const FailureProgress&)>& progress) {
    if (!(options.years >= 0) || options.years > kMostYears)
        return Error{ErrorKind::usage,
                     "failures.years",
                     fmt::format("{} years cannot be simulated.", formatNumber(options.years)),
                     fmt::format("Give a number above 0 and up to {:.0f}.", kMostYears),
                     {}};
    Result<FailureModel> model = FailureModel::compile(design);
    if (!model) return std::move(model).error();
    if (model->function.flows().empty())
        return Error{ErrorKind::invalidInput,
                     "simulate.no_client",
                     "The design has no clients, so there is nothing whose availability could be measured.",
                     "Add a client and link it to what it calls.",
                     {}};
    FailureRun run(std::move(model).value(), options, std::move(stop), progress);
    return run.run();
}

} // namespace alwayson::sim

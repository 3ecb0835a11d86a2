#include "simulator/run/run_log.h"

#include "core/text/sentence.h"
#include "simulator/estimate/interval.h"

#include <algorithm>
#include <fmt/core.h>
#include <map>

namespace alwayson::sim {
namespace {

constexpr std::size_t kFewest = 5; // times of which an interval says something

std::string modeName(const Model& model, Index component, std::uint32_t mode) {
    if (mode == 0) return "back";
    if (mode == kNone) return "outage";
    if (mode == kIsolated) return "isolation";
    return model.components[component].modes[mode - 1].id;
}

void summarise(std::vector<double> seconds, Estimate& mean, Estimate& p95) {
    std::vector<std::optional<double>> values(seconds.begin(), seconds.end());
    mean = replicationMean(values);
    if (mean.ci95) mean.ci95->low = std::max(0.0, mean.ci95->low); // none took less than no time
    if (seconds.size() < kFewest) mean.ci95.reset();
    std::sort(seconds.begin(), seconds.end());
    p95.value = seconds[static_cast<std::size_t>(0.95 * static_cast<double>(seconds.size() - 1) + 0.5)];
    p95.method = Method::simulated;
    p95.samples = seconds.size();
    std::uint64_t low = 0, high = 0;
    if (quantileRanks(seconds.size(), 0.95, low, high)) p95.ci95 = Interval{seconds[low], seconds[high]};
}

// Take-overs, by group and by the failure of the member that had the role.
std::vector<Recovery> groupRecovery(const Model& model, std::span<const RunData> runs) {
    struct Samples {
        std::vector<double> detection, failover, total, served;
        std::uint64_t byHand = 0, resumed = 0, unfinished = 0;
        double unfinishedFor = 0;
    };
    std::map<std::pair<Index, std::string>, Samples> samples;
    for (const RunData& run : runs)
        for (const RecoverySample& sample : run.recovery) {
            if (sample.group == kNone) continue;
            Samples& here = samples[{sample.group, modeName(model, sample.what, sample.mode)}];
            if (sample.unfinished) {
                ++here.unfinished;
                here.unfinishedFor = std::max(here.unfinishedFor, sample.seconds);
                continue;
            }
            here.served.push_back(sample.seconds);
            if (sample.resumed) {
                ++here.resumed;
                continue;
            }
            here.detection.push_back(sample.detection);
            here.failover.push_back(sample.seconds - sample.detection);
            here.total.push_back(sample.seconds);
            here.byHand += sample.byHand;
        }
    std::vector<Recovery> recovery;
    for (auto& [key, here] : samples) {
        Recovery r;
        r.what = model.groups[key.first];
        r.mode = key.second;
        if (!here.total.empty()) {
            summarise(here.detection, r.detectionMeanS, r.detectionP95S);
            summarise(here.failover, r.failoverMeanS, r.failoverP95S);
            summarise(here.total, r.totalMeanS, r.totalP95S);
        }
        if (!here.served.empty()) summarise(here.served, r.servedMeanS, r.servedP95S);
        r.detectionSamplesS = here.detection;
        r.resumed = here.resumed;
        r.count = here.total.size();
        r.byHand = here.byHand;
        r.unfinished = here.unfinished;
        r.unfinishedForS = here.unfinishedFor;
        recovery.push_back(std::move(r));
    }
    return recovery;
}

} // namespace

std::vector<Recovery> makeRecovery(const Model& model, std::span<const RunData> runs) {
    std::map<std::pair<Index, std::uint32_t>, std::vector<double>> samples;
    for (const RunData& run : runs)
        for (const RecoverySample& sample : run.recovery)
            if (sample.group == kNone) samples[{sample.what, sample.mode}].push_back(sample.seconds);
    std::vector<Recovery> recovery;
    for (auto& [key, seconds] : samples) {
        Recovery r;
        r.what = model.components[key.first].id;
        r.mode = modeName(model, key.first, key.second);
        r.detectionSamplesS = seconds;
        summarise(seconds, r.detectionMeanS, r.detectionP95S);
        // A balancer routes around a server from the moment it marks it: detection is all there is.
        r.totalMeanS = r.detectionMeanS;
        r.totalP95S = r.detectionP95S;
        recovery.push_back(std::move(r));
    }
    for (Recovery& r : groupRecovery(model, runs))
        recovery.push_back(std::move(r));
    return recovery;
}

std::vector<std::string> makeAssumptions(const Model& model) {
    std::vector<std::string> sentences = model.leftOut;
    if (!model.balancers.empty()) {
        sentences.push_back("Health checks do not compete with requests for workers: an overloaded server "
                            "still passes them.");
        sentences.push_back("Connections to servers are kept open: a request pays half a round trip each way "
                            "and no handshake.");
    }
    if (!model.stores.empty()) {
        sentences.push_back("What was on its way to a replica when its stream broke is not there; a stream "
                            "that flows again brings what was missed at once, and replaying it takes the "
                            "replica its time.");
        sentences.push_back("A commit that waits for replicas keeps no worker busy. Managers and callers act "
                            "after the times of their laws, by what they can reach at that moment.");
    }
    if (std::any_of(model.stores.begin(), model.stores.end(),
                    [](const StoreModel& store) { return store.lease != kNever; }))
        sentences.push_back(
            "A source that hears no majority of its voters takes no more writes after a lease, "
            "by itself. Servers do not do that alone: guard.sh of the export does, with orchestrator "
            "on those voters.");
    if (!model.caches.empty())
        sentences.push_back(
            "Each read at a cache hits with the same chance: which keys are hot, stampedes on one "
            "key, and a hit ratio that follows from traffic and size are not modelled.");
    if (!model.standbys.empty())
        sentences.push_back("A member that stands by is called at the moment another one fails, whoever has "
                            "noticed.");
    if (!model.interruptions.empty())
        sentences.push_back(
            "While a pool is interrupted its members answer each call by an error, and pass their "
            "checks.");
    if (!model.vrrp.empty())
        sentences.push_back("Adverts between members of a VRRP pair take no time of their own, and each "
                            "caller reaches the newest holder of the address that it can hear.");
    for (const BalancerModel& b : model.balancers)
        if (b.hangTimeout < kSecond) {
            sentences.push_back("Check timeouts below 1 s are not kept exactly by HAProxy (0.5 s was "
                                "measured as 0.5 to 1.0 s).");
            break;
        }
    for (const BalancerModel& b : model.balancers)
        if (b.cookie || b.algorithm == Algorithm::source || b.algorithm == Algorithm::uri) {
            sentences.push_back(
                "Every request belongs to a session or address of its own, spread evenly over the servers.");
            break;
        }
    for (const ClientModel& client : model.clients)
        if (client.users > 0)
            sentences.push_back(fmt::format("{}: {} users who wait. Each asks, waits for the answer or gives "
                                            "up, thinks and asks again; they start by thinking.",
                                            model.nodes[client.node].id,
                                            grouped(std::to_string(client.users))));
    if (model.backgroundFailures)
        sentences.push_back("Failures of the design happen in the run as well as those of the scenario.");
    else
        sentences.push_back("Nothing fails but what the scenario says.");
    return sentences;
}

} // namespace alwayson::sim

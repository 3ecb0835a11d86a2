// M/M/1 at load 0.9, nanoseconds of processor time per request, all in one run on one machine:
//   the general engine, driven exactly as a request run drives it, statistics on; and the same with its
//   express lanes taken away (simulator/mechanism/express.cpp), as behind a balancer; a minimal event loop
//   written by hand for this one model (binary heap of events, a deque, the same random numbers); Lindley's
//   recursion (no events at all, the same random numbers); SimPy, when python3-simpy is there.
// Rounds are interleaved and the least of each is taken, because machines are noisy.

#include "core/model/design.h"
#include "simulator/compile/compile.h"
#include "simulator/run/request_data.h"

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <deque>
#include <queue>

using namespace alwayson;
using namespace alwayson::sim;

namespace {

constexpr double kRate = 0.9;
constexpr double kRequests = 2'000'000;

double processorSeconds() {
    timespec time{};
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
    return static_cast<double>(time.tv_sec) + 1e-9 * static_cast<double>(time.tv_nsec);
}

struct Measured {
    double nsPerRequest = 1e300;
    double mean = 0; // seconds in system
};

template <class Run>
void measure(Measured& best, std::uint64_t seed, Run&& run) {
    const double begin = processorSeconds();
    const auto [requests, mean] = run(seed);
    const double ns = (processorSeconds() - begin) * 1e9 / requests;
    if (ns < best.nsPerRequest) best.nsPerRequest = ns;
    best.mean = mean;
}

Design mm1() {
    Design design;
    Node source;
    source.id = NodeId("source");
    source.kind = "client";
    source.parameters["rate_per_s"] = kRate;
    source.parameters["attempt_timeout_ms"] = 1e9;
    source.parameters["network_rtt_ms"] = 0.0;
    RequestClass all;
    all.id = "all";
    all.deadline = Duration::seconds(1e6);
    source.classes.push_back(all);
    design.nodes.append(source);
    Node station;
    station.id = NodeId("station");
    station.kind = "server";
    station.parameters["workers"] = 1.0;
    station.parameters["queue_limit"] = Value{};
    station.parameters["service"] = Distribution::exponentialMean(1, "s");
    design.nodes.append(station);
    Link link;
    link.id = LinkId("calls");
    link.from = "source";
    link.to = "station";
    design.links.append(link);
    return design;
}

std::pair<double, double> general(const std::shared_ptr<const Model>& model, std::uint64_t seed) {
    RequestEngine engine(model, nullptr, seed, 0, 0);
    const double seconds = kRequests / kRate;
    Collector collector(engine, seconds / 320, 320);
    for (int step = 1; step <= 320; ++step) {
        engine.advanceTo(toSimTime(seconds * step / 320));
        collector.closeStep();
    }
    const RunData data = collector.finish();
    const FlowData& flow = data.flows[0];
    return {static_cast<double>(flow.offered), flow.latencySum * 1e-9 / static_cast<double>(flow.succeeded)};
}

// What one would write for this model alone.
std::pair<double, double> byHand(std::uint64_t seed) {
    struct Event {
        SimTime at;
        std::uint64_t order;
        int kind;
        bool operator>(const Event& o) const { return at > o.at || (at == o.at && order > o.order); }
    };
    const Sampler gap({DistributionFamily::exponential, 1 / kRate, 0, 0, {}});
    const Sampler service({DistributionFamily::exponential, 1, 0, 0, {}});
    DurationStream gaps, services;
    gaps.id = 1;
    services.id = 2;
    const RandomKey key{seed, 0};
    std::priority_queue<Event, std::vector<Event>, std::greater<>> events;
    std::deque<SimTime> waiting;
    LogHistogram latencies;
    latencies.allocate();
    std::uint64_t order = 0, done = 0;
    double sum = 0;
    events.push({gaps.next(key, gap), order++, 0});
    while (done < static_cast<std::uint64_t>(kRequests)) {
        const Event event = events.top();
        events.pop();
        if (event.kind == 0) {
            events.push({event.at + gaps.next(key, gap), order++, 0});
            waiting.push_back(event.at);
            if (waiting.size() == 1) events.push({event.at + services.next(key, service), order++, 1});
        } else {
            const SimTime latency = event.at - waiting.front();
            waiting.pop_front();
            sum += toSeconds(latency);
            latencies.add(latency);
            ++done;
            if (!waiting.empty()) events.push({event.at + services.next(key, service), order++, 1});
        }
    }
    return {static_cast<double>(done), sum / static_cast<double>(done)};
}

std::pair<double, double> lindley(std::uint64_t seed) {
    const Sampler gap({DistributionFamily::exponential, 1 / kRate, 0, 0, {}});
    const Sampler service({DistributionFamily::exponential, 1, 0, 0, {}});
    DurationStream gaps, services;
    gaps.id = 1;
    services.id = 2;
    const RandomKey key{seed, 0};
    LogHistogram latencies;
    latencies.allocate();
    SimTime wait = 0;
    double sum = 0;
    const auto n = static_cast<std::uint64_t>(kRequests);
    for (std::uint64_t i = 0; i < n; ++i) {
        const SimTime sojourn = wait + services.next(key, service);
        sum += toSeconds(sojourn);
        latencies.add(sojourn);
        wait = std::max<SimTime>(0, sojourn - gaps.next(key, gap));
    }
    return {kRequests, sum / kRequests};
}

// Nanoseconds per customer; 0 when SimPy is not installed.
double simpy(std::string& name) {
    FILE* pipe = popen("/usr/bin/python3 " ALWAYSON_BENCH_DIR "/mm1_simpy.py 100000 2>/dev/null", "r");
    if (!pipe) return 0;
    double ns = 0, mean = 0;
    char text[80] = "";
    const int read = std::fscanf(pipe, "%lf %lf %79[^\n]", &ns, &mean, text);
    pclose(pipe);
    name = text;
    return read == 3 ? ns : 0;
}

bool goal(const char* text, double value, bool met) {
    std::printf("  %-48s %8.2f  %s\n", text, value, met ? "met" : "MISSED");
    return met;
}

} // namespace

int main() {
    auto compiled = compileModel(mm1(), nullptr);
    if (!compiled) {
        std::fprintf(stderr, "%s\n", describe(compiled.error()).c_str());
        return 1;
    }
    Model plain = *compiled;
    removeExpressLanes(plain);
    const auto model = std::make_shared<const Model>(std::move(compiled).value());
    const auto noLanes = std::make_shared<const Model>(std::move(plain));
    Measured engine, slots, hand, limit;
    double python = 1e300;
    std::string name;
    for (std::uint64_t round = 1; round <= 7; ++round) {
        measure(engine, round, [&](std::uint64_t seed) { return general(model, seed); });
        measure(slots, round, [&](std::uint64_t seed) { return general(noLanes, seed); });
        measure(hand, round, byHand);
        measure(limit, round, lindley);
        if (round % 3 == 1) python = std::min(python, simpy(name));
    }
    std::printf(
        "M/M/1, load 0.9, %.0f requests, ns of processor time per request (mean time in system, exact 10)\n",
        kRequests);
    std::printf(
        "  The first four draw by the same streams (Threefry 2x64-13, own log, in blocks) and fill the same "
        "histogram;\n  SimPy draws with Python's random.expovariate.\n");
    std::printf("  general engine    %8.1f   (%.2f)\n", engine.nsPerRequest, engine.mean);
    std::printf("  without lanes     %8.1f   (%.2f)\n", slots.nsPerRequest, slots.mean);
    std::printf("  by hand, heap     %8.1f   (%.2f)\n", hand.nsPerRequest, hand.mean);
    std::printf("  Lindley           %8.1f   (%.2f)\n", limit.nsPerRequest, limit.mean);
    if (python > 0)
        std::printf("  %-16s  %8.0f\n", name.c_str(), python);
    else
        std::printf("  SimPy is not installed (python3-simpy)\n");
    bool met = goal("general / by hand, at most 2", engine.nsPerRequest / hand.nsPerRequest,
                    engine.nsPerRequest <= 2 * hand.nsPerRequest);
    met = goal("general / Lindley, at most 4", engine.nsPerRequest / limit.nsPerRequest,
               engine.nsPerRequest <= 4 * limit.nsPerRequest) &&
          met;
    if (python > 0)
        met = goal("SimPy / general, at least 200", python / engine.nsPerRequest,
                   python >= 200 * engine.nsPerRequest) &&
              met;
    return met ? 0 : 1;
}

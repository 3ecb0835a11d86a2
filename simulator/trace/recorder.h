#pragma once
// Records the frames of a Trace while a run goes on.

#include "core/results/trace.h"
#include "simulator/run/request_engine.h"

namespace alwayson::sim {

class TraceRecorder {
public:
    // stepS 0: records nothing.
    TraceRecorder(RequestEngine& engine, double stepS);
    // Simulated time of the next frame; kNever when nothing is recorded.
    SimTime nextAt() const { return m_next; }
    // The engine stands at nextAt().
    void capture();
    // The counters of nodes are about to start again from zero.
    void hold();
    std::shared_ptr<const Trace> take();

private:
    void captureNodes(Frame& frame, double seconds);
    void captureViews(Frame& frame) const;
    void captureLinks(Frame& frame, double seconds);
    void captureReplication(Frame& frame);
    RequestEngine& m_engine;
    std::shared_ptr<Trace> m_trace;
    SimTime m_origin = 0, m_next = kNever, m_last = 0;
    struct Counters {
        std::int64_t busyArea = 0;
        std::uint64_t arrivals = 0, failed = 0;
    };
    Counters counters(Index node) const;
    Counters sinceLast(Index node);
    std::vector<Counters> m_before,
        m_held; // at the last frame or reset; between the last frame and the last reset
    std::vector<std::uint64_t> m_attemptsBefore, m_failuresBefore;
};

} // namespace alwayson::sim

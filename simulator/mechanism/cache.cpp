// Caches: reads that they have they answer, writes and what they lack goes on. Who looks one aside makes the
// calls behind it (an internal node of the caller, compile.cpp); any other caller leaves them to the cache.

#include "simulator/mechanism/context.h"

namespace alwayson::sim {
namespace {

bool callerMakesCalls(const Context& c, Index call) {
    const Index dependency = c.model.edgeDependency[c.s.calls[call].edge];
    return dependency != kNone && c.model.dependencies[dependency].looksAside;
}

bool hits(Context& c, Index cache, Index call) {
    if (c.s.calls[call].writes()) return false;
    return c.s.caches[cache].hits.next(c.s.key) < hitRatioNow(c, cache);
}

} // namespace

double hitRatioNow(const Context& c, Index cache) {
    const CacheModel& m = c.model.caches[cache];
    const SimTime since = c.s.caches[cache].coldSince;
    if (since == kNever || c.s.now - since >= m.warmUp) return m.hitRatio;
    const double share = static_cast<double>(c.s.now - since) / static_cast<double>(m.warmUp);
    return m.coldHitRatio + (m.hitRatio - m.coldHitRatio) * share;
}

bool cacheEnds(Context& c, Index cache, Index call) {
    return callerMakesCalls(c, call) || hits(c, cache, call);
}

std::uint8_t cacheAnswer(Context& c, Index cache, Index call) {
    if (!callerMakesCalls(c, call)) return 0;
    return hits(c, cache, call) ? 0 : flag::missed;
}

void cacheIsEmpty(Context& c, Index cache) {
    c.s.caches[cache].coldSince = c.s.now;
}

} // namespace alwayson::sim

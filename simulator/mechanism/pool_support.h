#pragma once
// What standby.cpp and interruption.cpp share: who can serve, and how members fail with others. They are part
// of the world: what becomes of a pool follows from what is really the case.

#include "simulator/kernel/truth.h"
#include "simulator/mechanism/context.h"

namespace alwayson::sim {

// Can it serve, once it is started. A member that no caller can talk to is as good as lost.
bool isAble(const Context& c, const PoolModel& pool, Index node);
// One of the modes that stop a node, by their rates; kNone: there is none.
std::uint32_t anyStop(Context& c, UniformStream& draws, Index node);

} // namespace alwayson::sim

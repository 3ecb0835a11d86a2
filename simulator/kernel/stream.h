#pragma once
// Random streams as plain values: one per (entity, purpose), so that adding a component never shifts
// another's numbers.

#include "simulator/kernel/sampler.h"
#include "simulator/kernel/threefry.h"

#include <string_view>

namespace alwayson::sim {

// What a stream is for; part of its counter.
enum class Purpose : std::uint8_t {
    arrival,
    requestClass,
    service,
    writeService,
    routing,
    session,
    checkPhase,
    backoff,
    failure,
    repair,
    errorShare,
    calls,
    external,
    restart,
    rollback,
    failover,
    group,
    cache
};

// Counter word of the stream of an entity (its id in the design) and purpose.
std::uint64_t streamId(std::string_view entity, Purpose purpose);

// Uniform numbers in (0, 1).
struct UniformStream {
    std::uint64_t id = 0;
    std::uint64_t block = 0; // next block to make
    std::uint32_t position = kBlockDraws;
    double draws[kBlockDraws] = {};

    double next(RandomKey key) {
        if (position == kBlockDraws) {
            uniformBlock(key, id, block++, draws);
            position = 0;
        }
        return draws[position++];
    }
};

// Samples of one distribution, made in blocks, in whole nanoseconds.
struct DurationStream {
    std::uint64_t id = 0;
    std::uint64_t block = 0;
    std::uint32_t position = kBlockDraws;
    SimTime draws[kBlockDraws] = {};

    SimTime next(RandomKey key, const Sampler& sampler) {
        if (position == kBlockDraws) fill(key, sampler);
        return draws[position++];
    }
    void fill(RandomKey key, const Sampler& sampler);
};

} // namespace alwayson::sim

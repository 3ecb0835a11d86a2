#pragma once
#include "simulator/kernel/sim_time.h"

#include <cstdint>

namespace alwayson::sim {

// A running 64-bit hash of the event stream (FNV-1a over whole words): equal runs have equal fingerprints.
struct Fingerprint {
    std::uint64_t value = 0xcbf29ce484222325ULL;
    void mix(std::uint64_t word) {
        value = (value ^ word) * 0x9e3779b97f4a7c15ULL;
        value ^= value >> 32;
    }
    void event(SimTime time, std::uint32_t slot) {
        mix(static_cast<std::uint64_t>(time) ^ (static_cast<std::uint64_t>(slot) << 44));
    }
    friend bool operator==(const Fingerprint&, const Fingerprint&) = default;
};

} // namespace alwayson::sim

#pragma once
#include "simulator/kernel/sim_time.h"

#include <cstdint>

namespace alwayson::sim {

// A 64-bit hash of the event stream and of what it led to: equal runs have equal fingerprints. Events are
// added up, so that those of places that cannot influence each other may be handled in any order.
struct Fingerprint {
    std::uint64_t value = 0xcbf29ce484222325ULL;
    void mix(std::uint64_t word) {
        value = (value ^ word) * 0x9e3779b97f4a7c15ULL;
        value ^= value >> 32;
    }
    void event(SimTime time, std::uint32_t slot) {
        std::uint64_t word = (static_cast<std::uint64_t>(time) ^ (static_cast<std::uint64_t>(slot) << 44)) *
                             0x9e3779b97f4a7c15ULL;
        word = (word ^ (word >> 32)) * 0xd6e8feb86659fd93ULL;
        value += word ^ (word >> 29);
    }
    friend bool operator==(const Fingerprint&, const Fingerprint&) = default;
};

} // namespace alwayson::sim

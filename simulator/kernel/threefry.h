#pragma once
// Counter-based random numbers: Threefry-2x64 with 13 rounds (Salmon et al. 2011; the fewest that pass
// BigCrush with a margin), bit for bit as in Random123. Any thread can make any number of any stream at once.

#include <cstddef>
#include <cstdint>

namespace alwayson::sim {

struct RandomKey {
    std::uint64_t seed = 1;
    std::uint64_t unit = 0; // replication or work unit
    friend bool operator==(const RandomKey&, const RandomKey&) = default;
};

inline constexpr std::size_t kBlockDraws = 16;

// 16 uniform numbers in (0, 1) with 53 bits: draws [16 * block, 16 * block + 16) of a stream.
// Word 0 of the counter is the stream, word 1 counts pairs of draws.
void uniformBlock(RandomKey key, std::uint64_t stream, std::uint64_t block, double* out);

// The same as 64-bit words, for the comparison with Random123.
void wordBlock(RandomKey key, std::uint64_t stream, std::uint64_t block, std::uint64_t* out);

// 16 numbers -ln(u) of the same draws.
void exponentialBlock(RandomKey key, std::uint64_t stream, std::uint64_t block, double* out);

} // namespace alwayson::sim

#include "simulator/kernel/threefry.h"

#include "simulator/kernel/fixed_math.h"

#include <bit>
#include <cstring>

// Vector types instead of intrinsics: the compiler makes one version for each machine, chosen when the
// program starts; all of them do the same integer and IEEE operations, so they give the same bits.
#if defined(__x86_64__) && !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
#define ALWAYSON_CLONES __attribute__((target_clones("avx512f", "avx2", "default")))
#else
#define ALWAYSON_CLONES
#endif

namespace alwayson::sim {
namespace {

using U8 = std::uint64_t __attribute__((vector_size(64)));
using I8 = std::int64_t __attribute__((vector_size(64)));
using D8 = double __attribute__((vector_size(64)));

constexpr std::uint64_t kParity = 0x1BD11BDAA9FC1A22ULL;

template <int N>
__attribute__((always_inline)) inline void round(U8& x0, U8& x1) {
    x0 += x1;
    x1 = (x1 << N) | (x1 >> (64 - N));
    x1 ^= x0;
}

__attribute__((always_inline)) inline void threefry13(RandomKey key, std::uint64_t stream,
                                                      std::uint64_t block, U8& x0, U8& x1) {
    const std::uint64_t k0 = key.seed;
    const std::uint64_t k1 = key.unit;
    const std::uint64_t k2 = kParity ^ k0 ^ k1;
    const std::uint64_t first = block * (kBlockDraws / 2);
    x0 = U8{} + (stream + k0);
    x1 = U8{0, 1, 2, 3, 4, 5, 6, 7} + (first + k1);
    round<16>(x0, x1), round<42>(x0, x1), round<12>(x0, x1), round<31>(x0, x1);
    x0 += k1, x1 += k2 + 1;
    round<16>(x0, x1), round<32>(x0, x1), round<24>(x0, x1), round<21>(x0, x1);
    x0 += k2, x1 += k0 + 2;
    round<16>(x0, x1), round<42>(x0, x1), round<12>(x0, x1), round<31>(x0, x1);
    x0 += k0, x1 += k1 + 3;
    round<16>(x0, x1);
}

// (word >> 12) + 1/2 over 2^52: strictly inside (0, 1), exact in every lane.
__attribute__((always_inline)) inline void toUniform(const U8& word, D8& out) {
    const U8 bits = (word >> 12) | 0x3ff0000000000000ULL;
    out = __builtin_bit_cast(D8, bits) - (1.0 - 1.1102230246251565e-16);
}

} // namespace

ALWAYSON_CLONES void wordBlock(RandomKey key, std::uint64_t stream, std::uint64_t block, std::uint64_t* out) {
    U8 x0, x1;
    threefry13(key, stream, block, x0, x1);
    std::memcpy(out, &x0, sizeof x0);
    std::memcpy(out + 8, &x1, sizeof x1);
}

ALWAYSON_CLONES void uniformBlock(RandomKey key, std::uint64_t stream, std::uint64_t block, double* out) {
    U8 x0, x1;
    threefry13(key, stream, block, x0, x1);
    D8 a, b;
    toUniform(x0, a);
    toUniform(x1, b);
    std::memcpy(out, &a, sizeof a);
    std::memcpy(out + 8, &b, sizeof b);
}

ALWAYSON_CLONES void exponentialBlock(RandomKey key, std::uint64_t stream, std::uint64_t block, double* out) {
    U8 x0, x1;
    threefry13(key, stream, block, x0, x1);
    D8 a, b, logA, logB;
    toUniform(x0, a);
    toUniform(x1, b);
    logLanes<D8, I8>(a, logA);
    logLanes<D8, I8>(b, logB);
    a = -logA;
    b = -logB;
    std::memcpy(out, &a, sizeof a);
    std::memcpy(out + 8, &b, sizeof b);
}

} // namespace alwayson::sim

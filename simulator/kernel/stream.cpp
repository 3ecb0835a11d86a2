#include "simulator/kernel/stream.h"

namespace alwayson::sim {

std::uint64_t streamId(std::string_view entity, Purpose purpose) {
    std::uint64_t hash = 0xcbf29ce484222325ULL;
    for (const char c : entity)
        hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001b3ULL;
    hash = (hash ^ (0x100U + static_cast<unsigned>(purpose))) * 0x100000001b3ULL;
    hash ^= hash >> 29;
    return hash * 0x9e3779b97f4a7c15ULL;
}

void DurationStream::fill(RandomKey key, const Sampler& sampler) {
    double values[kBlockDraws];
    if (sampler.isExponential()) {
        exponentialBlock(key, id, block++, values);
        const double scale = sampler.mean() * 1e9;
        for (std::size_t i = 0; i < kBlockDraws; ++i) {
            const double ns = values[i] * scale + 0.5;
            draws[i] = ns < 4.6e18 ? static_cast<SimTime>(ns) : kNever;
        }
    } else {
        uniformBlock(key, id, block++, values);
        for (std::size_t i = 0; i < kBlockDraws; ++i)
            draws[i] = toSimTime(sampler.seconds(values[i]));
    }
    position = 0;
}

} // namespace alwayson::sim

#pragma once
// What random designs of tests are drawn from.

#include <cstdint>
#include <string>
#include <vector>

namespace alwayson::test {

// splitmix64: the same everywhere.
class Chance {
public:
    explicit Chance(std::uint64_t seed) : m_state(seed) {}
    double number() { // [0, 1)
        std::uint64_t z = (m_state += 0x9e3779b97f4a7c15ULL);
        z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9ULL;
        z = (z ^ (z >> 27)) * 0x94d049bb133111ebULL;
        return static_cast<double>((z ^ (z >> 31)) >> 11) * 0x1p-53;
    }
    bool one(double share) { return number() < share; }
    int from(int low, int high) { return low + static_cast<int>(number() * (high - low + 1)); }
    std::string of(const std::vector<std::string>& list) {
        return list[static_cast<std::size_t>(number() * static_cast<double>(list.size()))];
    }

private:
    std::uint64_t m_state;
};

} // namespace alwayson::test

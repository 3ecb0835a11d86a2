// The words that stand for enumerators in files.

#include "core/model/entities.h"

#include <array>

namespace alwayson {

namespace {

template <class E, std::size_t N>
std::string_view nameOf(const std::array<std::string_view, N>& names, E value) {
    return names[static_cast<std::size_t>(value)];
}

template <class E, std::size_t N>
bool fromName(const std::array<std::string_view, N>& names, std::string_view name, E& value) {
    for (std::size_t i = 0; i < N; ++i)
        if (names[i] == name) {
            value = static_cast<E>(i);
            return true;
        }
    return false;
}

constexpr std::array<std::string_view, 10> kFamilies{
    "constant", "exponential", "weibull",    "lognormal",        "gamma",
    "erlang",   "uniform",     "triangular", "hyperexponential", "empirical"};
constexpr std::array<std::string_view, 9> kEffects{"crash",     "hang",    "gone",   "slow",     "errors",
                                                   "data_loss", "cut_off", "outage", "isolation"};
constexpr std::array<std::string_view, 2> kRepairs{"restart", "crew"};
constexpr std::array<std::string_view, 3> kAgeings{"always", "while_powered", "while_system_up"};

} // namespace

std::string_view toString(DistributionFamily family) {
    return nameOf(kFamilies, family);
}
bool familyFromString(std::string_view name, DistributionFamily& family) {
    return fromName(kFamilies, name, family);
}
std::string_view toString(FailureEffect effect) {
    return nameOf(kEffects, effect);
}
bool effectFromString(std::string_view name, FailureEffect& effect) {
    return fromName(kEffects, name, effect);
}
std::string_view toString(RepairedBy by) {
    return nameOf(kRepairs, by);
}
bool repairedByFromString(std::string_view name, RepairedBy& by) {
    return fromName(kRepairs, name, by);
}
std::string_view toString(Ageing ageing) {
    return nameOf(kAgeings, ageing);
}
bool ageingFromString(std::string_view name, Ageing& ageing) {
    return fromName(kAgeings, name, ageing);
}

} // namespace alwayson

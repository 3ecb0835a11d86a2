#pragma once
// Typed access to parameters. The build generates one key per parameter from resources/catalogue/ into
// "core/catalogue/keys.h" (alwayson::key::<kind>::<name>), so that simulator and exporters read the same field.

#include "core/base/quantity.h"
#include "core/model/distribution.h"
#include "core/model/value.h"

#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace alwayson {

// T: double, int64_t, bool, std::string, Duration, Rate, Probability, Bytes, Money, DistributionShape or a generated enum.
template <class T>
struct ParamKey {
    std::string_view family; // "kinds", "domains", "groups", "links", "events"
    std::string_view owner;  // "haproxy"
    std::string_view id;     // "check_inter_ms"
    bool deploy = false;     // a field of "deploy"
    double scale = 1;        // stored value x scale = base unit
    std::span<const std::string_view> choices{}; // enums: index = enumerator
};
// The same for a parameter that may be unset.
template <class T>
struct OptionalParamKey {
    ParamKey<T> key;
};

namespace detail {
// The stored value, else the catalogue's default. Never null.
const Value& valueOf(const Parameters& parameters, std::string_view family, std::string_view owner, std::string_view id,
                     bool deploy);
double numberOf(const Value& value);
DistributionShape shapeOf(const Value& value);

template <class T>
T convert(const Value& value, const ParamKey<T>& key) {
    if constexpr (std::is_same_v<T, bool>) {
        const bool* flag = std::get_if<bool>(&value);
        return flag && *flag;
    } else if constexpr (std::is_same_v<T, std::string>) {
        const std::string* text = std::get_if<std::string>(&value);
        return text ? *text : std::string();
    } else if constexpr (std::is_same_v<T, DistributionShape>) {
        return shapeOf(value);
    } else if constexpr (std::is_enum_v<T>) {
        const std::string* text = std::get_if<std::string>(&value);
        for (std::size_t i = 0; text && i < key.choices.size(); ++i)
            if (key.choices[i] == *text) return static_cast<T>(i);
        return T{};
    } else if constexpr (std::is_same_v<T, std::int64_t>) {
        return static_cast<std::int64_t>(numberOf(value));
    } else {
        return T(numberOf(value) * key.scale);
    }
}
} // namespace detail

// parameters: the node's, domain's, group's, link's or event's parameters, or a node's deploy for deploy keys.
// O(log n). Values are assumed to be valid (checked on load and by Document::apply).
template <class T>
T get(const Parameters& parameters, const ParamKey<T>& key) {
    return detail::convert<T>(detail::valueOf(parameters, key.family, key.owner, key.id, key.deploy), key);
}
template <class T>
std::optional<T> get(const Parameters& parameters, const OptionalParamKey<T>& key) {
    const Value& value = detail::valueOf(parameters, key.key.family, key.key.owner, key.key.id, key.key.deploy);
    if (std::holds_alternative<std::monostate>(value)) return std::nullopt;
    return detail::convert<T>(value, key.key);
}

} // namespace alwayson

#pragma once
// Typed access to parameters. The build generates one key per parameter from resources/catalogue/ into
// "core/catalogue/keys.h" (alwayson::key::<kind>::<name>), so that simulator and exporters read the same
// field.

#include "core/base/quantity.h"
#include "core/model/distribution.h"
#include "core/model/value.h"

#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace alwayson {

struct Node;
struct Group;

// T: double, int64_t, bool, std::string, Duration, Rate, Probability, Bytes, Money, DistributionShape or a
// generated enum.
template <class T>
struct ParamKey {
    std::string_view family;                     // "kinds", "domains", "groups", "links", "events", "parts"
    std::string_view owner;                      // "haproxy"
    std::string_view id;                         // "check_inter_ms"
    bool deploy = false;                         // a field of "deploy"
    double scale = 1;                            // stored value x scale = base unit
    std::span<const std::string_view> choices{}; // enums: index = enumerator
};
// The same for a parameter that may be unset.
template <class T>
struct OptionalParamKey {
    ParamKey<T> key;
};

namespace detail {
// The stored value, else the catalogue's default. Never null.
const Value& valueOf(const Parameters& parameters, std::string_view family, std::string_view owner,
                     std::string_view id, bool deploy);
// The stored value, else the default of the thing's own kind where that has the parameter, else that of the
// owner.
const Value& valueOf(const Node& node, std::string_view family, std::string_view owner, std::string_view id,
                     bool deploy);
const Value& valueOf(const Group& group, std::string_view family, std::string_view owner, std::string_view id,
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

// parameters: the node's, domain's, group's, link's or event's parameters, or a node's deploy for deploy
// keys. O(log n). Values are assumed to be valid (checked on load and by Document::apply).
template <class T>
T get(const Parameters& parameters, const ParamKey<T>& key) {
    return detail::convert<T>(detail::valueOf(parameters, key.family, key.owner, key.id, key.deploy), key);
}
template <class T>
std::optional<T> get(const Parameters& parameters, const OptionalParamKey<T>& key) {
    const Value& value =
        detail::valueOf(parameters, key.key.family, key.key.owner, key.key.id, key.key.deploy);
    if (std::holds_alternative<std::monostate>(value)) return std::nullopt;
    return detail::convert<T>(value, key.key);
}

// The same for a thing of any kind: parameters of one id mean the same in all kinds (and in all groups), each
// with the default of its own kind. get(db1, key::server::workers) of a MySQL node is what MySQL says about
// workers; where its kind has no such parameter, the default of the key's owner. Deploy keys read
// Node::deploy. Where one kind may leave a parameter empty and another may not, use the key of the kind that
// may (key::server::writeService, key::group::pool::uncoveredRecovery). O(kinds + log n).
template <class T>
T get(const Node& node, const ParamKey<T>& key) {
    return detail::convert<T>(detail::valueOf(node, key.family, key.owner, key.id, key.deploy), key);
}
template <class T>
T get(const Group& group, const ParamKey<T>& key) {
    return detail::convert<T>(detail::valueOf(group, key.family, key.owner, key.id, key.deploy), key);
}
namespace detail {
template <class T, class Thing>
std::optional<T> getOptional(const Thing& thing, const OptionalParamKey<T>& key) {
    const Value& value = valueOf(thing, key.key.family, key.key.owner, key.key.id, key.key.deploy);
    if (std::holds_alternative<std::monostate>(value)) return std::nullopt;
    return convert<T>(value, key.key);
}
} // namespace detail
template <class T>
std::optional<T> get(const Node& node, const OptionalParamKey<T>& key) {
    return detail::getOptional(node, key);
}
template <class T>
std::optional<T> get(const Group& group, const OptionalParamKey<T>& key) {
    return detail::getOptional(group, key);
}

} // namespace alwayson

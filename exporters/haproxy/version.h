#pragma once
#include "core/base/result.h"

#include <compare>
#include <string>
#include <string_view>

namespace alwayson::exporters::haproxy {

// The version of HAProxy a configuration is written for.
struct Version {
    int major = 2;
    int minor = 6;
    friend constexpr auto operator<=>(const Version&, const Version&) = default;
    std::string text() const; // "2.6"
};

inline constexpr Version kOldest{2, 4};
inline constexpr Version kNewest{3, 2};

// "2.6" or "2.6.12". Errors: "export.haproxy_version" when it is no version or not in kOldest..kNewest.
Result<Version> parseVersion(std::string_view text);

} // namespace alwayson::exporters::haproxy

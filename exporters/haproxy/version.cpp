#include "exporters/haproxy/version.h"

#include "core/text/sentence.h"

#include <fmt/format.h>

#include <charconv>

namespace alwayson::exporters::haproxy {

std::string Version::text() const {
    return fmt::format("{}.{}", major, minor);
}

Result<Version> parseVersion(std::string_view text) {
    const auto refuse = [&](std::string_view why) {
        return Error{ErrorKind::invalidInput,
                     "export.haproxy_version",
                     fmt::format("the design asks for HAProxy \"{}\", {}.", shownName(text), why),
                     fmt::format("Set haproxy_version in the settings to one from {} to {}.", kOldest.text(),
                                 kNewest.text()),
                     {"", "/settings/haproxy_version", 0, 0}};
    };
    Version version{0, 0};
    const char* end = text.data() + text.size();
    const auto major = std::from_chars(text.data(), end, version.major);
    if (major.ec != std::errc() || major.ptr == end || *major.ptr != '.')
        return refuse("which is not a version");
    const auto minor = std::from_chars(major.ptr + 1, end, version.minor);
    if (minor.ec != std::errc() || (minor.ptr != end && *minor.ptr != '.'))
        return refuse("which is not a version");
    // Odd 2.x and 3.x releases are the short-lived ones; the constructs written here are in them as well.
    const bool exists = version.major == 2 ? version.minor <= 9 : true;
    if (version < kOldest || version > kNewest || !exists) return refuse("which this export does not know");
    return version;
}

} // namespace alwayson::exporters::haproxy

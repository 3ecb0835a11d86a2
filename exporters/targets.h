#pragma once
#include <span>
#include <string_view>

namespace alwayson::exporters {

// The targets there is an exporter for, in the order they are offered.
std::span<const std::string_view> targets();

} // namespace alwayson::exporters

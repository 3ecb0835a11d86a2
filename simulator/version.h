#pragma once
#include <string_view>

namespace alwayson::sim {

// Version of the engines, part of every result: the same version, design and seed give the same bytes.
std::string_view engineVersion();

} // namespace alwayson::sim

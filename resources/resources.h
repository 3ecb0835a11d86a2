#pragma once
// Files of resources/, embedded at build time: path below resources/ -> bytes.

#include <string>
#include <string_view>
#include <vector>

namespace alwayson::resources {

// The bytes of "catalogue/kinds/haproxy.json"; an empty view when there is no such file. Valid for ever.
std::string_view find(std::string_view path);
// Paths that start with the prefix ("templates/"), sorted.
std::vector<std::string> list(std::string_view prefix);

} // namespace alwayson::resources

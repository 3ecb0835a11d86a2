#pragma once
#include "exporters/haproxy/tree.h"

#include <string>

namespace alwayson::exporters::haproxy {

// The text of a configuration: every word through quoting/haproxy.h, comments cleaned. parse(toText(c)) == c.
// O(length).
std::string toText(const Config& config);
std::string toText(const Word& word);

} // namespace alwayson::exporters::haproxy

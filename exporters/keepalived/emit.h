#pragma once
#include "exporters/keepalived/tree.h"

#include <string>

namespace alwayson::exporters::keepalived {

// The text of a configuration, comments cleaned. Literals are what quoting::keepalivedIsBare accepts (build
// sees to that); a quoted word may hold spaces as well. parse(toText(c)) == c. O(length).
std::string toText(const Config& config);

} // namespace alwayson::exporters::keepalived

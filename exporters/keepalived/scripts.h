#pragma once
#include "exporters/keepalived/build.h"

#include <string>

namespace alwayson::exporters::keepalived {

// What stands beside keepalived.conf. All text of the design goes through quoting/shell.h and
// quoting/markdown.h.
std::string balancerScript(const Paths& paths); // kCheckScript: is HAProxy alive?
std::string checkScript(const Built& built);
std::string applyScript(const Built& built, const Paths& paths);
std::string envExample(const Built& built);
std::string readme(const Design& design, const Built& built, const Paths& paths);

} // namespace alwayson::exporters::keepalived

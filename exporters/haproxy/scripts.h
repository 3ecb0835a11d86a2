#pragma once
#include "exporters/haproxy/build.h"

#include <string>

namespace alwayson::exporters::haproxy {

// What stands beside haproxy.cfg. All text of the design goes through quoting/shell.h and quoting/markdown.h.
std::string checkScript(const Built& built);
std::string applyScript(const Built& built);
std::string envExample(const Built& built);
// What each server behind it must do, as Markdown; "" in front of a replication set, or where nobody checks.
std::string contract(const Built& built);
std::string readme(const Design& design, const Built& built, Version version);

} // namespace alwayson::exporters::haproxy

#pragma once
// Designs that several tests of the project file share.

#include "core/base/json.h"

#include <functional>
#include <string>
#include <utility>
#include <vector>

namespace alwayson::test {

// Every template and example of the program, and one that uses every field: path -> text.
std::vector<std::pair<std::string, std::string>> sampleDesigns();

// A design that has every field of the format in it.
std::string fullDesign();
// Every field of groups with roles, crews, recoveries and cuts.
std::string groupsDesign();

// Calls `visit` for the document with one value replaced, for each value and each replacement in turn.
void forEachMutation(const Json& document,
                     const std::function<void(const Json& mutated, const std::string& pointer)>& visit);

// A valid design of this many servers in zones, pools of ten and three links per server, with places on the
// canvas.
std::string largeDesign(std::size_t nodes, std::size_t links);

} // namespace alwayson::test

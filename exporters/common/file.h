#pragma once
#include <string>
#include <vector>

namespace alwayson::exporters {

// One file of an export. Paths are relative, with /, from slugs only.
struct File {
    std::string path;
    std::string bytes;
    std::vector<std::string> notes;     // what the target cannot express or the design does not say
    bool checkable = false;             // the target's real tool can be asked about it
    std::vector<std::string> variables; // read from the environment by it
    bool executable = false;
};

} // namespace alwayson::exporters

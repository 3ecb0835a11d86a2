#pragma once
#include <string>
#include <vector>

namespace alwayson::exporters::verify {

// What a target's real tool says about a file.
struct Verdict {
    std::string tool; // "haproxy 2.6.12-1+deb12u4"; "" when it is not installed and nothing was checked
    bool accepted = true;
    std::string message;            // that it is valid, or the tool's own errors and warnings
    std::vector<std::string> notes; // what the check could not see
};

} // namespace alwayson::exporters::verify

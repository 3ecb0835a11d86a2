#pragma once
#include <cstddef>
#include <set>
#include <string>
#include <string_view>

namespace alwayson::exporters::quoting {

// Names for a target that cannot hold every name, unique in one table.
class Slugs {
public:
    // [A-Za-z][A-Za-z0-9_.-]{0,62}: other characters become "-", a name that does not start with a letter
    // gets "n" in front;
    // "-2", "-3", ... when the name is taken (compared without case, because folders may ignore it).
    std::string name(std::string_view wanted);
    // [A-Z][A-Z0-9_]{0,62}: for environment variables; "_2", ... when it is taken.
    std::string variable(std::string_view wanted);

private:
    std::string unique(std::string name, char separator);
    std::set<std::string, std::less<>> m_taken;
};

} // namespace alwayson::exporters::quoting

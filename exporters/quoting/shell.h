#pragma once
#include <string>
#include <string_view>

namespace alwayson::exporters::quoting {

// One word of a POSIX shell script that the shell reads as exactly `text`: '...' with '\'' for a single
// quote. A NUL byte cannot be held and is left out.
std::string shellWord(std::string_view text);

// "# text" on one line.
std::string shellComment(std::string_view text);

} // namespace alwayson::exporters::quoting

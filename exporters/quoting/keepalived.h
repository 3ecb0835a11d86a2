#pragma once
// The only way text gets into a keepalived configuration. keepalived has no quoting that holds every text ( #
// and ! start a comment anywhere, $ a parameter, @ a condition, { } a block), so text of a user is not
// written at all but in comments: names are slugs (slugs.h), addresses and interfaces are checked.

#include <string>
#include <string_view>

namespace alwayson::exporters::quoting {

// [A-Za-z0-9_.:/-]+, and not a word that keepalived reads as something else ("include").
bool keepalivedIsBare(std::string_view text);

// Name of a network interface as Linux and keepalived take it: 1 to 15 of [A-Za-z0-9_.:-], not "." and "..",
// with a letter or digit in front.
bool isInterfaceName(std::string_view text);

// "# text" on one line (text.h), without a backslash at its end, which would join the next line to it.
std::string keepalivedComment(std::string_view text);

} // namespace alwayson::exporters::quoting

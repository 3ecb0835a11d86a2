#pragma once
// The only way text of a user gets into an option file of MariaDB or MySQL.

#include "core/base/result.h"

#include <string>
#include <string_view>

namespace alwayson::exporters::quoting {

// The value of `name = value` that MariaDB and MySQL read back as exactly `text`: bare when it is
// [A-Za-z0-9_.:/%*,+-]+, else in double quotes with \\ \" \n \r \t and \b. Errors: "ini.value" for any other
// control character, which cannot be written or, like a NUL, ends the line. Source: MariaDB manual,
// "Configuring MariaDB with Option Files". O(n).
Result<std::string> iniValue(std::string_view text);

// Reads a value as the server does: blanks around it and a comment (# outside quotes) fall away, matching
// quotes around all of it too, then \b \t \n \r \\ \s \" \' stand for their characters; a backslash before
// anything else stays.
std::string iniRead(std::string_view value);

// "# text" on one line.
std::string iniComment(std::string_view text);

} // namespace alwayson::exporters::quoting

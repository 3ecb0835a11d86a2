#pragma once
// The only way text of a user gets into an HAProxy configuration.

#include <string>
#include <string_view>

namespace alwayson::exporters::quoting {

// One word of a configuration line that HAProxy reads back as exactly `text`: bare when it is
// [A-Za-z0-9_.:/-]+, else in double quotes with \" \\ \$ \n \r \t and \xNN for every other control character
// and byte from 0x7f on. HAProxy cannot hold a NUL byte: text from there on is lost, so callers refuse it
// (holdsNul). Source: HAProxy configuration manual, 2.2 "Quoting and escaping". O(n).
std::string haproxyWord(std::string_view text);

// What stands between the double quotes of haproxyWord, without them.
std::string haproxyEscaped(std::string_view text);

// "# text" on one line (quoting/text.h).
std::string haproxyComment(std::string_view text);

// Text for an argument that HAProxy reads as a log-format (header values of http-check send): % is doubled.
std::string haproxyLogFormat(std::string_view text);

bool haproxyIsBare(std::string_view text);
bool holdsNul(std::string_view text);

// A request target for a check: what RFC 3986 does not allow in a path or query (space, controls, quotes, #,
// bytes from 0x7f on, ...) is percent-encoded, and a leading / is added where it is missing. A "%" stays as
// it is.
std::string requestTarget(std::string_view path);

} // namespace alwayson::exporters::quoting

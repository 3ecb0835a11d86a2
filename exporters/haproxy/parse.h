#pragma once
#include "core/base/result.h"
#include "exporters/haproxy/tree.h"

#include <string_view>
#include <vector>

namespace alwayson::exporters::haproxy {

// The words of one line as HAProxy 2.4 to 3.2 splits it (configuration manual, 2.2 and 2.3): blanks separate;
// # starts a comment anywhere outside quotes, also inside a word; '...' takes everything as it is; "..."
// reads $NAME and ${NAME}; outside of
// '...' a backslash escapes  \  " ' # $ (only in "...") space, n r t and xHH, and stands for itself before
// anything else. Errors: code "haproxy.quote", "haproxy.escape", "haproxy.variable", with the column. O(n).
Result<std::vector<Word>> splitLine(std::string_view line);

// A whole file. Unknown statements are kept like any other; comments are attached to what follows them.
// Errors: those of splitLine with the line, "haproxy.nul" for a NUL byte. O(n).
Result<Config> parse(std::string_view text);

} // namespace alwayson::exporters::haproxy

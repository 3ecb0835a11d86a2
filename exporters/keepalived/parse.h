#pragma once
#include "core/base/result.h"
#include "exporters/keepalived/tree.h"

#include <string_view>

namespace alwayson::exporters::keepalived {

// A configuration as keepalived 2.2 and later split it (lib/parser.c): one statement a line; blanks separate
// words; # and ! outside double quotes start a comment, also inside a word; a backslash in front of them
// takes that away, one at the end of a line, of a comment too, joins the next line; { at the end of a line
// opens a block, } on a line of its own closes it; ${NAME} is a parameter. What this program never writes is
// an error: single quotes, escapes inside quotes, conditions (@), definitions ($NAME=), sequences (~),
// includes. Unknown statements are kept like any other; comments are attached to what follows them. Errors:
// "keepalived.quote", "keepalived.block", "keepalived.unsupported", "keepalived.nul" with the line. O(n).
Result<Config> parse(std::string_view text);

} // namespace alwayson::exporters::keepalived

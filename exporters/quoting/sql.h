#pragma once
// The only way text of a user gets into SQL for MariaDB or MySQL.

#include "core/base/result.h"

#include <string>
#include <string_view>

namespace alwayson::exporters::quoting {

// A text literal that every sql_mode (NO_BACKSLASH_ESCAPES, ANSI_QUOTES) and connection character set reads
// as exactly `text`: '...' with '' for a quote while all of it is printable ASCII without a backslash, else
// the hex literal _utf8mb4 0x... of its bytes. Errors: "sql.text" when it is no valid UTF-8. O(n).
Result<std::string> sqlText(std::string_view text);

// A name in backticks, which no mode gives a second meaning. Errors: "sql.identifier" when it is empty,
// longer than 64 characters, ends in a space, or holds a control character (clients change line ends),
// invalid UTF-8 or a character beyond U+FFFF.
Result<std::string> sqlIdentifier(std::string_view name);

// `user`@`host`: both parts as names; a hex literal is no account. Errors: "sql.account" for a user of more
// than 32 or a host of more than 60 characters (the narrower limits of MySQL), and as sqlIdentifier but for
// an empty part, which is allowed.
Result<std::string> sqlAccount(std::string_view user, std::string_view host);

// "-- text" on one line.
std::string sqlComment(std::string_view text);

} // namespace alwayson::exporters::quoting

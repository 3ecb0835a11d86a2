#pragma once
#include <cstddef>
#include <string>
#include <string_view>

namespace alwayson::exporters::quoting {

// Text of a user inside a Markdown paragraph or table cell: one line, and every character that Markdown or
// HTML gives a meaning is escaped, so that it shows as itself.
std::string markdownText(std::string_view text, std::size_t limit = 120);

// The same as a code span: `text`, fenced with more backticks than it holds; table bars are escaped.
std::string markdownCode(std::string_view text, std::size_t limit = 120);

} // namespace alwayson::exporters::quoting

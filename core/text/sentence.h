#pragma once
// Small helpers for sentences shown to people.

#include <string>
#include <string_view>
#include <vector>

namespace alwayson {

// A name inside a sentence: control characters become spaces and it is cut after 60 bytes (at a character)
// with "...".
std::string shownName(std::string_view name);

// "web1", "web1 and web2", "web1, web2 and 3 more" (at most `limit` are named). Names pass through shownName.
std::string listNames(const std::vector<std::string>& names, std::size_t limit = 3);

// "1 member", "3 members"; the plural is singular + "s".
std::string countOf(std::size_t count, std::string_view singular);

} // namespace alwayson

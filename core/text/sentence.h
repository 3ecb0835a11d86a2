#pragma once
// Small helpers for sentences shown to people.

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace alwayson {

enum class Lines : std::uint8_t { escape, keep };
// Text that may come from a file or a command line, fit to be printed: what nobody would see but what would
// change what one sees (controls, bidirectional overrides; see isHidden) is written out as JSON does,
// "\u202e", and bytes that are not UTF-8 as "\xff". `keep` leaves line feeds and tabs alone; JSON text keeps
// its meaning then. O(n).
std::string visible(std::string_view text, Lines lines = Lines::escape);

// A name inside a sentence: visible, and cut after 60 bytes (at a character) with "...".
std::string shownName(std::string_view name);

// "web1", "web1 and web2", "web1, web2 and 3 more" (at most `limit` are named). Names pass through shownName.
std::string listNames(const std::vector<std::string>& names, std::size_t limit = 3);

// Thousands in groups from five digits on, as the SI has it: "12 345", "-1 234 567.25", "$12 345". Groups the
// first run of digits; what stands around it stays.
std::string grouped(std::string_view number);

// "1 member", "3 members", "12 345 members"; the plural is singular + "s".
std::string countOf(std::size_t count, std::string_view singular);

} // namespace alwayson

#pragma once
#include <string>
#include <string_view>
#include <vector>

namespace alwayson {

// The candidate that a mistyped word most likely meant (edit distance at most a third of its length, at least
// 1); empty when none is near. O(candidates x length^2), words are cut at 64 bytes.
std::string nearestName(std::string_view word, const std::vector<std::string>& candidates);

// " Did you mean \"workers\"?" or "".
std::string didYouMean(std::string_view word, const std::vector<std::string>& candidates);

} // namespace alwayson

#pragma once
// Where the words of a chart's marks stand: beside their mark, inside the plot, never over each other.

#include <optional>
#include <vector>

namespace alwayson::gui {

struct MarkLabel {
    double x = 0;     // of the mark, pixels
    double width = 0; // of its words
    int rank = 0;     // 0 keeps its words before 1, and so on, when room is short
};

struct MarkLabelPlace {
    double left = 0; // of the words
    int row = 0;     // 0 beside the mark's square, 1 and more above it
};

inline constexpr int kMarkRows = 3; // at most

// For each label a place within left..right, to the right of its mark in the lowest of `rows` (1 to
// kMarkRows) where it and the line up to it are free, else to its left; of marks close together
// the earlier one stands above. nullopt where it would cover other words or squares. O(n^2 m) for n
// labels of which m find room.
std::vector<std::optional<MarkLabelPlace>> placeMarkLabels(const std::vector<MarkLabel>& labels, double left,
                                                           double right, int rows = kMarkRows);

} // namespace alwayson::gui

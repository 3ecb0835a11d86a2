#pragma once
// Where the words of a chart's marks stand: beside their mark, inside the plot, never over each other.

#include <optional>
#include <vector>

namespace alwayson::gui {

struct MarkLabel {
    double x = 0;       // of the mark, pixels
    double width = 0;   // of its words
    bool first = false; // placed before the others (failures): they keep their words when room is short
};

struct MarkLabelPlace {
    double left = 0; // of the words
    int row = 0;     // 0 beside the mark's square, 1 above it
};

inline constexpr int kMarkRows = 2;

// For each label a place within left..right, to the right of its mark when there is room, else to its left,
// else one row up; nullopt when all of it would cover other words or squares. O(n^2) for n labels.
std::vector<std::optional<MarkLabelPlace>> placeMarkLabels(const std::vector<MarkLabel>& labels, double left,
                                                           double right);

} // namespace alwayson::gui

#include "app/gui/charts/mark_labels.h"

#include <algorithm>
#include <array>
#include <utility>

namespace alwayson::gui {

namespace {

constexpr double kSquare = 5; // half of the mark's square
constexpr double kGap = 9;    // from the mark to its words
constexpr double kAir = 5;    // between neighbours

} // namespace

std::vector<std::optional<MarkLabelPlace>> placeMarkLabels(const std::vector<MarkLabel>& labels, double left,
                                                           double right) {
    using Span = std::pair<double, double>;
    std::array<std::vector<Span>, kMarkRows> taken;
    for (const MarkLabel& label : labels)
        taken[0].emplace_back(label.x - kSquare, label.x + kSquare);
    std::vector<std::optional<MarkLabelPlace>> places(labels.size());
    const auto place = [&](std::size_t i) {
        const MarkLabel& label = labels[i];
        // To the right, so that words are read in the order of time; to the left only at the right end.
        const bool fits = label.x + kGap + label.width <= right;
        const double from = fits ? label.x + kGap : label.x - kGap - label.width;
        const Span words{from - kAir + 1, from + label.width + kAir - 1};
        if (from < left) return;
        for (int row = 0; row < kMarkRows; ++row) {
            // Its own square is as near as it should be.
            if (std::any_of(taken[row].begin(), taken[row].end(), [&](const Span& other) {
                    const bool own = row == 0 && other.first == label.x - kSquare;
                    return !own && other.first < words.second && words.first < other.second;
                }))
                continue;
            taken[row].emplace_back(from, from + label.width);
            // The line reaches up to words in the upper row.
            if (row > 0) taken[row].emplace_back(label.x - 1, label.x + 1);
            places[i] = MarkLabelPlace{from, row};
            return;
        }
    };
    for (const bool first : {true, false})
        for (std::size_t i = 0; i < labels.size(); ++i)
            if (labels[i].first == first) place(i);
    return places;
}

} // namespace alwayson::gui

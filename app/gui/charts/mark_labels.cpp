#include "app/gui/charts/mark_labels.h"

#include <algorithm>
#include <array>
#include <utility>

namespace alwayson::gui {

namespace {

constexpr double kSquare = 5; // half of the mark's square
constexpr double kGap = 9;    // from the mark to its words
constexpr double kAir = 5;    // between neighbours

using Places = std::vector<std::optional<MarkLabelPlace>>;
using Span = std::pair<double, double>;

class Placing {
public:
    Placing(const std::vector<MarkLabel>& labels, double left, double right, int rows)
        : places(labels.size()), m_labels(labels), m_left(left), m_right(right), m_rows(rows) {
        for (const MarkLabel& label : labels)
            m_words[0].emplace_back(label.x - kSquare, label.x + kSquare);
    }
    void place(std::size_t i) {
        const MarkLabel& label = m_labels[i];
        // To the left only at the end of the plot: words are read in the order of time.
        const bool fits = label.x + kGap + label.width <= m_right;
        const double from = fits ? label.x + kGap : label.x - kGap - label.width;
        if (from < m_left) return;
        for (int row = 0; row < m_rows; ++row) {
            if (!isFree(label, row, from)) continue;
            m_words[row].emplace_back(from, from + label.width);
            for (int below = 1; below <= row; ++below)
                m_lines[below].push_back(label.x);
            places[i] = MarkLabelPlace{from, row};
            return;
        }
    }

    Places places;

private:
    bool isFree(const MarkLabel& label, int row, double from) const {
        const Span wanted{from - kAir + 1, from + label.width + kAir - 1};
        for (const Span& other : m_words[row]) {
            // Its own square is as near as it should be.
            const bool own = row == 0 && other.first == label.x - kSquare;
            if (!own && other.first < wanted.second && wanted.first < other.second) return false;
        }
        for (const double line : m_lines[row])
            if (wanted.first < line && line < wanted.second) return false;
        // The line of a mark reaches up to its words, and not through those of others.
        for (int below = 1; below <= row; ++below)
            for (const Span& other : m_words[below])
                if (other.first - 2 < label.x && label.x < other.second + 2) return false;
        return true;
    }

    const std::vector<MarkLabel>& m_labels;
    double m_left, m_right;
    int m_rows;
    std::array<std::vector<Span>, kMarkRows> m_words;
    std::array<std::vector<double>, kMarkRows> m_lines;
};

} // namespace

std::vector<std::optional<MarkLabelPlace>> placeMarkLabels(const std::vector<MarkLabel>& labels, double left,
                                                           double right, int rows) {
    std::vector<std::size_t> latestFirst(labels.size());
    for (std::size_t i = 0; i < labels.size(); ++i)
        latestFirst[i] = i;
    std::sort(latestFirst.begin(), latestFirst.end(), [&](std::size_t a, std::size_t b) {
        return labels[a].x != labels[b].x ? labels[a].x > labels[b].x : a > b;
    });
    for (;;) {
        // From the right, so that of marks close together the earlier one stands above the later one.
        Placing placing(labels, left, right, rows);
        for (const std::size_t i : latestFirst)
            placing.place(i);
        // What stands where words of more weight would gives its own up, the nearest first.
        auto given = latestFirst.end();
        int weight = 0;
        for (auto lost = latestFirst.begin(); lost != latestFirst.end(); ++lost) {
            const MarkLabel& label = labels[*lost];
            if (placing.places[*lost] || (given != latestFirst.end() && label.rank >= weight)) continue;
            const auto nearest =
                std::find_if(std::make_reverse_iterator(lost), latestFirst.rend(), [&](std::size_t i) {
                    return placing.places[i] && placing.places[i]->row > 0 && labels[i].rank > label.rank &&
                           labels[i].x < label.x + label.width + kGap + kAir;
                });
            if (nearest == latestFirst.rend()) continue;
            given = std::next(nearest).base();
            weight = label.rank;
        }
        if (given == latestFirst.end()) return std::move(placing.places);
        latestFirst.erase(given);
    }
}

} // namespace alwayson::gui

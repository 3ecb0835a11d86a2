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
        // To the right where it can be: words are read in the order of time.
        for (const double from : {label.x + kGap, label.x - kGap - label.width}) {
            if (from < m_left || from + label.width > m_right) continue;
            for (int row = 0; row < m_rows; ++row) {
                if (!isFree(label, row, from)) continue;
                m_words[row].emplace_back(from, from + label.width);
                for (int below = 1; below <= row; ++below)
                    m_lines[below].push_back(label.x);
                places[i] = MarkLabelPlace{from, row};
                return;
            }
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
    std::vector<std::size_t> byRank(labels.size());
    for (std::size_t i = 0; i < labels.size(); ++i)
        byRank[i] = i;
    std::stable_sort(byRank.begin(), byRank.end(),
                     [&](std::size_t a, std::size_t b) { return labels[a].rank < labels[b].rank; });
    const auto isLater = [&](std::size_t a, std::size_t b) {
        return labels[a].x != labels[b].x ? labels[a].x > labels[b].x : a > b;
    };
    // One after the other, the weightiest first; whose words would take the place of weightier ones gets
    // none.
    std::vector<std::size_t> latestFirst;
    Places places(labels.size());
    for (const std::size_t next : byRank) {
        const auto at = std::upper_bound(latestFirst.begin(), latestFirst.end(), next, isLater);
        const std::size_t index = std::size_t(at - latestFirst.begin());
        latestFirst.insert(at, next);
        // From the right, so that of marks close together the earlier one stands above the later one.
        Placing placing(labels, left, right, rows);
        for (const std::size_t i : latestFirst)
            placing.place(i);
        if (std::all_of(latestFirst.begin(), latestFirst.end(),
                        [&](std::size_t i) { return placing.places[i].has_value(); }))
            places = std::move(placing.places);
        else
            latestFirst.erase(latestFirst.begin() + std::ptrdiff_t(index));
    }
    return places;
}

} // namespace alwayson::gui

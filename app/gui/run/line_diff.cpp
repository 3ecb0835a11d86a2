#include "app/gui/run/line_diff.h"

#include <algorithm>
#include <cstdint>

namespace alwayson::gui {

namespace {
constexpr qsizetype kMostLines = 4000;

void middleDiff(const QStringList& a, const QStringList& b, std::vector<DiffLine>& out) {
    const qsizetype n = a.size(), m = b.size();
    if (n > kMostLines || m > kMostLines || n * m > 4'000'000) {
        for (const QString& line : a)
            out.push_back({DiffLine::Kind::removed, line});
        for (const QString& line : b)
            out.push_back({DiffLine::Kind::added, line});
        return;
    }
    std::vector<std::uint16_t> length(std::size_t((n + 1) * (m + 1)), 0);
    const auto at = [&](qsizetype i, qsizetype j) -> std::uint16_t& {
        return length[std::size_t(i * (m + 1) + j)];
    };
    for (qsizetype i = n - 1; i >= 0; --i)
        for (qsizetype j = m - 1; j >= 0; --j)
            at(i, j) =
                a[i] == b[j] ? std::uint16_t(at(i + 1, j + 1) + 1) : std::max(at(i + 1, j), at(i, j + 1));
    qsizetype i = 0, j = 0;
    while (i < n || j < m) {
        if (i < n && j < m && a[i] == b[j]) {
            out.push_back({DiffLine::Kind::same, a[i]});
            ++i, ++j;
        } else if (i < n && (j == m || at(i + 1, j) >= at(i, j + 1))) {
            out.push_back({DiffLine::Kind::removed, a[i++]});
        } else {
            out.push_back({DiffLine::Kind::added, b[j++]});
        }
    }
}

} // namespace

std::vector<DiffLine> lineDiff(const QString& before, const QString& after) {
    const QStringList a = before.split(QLatin1Char('\n')), b = after.split(QLatin1Char('\n'));
    qsizetype head = 0, tail = 0;
    while (head < a.size() && head < b.size() && a[head] == b[head])
        ++head;
    while (tail < a.size() - head && tail < b.size() - head &&
           a[a.size() - 1 - tail] == b[b.size() - 1 - tail])
        ++tail;
    std::vector<DiffLine> out;
    for (qsizetype i = 0; i < head; ++i)
        out.push_back({DiffLine::Kind::same, a[i]});
    middleDiff(a.mid(head, a.size() - head - tail), b.mid(head, b.size() - head - tail), out);
    for (qsizetype i = a.size() - tail; i < a.size(); ++i)
        out.push_back({DiffLine::Kind::same, a[i]});
    return out;
}

} // namespace alwayson::gui

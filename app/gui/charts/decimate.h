#pragma once
#include <QPointF>

#include <vector>

namespace alwayson::gui {

// The points with x in [from, to] (and one more on either side), thinned to at most four per column so that
// every extreme stays: first, lowest, highest and last of each column, in order. Points must be sorted by x.
// O(n).
std::vector<QPointF> decimate(const std::vector<QPointF>& points, double from, double to, int columns);

// A round number at least as large as `value` (1, 2, 2.5, 4, 5, 8 times a power of ten) for the top of an
// axis; 1 for 0.
double niceCeiling(double value);
// Into how many equal steps with round ends an axis from 0 to such a ceiling falls: 4 or 5.
int niceSteps(double ceiling);

} // namespace alwayson::gui

#pragma once
// Results and bills as bars. Pure: values in, text out.

#include <QString>

#include <vector>

namespace alwayson {
struct Cost;
struct Design;
struct SimulationResult;
} // namespace alwayson

namespace alwayson::gui {

struct BarRow {
    QString name, value;
    double amount = 0; // length of the bar
};
std::vector<BarRow> errorBars(const SimulationResult& result); // failed requests by cause
QString downtimeText(double minutesPerYear);                   // "3.2 s/yr"
std::vector<BarRow>
waterfallBars(const SimulationResult& result); // downtime per year by cause, largest first
// Outages of the whole design by how long they lasted, shortest first; the row's figure is their share.
std::vector<BarRow> outageBars(const SimulationResult& result);
std::vector<BarRow> costBars(const Design& design, const Cost& cost);

} // namespace alwayson::gui

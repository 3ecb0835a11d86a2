#pragma once
// The figures of a result as rows of a table. Pure: values in, text out.

#include "core/results/simulation_result.h"

#include <QString>

#include <vector>

namespace alwayson {
struct Design;
}

namespace alwayson::gui {

struct FigureRow {
    QString section; // a flow or a theme; rows of one section follow each other
    QString name, value, interval, tag, samples, note;
    bool folded = false; // its section is closed at first
    bool prose = false;  // a sentence about the rows above, in the name
};
// What one gets (of years) or what the failures cost (of a scenario), then take-overs, availability, latency,
// requests, outages, data, objectives and, folded, the recovery of single servers.
std::vector<FigureRow> figureRows(const Design& design, const SimulationResult& result);

} // namespace alwayson::gui

#pragma once
// Results as words and rows. Pure: values in, text out.

#include "core/results/simulation_result.h"

#include <QString>
#include <QStringList>

#include <optional>
#include <vector>

namespace alwayson {
struct Design;
}

namespace alwayson::gui {

// "1640", "12 345": groups of three from five digits on, as everywhere.
QString grouped(std::uint64_t count);
// "web2 crashes", "lb1 marks web2 down", "Zone b is dark", ... by names, for marks on charts.
QString eventWords(const Design& design, const RunEvent& event);

struct Counts {
    std::uint64_t offered = 0, succeeded = 0, failed = 0;
};
// Of the whole design up to a time (sums of series), or of the whole run when nothing is given or no series
// was kept.
Counts countsOf(const SimulationResult& result, std::optional<double> untilS);

// "0 of 1640 requests failed · lb1 marks web2 down 4.7 s after the crash": what happened to the requests
// until then.
QString runSentence(const Design& design, const SimulationResult& result, std::optional<double> untilS);

struct FigureRow {
    QString section; // a flow or a theme; rows of one section follow each other
    QString name, value, interval, tag, samples, note;
    bool folded = false; // its section is closed at first
};
// What the failures of a scenario cost, then take-overs, availability, latency, requests, outages, data,
// objectives and, folded, the recovery of single servers.
std::vector<FigureRow> figureRows(const Design& design, const SimulationResult& result);

struct BarRow {
    QString name, value;
    double amount = 0; // length of the bar
};
std::vector<BarRow> errorBars(const SimulationResult& result); // failed requests by cause
std::vector<BarRow>
waterfallBars(const SimulationResult& result); // downtime per year by cause, largest first
// Outages of the whole design by how long they lasted, shortest first; the row's figure is their share.
std::vector<BarRow> outageBars(const SimulationResult& result);
std::vector<BarRow> costBars(const Design& design, const Cost& cost);

} // namespace alwayson::gui

#pragma once
// Results in words. Pure: values in, text out.

#include "core/results/simulation_result.h"

#include <QString>

#include <cstdint>
#include <optional>
#include <string>

namespace alwayson {
struct Design;
}

namespace alwayson::gui {

// "1640", "12 345": groups of three from five digits on, as everywhere.
QString grouped(std::uint64_t count);
// "web2 crashes", "lb1 marks web2 down", "Zone b is dark", ... by names, for marks on charts.
QString eventWords(const Design& design, const RunEvent& event);

struct Counts {
    std::uint64_t offered = 0, failed = 0;
};
// Of the whole design up to a time: by the steps of the trace that are over then, as the cards show them;
// without a trace by those of the series, which are longer. Of the whole run when nothing is given, at its
// end, and where neither was kept.
Counts countsOf(const SimulationResult& result, std::optional<double> untilS);

// "0 of 1640 requests failed · lb1 marks web2 down 4.7 s after the crash": what happened to the requests
// until then.
QString runSentence(const Design& design, const SimulationResult& result, std::optional<double> untilS);

QString spaced(const std::string& id); // "data loss"
// What the user of a failed request was told: "Connection refused".
QString causeWords(const std::string& cause);
// The whole design, where requests were counted for it.
const FlowResult* wholeFlow(const SimulationResult& result);
bool isClass(const std::string& flow); // of requests, not a client or the design

} // namespace alwayson::gui

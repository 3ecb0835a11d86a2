#include "app/gui/run/run_marks.h"

#include "app/gui/run/run_words.h"
#include "core/catalogue/catalogue.h"

#include <algorithm>
#include <map>
#include <string>

namespace alwayson::gui {

namespace {

constexpr std::size_t kMostMarks = 400;
constexpr int kNewSource = 1;

struct Look {
    int rank;
    Tone tone;
};

// What is not named here (data lost, failovers that do not work, members that stay out) is as bad as it
// sounds.
Look lookOf(const std::string& kind) {
    static const std::map<std::string, Look, std::less<>> kLooks{
        {"failed", {0, Tone::bad}},          {"cut", {0, Tone::bad}},
        {"deployed", {0, Tone::bad}},        {"load", {0, Tone::accent}},
        {"role_changed", {2, Tone::accent}}, {"lease_lost", {2, Tone::bad}},
        {"split_brain", {2, Tone::bad}},     {"repaired", {3, Tone::recovering}},
        {"healed", {3, Tone::recovering}},   {"rolled_back", {3, Tone::recovering}},
        {"rejoined", {3, Tone::ok}},         {"split_brain_over", {4, Tone::ok}},
        {"caught_up", {4, Tone::ok}},        {"promoting", {4, Tone::accent}},
        {"detected", {4, Tone::warn}},       {"fenced", {4, Tone::warn}},
        {"fell_back", {4, Tone::warn}},      {"marked_down", {5, Tone::warn}},
        {"marked_up", {6, Tone::ok}},        {"check_failed", {7, Tone::bad}},
        {"reads_left", {7, Tone::bad}},      {"check_passed", {7, Tone::ok}},
        {"reads_returned", {7, Tone::ok}},   {"lease_back", {3, Tone::ok}}};
    const auto found = kLooks.find(kind);
    return found == kLooks.end() ? Look{1, Tone::bad} : found->second;
}

} // namespace

bool isMinor(const RunEvent& event) {
    return event.kind == "check_failed" || event.kind == "check_passed" || event.kind == "reads_left" ||
           event.kind == "reads_returned";
}

std::vector<ChartMark> marksOf(const Design& design, const SimulationResult& result) {
    std::vector<ChartMark> marks;
    const auto promotedAt = [&](double atS) {
        return std::any_of(result.events.begin(), result.events.end(), [&](const RunEvent& event) {
            return event.kind == "promoting" && event.atS == atS;
        });
    };
    for (const RunEvent& event : result.events) {
        const Look look = lookOf(event.kind);
        ChartMark mark{event.atS, eventWords(design, event), look.tone, !isMinor(event)};
        const Node* node = design.nodes.find(event.what);
        const Group* group = node && node->group ? design.groups.find(node->group->str()) : nullptr;
        const bool source = event.kind == "role_changed" && group && hasMechanism(*group, "replication");
        mark.rank = source ? kNewSource : look.rank;
        mark.brief = QString::fromStdString(event.brief);
        // Which "is being made the source" says as well.
        if (event.kind == "detected") mark.important = !promotedAt(event.atS);
        marks.push_back(std::move(mark));
        if (marks.size() >= kMostMarks) break;
    }
    return marks;
}

} // namespace alwayson::gui

#pragma once
// What stands on a node's card: at rest, from the design and its check; in a run, from one of its frames.
// Pure.

#include "app/gui/canvas/node_item.h"
#include "core/model/design.h"
#include "core/results/trace.h"

#include <optional>
#include <string>

namespace alwayson::gui {

// What the current run says of one node.
struct LiveNode {
    NodeFrame frame;
    double atS = 0;
    double load = 0;        // busy share, smoothed so that bars do not flicker
    double lagS = -1;       // of a replica behind its source; negative: it copies nothing
    bool farBehind = false; // words::farBehindS
    QString badge;          // in place of its role, while a take-over is under way: "promoting", "was source"
    QString why; // it does not do what its role says, as the run told it: "... its lease has run out"
};

// What the check says of one node.
struct NodeFindings {
    bool weak = false;                // a single point of failure
    bool faulty = false;              // an error is about it
    std::optional<double> load;       // steady utilisation
    std::optional<std::string> drawn; // the place that its card wrongly lies in, "" outside of all
};

CardContent restingCard(const Design& design, const Node& node, const NodeFindings& findings);
CardContent liveCard(const Design& design, const Node& node, bool weak, const LiveNode& now);

} // namespace alwayson::gui

#pragma once
// Cards and the places they belong to: what is drawn elsewhere than it belongs, and how it gets there. Pure
// functions.

#include "app/gui/canvas/canvas_edit.h"
#include "core/results/check_report.h"

namespace alwayson::gui {

// Nodes whose card lies in another innermost place (or in none) than the one they belong to: node -> place
// under the card, "" none. O(nodes x places).
std::map<std::string, std::string, std::less<>> drawnElsewhere(const Design& design, const Boxes& boxes);

// The nodes' place (DomainId or "" for none) with their cards in one step: a card that does not lie there yet
// goes to the nearest free spot, and the place grows when it is full. A card stays where it is when there is
// no room at all; cards without a place of their own on the canvas follow by themselves.
Operation moveToPlace(const Design& design, const Boxes& boxes, const std::vector<std::string>& nodes,
                      const std::string& place, std::string label);

// One warning per card that drawnElsewhere() names, with the move into its place as the fix.
std::vector<Issue> drawingIssues(const Design& design, const Boxes& boxes);

} // namespace alwayson::gui

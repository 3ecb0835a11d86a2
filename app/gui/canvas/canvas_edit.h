#pragma once
// What the gestures of the canvas mean as operations. Pure functions: a design and boxes in, one Operation (a
// batch) out.

#include "app/gui/canvas/geometry.h"
#include "core/edit/operation.h"

#include <optional>
#include <set>
#include <string>
#include <vector>

namespace alwayson::gui {

using Ids = std::set<std::string, std::less<>>;

struct Creation {
    Operation operation;
    std::string id;
};

// A new thing of a catalogue entry ("kinds/haproxy", "domains/zone", "groups/pool") with its top left corner
// there. A node or place lands in the innermost place below its middle, a node joins the group whose outline
// it is dropped on when its kind may. nullopt when the path names nothing.
std::optional<Creation> createFromCatalogue(const Design& design, const Boxes& boxes, std::string_view path,
                                            QPointF topLeft);
// Size of the ghost while such a thing is being dragged in.
QSizeF sizeOfNew(std::string_view path);

// The things named and, for places, all that lies in them.
Ids withContents(const Design& design, const std::vector<std::string>& ids);

// Places as `dropped` for the moving things, memberships by where the roots landed; a single card that covers
// another goes to the nearest free spot. Things without a place of
// their own are pinned where they are shown, so that nothing else jumps. nullopt when nothing changed.
std::optional<Operation> moveOperation(const Design& design, const Boxes& before, const Boxes& dropped,
                                       const std::vector<std::string>& roots);
Operation resizeOperation(const Design& design, const Boxes& boxes, const std::string& domain,
                          const QRectF& box);

// Nodes and places of the selection on one line: left, hcentre, right, top, vcentre or bottom of what they
// span. nullopt when nothing changes.
std::optional<Operation> alignOperation(const Design& design, const Boxes& boxes,
                                        const std::vector<std::string>& ids, Qt::Alignment alignment);
// Equal gaps between three or more, the outermost stay.
std::optional<Operation> distributeOperation(const Design& design, const Boxes& boxes,
                                             const std::vector<std::string>& ids,
                                             Qt::Orientation orientation);

// Whether the node's kind may join groups of this kind, by the catalogue.
bool mayJoin(const Node& node, std::string_view groupKind);
// Puts the nodes of the selection into a new group. nullopt when none of them may join.
std::optional<Creation> groupOperation(const Design& design, const std::vector<std::string>& ids,
                                       const std::string& groupKind);

struct LinkCreation {
    Operation operation;
    std::string id;
};
LinkCreation linkOperation(const Design& design, const std::string& from, const std::string& to);

// ---- clipboard: JSON text {"format":"alwayson-fragment","version":1,"nodes":[...],...,"canvas":{...}}
std::string copyText(const Design& design, const Boxes& boxes, const std::vector<std::string>& ids);
bool isFragment(const std::string& text);
struct Pasting {
    Operation operation;
    std::vector<std::string> ids; // of the new things
};
// New ids; links between copied things stay, links to others were not copied. The fragment's top left corner
// goes to `at`, or when that is not given, its old place beside it, where the copies cover nothing.
Result<Pasting> pasteOperation(const Design& design, const Boxes& boxes, const std::string& text,
                               std::optional<QPointF> at);

} // namespace alwayson::gui

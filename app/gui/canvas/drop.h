#pragma once
// What a drop on the canvas means: which place and group a thing belongs to where it is let go, and where its
// card finds room. Pure functions.

#include "app/gui/canvas/canvas_edit.h"

#include <string>
#include <string_view>

namespace alwayson::gui {

struct DropTarget {
    std::string domain; // "" none
    std::string group;  // of a node dropped on an outline; "" leaves the group alone
    std::string drawn;  // the place its card goes to, where it keeps another
};

// The innermost place below the card's middle. Between places that lie side by side: the one it covers most
// of, when they cover half of it together.
std::string placeUnder(const Design& design, const Boxes& boxes, const QRectF& card,
                       const std::vector<std::string>& except = {});

// What a drop of moved things changes beside their places. A single node on a group's outline that lies
// between the places of its members takes the place of the nearest one.
DropTarget dropTargetOf(const Design& design, const Boxes& before, const Boxes& after, std::string_view id,
                        const Ids& moving);
// The same for a new node of this path ("kinds/haproxy") with its box there.
DropTarget dropTargetOfNew(const Design& design, const Boxes& boxes, std::string_view path,
                           const QRectF& box);

// Where a card comes to rest, and what makes room for it: cards that step aside, places that grow.
struct Landing {
    QRectF card;
    Boxes moved;
};
// As dropped when it covers no other card there (those in `moving` do not count), lies inside of `place`
// (drawn) and in no outline but that of `group`; else the nearest such spot on the grid. The outline of a
// group that it `joins` must take in no card of others. When there is no such spot (or none near, for one
// that joins), the drawing is cut open beside a near card by one row or column, whichever makes it grow less.
// Grows with the square of the number of cards.
Landing landingOf(const Design& design, const Boxes& boxes, const QRectF& dropped, const std::string& place,
                  const std::string& group, bool joins, const Ids& moving = {});

} // namespace alwayson::gui

#pragma once
// Where things are on the canvas, from the design alone. Scene units are pixels at zoom 1. Boxes have their
// top left corner at the place the design file holds.

#include "core/model/design.h"

#include <QPainterPath>
#include <QRectF>

#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace alwayson::gui {

inline constexpr double kGrid = 24;
inline constexpr double kCardWidth = 172;
inline constexpr double kCardHeight = 62;
inline constexpr double kDomainHeader = 34; // room for the name of a place
inline constexpr double kDomainPadding = 16;
inline constexpr double kGroupMargin = 16; // between an outline and its members

using Boxes = std::map<std::string, QRectF, std::less<>>; // node and domain id (and empty group id) -> box

// Places of everything: those of the design, and a sensible one for what has none (clients to the left,
// places side by side, nodes in rows by how far they are from the clients). Deterministic; O(n log n) plus a
// search for free room.
Boxes layoutBoxes(const Design& design);

// Around the members' cards; the group's own box when it has no members; null when it has neither.
QRectF groupOutline(const Design& design, const GroupId& group, const Boxes& boxes);

double snapped(double value); // to the grid
QPointF snapped(QPointF point);

// The innermost place whose box holds the point; "" when none does. `except`: these and what lies in them do
// not count.
std::string domainAt(const Design& design, const Boxes& boxes, QPointF point,
                     const std::vector<std::string>& except = {});
// Whether the catalogue lets a place of this kind lie in one of that kind.
bool domainMayLieIn(std::string_view kind, std::string_view parentKind);
// Domains, nodes below a domain, at any depth.
std::vector<std::string> contentsOf(const Design& design, std::string_view domain);
// A box as large as what lies in the place needs; a default size when it is empty.
QRectF minimalDomainBox(const Design& design, const Boxes& boxes, std::string_view domain);

// One curve of a link, from the edge of one box to the edge of another.
struct Route {
    QPainterPath path; // up to the base of the arrow
    QPointF from;
    QPointF tip;                  // of the arrow
    double angle = 0;             // of the arrow, degrees, 0 to the right, clockwise
    std::vector<QPointF> samples; // evenly spaced along the path, for dots and hit tests
    double length = 0;
};
// From which sides: by where the boxes stand, or from the facing ones to the left and right, above and below.
enum class Way { best, sideways, upright };
// `lane`: 0 in the middle, +-1, ... for parallel links between the same ends.
Route routeBetween(const QRectF& from, const QRectF& to, double lane = 0, Way way = Way::best);
// The same, by whichever way crosses fewer of the boxes in between; where that says nothing, upright between
// boxes of different rows.
Route routeBetween(const QRectF& from, const QRectF& to, double lane, const std::vector<QRectF>& others);

// Node and group ids between which the curves of a link are drawn. A group is its members while they are few;
// what leaves a pool for another group leaves it as one.
struct LinkEnds {
    std::vector<std::string> from, to;
};
LinkEnds linkEnds(const Design& design, const Link& link);
// Around what lies between two boxes: beneath those that stand side by side, right of those above each other.
Route routeAround(const QRectF& from, const QRectF& to);
Route routeToPoint(const QRectF& from, QPointF to);   // while a link is being dragged
QPointF pointAlong(const Route& route, double share); // 0..1, O(1)

} // namespace alwayson::gui

#include "app/gui/canvas/geometry.h"

#include "core/catalogue/catalogue.h"

#include <QLineF>
#include <QTransform>

#include <algorithm>
#include <cmath>
#include <numbers>
#include <set>

namespace alwayson::gui {

double snapped(double value) {
    return std::round(value / kGrid) * kGrid;
}

QPointF snapped(QPointF point) {
    return {snapped(point.x()), snapped(point.y())};
}

QRectF groupOutline(const Design& design, const GroupId& group, const Boxes& boxes) {
    QRectF united;
    for (const Node* member : membersOf(design, group)) {
        const auto found = boxes.find(member->id.str());
        if (found != boxes.end()) united = united.isNull() ? found->second : united.united(found->second);
    }
    if (!united.isNull()) return united.adjusted(-kGroupMargin, -kGroupMargin, kGroupMargin, kGroupMargin);
    const auto own = boxes.find(group.str());
    return own == boxes.end() ? QRectF() : own->second;
}

std::string domainAt(const Design& design, const Boxes& boxes, QPointF point,
                     const std::vector<std::string>& except) {
    std::set<std::string, std::less<>> excluded(except.begin(), except.end());
    for (const std::string& id : except)
        for (const std::string& inner : contentsOf(design, id))
            excluded.insert(inner);
    std::string best;
    double bestArea = 0;
    for (const Domain& domain : design.domains) {
        const auto found = boxes.find(domain.id.str());
        if (found == boxes.end() || excluded.contains(domain.id.str()) || !found->second.contains(point))
            continue;
        const double area = found->second.width() * found->second.height();
        if (best.empty() || area < bestArea) {
            best = domain.id.str();
            bestArea = area;
        }
    }
    return best;
}

bool domainMayLieIn(std::string_view kind, std::string_view parentKind) {
    const Descriptor* descriptor = Catalogue::builtIn().domain(kind);
    return descriptor && std::find(descriptor->parents.begin(), descriptor->parents.end(), parentKind) !=
                             descriptor->parents.end();
}

std::vector<std::string> contentsOf(const Design& design, std::string_view domain) {
    std::vector<std::string> inside;
    std::set<std::string, std::less<>> places{std::string(domain)};
    bool grew = true;
    while (grew) {
        grew = false;
        for (const Domain& candidate : design.domains) {
            if (!candidate.parent || !places.contains(candidate.parent->str())) continue;
            if (places.insert(candidate.id.str()).second) {
                inside.push_back(candidate.id.str());
                grew = true;
            }
        }
    }
    for (const Node& node : design.nodes)
        if (node.domain && places.contains(node.domain->str())) inside.push_back(node.id.str());
    return inside;
}

QRectF minimalDomainBox(const Design& design, const Boxes& boxes, std::string_view domain) {
    QRectF united;
    for (const std::string& id : contentsOf(design, domain)) {
        const auto found = boxes.find(id);
        if (found != boxes.end()) united = united.isNull() ? found->second : united.united(found->second);
    }
    if (united.isNull()) return {0, 0, 8 * kGrid, 5 * kGrid};
    return united.adjusted(-kDomainPadding, -kDomainHeader, kDomainPadding, kDomainPadding);
}

namespace {

constexpr double kArrow = 8; // length of an arrow head
constexpr int kSamples = 33;

void finish(Route& route, QPointF from, QPointF c1, QPointF c2, QPointF base, QPointF direction) {
    route.from = from;
    route.path.moveTo(from);
    route.path.cubicTo(c1, c2, base);
    route.tip = base + direction * kArrow;
    route.angle = std::atan2(direction.y(), direction.x()) * 180 / std::numbers::pi;
    // Even steps along the curve, by a fine polyline: pointAtPercent is too slow to call while painting.
    constexpr int kFine = 96;
    std::vector<QPointF> fine(kFine + 1);
    std::vector<double> at(kFine + 1);
    for (int i = 0; i <= kFine; ++i) {
        const double t = double(i) / kFine, u = 1 - t;
        fine[i] = from * (u * u * u) + c1 * (3 * u * u * t) + c2 * (3 * u * t * t) + base * (t * t * t);
        if (i > 0) at[i] = at[i - 1] + QLineF(fine[i - 1], fine[i]).length();
    }
    route.length = at[kFine];
    route.samples.resize(kSamples);
    int next = 1;
    for (int i = 0; i < kSamples; ++i) {
        const double wanted = route.length * i / (kSamples - 1);
        while (next < kFine && at[next] < wanted)
            ++next;
        const double step = at[next] - at[next - 1];
        const double share = step > 0 ? std::clamp((wanted - at[next - 1]) / step, 0.0, 1.0) : 0;
        route.samples[i] = fine[next - 1] + (fine[next] - fine[next - 1]) * share;
    }
}

} // namespace

namespace {

constexpr double kRoom = 20; // below this a curve would be squeezed

// Free room between two boxes; negative where they stand above or beside each other.
QSizeF gapBetween(const QRectF& from, const QRectF& to) {
    return {std::max(to.left() - from.right(), from.left() - to.right()),
            std::max(to.top() - from.bottom(), from.top() - to.bottom())};
}

} // namespace

Route routeBetween(const QRectF& from, const QRectF& to, double lane, Way way) {
    const QPointF a = from.center(), b = to.center();
    const double right = to.left() - from.right(), left = from.left() - to.right();
    const double shift = lane * 14;
    // A short straight part before the arrow keeps it from pointing across the edge.
    const auto horizontal = [&](double sign) {
        Route route;
        const QPointF start(sign > 0 ? from.right() : from.left(), a.y() + shift);
        QPointF end(sign > 0 ? to.left() : to.right(), b.y() + shift);
        if (std::abs(start.y() - end.y()) < to.height() / 2 - 10)
            end.setY(std::clamp(start.y(), to.top() + 8, to.bottom() - 8));
        const QPointF base = end - QPointF(sign * kArrow, 0);
        const double gap = std::abs(base.x() - start.x());
        const double reach = gap < 24 ? gap / 2 : std::max(12.0, gap / 2);
        finish(route, start, start + QPointF(sign * reach, 0), base - QPointF(sign * reach, 0), base,
               {sign, 0});
        return route;
    };
    const auto vertical = [&](double sign) {
        Route route;
        QPointF start(a.x() + shift, sign > 0 ? from.bottom() : from.top());
        QPointF end(b.x() + shift, sign > 0 ? to.top() : to.bottom());
        if (std::abs(start.x() - end.x()) < 24) end.setX(start.x());
        // A wide target (an outline) is met straight below or above.
        if (to.width() > 2 * from.width() && start.x() > to.left() + 20 && start.x() < to.right() - 20)
            end.setX(start.x());
        const QPointF base = end - QPointF(0, sign * kArrow);
        const double reach = std::max(12.0, std::abs(base.y() - start.y()) / 2);
        finish(route, start, start + QPointF(0, sign * reach), base - QPointF(0, sign * reach), base,
               {0, sign});
        return route;
    };
    // Side by side, a short straight arrow is better than a loop from edge to edge.
    const double room = from.top() < to.bottom() && to.top() < from.bottom() ? kArrow + 2 : kRoom;
    if (way != Way::upright && right > room) return horizontal(1);
    if (way != Way::upright && left > room) return horizontal(-1);
    return b.y() >= a.y() ? vertical(1) : vertical(-1);
}

Route routeBetween(const QRectF& from, const QRectF& to, double lane, const std::vector<QRectF>& others) {
    const QSizeF gap = gapBetween(from, to);
    if (gap.width() <= kRoom || gap.height() <= kRoom) return routeBetween(from, to, lane);
    Route sideways = routeBetween(from, to, lane, Way::sideways);
    Route upright = routeBetween(from, to, lane, Way::upright);
    const QRectF between = from.united(to);
    int crossedSideways = 0, crossedUpright = 0;
    for (const QRectF& box : others) {
        if (!box.intersects(between) || box.intersects(from) || box.intersects(to)) continue;
        const auto crosses = [&](const Route& route) {
            return std::any_of(route.samples.begin(), route.samples.end(),
                               [&](QPointF point) { return box.contains(point); });
        };
        crossedSideways += crosses(sideways);
        crossedUpright += crosses(upright);
    }
    if (crossedSideways != crossedUpright)
        return crossedSideways < crossedUpright ? std::move(sideways) : std::move(upright);
    return 2 * gap.height() >= gap.width() ? std::move(upright) : std::move(sideways);
}

LinkEnds linkEnds(const Design& design, const Link& link) {
    constexpr std::size_t kMostAlone = 6, kMostTogether = 3; // one end is a group, both are
    const bool both = design.groups.contains(link.from) && design.groups.contains(link.to);
    const Group* source = design.groups.find(link.from);
    const bool bundled = both && hasRole(*source, "pool");
    const auto shown = [&](const std::string& end, bool from) -> std::vector<std::string> {
        const Group* group = design.groups.find(end);
        if (!group || (bundled && from)) return {end};
        std::vector<std::string> members;
        for (const Node* member : membersOf(design, group->id))
            members.push_back(member->id.str());
        const bool many = members.size() > (both && !bundled ? kMostTogether : kMostAlone);
        return members.empty() || many ? std::vector<std::string>{end} : members;
    };
    return {shown(link.from, true), shown(link.to, false)};
}

Route routeAround(const QRectF& from, const QRectF& to) {
    constexpr double kDepth =
        18; // of the control points; the curve stays at three quarters, inside an outline
    const QPointF way = to.center() - from.center();
    Route route;
    if (std::abs(way.x()) >= std::abs(way.y())) {
        const double sign = way.x() < 0 ? -1 : 1, low = std::max(from.bottom(), to.bottom()) + kDepth;
        const QPointF start(from.center().x() + sign * from.width() / 4, from.bottom());
        const QPointF base(to.center().x() - sign * to.width() / 4, to.bottom() + kArrow);
        finish(route, start, {start.x() + sign * 20, low}, {base.x() - sign * 20, low}, base, {0, -1});
    } else {
        const double sign = way.y() < 0 ? -1 : 1, far = std::max(from.right(), to.right()) + kDepth;
        const QPointF start(from.right(), from.center().y() + sign * from.height() / 4);
        const QPointF base(to.right() + kArrow, to.center().y() - sign * to.height() / 4);
        finish(route, start, {far, start.y() + sign * 10}, {far, base.y() - sign * 10}, base, {-1, 0});
    }
    return route;
}

Route routeToPoint(const QRectF& from, QPointF to) {
    return routeBetween(from, QRectF(to - QPointF(1, 1), QSizeF(2, 2)));
}

QPointF pointAlong(const Route& route, double share) {
    const double at = std::clamp(share, 0.0, 1.0) * double(route.samples.size() - 1);
    const std::size_t index = std::min(std::size_t(at), route.samples.size() - 2);
    return route.samples[index] + (route.samples[index + 1] - route.samples[index]) * (at - double(index));
}

} // namespace alwayson::gui

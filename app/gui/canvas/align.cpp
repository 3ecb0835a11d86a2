// Aligning and distributing what is selected.

#include "app/gui/canvas/canvas_edit.h"

#include <algorithm>

namespace alwayson::gui {

namespace {

// What is placed on its own: links and groups follow, and what lies in a selected place moves with it.
std::vector<std::string> alignable(const Design& design, const Boxes& boxes,
                                   const std::vector<std::string>& ids) {
    Ids inside;
    for (const std::string& id : ids)
        if (design.domains.contains(id))
            for (std::string& inner : contentsOf(design, id))
                inside.insert(std::move(inner));
    std::vector<std::string> own;
    for (const std::string& id : ids)
        if ((design.nodes.contains(id) || design.domains.contains(id)) && !inside.contains(id) &&
            boxes.contains(id))
            own.push_back(id);
    return own;
}

// A move without a change of membership would surprise nobody; one with it might, so it is the same rule as
// for the mouse.
std::optional<Operation> moved(const Design& design, const Boxes& boxes,
                               const std::map<std::string, QPointF>& by, const char* label) {
    Boxes after;
    std::vector<std::string> roots;
    for (const auto& [root, delta] : by) {
        roots.push_back(root);
        for (const std::string& id : withContents(design, {root}))
            if (const auto box = boxes.find(id); box != boxes.end())
                after[id] = box->second.translated(delta);
    }
    std::optional<Operation> operation = moveOperation(design, boxes, after, roots);
    if (operation) operation->label = label;
    return operation;
}

} // namespace

std::optional<Operation> alignOperation(const Design& design, const Boxes& boxes,
                                        const std::vector<std::string>& ids, Qt::Alignment alignment) {
    const std::vector<std::string> own = alignable(design, boxes, ids);
    if (own.size() < 2) return std::nullopt;
    QRectF around;
    for (const std::string& id : own)
        around = around.united(boxes.find(id)->second);
    std::map<std::string, QPointF> by;
    for (const std::string& id : own) {
        const QRectF box = boxes.find(id)->second;
        QPointF delta;
        if (alignment & Qt::AlignLeft) delta.rx() = around.left() - box.left();
        if (alignment & Qt::AlignRight) delta.rx() = around.right() - box.right();
        if (alignment & Qt::AlignHCenter) delta.rx() = around.center().x() - box.center().x();
        if (alignment & Qt::AlignTop) delta.ry() = around.top() - box.top();
        if (alignment & Qt::AlignBottom) delta.ry() = around.bottom() - box.bottom();
        if (alignment & Qt::AlignVCenter) delta.ry() = around.center().y() - box.center().y();
        by[id] = delta;
    }
    return moved(design, boxes, by, "Align");
}

std::optional<Operation> distributeOperation(const Design& design, const Boxes& boxes,
                                             const std::vector<std::string>& ids,
                                             Qt::Orientation orientation) {
    std::vector<std::string> own = alignable(design, boxes, ids);
    if (own.size() < 3) return std::nullopt;
    const bool across = orientation == Qt::Horizontal;
    const auto start = [&](const std::string& id) {
        return across ? boxes.find(id)->second.left() : boxes.find(id)->second.top();
    };
    const auto extent = [&](const std::string& id) {
        return across ? boxes.find(id)->second.width() : boxes.find(id)->second.height();
    };
    std::stable_sort(own.begin(), own.end(),
                     [&](const std::string& a, const std::string& b) { return start(a) < start(b); });
    double filled = 0;
    for (const std::string& id : own)
        filled += extent(id);
    const double whole = start(own.back()) + extent(own.back()) - start(own.front());
    const double gap = (whole - filled) / double(own.size() - 1);
    std::map<std::string, QPointF> by;
    double at = start(own.front());
    for (const std::string& id : own) {
        const double delta = at - start(id);
        by[id] = across ? QPointF(delta, 0) : QPointF(0, delta);
        at += extent(id) + gap;
    }
    return moved(design, boxes, by, "Distribute");
}

} // namespace alwayson::gui

#include "app/gui/canvas/thumbnail.h"

#include "app/gui/canvas/geometry.h"
#include "app/gui/theme/theme.h"
#include "core/catalogue/catalogue.h"

#include <QPainter>

#include <algorithm>

namespace alwayson::gui {

namespace {

constexpr double kLargest = 0.5;

class Sketch {
public:
    Sketch(QPainter& painter, const Theme& theme, const Design& design)
        : m_painter(painter), m_theme(theme), m_design(design), m_boxes(layoutBoxes(design)) {}

    void paint(const QRectF& area) {
        QRectF content;
        for (const auto& [id, box] : m_boxes)
            content = content.united(box);
        for (const Group& group : m_design.groups)
            content = content.united(groupOutline(m_design, group.id, m_boxes));
        if (content.isEmpty()) return;
        const double scale =
            std::min({area.width() / content.width(), area.height() / content.height(), kLargest});
        m_painter.save();
        m_painter.setRenderHint(QPainter::Antialiasing);
        m_painter.translate(area.center());
        m_painter.scale(scale, scale);
        m_painter.translate(-content.center());
        m_line = 1 / scale;
        paintPlaces();
        paintGroups();
        std::vector<QRectF> cards;
        for (const Node& node : m_design.nodes)
            if (const auto box = m_boxes.find(node.id.str()); box != m_boxes.end())
                cards.push_back(box->second);
        for (const Link& link : m_design.links) {
            const LinkEnds ends = linkEnds(m_design, link);
            for (const std::string& from : ends.from)
                for (const std::string& to : ends.to)
                    paintLink(routeBetween(endBox(from), endBox(to), 0, cards));
        }
        for (const Node& node : m_design.nodes)
            if (const auto box = m_boxes.find(node.id.str()); box != m_boxes.end())
                paintCard(node, box->second);
        m_painter.restore();
    }

private:
    QRectF endBox(const std::string& end) const {
        const auto box = m_boxes.find(end);
        return m_design.nodes.contains(end) && box != m_boxes.end()
                   ? box->second
                   : groupOutline(m_design, GroupId(end), m_boxes);
    }

    // The larger ones lie below the smaller ones.
    void paintPlaces() {
        std::vector<std::pair<QRectF, bool>> places;
        for (const Domain& domain : m_design.domains)
            if (const auto box = m_boxes.find(domain.id.str()); box != m_boxes.end())
                places.emplace_back(box->second, !domain.parent);
        std::stable_sort(places.begin(), places.end(), [](const auto& a, const auto& b) {
            return a.first.width() * a.first.height() > b.first.width() * b.first.height();
        });
        for (const auto& [box, outer] : places) {
            QPen edge(m_theme.color(Tone::zoneLine), m_line);
            if (!outer) edge.setDashPattern({4, 3});
            m_painter.setPen(edge);
            m_painter.setBrush(m_theme.color(outer ? Tone::region : Tone::zone));
            m_painter.drawRoundedRect(box, 16, 16);
        }
    }

    void paintGroups() {
        for (const Group& group : m_design.groups) {
            const QRectF outline = groupOutline(m_design, group.id, m_boxes);
            if (outline.isNull()) continue;
            const std::vector<const Node*> members = membersOf(m_design, group.id);
            const std::string category =
                members.empty() ? std::string("place") : categoryOf(*members.front());
            m_painter.setPen(QPen(m_theme.category(category), m_line));
            m_painter.setBrush(m_theme.groupFill(category));
            m_painter.drawRoundedRect(outline, 14, 14);
        }
    }

    void paintLink(const Route& route) {
        m_painter.setPen(QPen(m_theme.color(Tone::faint), 1.2 * m_line, Qt::SolidLine, Qt::RoundCap));
        m_painter.setBrush(Qt::NoBrush);
        m_painter.drawPath(route.path);
        m_painter.save();
        m_painter.translate(route.tip);
        m_painter.rotate(route.angle);
        m_painter.setPen(Qt::NoPen);
        m_painter.setBrush(m_theme.color(Tone::faint));
        const double size = 4 * m_line;
        const QPointF head[] = {{-1.5 * size, -0.7 * size}, {0, 0}, {-1.5 * size, 0.7 * size}};
        m_painter.drawPolygon(head, 3);
        m_painter.restore();
    }

    void paintCard(const Node& node, const QRectF& box) {
        const std::string category = categoryOf(node);
        m_painter.setPen(QPen(m_theme.color(Tone::line), m_line));
        m_painter.setBrush(m_theme.color(Tone::surface));
        m_painter.drawRoundedRect(box, 10, 10);
        const QRectF tile(box.left() + 10, box.top() + 11, 40, 40);
        m_painter.setPen(Qt::NoPen);
        m_painter.setBrush(m_theme.tileFill(category));
        m_painter.drawRoundedRect(tile, 9, 9);
        if (const Descriptor* kind = Catalogue::builtIn().kind(node.kind))
            m_theme.icons().paint(m_painter, QString::fromStdString(kind->icon), tile.adjusted(6, 6, -6, -6),
                                  m_theme.tileIcon(category));
        m_painter.setBrush(m_theme.color(Tone::zoneLine));
        m_painter.drawRoundedRect(QRectF(box.left() + 62, box.top() + 17, 66, 9), 4.5, 4.5);
        m_painter.setBrush(m_theme.color(Tone::line));
        m_painter.drawRoundedRect(QRectF(box.left() + 62, box.top() + 36, 92, 7), 3.5, 3.5);
    }

    static std::string categoryOf(const Node& node) {
        const Descriptor* kind = Catalogue::builtIn().kind(node.kind);
        return kind ? kind->category : std::string();
    }

    QPainter& m_painter;
    const Theme& m_theme;
    const Design& m_design;
    const Boxes m_boxes;
    double m_line = 1; // one pixel, in units of the canvas
};

} // namespace

void paintThumbnail(QPainter& painter, const Theme& theme, const Design& design, const QRectF& area) {
    Sketch(painter, theme, design).paint(area);
}

} // namespace alwayson::gui

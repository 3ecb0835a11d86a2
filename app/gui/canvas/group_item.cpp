#include "app/gui/canvas/group_item.h"

#include "app/gui/theme/theme.h"

#include <QFontMetricsF>
#include <QGraphicsScene>
#include <QPainter>
#include <QStyleOptionGraphicsItem>

#include <algorithm>

namespace alwayson::gui {

namespace {

constexpr double kTabHeight = 18;
constexpr double kRadius = 14;

bool crosses(const QPolygonF& line, const QRectF& rect) {
    for (qsizetype i = 1; i < line.size(); ++i) {
        const QRectF step = QRectF(line[i - 1], line[i]).normalized().adjusted(-0.5, -0.5, 0.5, 0.5);
        if (step.intersects(rect)) return true;
    }
    return false;
}

} // namespace

class GroupItem::Tab : public QGraphicsItem {
public:
    explicit Tab(GroupItem& group) : m_group(group) {
        setZValue(32);
        setAcceptedMouseButtons(Qt::NoButton);
    }
    ~Tab() override { m_group.m_tabItem = nullptr; } // a scene that goes may delete it first
    void follow() {
        prepareGeometryChange();
        setPos(m_group.pos());
    }
    QRectF boundingRect() const override {
        return QRectF(m_group.m_tabCorner, m_group.tabSize()).adjusted(-6, -6, 6, 6);
    }
    void paint(QPainter* painter, const QStyleOptionGraphicsItem* option, QWidget*) override {
        if (option->levelOfDetailFromTransform(painter->worldTransform()) < kPlainBelow) return;
        painter->setRenderHint(QPainter::Antialiasing);
        painter->setOpacity(m_group.opacity());
        m_group.paintTab(*painter);
    }

private:
    GroupItem& m_group;
};

GroupItem::GroupItem(std::string id, const Theme& theme)
    : CanvasItem(std::move(id), theme), m_tabItem(new Tab(*this)) {
    setZValue(20);
}

GroupItem::~GroupItem() {
    delete m_tabItem;
}

QVariant GroupItem::itemChange(GraphicsItemChange change, const QVariant& value) {
    if (change == ItemSceneHasChanged && scene()) scene()->addItem(m_tabItem);
    return QGraphicsItem::itemChange(change, value);
}

void GroupItem::followTab() {
    m_tabItem->follow();
}

void GroupItem::setContent(const QString& tab, const std::string& category, bool empty) {
    if (tab != m_tab) prepareGeometryChange();
    if (change(m_tab, tab)) followTab();
    change(m_category, category);
    change(m_empty, empty);
}

void GroupItem::setOutline(const QRectF& outline) {
    setPos(outline.topLeft());
    followTab();
    if (outline.size() == m_size) return;
    prepareGeometryChange();
    m_size = outline.size();
    m_tabCorner = {(m_size.width() - tabSize().width()) / 2, -tabSize().height() / 2};
    followTab();
    repaint();
}

QSizeF GroupItem::tabSize() const {
    const double words = QFontMetricsF(m_theme.font(Type::caption, QFont::DemiBold)).horizontalAdvance(m_tab);
    return QSizeF(words + 28, kTabHeight) * m_tabScale;
}

void GroupItem::setTabScale(double scale) {
    if (scale == m_tabScale) return;
    prepareGeometryChange();
    change(m_tabScale, scale);
    m_tabCorner = {(m_size.width() - tabSize().width()) / 2, -tabSize().height() / 2};
    followTab();
}

QRectF GroupItem::tab() const {
    return {pos() + m_tabCorner, tabSize()};
}

void GroupItem::placeTab(const std::vector<QPolygonF>& lines, const std::vector<QRectF>& boxes,
                         const std::vector<QRectF>& names, const std::vector<QPolygonF>& edges) {
    const QSizeF size = tabSize();
    const double room = m_size.width() - size.width() - 2 * kRadius;
    const double half = size.height() / 2;
    QPointF best((m_size.width() - size.width()) / 2, -half);
    constexpr int kHidden = 1000; // more than all lines that may cross it
    const auto cost = [&](QPointF corner) {
        const QRectF rect = QRectF(pos() + corner, size).adjusted(-5, -1.5, 5, 1.5);
        const auto covers = [&](const QRectF& box) { return box.intersects(rect); };
        if (std::any_of(boxes.begin(), boxes.end(), covers)) return kHidden;
        const auto meets = [&](const QPolygonF& line) { return crosses(line, rect); };
        return int(2 * std::count_if(names.begin(), names.end(), covers) +
                   2 * std::count_if(lines.begin(), lines.end(), meets) +
                   std::count_if(edges.begin(), edges.end(), meets));
    };
    int least = cost(best);
    // On the line, else just outside of it.
    for (const double y : {-half, m_size.height() - half, -2 * half - 3, m_size.height() + 3})
        for (const double share : {0.5, 0.35, 0.65, 0.2, 0.8, 0.0, 1.0}) {
            if (least == 0 || room < 0) continue;
            const QPointF corner(kRadius + room * share, y);
            const int here = cost(corner);
            if (here >= least) continue;
            best = corner;
            least = here;
        }
    if (best == m_tabCorner) return;
    prepareGeometryChange();
    change(m_tabCorner, best);
    followTab();
}

QRectF GroupItem::boundingRect() const {
    return QRectF(QPointF(), m_size).united(QRectF(m_tabCorner, tabSize())).adjusted(-6, -6, 6, 6);
}

bool GroupItem::isHit(QPointF scenePos, double pixel) const {
    if (tab().contains(scenePos)) return true;
    if (m_empty) return outline().contains(scenePos);
    const double reach = 4 * pixel;
    return outline().adjusted(-reach, -reach, reach, reach).contains(scenePos) &&
           !outline().adjusted(reach, reach, -reach, -reach).contains(scenePos);
}

void GroupItem::paint(QPainter* painter, const QStyleOptionGraphicsItem* option, QWidget*) {
    const double zoom = option->levelOfDetailFromTransform(painter->worldTransform());
    const bool plain = zoom < kPlainBelow;
    painter->setRenderHint(QPainter::Antialiasing, !plain);
    const QColor color = m_category.empty() ? m_theme.color(Tone::secondary) : m_theme.category(m_category);
    const QRectF area(QPointF(), m_size);
    const bool target = m_emphasis == Emphasis::target;
    QPen edge(m_marked || target ? m_theme.color(Tone::accent) : color,
              m_marked || target ? 2.2 : (m_hovered ? 2 : 1.4));
    if (m_empty) edge.setStyle(Qt::DashLine);
    edge.setCosmetic(plain);
    QColor fill = m_theme.groupFill(m_category.empty() ? "place" : m_category);
    if (target) fill = m_theme.color(Tone::accent, 0.14);
    painter->setPen(edge);
    painter->setBrush(fill);
    if (plain) {
        painter->drawRect(area);
        return;
    }
    // Not behind the tab, where it would show through while dimmed.
    QPainterPath around;
    around.addRect(boundingRect());
    QPainterPath pill;
    const double round = tabSize().height() / 2;
    pill.addRoundedRect(QRectF(m_tabCorner, tabSize()), round, round);
    painter->save();
    painter->setClipPath(around.subtracted(pill));
    painter->drawRoundedRect(area, kRadius, kRadius);
    painter->restore();

    if (m_empty) {
        painter->setFont(m_theme.font(Type::small));
        painter->setPen(m_theme.color(Tone::faint));
        painter->drawText(area, Qt::AlignCenter, QStringLiteral("Drop nodes here"));
    }
}

void GroupItem::paintTab(QPainter& painter) const {
    const QColor color = m_category.empty() ? m_theme.color(Tone::secondary) : m_theme.category(m_category);
    const bool strong = m_marked || m_emphasis == Emphasis::target;
    QPen edge(strong ? m_theme.color(Tone::accent) : color);
    painter.save();
    painter.translate(m_tabCorner);
    painter.scale(m_tabScale, m_tabScale);
    const QRectF tabRect(QPointF(), tabSize() / m_tabScale);
    edge.setWidthF((strong ? 1.8 : 1.2) / m_tabScale);
    painter.setPen(edge);
    painter.setBrush(m_theme.color(Tone::surface));
    painter.drawRoundedRect(tabRect, kTabHeight / 2, kTabHeight / 2);
    painter.setFont(m_theme.font(Type::caption, QFont::DemiBold));
    painter.setPen(m_theme.isDark() ? m_theme.color(Tone::text) : color);
    painter.drawText(tabRect, Qt::AlignCenter, m_tab);
    if (m_keyboardFocus) {
        painter.setBrush(Qt::NoBrush);
        painter.setPen(QPen(m_theme.color(Tone::accent), 1.4, Qt::DotLine));
        painter.drawRoundedRect(tabRect.adjusted(-3, -3, 3, 3), 12, 12);
    }
    painter.restore();
}

} // namespace alwayson::gui

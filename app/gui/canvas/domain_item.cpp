#include "app/gui/canvas/domain_item.h"

#include "app/gui/theme/theme.h"

#include <QFontMetricsF>
#include <QPainter>
#include <QStyleOptionGraphicsItem>

#include <algorithm>
#include <cmath>

namespace alwayson::gui {

DomainItem::DomainItem(std::string id, const Theme& theme) : CanvasItem(std::move(id), theme) {}

void DomainItem::setWords(const QString& name, const QString& kind) {
    change(m_name, name);
    change(m_kind, kind);
}

void DomainItem::setDepth(int depth) {
    change(m_depth, depth);
    setZValue(std::min(depth, 15));
}

void DomainItem::setSize(QSizeF size) {
    if (size == m_size) return;
    prepareGeometryChange();
    change(m_size, size);
}

void DomainItem::setOutage(bool outage, const QString& sentence) {
    change(m_outage, outage);
    change(m_sentence, sentence);
}

QRectF DomainItem::boundingRect() const {
    return QRectF(QPointF(), m_size).adjusted(-12, -12, 12, 12);
}

QRectF DomainItem::header() const {
    const double width =
        QFontMetricsF(m_theme.font(Type::secondary, QFont::DemiBold)).horizontalAdvance(m_name) +
        QFontMetricsF(m_theme.font(Type::small)).horizontalAdvance(m_kind) + 34;
    return QRectF(pos(), QSizeF(std::min(width, m_size.width()), 32));
}

bool DomainItem::isHit(QPointF scenePos, double pixel) const {
    if (header().contains(scenePos)) return true;
    const double reach = 5 * pixel;
    const QRectF outer = box().adjusted(-reach, -reach, reach, reach),
                 inner = box().adjusted(reach, reach, -reach, -reach);
    return outer.contains(scenePos) && !inner.contains(scenePos);
}

Qt::Edges DomainItem::handleAt(QPointF scenePos, double pixel) const {
    Qt::Edges edges;
    if (!m_marked) return edges;
    const double reach = 8 * pixel;
    const QRectF area = box();
    if (!area.adjusted(-reach, -reach, reach, reach).contains(scenePos)) return edges;
    if (std::abs(scenePos.x() - area.left()) <= reach)
        edges |= Qt::LeftEdge;
    else if (std::abs(scenePos.x() - area.right()) <= reach)
        edges |= Qt::RightEdge;
    if (std::abs(scenePos.y() - area.top()) <= reach)
        edges |= Qt::TopEdge;
    else if (std::abs(scenePos.y() - area.bottom()) <= reach)
        edges |= Qt::BottomEdge;
    return edges;
}

void DomainItem::paint(QPainter* painter, const QStyleOptionGraphicsItem* option, QWidget*) {
    const double zoom = option->levelOfDetailFromTransform(painter->worldTransform());
    const bool plain = zoom < kPlainBelow;
    painter->setRenderHint(QPainter::Antialiasing, !plain);
    const QRectF area(QPointF(), m_size);
    const bool target = m_emphasis == Emphasis::target;
    const bool outer = m_depth == 0;

    QPen edge(m_theme.color(Tone::zoneLine), 1.2);
    if (!outer) edge.setDashPattern({5 / 1.2, 4 / 1.2});
    if (m_outage) edge = QPen(m_theme.color(Tone::bad), 1.6);
    if (m_marked || target) {
        edge.setColor(m_theme.color(Tone::accent));
        edge.setWidthF(2);
    } else if (m_hovered) {
        edge.setColor(m_theme.color(Tone::faint));
    }
    edge.setCosmetic(plain);
    painter->setPen(edge);
    painter->setBrush(target ? m_theme.color(Tone::accentSoft)
                             : m_theme.color(outer ? Tone::region : Tone::zone));
    const double radius = outer ? 16 : 12;
    if (plain)
        painter->drawRect(area);
    else
        painter->drawRoundedRect(area, radius, radius);
    if (m_outage) {
        painter->setPen(Qt::NoPen);
        painter->setBrush(QBrush(m_theme.color(Tone::bad, 0.28), Qt::BDiagPattern));
        painter->drawRoundedRect(area, radius, radius);
    }
    if (plain && m_size.height() * zoom < 60) return;

    const double left = outer ? 16 : 14, baseline = outer ? 22 : 21;
    // Zoomed out, the name keeps a readable size on the screen.
    constexpr double kReadable = 0.8;
    const double grown = plain ? kReadable / zoom : 1;
    const double room = m_size.width() / grown;
    painter->save();
    painter->scale(grown, grown);
    const QFont nameFont = m_theme.font(Type::secondary, QFont::DemiBold);
    const QFontMetricsF metrics(nameFont);
    const QString name = metrics.elidedText(m_name, Qt::ElideRight, std::max(20.0, room - 2 * left));
    painter->setFont(nameFont);
    painter->setPen(m_theme.color(m_outage ? Tone::bad : Tone::secondary));
    painter->drawText(QPointF(left, baseline), name);
    const double after = left + metrics.horizontalAdvance(name) + 8;
    const QString rest = m_outage && !m_sentence.isEmpty() ? m_sentence : m_kind;
    const QFont kindFont = m_theme.font(Type::small);
    painter->setFont(kindFont);
    painter->setPen(m_theme.color(m_outage ? Tone::bad : Tone::faint));
    painter->drawText(QPointF(after, baseline), QFontMetricsF(kindFont).elidedText(
                                                    rest, Qt::ElideRight, std::max(0.0, room - after - 8)));
    painter->restore();

    if (m_keyboardFocus) {
        painter->setBrush(Qt::NoBrush);
        painter->setPen(QPen(m_theme.color(Tone::accent), 1.4, Qt::DotLine));
        painter->drawRoundedRect(area.adjusted(-4, -4, 4, 4), radius + 4, radius + 4);
    }
    if (m_marked) paintHandles(*painter, zoom);
}

void DomainItem::paintHandles(QPainter& painter, double zoom) const {
    const double half = std::min(3.5 / zoom, 10.0);
    painter.setBrush(m_theme.color(Tone::surface));
    painter.setPen(QPen(m_theme.color(Tone::accent), std::min(1.4 / zoom, 4.0)));
    const double w = m_size.width(), h = m_size.height();
    for (const QPointF& at : {QPointF(0, 0), QPointF(w / 2, 0), QPointF(w, 0), QPointF(w, h / 2),
                              QPointF(w, h), QPointF(w / 2, h), QPointF(0, h), QPointF(0, h / 2)})
        painter.drawRect(QRectF(at.x() - half, at.y() - half, 2 * half, 2 * half));
}

} // namespace alwayson::gui

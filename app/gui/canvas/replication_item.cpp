#include "app/gui/canvas/replication_item.h"

#include "app/gui/canvas/canvas_item.h"
#include "app/gui/theme/theme.h"

#include <QFontMetricsF>
#include <QPainter>
#include <QStyleOptionGraphicsItem>

namespace alwayson::gui {

namespace {
constexpr double kLabelHeight = 18;
}

ReplicationItem::ReplicationItem(const Theme& theme) : m_theme(theme) {
    setZValue(29); // below what is requested, above places
    setAcceptedMouseButtons(Qt::NoButton);
}

void ReplicationItem::setEnds(const QRectF& from, const QRectF& to, bool around) {
    if (from == m_from && to == m_to && around == m_around) return;
    m_from = from;
    m_to = to;
    m_around = around;
    m_route = around ? routeAround(from, to) : routeBetween(from, to);
    place();
}

void ReplicationItem::setWords(const QString& words, bool broken) {
    if (words == m_words && broken == m_broken) return;
    m_words = words;
    m_broken = broken;
    place();
}

QRectF ReplicationItem::label() const {
    if (m_route.samples.empty()) return {}; // not placed yet
    const double width =
        QFontMetricsF(m_theme.font(Type::caption, QFont::Medium)).horizontalAdvance(m_words) + 20;
    const QPointF middle = pointAlong(m_route, 0.5);
    return {middle.x() - width / 2, middle.y() - kLabelHeight / 2, width, kLabelHeight};
}

void ReplicationItem::place() {
    prepareGeometryChange();
    m_bounds = m_route.path.controlPointRect().united(label()).adjusted(-10, -10, 10, 10);
    update();
}

void ReplicationItem::paint(QPainter* painter, const QStyleOptionGraphicsItem* option, QWidget*) {
    const bool plain = option->levelOfDetailFromTransform(painter->worldTransform()) < kPlainBelow;
    const QColor color = m_theme.color(m_broken ? Tone::bad : Tone::data);
    QPen pen(color, plain ? 1 : 1.6, Qt::SolidLine, Qt::FlatCap);
    pen.setCosmetic(plain);
    pen.setDashPattern({4, 3});
    painter->setPen(pen);
    painter->setBrush(Qt::NoBrush);
    painter->setRenderHint(QPainter::Antialiasing, !plain);
    if (plain) {
        painter->drawLine(m_route.from, m_route.tip);
        return;
    }
    painter->drawPath(m_route.path);
    painter->save();
    painter->translate(m_route.tip);
    painter->rotate(m_route.angle);
    painter->setPen(Qt::NoPen);
    painter->setBrush(color);
    const QPointF head[] = {{-9, -4}, {0, 0}, {-9, 4}};
    painter->drawPolygon(head, 3);
    painter->restore();
    // Between cards that stand close there is no room for words.
    const QRectF pill = label();
    if (m_words.isEmpty() || m_around || m_route.length < pill.width() + 12) return;
    painter->setPen(QPen(m_theme.color(m_broken ? Tone::bad : Tone::line), 1));
    painter->setBrush(m_theme.color(Tone::surface));
    painter->drawRoundedRect(pill, kLabelHeight / 2, kLabelHeight / 2);
    painter->setFont(m_theme.font(Type::caption, QFont::Medium));
    painter->setPen(m_theme.color(m_broken ? Tone::bad : Tone::secondary));
    painter->drawText(pill, Qt::AlignCenter, m_words);
}

} // namespace alwayson::gui

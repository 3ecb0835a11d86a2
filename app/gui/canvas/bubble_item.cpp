#include "app/gui/canvas/bubble_item.h"

#include "app/gui/canvas/canvas_item.h"
#include "app/gui/theme/theme.h"

#include <QFontMetricsF>
#include <QPainter>
#include <QStyleOptionGraphicsItem>

#include <algorithm>

namespace alwayson::gui {

BubbleItem::BubbleItem(const Theme& theme) : m_theme(theme) {
    setZValue(50);
}

void BubbleItem::setText(const QString& text, Mood mood) {
    if (text == m_text && mood == m_mood) return;
    prepareGeometryChange();
    m_text = text;
    m_mood = mood;
    const double words =
        QFontMetricsF(m_theme.font(Type::caption, QFont::DemiBold)).horizontalAdvance(text) + 24;
    m_width = std::max(172.0, words);
    update();
}

void BubbleItem::setAbove(const QRectF& card) {
    setPos(card.left(), card.top() - 34);
}

QRectF BubbleItem::boundingRect() const {
    return {-2, -2, m_width + 4, 28};
}

void BubbleItem::paint(QPainter* painter, const QStyleOptionGraphicsItem* option, QWidget*) {
    if (option->levelOfDetailFromTransform(painter->worldTransform()) < kPlainBelow) return;
    const QColor color = m_theme.color(m_mood == Mood::bad ? Tone::bad : Tone::recovering);
    painter->setRenderHint(QPainter::Antialiasing);
    painter->setPen(QPen(color, 1));
    painter->setBrush(m_theme.color(Tone::surface));
    const QRectF rect(0, 0, m_width, 24);
    painter->drawRoundedRect(rect, 8, 8);
    painter->setFont(m_theme.font(Type::caption, QFont::DemiBold));
    painter->setPen(color);
    painter->drawText(rect.adjusted(12, 0, -8, 0), Qt::AlignVCenter | Qt::AlignLeft, m_text);
}

} // namespace alwayson::gui

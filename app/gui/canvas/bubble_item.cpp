#include "app/gui/canvas/bubble_item.h"

#include "app/gui/canvas/canvas_item.h"
#include "app/gui/canvas/geometry.h"
#include "app/gui/theme/theme.h"

#include <QFontMetricsF>
#include <QPainter>
#include <QStyleOptionGraphicsItem>

#include <algorithm>

namespace alwayson::gui {

namespace {
constexpr double kLine = 14;
}

BubbleItem::BubbleItem(const Theme& theme) : m_theme(theme) {
    setZValue(50);
}

void BubbleItem::setText(const QString& text, Mood mood) {
    if (text == m_text && mood == m_mood) return;
    prepareGeometryChange();
    m_text = text;
    m_mood = mood;
    const QFontMetricsF metrics(m_theme.font(Type::caption, QFont::DemiBold));
    double words = 0;
    const QStringList lines = text.split(QLatin1Char('\n'));
    for (const QString& line : lines)
        words = std::max(words, metrics.horizontalAdvance(line) + 24);
    m_size = QSizeF(std::max(kCardWidth, words), 24 + kLine * double(lines.size() - 1));
    setAbove(m_card);
    update();
}

void BubbleItem::setAbove(const QRectF& card) {
    m_card = card;
    setPos(card.left(), card.top() - 10 - m_size.height());
}

QRectF BubbleItem::boundingRect() const {
    return QRectF(QPointF(), m_size).adjusted(-2, -2, 2, 2);
}

void BubbleItem::paint(QPainter* painter, const QStyleOptionGraphicsItem* option, QWidget*) {
    if (option->levelOfDetailFromTransform(painter->worldTransform()) < kPlainBelow) return;
    const QColor color = m_theme.color(m_mood == Mood::bad ? Tone::bad : Tone::recovering);
    painter->setRenderHint(QPainter::Antialiasing);
    painter->setPen(QPen(color, 1));
    painter->setBrush(m_theme.color(Tone::surface));
    const QRectF rect(QPointF(), m_size);
    painter->drawRoundedRect(rect, 8, 8);
    painter->setFont(m_theme.font(Type::caption, QFont::DemiBold));
    painter->setPen(color);
    painter->drawText(rect.adjusted(12, 0, -8, 0), Qt::AlignVCenter | Qt::AlignLeft, m_text);
}

} // namespace alwayson::gui

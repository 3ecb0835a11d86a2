#include "app/gui/canvas/node_item.h"

#include "app/gui/canvas/geometry.h"
#include "app/gui/theme/theme.h"

#include <QFontMetricsF>
#include <QLineF>
#include <QPainter>
#include <QStyleOptionGraphicsItem>

#include <algorithm>
#include <cmath>

namespace alwayson::gui {

namespace {

const QRectF kCard(0, 0, kCardWidth, kCardHeight);
constexpr double kRadius = 10;
constexpr double kTextLeft = 56;
constexpr double kStateX = 158, kStateY = 22; // middle of the state's shape
constexpr double kWeakStep = 17;              // from the state to the triangle beside it
constexpr double kBarWidth = 104;
constexpr double kCompactBelow = 0.6; // zoom: larger words in place of the tile, so that they stay legible
constexpr double kCompactWords = 1.45;
constexpr double kCompactLeft = 18;

QFont scaled(QFont font, double by) {
    if (font.pointSizeF() > 0)
        font.setPointSizeF(font.pointSizeF() * by);
    else
        font.setPixelSize(int(std::lround(font.pixelSize() * by)));
    return font;
}

void drawTriangle(QPainter& painter, double x) {
    const QPointF corners[] = {{x, kStateY - 5.5}, {x + 6, kStateY + 5}, {x - 6, kStateY + 5}};
    painter.drawPolygon(corners, 3);
}

} // namespace

NodeItem::NodeItem(std::string id, const Theme& theme) : CanvasItem(std::move(id), theme) {
    setZValue(40);
}

void NodeItem::setContent(const CardContent& content) {
    CardContent compared = content;
    const bool sameBar =
        (content.load < 0) == (m_content.load < 0) &&
        std::abs(std::clamp(content.load, 0.0, 1.0) - std::clamp(m_content.load, 0.0, 1.0)) < 0.5 / kBarWidth;
    if (sameBar) compared.load = m_content.load;
    change(m_content, compared);
}

QRectF NodeItem::card() const {
    return kCard.translated(pos());
}

std::array<QPointF, 4> NodeItem::ports() {
    return {QPointF(kCardWidth, kCardHeight / 2), QPointF(kCardWidth / 2, kCardHeight),
            QPointF(0, kCardHeight / 2), QPointF(kCardWidth / 2, 0)};
}

std::optional<QPointF> NodeItem::portAt(QPointF scenePos, double pixel) const {
    // Large enough to hit, never so large that the card cannot be grabbed.
    const double reach = std::min(10 * pixel, 18.0);
    for (const QPointF& port : ports())
        if (QLineF(port + pos(), scenePos).length() <= reach) return port + pos();
    return std::nullopt;
}

QRectF NodeItem::boundingRect() const {
    return kCard.adjusted(-16, -16, 16, 16);
}

bool NodeItem::isHit(QPointF scenePos, double pixel) const {
    const double slack = std::max(0.0, 2 * pixel);
    return card().adjusted(-slack, -slack, slack, slack).contains(scenePos);
}

void NodeItem::paint(QPainter* painter, const QStyleOptionGraphicsItem* option, QWidget*) {
    const double zoom = option->levelOfDetailFromTransform(painter->worldTransform());
    if (zoom < kPlainBelow) return paintPlain(*painter);
    painter->setRenderHint(QPainter::Antialiasing);
    paintFrame(*painter);
    paintWords(*painter, zoom < kCompactBelow);
    paintState(*painter);
    if (m_portsShown) paintPorts(*painter, zoom);
}

void NodeItem::paintPlain(QPainter& painter) const {
    QColor fill = m_theme.category(m_content.category);
    if (m_content.state == CardState::down || m_content.state == CardState::fault)
        fill = m_theme.color(Tone::bad);
    if (m_content.state == CardState::warn) fill = m_theme.color(Tone::warn);
    if (m_content.state == CardState::recovering) fill = m_theme.color(Tone::recovering);
    painter.fillRect(kCard, m_theme.color(Tone::surface));
    painter.fillRect(QRectF(0, 0, 40, kCardHeight), fill);
    QPen pen(m_theme.color(m_marked ? Tone::accent : Tone::zoneLine), m_marked ? 2 : 1);
    pen.setCosmetic(true);
    painter.setPen(pen);
    painter.setBrush(Qt::NoBrush);
    painter.drawRect(kCard);
}

void NodeItem::paintFrame(QPainter& painter) const {
    painter.setPen(Qt::NoPen);
    painter.setBrush(m_theme.color(Tone::shadow));
    painter.drawRoundedRect(kCard.translated(0, 1.5), kRadius, kRadius);
    // Halo for weak spots and targets: a soft ring, not an effect.
    const bool target = m_emphasis == Emphasis::target;
    if (m_content.weak || target) {
        painter.setBrush(m_theme.color(target ? Tone::accent : Tone::warn, target ? 0.22 : 0.16));
        const double grow = target ? 6 : 5;
        painter.drawRoundedRect(kCard.adjusted(-grow, -grow, grow, grow), kRadius + grow, kRadius + grow);
    }
    painter.setBrush(m_theme.color(Tone::surface));
    QPen edge(m_theme.color(Tone::line), 1);
    if (m_content.weak) edge = QPen(m_theme.color(Tone::warn), 1.6);
    if (m_content.state == CardState::down || m_content.state == CardState::fault)
        edge = QPen(m_theme.color(Tone::bad), 1.6);
    if (m_hovered && edge.widthF() < 1.5) edge = QPen(m_theme.color(Tone::faint), 1.2);
    if (m_marked || target) edge = QPen(m_theme.color(Tone::accent), 2);
    painter.setPen(edge);
    painter.drawRoundedRect(kCard, kRadius, kRadius);
    if (m_keyboardFocus) {
        painter.setBrush(Qt::NoBrush);
        painter.setPen(QPen(m_theme.color(Tone::accent), 1.4, Qt::DotLine));
        painter.drawRoundedRect(kCard.adjusted(-4, -4, 4, 4), kRadius + 4, kRadius + 4);
    }
}

void NodeItem::paintWords(QPainter& painter, bool compact) const {
    painter.setPen(Qt::NoPen);
    if (compact) {
        painter.setBrush(m_theme.category(m_content.category));
        painter.drawRoundedRect(QRectF(7, 11, 5, 40), 2.5, 2.5);
    } else {
        painter.setBrush(m_theme.tileFill(m_content.category));
        painter.drawRoundedRect(QRectF(10, 12, 36, 36), 8, 8);
        m_theme.icons().paint(painter, m_content.icon, QRectF(18, 20, 20, 20),
                              m_theme.tileIcon(m_content.category));
    }
    const double left = compact ? kCompactLeft : kTextLeft, scale = compact ? kCompactWords : 1;
    const QFont nameFont = scaled(m_theme.font(Type::body, QFont::DemiBold), scale);
    const double nameEnd = kStateX - (m_content.weak && m_content.live ? 10 + kWeakStep : 10);
    if (!m_content.badge.isEmpty()) paintBadge(painter, scale);
    painter.setFont(nameFont);
    painter.setPen(m_theme.color(Tone::text));
    painter.drawText(QPointF(left, compact ? 29 : 27),
                     QFontMetricsF(nameFont).elidedText(m_content.name, Qt::ElideRight, nameEnd - left));

    const QFont factFont = scaled(m_theme.font(Type::small), scale);
    painter.setFont(factFont);
    painter.setPen(m_theme.color(m_content.trouble
                                     ? (m_content.state == CardState::down ? Tone::bad : Tone::secondary)
                                     : Tone::secondary));
    painter.drawText(
        QPointF(left, compact ? 48 : 43),
        QFontMetricsF(factFont).elidedText(m_content.fact, Qt::ElideRight, kCardWidth - 6 - left));

    if (m_content.load < 0) return;
    const QRectF bar =
        compact ? QRectF(left, 53.5, kCardWidth - 12 - left, 4) : QRectF(left, 50.5, kBarWidth, 3);
    painter.setPen(Qt::NoPen);
    painter.setBrush(m_theme.color(Tone::grid));
    painter.drawRoundedRect(bar, 1.5, 1.5);
    painter.setBrush(m_theme.load(m_content.load));
    const double width = std::max(3.0, bar.width() * std::min(1.0, m_content.load));
    painter.drawRoundedRect(QRectF(bar.topLeft(), QSizeF(width, bar.height())), 1.5, 1.5);
}

// On the upper border, so that neither the name nor the fact is cut.
void NodeItem::paintBadge(QPainter& painter, double scale) const {
    const double height = 16 * std::min(scale, 1.25); // and the name below it stays free
    painter.setFont(scaled(m_theme.font(Type::caption, QFont::DemiBold), scale));
    const double width = QFontMetricsF(painter.font()).horizontalAdvance(m_content.badge) + 14;
    const QRectF pill(8, -height / 2 - (scale > 1 ? 3 : 0), width, height);
    const bool role = m_content.badgeMood == BadgeMood::role;
    const Tone tone = role                                         ? Tone::accent
                      : m_content.badgeMood == BadgeMood::changing ? Tone::recovering
                      : m_content.state == CardState::fault        ? Tone::bad
                                                                   : Tone::warn;
    painter.setPen(QPen(m_theme.color(tone), 1));
    painter.setBrush(m_theme.color(role ? Tone::accentSoft : Tone::surface));
    painter.drawRoundedRect(pill, height / 2, height / 2);
    painter.setPen(m_theme.color(tone));
    painter.drawText(pill, Qt::AlignCenter, m_content.badge);
}

void NodeItem::paintState(QPainter& painter) const {
    painter.setPen(Qt::NoPen);
    if (m_content.weak && m_content.live) {
        painter.setBrush(m_theme.color(Tone::warn));
        drawTriangle(painter, kStateX - kWeakStep);
    }
    switch (m_content.state) {
    case CardState::ok:
        painter.setBrush(m_theme.color(Tone::ok));
        painter.drawEllipse(QPointF(kStateX, kStateY), 4.5, 4.5);
        break;
    case CardState::warn:
        painter.setBrush(m_theme.color(Tone::warn));
        drawTriangle(painter, kStateX);
        break;
    case CardState::fault:
        m_theme.icons().paint(painter, QStringLiteral("error"), QRectF(kStateX - 8, kStateY - 8, 16, 16),
                              m_theme.color(Tone::bad));
        break;
    case CardState::down:
        painter.setBrush(m_theme.color(Tone::bad));
        painter.drawRoundedRect(QRectF(kStateX - 5, kStateY - 5, 10, 10), 2, 2);
        painter.setPen(QPen(m_theme.color(Tone::surface), 1.5, Qt::SolidLine, Qt::RoundCap));
        painter.drawLine(QPointF(kStateX - 2.2, kStateY - 2.2), QPointF(kStateX + 2.2, kStateY + 2.2));
        painter.drawLine(QPointF(kStateX + 2.2, kStateY - 2.2), QPointF(kStateX - 2.2, kStateY + 2.2));
        break;
    case CardState::recovering:
        painter.setBrush(Qt::NoBrush);
        painter.setPen(QPen(m_theme.color(Tone::recovering), 2, Qt::CustomDashLine, Qt::FlatCap));
        {
            QPen dashed = painter.pen();
            dashed.setDashPattern({1.6, 1.1});
            painter.setPen(dashed);
        }
        painter.drawEllipse(QPointF(kStateX, kStateY), 4.5, 4.5);
        break;
    }
}

void NodeItem::paintPorts(QPainter& painter, double zoom) const {
    const double radius = std::clamp(4.5 / zoom, 3.0, 9.0);
    painter.setBrush(m_theme.color(Tone::surface));
    painter.setPen(QPen(m_theme.color(Tone::accent), std::min(1.6 / zoom, 3.0)));
    for (const QPointF& port : ports())
        painter.drawEllipse(port, radius, radius);
}

} // namespace alwayson::gui

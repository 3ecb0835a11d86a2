#include "app/gui/widgets/tile.h"

#include "app/gui/theme/theme.h"

#include <QPainter>

namespace alwayson::gui {

namespace {

constexpr double kIconSide = 20;

bool isOutline(const QString& category) {
    return category == QLatin1String("place") || category == QLatin1String("group");
}

} // namespace

void paintTile(QPainter& painter, const Theme& theme, const QRectF& box, const QString& icon,
               const QString& category) {
    painter.save();
    painter.setRenderHint(QPainter::Antialiasing);
    const std::string name = category.toStdString();
    const double radius = box.width() / 4.2;
    QColor tint = theme.tileIcon(name);
    if (isOutline(category)) {
        QPen pen(theme.color(Tone::zoneLine), 1.2);
        pen.setDashPattern({2.5, 2.5});
        painter.setPen(pen);
        painter.setBrush(theme.color(Tone::zone));
        painter.drawRoundedRect(box.adjusted(0.6, 0.6, -0.6, -0.6), radius, radius);
        tint = theme.color(Tone::secondary);
    } else {
        painter.setPen(Qt::NoPen);
        painter.setBrush(theme.tileFill(name));
        painter.drawRoundedRect(box, radius, radius);
    }
    QRectF target(0, 0, kIconSide, kIconSide);
    target.moveCenter(box.center());
    theme.icons().paint(painter, icon, target, tint);
    painter.restore();
}

Tile::Tile(const Theme& theme, int side, QWidget* parent) : QWidget(parent), m_theme(theme) {
    setFixedSize(side, side);
    connect(&theme, &Theme::changed, this, qOverload<>(&QWidget::update));
}

void Tile::show(const QString& icon, const QString& category) {
    m_icon = icon;
    m_category = category;
    update();
}

void Tile::paintEvent(QPaintEvent*) {
    QPainter painter(this);
    paintTile(painter, m_theme, QRectF(rect()), m_icon, m_category);
}

} // namespace alwayson::gui

#include "app/gui/theme/icons.h"

#include "resources/resources.h"

#include <QPainter>
#include <QSvgRenderer>

#include <cmath>

namespace alwayson::gui {

namespace {

std::string_view source(const QString& name) {
    return resources::find("icons/" + name.toStdString() + ".svg");
}

} // namespace

IconCache::IconCache() = default;
IconCache::~IconCache() = default;

bool IconCache::exists(const QString& name) {
    return !source(name).empty();
}

QSvgRenderer* IconCache::renderer(const QString& name, const QColor& color) {
    const std::string key = name.toStdString() + color.name(QColor::HexArgb).toStdString();
    auto& slot = m_renderers[key];
    if (slot) return slot.get();
    const std::string_view bytes = source(name);
    if (bytes.empty()) return nullptr;
    QByteArray svg(bytes.data(), static_cast<qsizetype>(bytes.size()));
    svg.replace("currentColor", color.name(QColor::HexRgb).toLatin1());
    slot = std::make_unique<QSvgRenderer>(svg);
    return slot.get();
}

void IconCache::paint(QPainter& painter, const QString& name, const QRectF& target, const QColor& color) {
    QSvgRenderer* svg = renderer(name, color);
    if (svg == nullptr) return;
    const double opacity = painter.opacity();
    painter.setOpacity(opacity * double(color.alphaF()));
    svg->render(&painter, target);
    painter.setOpacity(opacity);
}

QPixmap IconCache::pixmap(const QString& name, const QColor& color, QSize size, qreal devicePixelRatio) {
    const QString key = name + color.name(QColor::HexArgb) + QLatin1Char('/') +
                        QString::number(size.width()) + QLatin1Char('x') + QString::number(size.height()) +
                        QLatin1Char('@') + QString::number(devicePixelRatio);
    const auto found = m_pixmaps.constFind(key);
    if (found != m_pixmaps.constEnd()) return *found;
    const QSize device(static_cast<int>(std::lround(size.width() * devicePixelRatio)),
                       static_cast<int>(std::lround(size.height() * devicePixelRatio)));
    QPixmap result(device);
    result.fill(Qt::transparent);
    {
        QPainter painter(&result);
        painter.setRenderHint(QPainter::Antialiasing);
        paint(painter, name, QRectF(QPointF(0, 0), QSizeF(device)), color);
    }
    result.setDevicePixelRatio(devicePixelRatio);
    m_pixmaps.insert(key, result);
    return result;
}

void IconCache::clear() {
    m_renderers.clear();
    m_pixmaps.clear();
}

} // namespace alwayson::gui

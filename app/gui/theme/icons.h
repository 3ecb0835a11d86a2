#pragma once
// Icons of resources/icons: SVG of 20 x 20 with stroke "currentColor", tinted when drawn and crisp at any
// scale.

#include <QColor>
#include <QHash>
#include <QPixmap>
#include <QString>

#include <memory>
#include <unordered_map>

class QPainter;
class QRectF;
class QSvgRenderer;

namespace alwayson::gui {

class IconCache {
public:
    IconCache();
    ~IconCache();

    static bool exists(const QString& name);
    // Vector drawing, for the canvas and for vector exports. An unknown name draws nothing.
    void paint(QPainter& painter, const QString& name, const QRectF& target, const QColor& color);
    // A pixmap of `size` device independent pixels for a screen of that ratio; kept until clear().
    QPixmap pixmap(const QString& name, const QColor& color, QSize size, qreal devicePixelRatio);
    void clear();

private:
    QSvgRenderer* renderer(const QString& name, const QColor& color);
    std::unordered_map<std::string, std::unique_ptr<QSvgRenderer>> m_renderers;
    QHash<QString, QPixmap> m_pixmaps;
};

} // namespace alwayson::gui

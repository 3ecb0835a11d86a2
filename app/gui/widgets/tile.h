#pragma once
// The rounded square with an icon that stands for a kind; dashed for places and groups.

#include <QWidget>

namespace alwayson::gui {

class Theme;

// For delegates and the canvas: the tile into `box`, radius a quarter of the side.
void paintTile(QPainter& painter, const Theme& theme, const QRectF& box, const QString& icon,
               const QString& category);

class Tile : public QWidget {
    Q_OBJECT
public:
    Tile(const Theme& theme, int side, QWidget* parent = nullptr);
    void show(const QString& icon, const QString& category);
    using QWidget::show;

protected:
    void paintEvent(QPaintEvent* event) override;

private:
    const Theme& m_theme;
    QString m_icon;
    QString m_category;
};

} // namespace alwayson::gui

#pragma once
// The whole design in a corner of the canvas with the visible part outlined; click or drag to go there. Only
// there while a part of the design lies outside the view, and in a corner where it hides no card.

#include <QTimer>
#include <QTransform>
#include <QWidget>

#include <optional>

namespace alwayson::gui {

class CanvasView;

class Minimap : public QWidget {
    Q_OBJECT
public:
    static constexpr int kWidth = 132;
    static constexpr int kHeight = 88;
    explicit Minimap(CanvasView& view);
    void setWanted(bool wanted);
    void schedule(); // repaints soon, at most five times a second; settles when the view has come to rest
    void place();    // back into its corner, after the viewport was scrolled or resized

protected:
    void paintEvent(QPaintEvent* event) override;
    void mousePressEvent(QMouseEvent* event) override;
    void mouseMoveEvent(QMouseEvent* event) override;

private:
    void settle();
    bool isNeeded() const;
    QRect boxIn(Qt::Corner corner) const; // in the viewport
    std::optional<Qt::Corner> freeCorner() const;
    QTransform sceneToMap() const;
    void goTo(QPointF mapPos);
    CanvasView& m_view;
    QTimer m_timer;
    QTimer m_rest;
    Qt::Corner m_corner = Qt::BottomRightCorner;
    bool m_wanted = true;
};

} // namespace alwayson::gui

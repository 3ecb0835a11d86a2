#pragma once
// The whole design in a corner of the canvas with the visible part outlined; click or drag to go there.

#include <QTimer>
#include <QTransform>
#include <QWidget>

namespace alwayson::gui {

class CanvasView;

class Minimap : public QWidget {
    Q_OBJECT
public:
    static constexpr int kWidth = 132;
    static constexpr int kHeight = 88;
    explicit Minimap(CanvasView& view);
    void setWanted(bool wanted); // hidden while there is nothing to show, too
    void schedule();             // repaints soon, at most five times a second

protected:
    void paintEvent(QPaintEvent* event) override;
    void mousePressEvent(QMouseEvent* event) override;
    void mouseMoveEvent(QMouseEvent* event) override;

private:
    void followItems();
    QTransform sceneToMap() const;
    void goTo(QPointF mapPos);
    CanvasView& m_view;
    QTimer m_timer;
    bool m_wanted = true;
};

} // namespace alwayson::gui

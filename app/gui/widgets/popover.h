#pragma once
// A small card that opens beside what was clicked and closes by Escape or a click elsewhere.

#include <QFrame>

class QVBoxLayout;

namespace alwayson::gui {

class Popover : public QFrame {
    Q_OBJECT
public:
    explicit Popover(QWidget* parent);
    QVBoxLayout* body() const { return m_body; }
    // Above the anchor when there is room there, else below, else over it; inside the screen.
    void openAt(QWidget* anchor);

protected:
    void paintEvent(QPaintEvent* event) override;
    void resizeEvent(QResizeEvent* event) override;

private:
    QVBoxLayout* m_body;
};

} // namespace alwayson::gui

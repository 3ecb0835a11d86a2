#include "app/gui/run/dock_splitter.h"

#include "app/gui/theme/theme.h"

#include <QPainter>
#include <QSplitterHandle>

namespace alwayson::gui {

namespace {

constexpr int kHandle = 7;

class Handle : public QSplitterHandle {
public:
    Handle(const Theme& theme, Qt::Orientation orientation, QSplitter* parent)
        : QSplitterHandle(orientation, parent), m_theme(theme) {
        setAttribute(Qt::WA_Hover);
        setToolTip(tr("Drag to share the height; double-click the tabs below for all of it"));
    }

protected:
    void paintEvent(QPaintEvent*) override {
        QPainter painter(this);
        painter.setRenderHint(QPainter::Antialiasing);
        const bool active = underMouse() || m_down;
        painter.fillRect(rect(), m_theme.color(Tone::surface));
        painter.fillRect(QRectF(0, 0, width(), active ? 2 : 1),
                         m_theme.color(active ? Tone::accent : Tone::line));
        painter.setPen(Qt::NoPen);
        painter.setBrush(m_theme.color(active ? Tone::accent : Tone::zoneLine));
        painter.drawRoundedRect(QRectF(width() / 2.0 - 16, 3, 32, 3), 1.5, 1.5);
    }
    void mousePressEvent(QMouseEvent* event) override {
        QSplitterHandle::mousePressEvent(event);
        m_down = true;
        update();
    }
    void mouseReleaseEvent(QMouseEvent* event) override {
        QSplitterHandle::mouseReleaseEvent(event);
        m_down = false;
        update();
    }

private:
    const Theme& m_theme;
    bool m_down = false;
};

} // namespace

DockSplitter::DockSplitter(const Theme& theme, QWidget* parent)
    : QSplitter(Qt::Vertical, parent), m_theme(theme) {
    setHandleWidth(kHandle);
    setChildrenCollapsible(false);
    connect(&theme, &Theme::changed, this, [this] {
        for (int i = 1; i < count(); ++i)
            handle(i)->update();
    });
    // Who drags the border has chosen a height: there is nothing to go back to.
    connect(this, &QSplitter::splitterMoved, this, [this] { m_before.clear(); });
}

QSplitterHandle* DockSplitter::createHandle() {
    return new Handle(m_theme, orientation(), this);
}

void DockSplitter::toggleMaximised() {
    if (maximised()) {
        setSizes(m_before);
        m_before.clear();
        return;
    }
    m_before = sizes();
    setSizes({0, height()}); // the upper part keeps its least height
}

} // namespace alwayson::gui

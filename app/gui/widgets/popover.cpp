#include "app/gui/widgets/popover.h"

#include "app/gui/theme/theme.h"

#include <QPainter>
#include <QPainterPath>
#include <QResizeEvent>
#include <QScreen>
#include <QStyleOption>
#include <QVBoxLayout>

namespace alwayson::gui {

Popover::Popover(QWidget* parent)
    : QFrame(parent, Qt::Popup | Qt::FramelessWindowHint | Qt::NoDropShadowWindowHint) {
    setAttribute(Qt::WA_DeleteOnClose);
    setProperty("card", QStringLiteral("popover"));
    m_body = new QVBoxLayout(this);
    m_body->setContentsMargins(16, 14, 16, 14);
    m_body->setSpacing(6);
}

void Popover::openAt(QWidget* anchor) {
    adjustSize();
    const QRect target(anchor->mapToGlobal(QPoint(0, 0)), anchor->size());
    const QRect room = anchor->screen() != nullptr ? anchor->screen()->availableGeometry() : target;
    QPoint at(target.left(), target.top() - height() - 6);
    if (at.y() < room.top()) {
        const int below = target.bottom() + 6, lowest = room.bottom() - height() - 4;
        at.setY(below <= lowest ? below
                                : qMax(room.top() + 4, lowest)); // over the anchor rather than cut off
    }
    at.setX(qBound(room.left() + 4, at.x(), qMax(room.left() + 4, room.right() - width() - 4)));
    move(at);
    show();
    setFocus();
}

// A mask instead of a translucent window: that needs a compositor, and not every desktop has one.
void Popover::resizeEvent(QResizeEvent* event) {
    QFrame::resizeEvent(event);
    QPainterPath outline;
    outline.addRoundedRect(QRectF(rect()), space::kCardRadius, space::kCardRadius);
    setMask(QRegion(outline.toFillPolygon().toPolygon()));
}

void Popover::paintEvent(QPaintEvent*) {
    QPainter painter(this);
    QStyleOption option;
    option.initFrom(this);
    style()->drawPrimitive(QStyle::PE_Widget, &option, &painter, this);
}

} // namespace alwayson::gui

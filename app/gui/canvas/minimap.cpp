#include "app/gui/canvas/minimap.h"

#include "app/gui/canvas/canvas_scene.h"
#include "app/gui/canvas/canvas_view.h"
#include "app/gui/canvas/node_item.h"
#include "app/gui/session/session.h"
#include "app/gui/theme/theme.h"

#include <QMouseEvent>
#include <QPainter>

#include <algorithm>

namespace alwayson::gui {

Minimap::Minimap(CanvasView& view) : QWidget(view.viewport()), m_view(view) {
    setFixedSize(kWidth, kHeight);
    setCursor(Qt::PointingHandCursor);
    setAccessibleName(QStringLiteral("Overview map"));
    setToolTip(QStringLiteral("Overview: click or drag to move the view"));
    setVisible(false);
    m_timer.setSingleShot(true);
    m_timer.setInterval(200);
    connect(&m_timer, &QTimer::timeout, this, qOverload<>(&QWidget::update));
    connect(&view.canvasScene(), &CanvasScene::itemsChanged, this, &Minimap::followItems);
    connect(&view.theme(), &Theme::changed, this, qOverload<>(&QWidget::update));
}

void Minimap::setWanted(bool wanted) {
    m_wanted = wanted;
    followItems();
}

void Minimap::followItems() {
    setVisible(m_wanted && !m_view.canvasScene().contentRect().isNull());
    schedule();
}

void Minimap::schedule() {
    if (!m_timer.isActive()) m_timer.start();
}

QTransform Minimap::sceneToMap() const {
    const QRectF visible = m_view.mapToScene(m_view.viewport()->rect()).boundingRect();
    QRectF shown = m_view.canvasScene().contentRect();
    shown = shown.isNull() ? visible : shown.united(visible);
    const double scale = std::min((width() - 14) / shown.width(), (height() - 14) / shown.height());
    QTransform transform;
    transform.translate(width() / 2.0, height() / 2.0);
    transform.scale(scale, scale);
    transform.translate(-shown.center().x(), -shown.center().y());
    return transform;
}

void Minimap::paintEvent(QPaintEvent*) {
    const Theme& theme = m_view.theme();
    const CanvasScene& scene = m_view.canvasScene();
    QPainter painter(this);
    painter.setRenderHint(QPainter::Antialiasing);
    painter.setPen(QPen(theme.color(Tone::line), 1));
    painter.setBrush(theme.color(Tone::surface));
    painter.drawRoundedRect(QRectF(rect()).adjusted(0.5, 0.5, -0.5, -0.5), 8, 8);
    const QTransform map = sceneToMap();
    const Design& design = m_view.session().design();
    for (const auto& [id, box] : scene.shown()) {
        if (!design.domains.contains(id)) continue;
        painter.setPen(QPen(theme.color(Tone::zoneLine), 0.6));
        painter.setBrush(theme.color(Tone::zone));
        painter.drawRoundedRect(map.mapRect(box), 2, 2);
    }
    painter.setPen(Qt::NoPen);
    for (const auto& [id, box] : scene.shown()) {
        const NodeItem* card = scene.node(id);
        if (!card) continue;
        QColor color = theme.category(card->content().category);
        if (card->content().state == CardState::down) color = theme.color(Tone::bad);
        painter.setBrush(color);
        QRectF dot = map.mapRect(box);
        if (dot.width() < 2) dot.setWidth(2);
        if (dot.height() < 2) dot.setHeight(2);
        painter.drawRect(dot);
    }
    painter.setPen(QPen(theme.color(Tone::accent), 1.2));
    painter.setBrush(theme.color(Tone::accent, 0.05));
    const QRectF visible = map.mapRect(m_view.mapToScene(m_view.viewport()->rect()).boundingRect());
    painter.drawRoundedRect(visible.intersected(QRectF(rect()).adjusted(4, 4, -4, -4)), 2, 2);
}

void Minimap::goTo(QPointF mapPos) {
    m_view.centerOn(sceneToMap().inverted().map(mapPos));
    update();
}

void Minimap::mousePressEvent(QMouseEvent* event) {
    if (event->button() == Qt::LeftButton) goTo(event->position());
}

void Minimap::mouseMoveEvent(QMouseEvent* event) {
    if (event->buttons() & Qt::LeftButton) goTo(event->position());
}

} // namespace alwayson::gui

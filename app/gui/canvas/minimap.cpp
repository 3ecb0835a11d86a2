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

namespace {

constexpr int kInset = 16; // from the edges of the canvas

} // namespace

Minimap::Minimap(CanvasView& view) : QWidget(view.viewport()), m_view(view) {
    setFixedSize(kWidth, kHeight);
    setCursor(Qt::PointingHandCursor);
    setAccessibleName(QStringLiteral("Overview map"));
    setToolTip(QStringLiteral("Overview: click or drag to move the view"));
    setVisible(false);
    m_timer.setSingleShot(true);
    m_timer.setInterval(200);
    m_rest.setSingleShot(true);
    m_rest.setInterval(120);
    connect(&m_timer, &QTimer::timeout, this, qOverload<>(&QWidget::update));
    connect(&m_rest, &QTimer::timeout, this, &Minimap::settle);
    connect(&view.canvasScene(), &CanvasScene::itemsChanged, this, &Minimap::schedule);
    connect(&view.theme(), &Theme::changed, this, qOverload<>(&QWidget::update));
}

void Minimap::setWanted(bool wanted) {
    m_wanted = wanted;
    settle();
}

void Minimap::schedule() {
    if (!m_timer.isActive()) m_timer.start();
    m_rest.start();
}

// Not while the view moves: a map that jumps from corner to corner is worse than one that covers something.
void Minimap::settle() {
    const std::optional<Qt::Corner> corner = m_wanted && isNeeded() ? freeCorner() : std::nullopt;
    if (corner) {
        m_corner = *corner;
        move(boxIn(m_corner).topLeft());
    }
    setVisible(corner.has_value());
    update();
}

void Minimap::place() {
    move(boxIn(m_corner).topLeft());
    schedule();
}

bool Minimap::isNeeded() const {
    const QRectF content = m_view.canvasScene().contentRect();
    if (content.isNull()) return false;
    const QRectF visible = m_view.mapToScene(m_view.viewport()->rect()).boundingRect();
    return !visible.adjusted(-1, -1, 1, 1).contains(content);
}

QRect Minimap::boxIn(Qt::Corner corner) const {
    const QSize room = m_view.viewport()->size();
    const bool left = corner == Qt::BottomLeftCorner || corner == Qt::TopLeftCorner;
    const bool top = corner == Qt::TopRightCorner || corner == Qt::TopLeftCorner;
    return {left ? kInset : room.width() - kWidth - kInset, top ? kInset : room.height() - kHeight - kInset,
            kWidth, kHeight};
}

// The corner it has while that hides no card and no group, else the first that hides none.
std::optional<Qt::Corner> Minimap::freeCorner() const {
    const CanvasScene& scene = m_view.canvasScene();
    const Design& design = m_view.session().design();
    std::vector<QRectF> things;
    for (const auto& [id, box] : scene.shown())
        if (design.nodes.contains(id)) things.push_back(box);
    for (const Group& group : design.groups)
        things.push_back(groupOutline(design, group.id, scene.shown()));
    for (const Qt::Corner corner :
         {m_corner, Qt::BottomRightCorner, Qt::BottomLeftCorner, Qt::TopRightCorner, Qt::TopLeftCorner}) {
        const QRectF hidden = m_view.mapToScene(boxIn(corner)).boundingRect();
        if (std::none_of(things.begin(), things.end(),
                         [&](const QRectF& thing) { return thing.intersects(hidden); }))
            return corner;
    }
    return std::nullopt;
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

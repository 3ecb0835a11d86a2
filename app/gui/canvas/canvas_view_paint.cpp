// Background, ghosts and the empty state of the canvas, and drags from the palette.

#include "app/gui/canvas/canvas_edit.h"
#include "app/gui/canvas/canvas_scene.h"
#include "app/gui/canvas/canvas_view.h"
#include "app/gui/canvas/drop.h"
#include "app/gui/canvas/gestures.h"
#include "app/gui/canvas/palette_drag.h"
#include "app/gui/canvas/words.h"
#include "app/gui/session/session.h"
#include "app/gui/theme/theme.h"
#include "core/catalogue/catalogue.h"

#include <QDragEnterEvent>
#include <QMimeData>
#include <QPainter>

#include <cmath>

namespace alwayson::gui {

namespace {

const Descriptor* descriptorOf(std::string_view path) {
    const Catalogue& catalogue = Catalogue::builtIn();
    const std::size_t slash = path.find('/');
    const std::string_view family = path.substr(0, slash),
                           id = slash == path.npos ? path : path.substr(slash + 1);
    if (family == "kinds") return catalogue.kind(id);
    if (family == "domains") return catalogue.domain(id);
    if (family == "groups") return catalogue.group(id);
    return nullptr;
}

} // namespace

void CanvasView::drawBackground(QPainter* painter, const QRectF& rect) {
    painter->fillRect(rect, m_theme.color(Tone::canvas));
    if (kGrid * zoom() < 6) return;
    // Dots at a distance that stays between 16 and 40 pixels.
    double step = kGrid;
    while (step * zoom() < 16)
        step *= 2;
    // Squares of two pixels without antialiasing: thousands of round dots would cost more than all cards.
    const double side = 2 / zoom();
    std::vector<QRectF> dots;
    for (double y = std::floor(rect.top() / step) * step; y <= rect.bottom(); y += step)
        for (double x = std::floor(rect.left() / step) * step; x <= rect.right(); x += step)
            dots.emplace_back(x - side / 2, y - side / 2, side, side);
    painter->setRenderHint(QPainter::Antialiasing, false);
    painter->setPen(Qt::NoPen);
    painter->setBrush(m_theme.color(Tone::grid));
    painter->drawRects(dots.data(), int(dots.size()));
}

void CanvasView::drawForeground(QPainter* painter, const QRectF&) {
    if (m_gesture) m_gesture->paint(*painter);
    if (m_paletteDrag) paintPaletteGhost(*painter);
    if (m_session.design().nodes.empty() && m_session.design().domains.empty() &&
        m_session.design().groups.empty() && !m_paletteDrag)
        paintEmptyState(*painter);
}

void CanvasView::paintEmptyState(QPainter& painter) {
    painter.save();
    painter.resetTransform();
    const QRectF area = viewport()->rect();
    const QPointF middle = area.center();
    painter.setRenderHint(QPainter::Antialiasing);
    QPen dashed(m_theme.color(Tone::zoneLine), 1.4);
    dashed.setDashPattern({4, 4});
    painter.setPen(dashed);
    painter.setBrush(m_theme.color(Tone::surface));
    const QRectF card(middle.x() - 86, middle.y() - 78, 172, 62);
    painter.drawRoundedRect(card, 10, 10);
    painter.setPen(Qt::NoPen);
    painter.setBrush(m_theme.tileFill("balancer"));
    painter.drawRoundedRect(QRectF(card.left() + 10, card.top() + 13, 36, 36), 8, 8);
    m_theme.icons().paint(painter, QStringLiteral("balancer"),
                          QRectF(card.left() + 18, card.top() + 21, 20, 20), m_theme.tileIcon("balancer"));
    painter.setBrush(m_theme.color(Tone::grid));
    painter.drawRoundedRect(QRectF(card.left() + 56, card.top() + 20, 70, 7), 3.5, 3.5);
    painter.drawRoundedRect(QRectF(card.left() + 56, card.top() + 36, 92, 6), 3, 3);
    painter.setFont(m_theme.font(Type::title, QFont::DemiBold));
    painter.setPen(m_theme.color(Tone::text));
    painter.drawText(QRectF(area.left(), middle.y() + 6, area.width(), 26),
                     Qt::AlignHCenter | Qt::AlignVCenter,
                     QStringLiteral("Drag a load balancer here, or start from a template"));
    painter.setFont(m_theme.font(Type::secondary));
    painter.setPen(m_theme.color(Tone::secondary));
    painter.drawText(QRectF(area.left(), middle.y() + 34, area.width(), 22),
                     Qt::AlignHCenter | Qt::AlignVCenter,
                     QStringLiteral("Clients, servers and places are in the palette to the left"));
    painter.restore();
}

void CanvasView::paintPaletteGhost(QPainter& painter) {
    const Descriptor* descriptor = descriptorOf(m_paletteDrag->path);
    if (!descriptor) return;
    const QRectF box = m_paletteDrag->box;
    const bool card = m_paletteDrag->path.starts_with("kinds/");
    painter.setRenderHint(QPainter::Antialiasing);
    painter.setOpacity(0.85);
    QPen pen(m_theme.color(Tone::accent), 1.6);
    pen.setDashPattern({4, 3});
    painter.setPen(pen);
    painter.setBrush(card ? m_theme.color(Tone::surface) : m_theme.color(Tone::accent, 0.06));
    painter.drawRoundedRect(box, card ? 10 : 14, card ? 10 : 14);
    if (card) {
        painter.setPen(Qt::NoPen);
        painter.setBrush(m_theme.tileFill(descriptor->category));
        painter.drawRoundedRect(QRectF(box.left() + 10, box.top() + 12, 36, 36), 8, 8);
        m_theme.icons().paint(painter, QString::fromStdString(descriptor->icon),
                              QRectF(box.left() + 18, box.top() + 20, 20, 20),
                              m_theme.tileIcon(descriptor->category));
    }
    painter.setFont(m_theme.font(card ? Type::body : Type::secondary, QFont::DemiBold));
    painter.setPen(m_theme.color(card ? Tone::text : Tone::secondary));
    painter.drawText(box.topLeft() + (card ? QPointF(56, 35) : QPointF(14, 22)),
                     QString::fromStdString(descriptor->title));
    painter.setOpacity(1);
    if (m_paletteDrag->words.isEmpty()) return;
    painter.setFont(m_theme.font(Type::caption, QFont::DemiBold));
    const QString& words = m_paletteDrag->words;
    const double width = QFontMetricsF(painter.font()).horizontalAdvance(words) + 20;
    const QRectF pill(box.center().x() - width / 2, box.bottom() + 6, width, 18);
    painter.setPen(Qt::NoPen);
    painter.setBrush(m_theme.color(Tone::accent));
    painter.drawRoundedRect(pill, 9, 9);
    painter.setPen(m_theme.color(Tone::surface));
    painter.drawText(pill, Qt::AlignCenter, words);
}

bool CanvasView::showPaletteGhost(QPoint viewPos, const QMimeData* mime, Qt::KeyboardModifiers modifiers) {
    const std::string path = mime->data(QLatin1String(kPaletteMime)).toStdString();
    if (!descriptorOf(path)) return false;
    const QSizeF size = sizeOfNew(path);
    QPointF corner = mapToScene(viewPos) - QPointF(size.width(), size.height()) / 2;
    if (!path.starts_with("kinds/")) corner = mapToScene(viewPos) - QPointF(2 * kGrid, kGrid);
    if (!(modifiers & Qt::AltModifier)) corner = snapped(corner);
    if (!m_paletteDrag) m_paletteDrag = std::make_unique<PaletteDrag>();
    m_paletteDrag->path = path;
    m_paletteDrag->box = QRectF(corner, size);
    std::map<std::string, Emphasis> emphasis;
    const Design& design = m_session.design();
    const QRectF box = m_paletteDrag->box;
    m_paletteDrag->words.clear();
    if (path.starts_with("kinds/")) {
        const DropTarget target = dropTargetOfNew(design, m_scene->boxes(), path, box);
        if (!target.domain.empty()) emphasis[target.domain] = Emphasis::target;
        if (!target.group.empty()) {
            emphasis[target.group] = Emphasis::target;
            m_paletteDrag->words = QStringLiteral("joins %1").arg(words::nameOf(design, target.group));
            if (!target.domain.empty())
                m_paletteDrag->words += QStringLiteral(" in %1").arg(words::nameOf(design, target.domain));
        }
    } else if (const Domain* domain = design.domains.find(domainAt(design, m_scene->boxes(), box.center()));
               domain && path.starts_with("domains/") && domainMayLieIn(path.substr(8), domain->kind)) {
        emphasis[domain->id.str()] = Emphasis::target;
    }
    m_scene->setEmphasis(emphasis);
    viewport()->update();
    return true;
}

void CanvasView::clearPaletteGhost() {
    if (!m_paletteDrag) return;
    m_paletteDrag.reset();
    m_scene->setEmphasis({});
    viewport()->update();
}

void CanvasView::dragEnterEvent(QDragEnterEvent* event) {
    if (!event->mimeData()->hasFormat(QLatin1String(kPaletteMime))) return event->ignore();
    if (showPaletteGhost(event->position().toPoint(), event->mimeData(), event->modifiers()))
        event->acceptProposedAction();
}

void CanvasView::dragMoveEvent(QDragMoveEvent* event) {
    if (!event->mimeData()->hasFormat(QLatin1String(kPaletteMime))) return event->ignore();
    if (showPaletteGhost(event->position().toPoint(), event->mimeData(), event->modifiers()))
        event->acceptProposedAction();
}

void CanvasView::dragLeaveEvent(QDragLeaveEvent*) {
    clearPaletteGhost();
}

void CanvasView::dropEvent(QDropEvent* event) {
    if (!event->mimeData()->hasFormat(QLatin1String(kPaletteMime)) ||
        !showPaletteGhost(event->position().toPoint(), event->mimeData(), event->modifiers()))
        return event->ignore();
    const std::optional<Creation> creation = createFromCatalogue(
        m_session.design(), m_scene->boxes(), m_paletteDrag->path, m_paletteDrag->box.topLeft());
    clearPaletteGhost();
    event->acceptProposedAction();
    if (!creation || !m_session.apply(creation->operation)) return;
    m_session.select({QString::fromStdString(creation->id)});
    refitIfHidden();
    setFocus(Qt::OtherFocusReason);
}

void CanvasView::placeAtCentre(const QString& descriptorPath) {
    const std::string path = descriptorPath.toStdString();
    if (!descriptorOf(path)) return;
    const QSizeF size = sizeOfNew(path);
    const QPointF corner =
        snapped(mapToScene(viewport()->rect().center()) - QPointF(size.width(), size.height()) / 2);
    const std::optional<Creation> creation =
        createFromCatalogue(m_session.design(), m_scene->boxes(), path, corner);
    if (creation && m_session.apply(creation->operation))
        m_session.select({QString::fromStdString(creation->id)});
}

} // namespace alwayson::gui

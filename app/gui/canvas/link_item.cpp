#include "app/gui/canvas/link_item.h"

#include "app/gui/canvas/words.h"
#include "app/gui/theme/theme.h"

#include <QFontMetricsF>
#include <QLineF>
#include <QPainter>
#include <QPolygonF>
#include <QStyleOptionGraphicsItem>

#include <algorithm>
#include <cmath>

namespace alwayson::gui {

namespace {

constexpr double kDotSpacing = 46;

double distanceTo(QPointF point, QPointF a, QPointF b) {
    const QPointF along = b - a;
    const double length = QPointF::dotProduct(along, along);
    const double t = length > 0 ? std::clamp(QPointF::dotProduct(point - a, along) / length, 0.0, 1.0) : 0;
    return QLineF(point, a + along * t).length();
}

// Scene units per second: more traffic moves faster, but stays readable.
double dotSpeed(double perSecond) {
    return 30 + 50 * std::log10(1 + perSecond);
}

// Whether answers come back. Attempts and their failures are counted at different instants, so a rest of some
// percent means nothing.
bool getsThrough(const Strand& strand) {
    return strand.perSecond - strand.failedPerSecond > std::max(0.05, 0.1 * strand.perSecond);
}

// Of the attempts, 0..1.
double failingShare(const Strand& strand) {
    if (strand.failedPerSecond <= 0.05) return 0;
    return getsThrough(strand) ? strand.failedPerSecond / strand.perSecond : 1;
}

Tone troubleTone(double share) {
    return share >= 0.5 ? Tone::bad : Tone::warn;
}

bool sameTraffic(double a, double b) {
    return std::abs(a - b) <= 0.02 * std::max(a, b);
}

} // namespace

LinkItem::LinkItem(std::string id, const Theme& theme) : CanvasItem(std::move(id), theme) {
    setZValue(30);
}

void LinkItem::setStrands(std::vector<Strand> strands) {
    prepareGeometryChange();
    for (Strand& strand : strands)
        for (const Strand& old : m_strands)
            if (old.from == strand.from && old.to == strand.to) {
                strand.perSecond = old.perSecond;
                strand.failedPerSecond = old.failedPerSecond;
                strand.failure = old.failure;
                strand.phase = old.phase;
            }
    m_strands = std::move(strands);
    m_bounds = {};
    for (const Strand& strand : m_strands) {
        m_bounds = m_bounds.united(strand.route.path.controlPointRect());
        m_bounds = m_bounds.united(QRectF(strand.route.tip - QPointF(1, 1), QSizeF(2, 2)));
    }
    m_bounds.adjust(-14, -14, 14, 14);
    for (const Strand& strand : m_strands)
        m_bounds = m_bounds.united(
            QRectF(pointAlong(strand.route, strand.labelAt) - QPointF(140, 40), QSizeF(280, 80)));
    repaint();
}

void LinkItem::setTraffic(const std::string& fromNode, const std::string& toNode, double perSecond,
                          double failedPerSecond, const QStringList& failure) {
    for (Strand& strand : m_strands) {
        if (strand.from != fromNode || strand.to != toNode) continue;
        if (m_running && sameTraffic(strand.perSecond, perSecond) &&
            sameTraffic(strand.failedPerSecond, failedPerSecond) && strand.failure == failure)
            return;
        strand.perSecond = perSecond;
        strand.failedPerSecond = failedPerSecond;
        strand.failure = failure;
        m_running = true;
        repaint();
        return;
    }
}

void LinkItem::clearTraffic() {
    if (!m_running) return;
    m_running = false;
    for (Strand& strand : m_strands) {
        strand.perSecond = strand.failedPerSecond = strand.phase = 0;
        strand.failure.clear();
    }
    repaint();
}

void LinkItem::advance(double seconds) {
    if (!m_running || !m_dotsShown) return;
    bool moved = false;
    for (Strand& strand : m_strands) {
        if (!getsThrough(strand)) continue;
        strand.phase = std::fmod(strand.phase + dotSpeed(strand.perSecond) * seconds, kDotSpacing);
        moved = true;
    }
    if (moved) repaint();
}

QPointF LinkItem::middle() const {
    return m_strands.empty() ? QPointF() : pointAlong(m_strands.front().route, m_strands.front().labelAt);
}

QPainterPath LinkItem::shape() const {
    QPainterPath path;
    path.addRect(m_bounds);
    return path;
}

bool LinkItem::isHit(QPointF scenePos, double pixel) const {
    const double reach = 6 * pixel;
    if (!m_bounds.adjusted(-reach, -reach, reach, reach).contains(scenePos)) return false;
    for (const Strand& strand : m_strands) {
        const auto& samples = strand.route.samples;
        for (std::size_t i = 1; i < samples.size(); ++i)
            if (distanceTo(scenePos, samples[i - 1], samples[i]) <= reach) return true;
    }
    return false;
}

bool LinkItem::touches(const QRectF& sceneRect, bool wholly) const {
    for (const Strand& strand : m_strands) {
        std::size_t inside = 0;
        for (const QPointF& sample : strand.route.samples)
            inside += sceneRect.contains(sample) ? 1 : 0;
        if (wholly ? inside != strand.route.samples.size() : inside == 0) {
            if (wholly) return false;
            continue;
        }
        if (!wholly) return true;
    }
    return wholly && !m_strands.empty();
}

void LinkItem::paint(QPainter* painter, const QStyleOptionGraphicsItem* option, QWidget*) {
    const double zoom = option->levelOfDetailFromTransform(painter->worldTransform());
    if (zoom < kPlainBelow) {
        QPen pen(m_theme.color(m_marked ? Tone::accent : Tone::zoneLine), 1);
        pen.setCosmetic(true);
        painter->setRenderHint(QPainter::Antialiasing, false);
        for (const Strand& strand : m_strands) {
            if (m_running)
                pen.setColor(m_theme.color(failingShare(strand) >= 0.5 ? Tone::bad
                                           : strand.perSecond > 0.05   ? Tone::accent
                                                                       : Tone::zoneLine));
            painter->setPen(pen);
            painter->drawLine(strand.route.from, strand.route.tip);
        }
        return;
    }
    painter->setRenderHint(QPainter::Antialiasing);
    for (const Strand& strand : m_strands)
        paintStrand(*painter, strand);
    bool told = false;
    for (const Strand& strand : m_strands)
        if (const QStringList lines = troubleOf(strand); !lines.isEmpty()) {
            paintLabel(*painter, pointAlong(strand.route, strand.labelAt), lines,
                       troubleTone(failingShare(strand)));
            told = true;
        }
    if (!told && !m_label.isEmpty()) paintLabel(*painter, middle(), {m_label}, Tone::line);
}

void LinkItem::paintStrand(QPainter& painter, const Strand& strand) const {
    const double failing = m_running ? failingShare(strand) : 0;
    const bool flowing = m_running && getsThrough(strand);
    QColor color = m_theme.color(Tone::faint);
    if (strand.idle) color = m_theme.color(Tone::zoneLine);
    if (flowing) color = m_theme.color(Tone::accent);
    if (m_running && !flowing) color = m_theme.color(failing > 0 ? Tone::bad : Tone::zoneLine);
    if (m_marked || m_emphasis == Emphasis::target) color = m_theme.color(Tone::accent);

    if (m_marked || m_hovered || m_keyboardFocus) {
        painter.setPen(
            QPen(m_theme.color(Tone::accent, m_marked ? 0.25 : 0.14), 8, Qt::SolidLine, Qt::RoundCap));
        painter.setBrush(Qt::NoBrush);
        painter.drawPath(strand.route.path);
    }
    QPen pen(color, flowing || m_marked ? 2 : 1.6, Qt::SolidLine, Qt::RoundCap);
    if (failing > 0 && !flowing) pen.setDashPattern({2.5, 3.2});
    painter.setPen(pen);
    painter.setBrush(Qt::NoBrush);
    painter.drawPath(strand.route.path);
    if (failing > 0 && flowing) {
        // As much of the line is red as of the attempts fail.
        constexpr double kPeriod = 12; // times the width of the line
        QPen red(m_theme.color(Tone::bad), 2, Qt::SolidLine, Qt::FlatCap);
        const double share = std::clamp(failing, 0.08, 0.92);
        red.setDashPattern({kPeriod * share, kPeriod * (1 - share)});
        painter.setPen(red);
        painter.drawPath(strand.route.path);
        if (failing >= 0.5) color = m_theme.color(Tone::bad);
    }

    painter.save();
    painter.translate(strand.route.tip);
    painter.rotate(strand.route.angle);
    painter.setPen(Qt::NoPen);
    painter.setBrush(color);
    const QPointF head[] = {{-9, -4}, {0, 0}, {-9, 4}};
    painter.drawPolygon(head, 3);
    painter.restore();

    if (!flowing || !m_dotsShown || strand.route.length < 12) return;
    painter.setBrush(m_theme.color(Tone::accent));
    // Not half under the card they leave.
    for (double at = strand.phase < 4 ? strand.phase + kDotSpacing : strand.phase;
         at < strand.route.length - 2; at += kDotSpacing)
        painter.drawEllipse(pointAlong(strand.route, at / strand.route.length), 3, 3);
}

QStringList LinkItem::troubleOf(const Strand& strand) const {
    if (!m_running || strand.failedPerSecond <= 0.05) return {};
    QStringList lines = strand.failure;
    if (lines.isEmpty()) lines << QStringLiteral("fail");
    // In two lines: the links of clients are short.
    const long percent = std::lround(100 * failingShare(strand));
    if (percent < 100)
        lines.front() +=
            percent < 1 ? QStringLiteral(" (below 1 %)") : QStringLiteral(" (%1 %)").arg(percent);
    lines.push_front(QStringLiteral("%1 attempts").arg(words::rate(strand.failedPerSecond)));
    return lines;
}

void LinkItem::paintLabel(QPainter& painter, QPointF at, const QStringList& lines, Tone tone) const {
    constexpr double kLine = 13;
    painter.setFont(m_theme.font(Type::caption, QFont::Medium));
    const QFontMetricsF metrics(painter.font());
    double width = 0;
    for (const QString& line : lines)
        width = std::max(width, metrics.horizontalAdvance(line) + 20);
    const double height = 5 + kLine * double(lines.size());
    const QRectF pill(at.x() - width / 2, at.y() - height / 2, width, height);
    painter.setPen(QPen(m_theme.color(tone), 1));
    painter.setBrush(m_theme.color(Tone::surface));
    painter.drawRoundedRect(pill, 9, 9);
    for (qsizetype i = 0; i < lines.size(); ++i) {
        // What becomes of the requests is said quietly: it is no failure.
        painter.setPen(m_theme.color(tone != Tone::line && i < 2 ? tone : Tone::secondary));
        painter.drawText(QRectF(pill.left(), pill.top() + 2.5 + double(i) * kLine, width, kLine),
                         Qt::AlignCenter, lines[i]);
    }
}

} // namespace alwayson::gui

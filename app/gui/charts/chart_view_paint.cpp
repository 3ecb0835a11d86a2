// What is drawn above the lines: bands, marks, playhead, legend and readout.

#include "app/gui/charts/chart_view.h"
#include "app/gui/charts/mark_labels.h"

#include <QFontMetricsF>
#include <QtCharts/QChart>
#include <QtCharts/QValueAxis>

#include <algorithm>
#include <cmath>

namespace alwayson::gui {

namespace {

constexpr double kNotPlayed = 0.35; // strength of what lies after the playhead

QString shortNumber(double value) {
    if (value != 0 && std::abs(value) < 0.01) return QString::number(value, 'g', 2);
    if (std::abs(value) >= 100) return QString::number(std::round(value), 'f', 0);
    return QString::number(value, 'g', 3);
}

const QString& wordsOf(const ChartMark& mark) {
    return mark.brief.isEmpty() ? mark.text : mark.brief;
}

// The value of a series at x: of the last point that is not later.
std::optional<double> valueAt(const ChartSeries& series, double x) {
    auto next = std::upper_bound(series.points.begin(), series.points.end(), x,
                                 [](double wanted, const QPointF& point) { return wanted < point.x(); });
    if (next == series.points.begin() || std::isnan((next - 1)->y())) return std::nullopt;
    return (next - 1)->y();
}

} // namespace

void ChartView::drawForeground(QPainter* painter, const QRectF&) {
    painter->setRenderHint(QPainter::Antialiasing);
    if (!m_invitation.isEmpty()) {
        painter->setFont(m_theme.font(Type::body));
        painter->setPen(m_theme.color(Tone::secondary));
        painter->drawText(QRectF(viewport()->rect()), Qt::AlignCenter | Qt::TextWordWrap, m_invitation);
        return;
    }
    const QRectF plot = m_chart->plotArea();
    // What the figures at the axis count.
    painter->setFont(m_theme.font(Type::caption));
    painter->setPen(m_theme.color(Tone::faint));
    painter->drawText(QPointF(4, plot.top() - 10), m_yUnit);
    drawBands(*painter, plot);
    drawFuture(*painter, plot);
    drawMarks(*painter, plot);
    drawPlayhead(*painter, plot);
    drawLegend(*painter, plot);
    drawReadout(*painter, plot);
}

void ChartView::drawBands(QPainter& painter, const QRectF& plot) const {
    painter.setFont(m_theme.font(Type::caption, QFont::DemiBold));
    const QFontMetricsF metrics(painter.font());
    for (const ChartBand& band : m_bands) {
        const double left = std::max(plot.left(), pixelX(band.from)),
                     right = std::min(plot.right(), pixelX(band.to));
        if (right <= left) continue;
        const QRectF area(left, plot.top(), right - left, plot.height());
        painter.fillRect(area, m_theme.color(band.tone, 0.09));
        if (band.quiet) continue;
        painter.setPen(m_theme.color(band.tone));
        const QRectF free = betweenMarks(area);
        const double words = metrics.horizontalAdvance(band.text) + 8;
        if (words <= free.width()) {
            painter.drawText(free, Qt::AlignCenter, band.text);
        } else if (metrics.height() <= free.width() && words <= free.height()) {
            painter.save();
            painter.translate(free.center());
            painter.rotate(-90);
            painter.drawText(QRectF(-words / 2, -metrics.height() / 2, words, metrics.height()),
                             Qt::AlignCenter, band.text);
            painter.restore();
        }
    }
}

// The widest part of it that no mark's line crosses.
QRectF ChartView::betweenMarks(const QRectF& area) const {
    std::vector<double> lines{area.left()};
    for (const ChartMark& mark : m_marks)
        if (const double x = pixelX(mark.x); mark.important && x > area.left() && x < area.right())
            lines.push_back(x);
    lines.push_back(area.right());
    std::sort(lines.begin(), lines.end());
    std::size_t widest = 1;
    for (std::size_t i = 2; i < lines.size(); ++i)
        if (lines[i] - lines[i - 1] > lines[widest] - lines[widest - 1]) widest = i;
    return {lines[widest - 1], area.top(), lines[widest] - lines[widest - 1], area.height()};
}

void ChartView::drawFuture(QPainter& painter, const QRectF& plot) const {
    if (!m_playhead || *m_playhead >= m_to) return;
    const double from = std::max(plot.left(), pixelX(*m_playhead));
    // A veil in the ground's colour: the lines themselves stay as they are and nothing is drawn twice.
    painter.fillRect(QRectF(from, plot.top() - 2, plot.right() + 3 - from, plot.height() + 4),
                     m_theme.color(Tone::surface, 1 - kNotPlayed));
}

void ChartView::drawMarks(QPainter& painter, const QRectF& plot) const {
    painter.setFont(m_theme.font(Type::caption, QFont::DemiBold));
    const QFontMetricsF metrics(painter.font());
    std::vector<const ChartMark*> shown;
    std::vector<MarkLabel> labels;
    for (const ChartMark& mark : m_marks) {
        if (mark.x < m_from || mark.x > m_to) continue;
        const double x = pixelX(mark.x);
        if (!mark.important) {
            painter.setOpacity(m_playhead && mark.x > *m_playhead ? kNotPlayed : 1);
            painter.setPen(QPen(m_theme.color(mark.tone, 0.5), 1));
            painter.drawLine(QPointF(x, plot.top()), QPointF(x, plot.top() + 8));
            continue;
        }
        shown.push_back(&mark);
        labels.push_back({x, metrics.horizontalAdvance(wordsOf(mark)), mark.rank});
    }
    painter.setOpacity(1);
    // What finds no room is in the readout under the mouse.
    const auto places = placeMarkLabels(labels, plot.left(), plot.right(), markRows());
    for (std::size_t i = 0; i < shown.size(); ++i) {
        const double x = labels[i].x;
        const int row = places[i] ? places[i]->row : 0;
        // What is still to come is grey, not faint: its words are to be read.
        const bool future = m_playhead && shown[i]->x > *m_playhead;
        const QColor color = m_theme.color(future ? Tone::secondary : shown[i]->tone);
        painter.setPen(QPen(m_theme.color(future ? Tone::zoneLine : shown[i]->tone), 1.4));
        painter.drawLine(QPointF(x, plot.top() - (row > 0 ? 11 + row * kMarkRowHeight : 0)),
                         QPointF(x, plot.bottom() + 4));
        painter.setPen(Qt::NoPen);
        painter.setBrush(color);
        painter.drawRoundedRect(QRectF(x - 5, plot.top() - 13, 10, 10), 2, 2);
        if (!places[i]) continue;
        painter.setPen(color);
        painter.drawText(QPointF(places[i]->left, plot.top() - 4 - row * kMarkRowHeight), wordsOf(*shown[i]));
    }
}

QRectF ChartView::playheadLabel(const QRectF& plot, double width) const {
    const double x = pixelX(*m_playhead);
    QRectF label(x + 5, plot.top() + 1, width + 6, 15);
    const QRectF legend = legendBox(plot).adjusted(-6, 0, 6, 0);
    const bool fits = label.right() <= plot.right();
    if (fits && !label.intersects(legend)) return label;
    label.moveRight(x - 5);
    if (label.left() >= plot.left() && !label.intersects(legend)) return label;
    // Beside the line below the legend.
    if (fits) label.moveLeft(x + 5);
    label.moveTop(legend.bottom() + 3);
    return label;
}

void ChartView::drawPlayhead(QPainter& painter, const QRectF& plot) const {
    if (!m_playhead || *m_playhead < m_from || *m_playhead > m_to) return;
    const double x = pixelX(*m_playhead);
    painter.setPen(QPen(m_theme.color(Tone::text), 1.4));
    painter.drawLine(QPointF(x, plot.top()), QPointF(x, plot.bottom() + 6));
    painter.setPen(Qt::NoPen);
    painter.setBrush(m_theme.color(Tone::text));
    painter.drawEllipse(QPointF(x, plot.bottom() + 6), 5, 5);
    painter.setFont(m_theme.font(Type::caption, QFont::DemiBold));
    const QRectF ground = playheadLabel(plot, Theme::tabularWidth(painter.font(), m_playheadText));
    painter.setBrush(m_theme.color(Tone::surface, 0.85));
    painter.drawRoundedRect(ground, 3, 3);
    painter.setPen(m_theme.color(Tone::text));
    Theme::drawTabular(painter, QPointF(ground.left() + 3, ground.bottom() - 3.5), m_playheadText);
}

QRectF ChartView::legendBox(const QRectF& plot) const {
    const QFontMetricsF metrics(m_theme.font(Type::caption, QFont::DemiBold));
    double right = plot.right(), left = right;
    for (auto series = m_series.rbegin(); series != m_series.rend(); ++series) {
        left = right - metrics.horizontalAdvance(series->name);
        right = left - 14;
        if (right < plot.left() + plot.width() / 3) break;
    }
    return {left - 3, plot.top() + 2, plot.right() - left + 6, 15};
}

void ChartView::drawLegend(QPainter& painter, const QRectF& plot) const {
    painter.setFont(m_theme.font(Type::caption, QFont::DemiBold));
    const QFontMetricsF metrics(painter.font());
    if (m_series.empty()) return;
    const QRectF ground = legendBox(plot);
    painter.setPen(Qt::NoPen);
    painter.setBrush(m_theme.color(Tone::surface, 0.85));
    painter.drawRoundedRect(ground, 3, 3);
    double right = plot.right();
    // In one row, from the right; the first series stands leftmost.
    for (auto series = m_series.rbegin(); series != m_series.rend() && right > ground.left(); ++series) {
        const double width = metrics.horizontalAdvance(series->name);
        painter.setPen(m_theme.color(series->tone));
        painter.drawText(QPointF(right - width, plot.top() + 13), series->name);
        right -= width + 14;
    }
}

QString ChartView::readoutAt(double x) const {
    const auto at = [this](double time) {
        return QString::number(time, 'f', m_to - m_from < 20 ? 2 : 1) + QLatin1Char(' ') + m_xUnit;
    };
    QStringList parts{at(x)};
    for (const ChartSeries& one : m_series)
        if (const std::optional<double> value = valueAt(one, x)) {
            QString name = one.name;
            if (!m_yUnit.isEmpty() && name.endsWith(QLatin1Char(' ') + m_yUnit))
                name.chop(m_yUnit.size() + 1);
            parts << QStringLiteral("%1 %2 %3").arg(name, shortNumber(*value), m_yUnit).trimmed();
        }
    for (const ChartBand& band : m_bands)
        if (x > band.from && x <= band.to) parts << band.text;
    const double near = (m_to - m_from) * 0.006;
    for (const ChartMark& mark : m_marks)
        if (std::abs(mark.x - x) <= near)
            parts << (at(mark.x) == at(x) ? mark.text : at(mark.x) + QStringLiteral(": ") + mark.text);
    return parts.join(QStringLiteral("   "));
}

void ChartView::drawReadout(QPainter& painter, const QRectF& plot) const {
    if (!m_hover || m_scrubbing || m_series.empty()) return;
    const double x = pixelX(*m_hover);
    QPen hair(m_theme.color(Tone::faint), 1);
    hair.setDashPattern({3, 3});
    painter.setPen(hair);
    painter.drawLine(QPointF(x, plot.top()), QPointF(x, plot.bottom()));
    for (const ChartSeries& one : m_series)
        if (const std::optional<double> value = valueAt(one, *m_hover)) {
            const double share = m_yAxis->max() > 0 ? *value / m_yAxis->max() : 0;
            painter.setPen(QPen(m_theme.color(Tone::surface), 1.4));
            painter.setBrush(m_theme.color(one.tone));
            painter.drawEllipse(QPointF(x, plot.bottom() - share * plot.height()), 3.5, 3.5);
        }
    painter.setFont(m_theme.font(Type::small));
    const QString text = readoutAt(*m_hover);
    const double width = QFontMetricsF(painter.font()).horizontalAdvance(text) + 20;
    const double left = std::clamp(x - width / 2, plot.left(), std::max(plot.left(), plot.right() - width));
    const QRectF box(left, plot.bottom() - 30, width, 22);
    painter.setPen(QPen(m_theme.color(Tone::line), 1));
    painter.setBrush(m_theme.color(Tone::surface));
    painter.drawRoundedRect(box, 6, 6);
    painter.setPen(m_theme.color(Tone::text));
    painter.drawText(box, Qt::AlignCenter, text);
}

} // namespace alwayson::gui

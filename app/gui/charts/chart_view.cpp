#include "app/gui/charts/chart_view.h"

#include "app/gui/charts/decimate.h"
#include "app/gui/charts/mark_labels.h"

#include <QContextMenuEvent>
#include <QFile>
#include <QFileDialog>
#include <QFontMetricsF>
#include <QGraphicsLayout>
#include <QMenu>
#include <QMouseEvent>
#include <QSvgGenerator>
#include <QtCharts/QChart>
#include <QtCharts/QLineSeries>
#include <QtCharts/QValueAxis>

#include <algorithm>
#include <cmath>

namespace alwayson::gui {

namespace {

constexpr double kNotPlayed = 0.35; // strength of what lies after the playhead
constexpr int kMarkRowHeight = 13;
constexpr int kTall = 150;      // from this height on all rows of words have room above the plot
constexpr int kBelowPlot = 26;  // the labels of the time axis
constexpr int kTickHeight = 22; // least distance of two labels at the other axis

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
    if (next == series.points.begin()) return std::nullopt;
    return (next - 1)->y();
}

} // namespace

ChartView::ChartView(const Theme& theme, QWidget* parent)
    : QChartView(new QChart, parent), m_theme(theme), m_chart(chart()), m_xAxis(new QValueAxis),
      m_yAxis(new QValueAxis) {
    setRenderHint(QPainter::Antialiasing);
    setFrameShape(QFrame::NoFrame);
    setMouseTracking(true);
    setFocusPolicy(Qt::NoFocus); // a click on it leaves the keys with the canvas
    // The overlays are drawn over everything, so the whole chart is painted as one.
    setViewportUpdateMode(FullViewportUpdate);
    setMinimumHeight(110);
    m_chart->legend()->hide();
    m_chart->layout()->setContentsMargins(0, 0, 0, 0);
    m_chart->setBackgroundRoundness(0);
    m_chart->addAxis(m_xAxis, Qt::AlignBottom);
    m_chart->addAxis(m_yAxis, Qt::AlignLeft);
    m_yAxis->setTickCount(4);
    m_xAxis->setGridLineVisible(false);
    connect(&theme, &Theme::changed, this, &ChartView::restyle);
    restyle();
}

ChartView::~ChartView() = default;

void ChartView::restyle() {
    m_chart->setBackgroundBrush(Qt::NoBrush);
    m_chart->setBackgroundPen(Qt::NoPen);
    setBackgroundBrush(m_theme.color(Tone::surface));
    for (QValueAxis* axis : {m_xAxis, m_yAxis}) {
        axis->setLabelsFont(m_theme.font(Type::caption));
        axis->setLabelsColor(m_theme.color(Tone::faint));
        axis->setGridLinePen(QPen(m_theme.color(Tone::grid), 1));
        axis->setLinePen(Qt::NoPen);
        axis->setLineVisible(false);
    }
    refill();
}

void ChartView::setSeries(std::vector<ChartSeries> series) {
    m_series = std::move(series);
    refill();
}

void ChartView::setMarks(std::vector<ChartMark> marks) {
    m_marks = std::move(marks);
    viewport()->update();
}

void ChartView::setPlayhead(std::optional<double> x, const QString& text) {
    const auto shown = [this](double at) { return at >= m_from && at <= m_to; };
    // Who watches it play sees it leave to the right: the view goes along. Elsewhere it stays where it is.
    const bool leaves = x && m_playhead && shown(*m_playhead) && !shown(*x) && *x > m_to && *x <= m_wholeTo;
    m_playhead = x;
    if (leaves) {
        const double span = m_to - m_from;
        m_from = std::clamp(*x - span / 5, m_wholeFrom, m_wholeTo - span);
        m_to = m_from + span;
        refill();
    }
    m_playheadText = text;
    viewport()->update();
}

void ChartView::setXRange(double from, double to) {
    to = std::max(to, from + 1e-6);
    const bool whole = m_from == m_wholeFrom && m_to == m_wholeTo;
    if (from == m_wholeFrom && to == m_wholeTo) return;
    m_wholeFrom = from;
    m_wholeTo = to;
    if (whole || m_to > to || m_from < from) {
        m_from = from;
        m_to = to;
    }
    refill();
}

void ChartView::setUnits(const QString& xUnit, const QString& yUnit) {
    m_xUnit = xUnit;
    m_yUnit = yUnit;
    m_xAxis->setLabelFormat(QStringLiteral("%.4g ") + xUnit);
}

void ChartView::setInvitation(const QString& words) {
    if (words == m_invitation) return;
    m_invitation = words;
    m_xAxis->setVisible(words.isEmpty());
    m_yAxis->setVisible(words.isEmpty());
    viewport()->update();
}

void ChartView::refill() {
    double highest = 0;
    const int columns = std::max(80, viewport()->width());
    const QList<QAbstractSeries*> existing = m_chart->series();
    for (std::size_t i = 0; i < m_series.size(); ++i) {
        auto* line =
            i < std::size_t(existing.size()) ? static_cast<QLineSeries*>(existing[qsizetype(i)]) : nullptr;
        if (!line) {
            line = new QLineSeries;
            m_chart->addSeries(line);
            line->attachAxis(m_xAxis);
            line->attachAxis(m_yAxis);
        }
        const std::vector<QPointF> thin = decimate(m_series[i].points, m_from, m_to, columns);
        for (const QPointF& point : thin)
            highest = std::max(highest, point.y());
        line->setName(m_series[i].name);
        line->setPen(QPen(m_theme.color(m_series[i].tone), 1.8, Qt::SolidLine, Qt::RoundCap, Qt::RoundJoin));
        line->replace(QList<QPointF>(thin.begin(), thin.end()));
    }
    for (qsizetype i = existing.size() - 1; i >= qsizetype(m_series.size()); --i) {
        m_chart->removeSeries(existing[i]);
        delete existing[i];
    }
    m_xAxis->setRange(m_from, m_to);
    // Round steps: 5 s, 10 s, 20 s, ...
    const double step = niceCeiling((m_to - m_from) / 8);
    m_xAxis->setTickType(QValueAxis::TicksDynamic);
    m_xAxis->setTickAnchor(0);
    m_xAxis->setTickInterval(step);
    const double top = niceCeiling(highest);
    m_yAxis->setRange(0, top);
    // Where the labels find no room one above the other, fewer of them.
    const int room = viewport()->height() - markRows() * kMarkRowHeight - kBelowPlot;
    int steps = niceSteps(top);
    if (room < steps * kTickHeight) steps = steps % 2 == 0 ? 2 : 1;
    m_yAxis->setTickCount(steps + 1);
    m_yAxis->setLabelFormat(top >= 5     ? QStringLiteral("%.0f")
                            : top >= 0.5 ? QStringLiteral("%.1f")
                                         : QStringLiteral("%.2g"));
    viewport()->update();
}

int ChartView::shownPoints() const {
    int count = 0;
    for (QAbstractSeries* one : m_chart->series())
        count += int(static_cast<QLineSeries*>(one)->count());
    return count;
}

double ChartView::pixelX(double x) const {
    const QRectF plot = m_chart->plotArea();
    return plot.left() + (x - m_from) / (m_to - m_from) * plot.width();
}

double ChartView::xAt(QPointF viewPos) const {
    const QRectF plot = m_chart->plotArea();
    const double share = plot.width() > 0 ? (viewPos.x() - plot.left()) / plot.width() : 0;
    return std::clamp(m_from + share * (m_to - m_from), m_from, m_to);
}

void ChartView::resizeEvent(QResizeEvent* event) {
    QChartView::resizeEvent(event);
    m_chart->setMargins(QMargins(4, 2 + markRows() * kMarkRowHeight, 8, 0));
    refill();
}

int ChartView::markRows() const {
    return viewport()->height() >= kTall ? kMarkRows : kMarkRows - 1;
}

// ---- drawing above the chart

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
    drawFuture(*painter, plot);
    drawMarks(*painter, plot);
    drawPlayhead(*painter, plot);
    drawLegend(*painter, plot);
    drawReadout(*painter, plot);
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
    QStringList parts{QStringLiteral("%1 %2").arg(x, 0, 'f', m_to - m_from < 20 ? 2 : 1).arg(m_xUnit)};
    for (const ChartSeries& one : m_series)
        if (const std::optional<double> value = valueAt(one, x)) {
            QString name = one.name;
            if (!m_yUnit.isEmpty() && name.endsWith(QLatin1Char(' ') + m_yUnit))
                name.chop(m_yUnit.size() + 1);
            parts << QStringLiteral("%1 %2 %3").arg(name, shortNumber(*value), m_yUnit).trimmed();
        }
    const double near = (m_to - m_from) * 0.006;
    for (const ChartMark& mark : m_marks)
        if (std::abs(mark.x - x) <= near) parts << mark.text;
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

// ---- mouse

void ChartView::mousePressEvent(QMouseEvent* event) {
    if (event->button() != Qt::LeftButton || !m_invitation.isEmpty()) return;
    m_scrubbing = true;
    emit scrubbed(xAt(event->position()));
}

void ChartView::mouseMoveEvent(QMouseEvent* event) {
    if (m_scrubbing) {
        emit scrubbed(xAt(event->position()));
        return;
    }
    const QRectF plot = m_chart->plotArea();
    const bool inside = plot.adjusted(0, -16, 0, 8).contains(event->position());
    m_hover = inside ? std::optional(xAt(event->position())) : std::nullopt;
    viewport()->update();
}

void ChartView::mouseReleaseEvent(QMouseEvent*) {
    m_scrubbing = false;
}

void ChartView::mouseDoubleClickEvent(QMouseEvent*) {
    m_from = m_wholeFrom;
    m_to = m_wholeTo;
    refill();
}

void ChartView::wheelEvent(QWheelEvent* event) {
    const double steps = event->angleDelta().y() / 120.0;
    const double at = xAt(event->position());
    const double factor = std::pow(0.8, steps);
    const double least = (m_wholeTo - m_wholeFrom) / 200;
    const double span = std::clamp((m_to - m_from) * factor, least, m_wholeTo - m_wholeFrom);
    const double share = (at - m_from) / (m_to - m_from);
    m_from = std::clamp(at - share * span, m_wholeFrom, m_wholeTo - span);
    m_to = m_from + span;
    refill();
    event->accept();
}

void ChartView::leaveEvent(QEvent* event) {
    QChartView::leaveEvent(event);
    m_hover.reset();
    viewport()->update();
}

// ---- saving

QByteArray ChartView::csv() const {
    QByteArray out = "x";
    std::vector<double> xs;
    for (const ChartSeries& one : m_series) {
        QString name = one.name;
        out += ",\"" + name.replace(QLatin1Char('"'), QLatin1String("\"\"")).toUtf8() + '"';
        for (const QPointF& point : one.points)
            xs.push_back(point.x());
    }
    out += '\n';
    std::sort(xs.begin(), xs.end());
    xs.erase(std::unique(xs.begin(), xs.end()), xs.end());
    std::vector<std::size_t> next(m_series.size(), 0);
    for (const double x : xs) {
        out += QByteArray::number(x, 'g', 12);
        for (std::size_t i = 0; i < m_series.size(); ++i) {
            out += ',';
            const auto& points = m_series[i].points;
            if (next[i] < points.size() && points[next[i]].x() == x)
                out += QByteArray::number(points[next[i]++].y(), 'g', 12);
        }
        out += '\n';
    }
    return out;
}

bool ChartView::save(const QString& path) {
    if (path.endsWith(QLatin1String(".csv"))) {
        QFile file(path);
        const QByteArray bytes = csv();
        return file.open(QIODevice::WriteOnly | QIODevice::Truncate) && file.write(bytes) == bytes.size() &&
               file.flush();
    }
    if (path.endsWith(QLatin1String(".svg"))) {
        QSvgGenerator generator;
        generator.setFileName(path);
        generator.setSize(viewport()->size());
        generator.setViewBox(viewport()->rect());
        QPainter painter;
        if (!painter.begin(&generator)) return false;
        render(&painter);
        return painter.end();
    }
    QPixmap picture(viewport()->size() * 2);
    picture.setDevicePixelRatio(2);
    picture.fill(m_theme.color(Tone::surface));
    QPainter painter(&picture);
    render(&painter, QRectF(QPointF(), QSizeF(viewport()->size())));
    painter.end();
    return picture.save(path, "PNG");
}

void ChartView::saveAs(const QString& suffix) {
    auto* dialog = new QFileDialog(this, QStringLiteral("Save chart"), QString(),
                                   QStringLiteral("%1 (*.%2)").arg(suffix.toUpper(), suffix));
    dialog->setAttribute(Qt::WA_DeleteOnClose);
    dialog->setAcceptMode(QFileDialog::AcceptSave);
    dialog->setDefaultSuffix(suffix);
    connect(dialog, &QFileDialog::fileSelected, this, &ChartView::save);
    dialog->open();
}

void ChartView::contextMenuEvent(QContextMenuEvent* event) {
    auto* menu = new QMenu(this);
    menu->setAttribute(Qt::WA_DeleteOnClose);
    for (const char* suffix : {"png", "svg", "csv"})
        menu->addAction(QStringLiteral("Save as %1").arg(QString::fromLatin1(suffix).toUpper()), this,
                        [this, suffix] { saveAs(QString::fromLatin1(suffix)); });
    menu->addSeparator();
    menu->addAction(QStringLiteral("Show the whole run"), this, [this] { mouseDoubleClickEvent(nullptr); });
    menu->popup(event->globalPos());
}

} // namespace alwayson::gui

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

constexpr int kTall = 150;      // from this height on all rows of words have room above the plot
constexpr int kBelowPlot = 26;  // the labels of the time axis
constexpr int kTickHeight = 22; // least distance of two labels at the other axis

// The lines of a series: what lies between its points without a value.
std::vector<std::vector<QPointF>> linesOf(const std::vector<QPointF>& points) {
    std::vector<std::vector<QPointF>> lines(1);
    for (const QPointF& point : points)
        if (!std::isnan(point.y()))
            lines.back().push_back(point);
        else if (!lines.back().empty())
            lines.emplace_back();
    if (lines.back().empty()) lines.pop_back();
    return lines;
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

void ChartView::setBands(std::vector<ChartBand> bands) {
    m_bands = std::move(bands);
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
    fitMargins();
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
    bool any = false;
    const int columns = std::max(80, viewport()->width());
    const QList<QAbstractSeries*> existing = m_chart->series();
    qsizetype used = 0;
    // Qt's line knows no gaps: each unbroken part is a line of its own.
    const auto draw = [&](const ChartSeries& series, std::vector<QPointF> points) {
        auto* line = used < existing.size() ? static_cast<QLineSeries*>(existing[used]) : nullptr;
        ++used;
        if (!line) {
            line = new QLineSeries;
            m_chart->addSeries(line);
            line->attachAxis(m_xAxis);
            line->attachAxis(m_yAxis);
        }
        // A line of one point would not be seen.
        if (points.size() == 1) points.emplace_back(points[0].x() + (m_to - m_from) / columns, points[0].y());
        line->setName(series.name);
        line->setPen(QPen(m_theme.color(series.tone), 1.8, Qt::SolidLine, Qt::RoundCap, Qt::RoundJoin));
        line->replace(QList<QPointF>(points.begin(), points.end()));
    };
    for (const ChartSeries& series : m_series)
        for (const std::vector<QPointF>& whole : linesOf(series.points)) {
            if (whole.back().x() < m_from || whole.front().x() > m_to) continue;
            std::vector<QPointF> thin = decimate(whole, m_from, m_to, columns);
            for (const QPointF& point : thin)
                highest = std::max(highest, point.y());
            any = any || !thin.empty();
            draw(series, std::move(thin));
        }
    for (qsizetype i = existing.size() - 1; i >= used; --i) {
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
    m_yAxis->setLabelsVisible(any || m_bands.empty()); // of nothing there is no scale
    // Where the labels find no room one above the other, fewer of them.
    const int room = viewport()->height() - markRows() * kMarkRowHeight - kBelowPlot;
    int steps = niceSteps(top);
    if (room < steps * kTickHeight) steps = steps % 2 == 0 ? 2 : 1;
    m_yAxis->setTickCount(steps + 1);
    m_yAxis->setLabelFormat(top >= 5     ? QStringLiteral("%.0f")
                            : top >= 0.5 ? QStringLiteral("%.1f")
                                         : QStringLiteral("%.2g"));
    fitMargins();
    viewport()->update();
}

int ChartView::shownPoints() const {
    int count = 0;
    for (QAbstractSeries* one : m_chart->series())
        count += int(static_cast<QLineSeries*>(one)->count());
    return count;
}

int ChartView::shownLines() const {
    return int(m_chart->series().size());
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
    fitMargins();
    refill();
}

// The unit stands above its figures, beside the first mark.
void ChartView::fitMargins() {
    constexpr int kLeast = 4, kBesideFigures = 8; // what Qt leaves between figures and plot
    const QFontMetricsF metrics(m_theme.font(Type::caption));
    const QString top = m_yAxis->max() >= 5 ? QString::number(m_yAxis->max(), 'f', 0) : QStringLiteral("0.0");
    const double figures = metrics.horizontalAdvance(top) + kBesideFigures;
    const double unit = metrics.horizontalAdvance(m_yUnit) + 8; // and half a mark
    const int left = kLeast + std::max(0, int(std::ceil(unit - figures)));
    m_chart->setMargins(QMargins(left, 2 + markRows() * kMarkRowHeight, 8, 0));
}

int ChartView::markRows() const {
    return viewport()->height() >= kTall ? kMarkRows : kMarkRows - 1;
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
            if (!std::isnan(point.y())) xs.push_back(point.x());
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
            while (next[i] < points.size() && std::isnan(points[next[i]].y()))
                ++next[i];
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

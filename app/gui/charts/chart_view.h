#pragma once
// The one door to Qt Charts: series over time with event marks, a playhead to scrub and a readout under the
// mouse. Whole series are replaced, thinned to the width with their extremes kept; colours come from the
// theme.

#include "app/gui/theme/theme.h"

#include <QtCharts/QChartView>

#include <optional>
#include <vector>

class QChart;
class QValueAxis;

namespace alwayson::gui {

struct ChartSeries {
    QString name; // "p99 ms": also the legend, in the series' colour
    Tone tone = Tone::accent;
    std::vector<QPointF>
        points; // sorted by x; one without a y (NaN) ends the line, which the next begins anew
};

// A stretch of time of which the chart has something to say: shaded, with its words.
struct ChartBand {
    double from = 0, to = 0;
    QString text;
    Tone tone = Tone::bad;
    bool quiet = false; // words in the readout only
};

struct ChartMark {
    double x = 0;
    QString text;
    Tone tone = Tone::bad;
    bool important = true; // gets its words; others only a tick
    int rank = 1;          // 0 keeps its words before 1, and so on, where there is no room for all
    QString brief = {};    // beside the mark in place of the text, which the readout shows
};

class ChartView : public QChartView {
    Q_OBJECT
public:
    explicit ChartView(const Theme& theme, QWidget* parent = nullptr);
    ~ChartView() override;

    void setSeries(std::vector<ChartSeries> series);
    void setMarks(std::vector<ChartMark> marks);
    void setBands(std::vector<ChartBand> bands);
    // What lies after it is drawn faint: recorded, but not played yet.
    void setPlayhead(std::optional<double> x, const QString& text = {});
    void setXRange(double from, double to); // of everything; zooming stays inside
    void setUnits(const QString& xUnit, const QString& yUnit);
    // What an empty chart says instead of axes; "" shows axes.
    void setInvitation(const QString& words);

    const std::vector<ChartSeries>& series() const { return m_series; } // whole, not thinned
    const std::vector<ChartBand>& bands() const { return m_bands; }
    int shownPoints() const; // after thinning
    int shownLines() const;  // unbroken ones
    double shownFrom() const { return m_from; }
    double shownTo() const { return m_to; }
    QString readoutAt(double x) const; // "64.1 s   p99 201 ms   p50 42 ms"
    QByteArray csv() const;
    // By the suffix of the path: .png (at twice the size), .svg, .csv. False when the file could not be
    // written.
    bool save(const QString& path);

signals:
    void scrubbed(double x); // click or drag in the plot

protected:
    void drawForeground(QPainter* painter, const QRectF& rect) override;
    void mousePressEvent(QMouseEvent* event) override;
    void mouseMoveEvent(QMouseEvent* event) override;
    void mouseReleaseEvent(QMouseEvent* event) override;
    void mouseDoubleClickEvent(QMouseEvent* event) override;
    void wheelEvent(QWheelEvent* event) override;
    void leaveEvent(QEvent* event) override;
    void resizeEvent(QResizeEvent* event) override;
    void contextMenuEvent(QContextMenuEvent* event) override;

private:
    void restyle();
    void refill();
    double xAt(QPointF viewPos) const;
    double pixelX(double x) const;
    int markRows() const; // of words above the plot
    void fitMargins();
    void drawBands(QPainter& painter, const QRectF& plot) const;
    QRectF betweenMarks(const QRectF& area) const;
    void drawFuture(QPainter& painter, const QRectF& plot) const;
    void drawMarks(QPainter& painter, const QRectF& plot) const;
    void drawPlayhead(QPainter& painter, const QRectF& plot) const;
    QRectF playheadLabel(const QRectF& plot, double width) const;
    QRectF legendBox(const QRectF& plot) const;
    void drawLegend(QPainter& painter, const QRectF& plot) const;
    void drawReadout(QPainter& painter, const QRectF& plot) const;
    void saveAs(const QString& suffix);

    static constexpr int kMarkRowHeight = 13;
    const Theme& m_theme;
    QChart* m_chart = nullptr;
    QValueAxis* m_xAxis = nullptr;
    QValueAxis* m_yAxis = nullptr;
    std::vector<ChartSeries> m_series;
    std::vector<ChartMark> m_marks;
    std::vector<ChartBand> m_bands;
    std::optional<double> m_playhead;
    QString m_playheadText, m_invitation, m_xUnit, m_yUnit;
    double m_wholeFrom = 0, m_wholeTo = 1, m_from = 0, m_to = 1;
    std::optional<double> m_hover;
    bool m_scrubbing = false;
};

} // namespace alwayson::gui

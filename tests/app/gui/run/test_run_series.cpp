// The series of a run as lines of a chart.

#include "app/gui/run/run_series.h"
#include "core/results/simulation_result.h"
#include "tests/app/gui/canvas/canvas_fixture.h"

#include <cmath>

using namespace alwayson;
using namespace alwayson::gui;
using namespace alwayson::gui::test;

class TestRunSeries : public QObject {
    Q_OBJECT

    // 100 requests a second for 20 s; in the steps from..to (1 to 20) all of them fail.
    static SimulationResult dark(int from, int to) {
        SimulationResult result;
        NamedSeries series;
        series.id = "users"; // all its classes
        for (int at = 1; at <= 20; ++at)
            series.points.push_back(at >= from && at <= to ? SeriesPoint{double(at), 100, 0, 100, 0, 0}
                                                           : SeriesPoint{double(at), 100, 100, 0, 20, 60});
        result.series.push_back(series);
        return result;
    }

private slots:
    void noLineGoesThroughWhatNobodyWasAnsweredIn() {
        CanvasFixture canvas;
        const SimulationResult result = dark(8, 12);
        const auto lines = latencyLines(canvas.design(), result);
        const auto unserved = unservedBands(canvas.design(), result);
        QCOMPARE(lines.size(), std::size_t(2));
        QCOMPARE(unserved.size(), std::size_t(1));
        QCOMPARE(unserved[0].from, 7.0);
        QCOMPARE(unserved[0].to, 12.0);
        QCOMPARE(unserved[0].text, QStringLiteral("nothing served"));
        for (const ChartSeries& line : lines) {
            // Between the last answer before and the first after there is a break.
            const auto gap = std::find_if(line.points.begin(), line.points.end(),
                                          [](const QPointF& point) { return std::isnan(point.y()); });
            QVERIFY(gap != line.points.end());
            QCOMPARE((gap - 1)->x(), 7.0);
            QVERIFY(gap->x() > 7 && gap->x() < 7.1);
            QCOMPARE(line.points.back().x(), 20.0);
        }
    }

    void whereAllFailsIsNoScale() {
        CanvasFixture canvas;
        const SimulationResult result = dark(1, 20);
        const auto lines = latencyLines(canvas.design(), result);
        const auto unserved = unservedBands(canvas.design(), result);
        QCOMPARE(unserved.size(), std::size_t(1));
        QCOMPARE(unserved[0].from, 0.0);
        QCOMPARE(unserved[0].to, 20.0);
        ChartView chart(canvas.theme);
        chart.setBands(unserved);
        chart.setSeries(lines);
        QCOMPARE(chart.shownLines(), 0);
    }

    void aQuietStepIsNoOutage() {
        CanvasFixture canvas;
        SimulationResult result = dark(21, 20);
        result.series[0].points[4] = {5, 0, 0, 0, 0, 0};  // nobody asked
        result.series[0].points[9] = {10, 1, 0, 0, 0, 0}; // answered in the next step
        const auto lines = latencyLines(canvas.design(), result);
        const auto unserved = unservedBands(canvas.design(), result);
        QVERIFY(unserved.empty());
        for (const QPointF& point : lines[0].points)
            QVERIFY(!std::isnan(point.y()));
        QCOMPARE(lines[0].points.size(), std::size_t(18));
    }

    void oneFlowThatIsServedIsEnough() {
        CanvasFixture canvas;
        SimulationResult result = dark(8, 12);
        result.series.push_back(dark(21, 20).series[0]);
        result.series[1].id = "others";
        const auto lines = latencyLines(canvas.design(), result);
        const auto unserved = unservedBands(canvas.design(), result);
        QCOMPARE(lines.size(), std::size_t(4));
        QVERIFY(unserved.empty());
        QVERIFY(std::isnan(lines[0].points[7].y())); // the other one still breaks
    }

    // A design whose orders fail while its pages do not.
    void aFlowThatFailsIsNamed() {
        CanvasFixture canvas;
        SimulationResult result = dark(21, 20);
        result.series[0].id = "users";
        NamedSeries read = result.series[0], write = dark(8, 12).series[0];
        read.id = "users:read", write.id = "users:write";
        read.points[14] = {15, 100, 98, 2, 20, 60};   // two of a hundred
        write.points[15] = {16, 100, 90, 10, 20, 60}; // more than the client puts up with
        result.series.push_back(read);
        result.series.push_back(write);
        auto bands = unservedBands(canvas.design(), result);
        QCOMPARE(bands.size(), std::size_t(2));
        QCOMPARE(bands[0].from, 7.0);
        QCOMPARE(bands[0].to, 12.0);
        QCOMPARE(bands[0].text, QStringLiteral("not served: write"));
        QVERIFY(bands[0].tone == Tone::warn);
        QCOMPARE(bands[1].from, 15.0);
        // Of several clients all are named, and where nobody gets anything that is said.
        result.series.push_back(dark(10, 12).series[0]);
        result.series.back().id = "others:read";
        result.series[0] = dark(11, 12).series[0];
        bands = unservedBands(canvas.design(), result);
        QCOMPARE(bands.size(), std::size_t(4));
        QVERIFY2(!bands[0].text.contains("others"), qPrintable(bands[0].text)); // they fail only later
        QVERIFY2(bands[0].text.contains("write"), qPrintable(bands[0].text));
        QVERIFY2(bands[1].text.contains("others"), qPrintable(bands[1].text));
        QVERIFY2(bands[1].text.contains("write"), qPrintable(bands[1].text));
        QCOMPARE(bands[2].text, QStringLiteral("nothing served"));
        QCOMPARE(bands[2].from, 10.0);
    }

    void failuresAreNeverGreen() {
        CanvasFixture canvas;
        SimulationResult result;
        for (int flow = 0; flow < 8; ++flow) {
            result.series.push_back(dark(8, 12).series[0]);
            result.series.back().id = "users:" + std::to_string(flow);
        }
        const std::vector<ChartSeries> lines = errorSeries(canvas.design(), result);
        QCOMPARE(lines.size(), std::size_t(8));
        QCOMPARE(lines[0].tone, Tone::bad);
        for (std::size_t i = 0; i < lines.size(); ++i) {
            QVERIFY(lines[i].tone != Tone::ok && lines[i].tone != Tone::compute);
            for (std::size_t j = 0; j < i; ++j)
                QVERIFY(lines[i].tone != lines[j].tone);
        }
    }
};

ALWAYSON_TEST_MAIN(TestRunSeries, test_run_series)
#include "test_run_series.moc"

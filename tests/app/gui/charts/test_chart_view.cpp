#include "app/gui/charts/chart_view.h"
#include "app/gui/charts/decimate.h"
#include "app/gui/charts/mark_labels.h"
#include "tests/support/test_support.h"

#include <QImage>
#include <QSignalSpy>
#include <QTemporaryDir>
#include <QWheelEvent>

#include <algorithm>
#include <cmath>

using namespace alwayson::gui;

class TestChartView : public QObject {
    Q_OBJECT

    static std::vector<QPointF> wave(int count) {
        std::vector<QPointF> points;
        for (int i = 0; i < count; ++i)
            points.emplace_back(i * 0.01, 50 + 10 * std::sin(i * 0.003));
        return points;
    }

private slots:
    void decimationKeepsExtremes() {
        std::vector<QPointF> points = wave(200000);
        points[123456].setY(900); // one spike and one dip of a single sample
        points[77777].setY(-40);
        const std::vector<QPointF> thin = decimate(points, 0, 2000, 800);
        QVERIFY2(thin.size() <= 4 * 800 + 8, qPrintable(QString::number(thin.size())));
        const auto [low, high] =
            std::minmax_element(thin.begin(), thin.end(), [](QPointF a, QPointF b) { return a.y() < b.y(); });
        QCOMPARE(*high, points[123456]);
        QCOMPARE(*low, points[77777]);
        QCOMPARE(thin.front(), points.front());
        QCOMPARE(thin.back(), points.back());
        QVERIFY(std::is_sorted(thin.begin(), thin.end(), [](QPointF a, QPointF b) { return a.x() < b.x(); }));
    }

    void wordsOfMarksStayInThePlot() {
        Theme theme;
        ChartView chart(theme);
        chart.resize(900, 160);
        chart.setSeries({{QStringLiteral("p99 ms"), Tone::accent, wave(30000)}});
        chart.setXRange(0, 300);
        const auto axis = [&] { return chart.viewport()->grab(QRect(0, 0, 30, 160)).toImage(); };
        const QImage before = axis();
        // No room to the right of the first one: its words must not go over the axis.
        chart.setMarks({{4, QStringLiteral("web2 crashes"), Tone::bad, true},
                        {6, QStringLiteral("web2 is marked down"), Tone::warn, true}});
        QCOMPARE(axis(), before);
    }

    void aZoomedChartGoesAlongWithWhatPlaysInIt() {
        Theme theme;
        ChartView chart(theme);
        chart.resize(900, 200);
        chart.show();
        QVERIFY(QTest::qWaitForWindowExposed(&chart));
        chart.setSeries({{QStringLiteral("p99 ms"), Tone::accent, wave(30000)}});
        chart.setXRange(0, 300);
        const QPointF at(450, 100);
        for (int i = 0; i < 8; ++i) {
            QWheelEvent wheel(at, chart.mapToGlobal(at), {}, {0, 120}, Qt::NoButton, Qt::NoModifier,
                              Qt::NoScrollPhase, false);
            QCoreApplication::sendEvent(chart.viewport(), &wheel);
        }
        const double from = chart.shownFrom(), to = chart.shownTo();
        QVERIFY(from > 0 && to < 300);
        // What is played elsewhere does not take the view away.
        chart.setPlayhead(from - 20);
        QCOMPARE(chart.shownFrom(), from);
        chart.setPlayhead(from + 1);
        chart.setPlayhead(to + 1);
        QVERIFY(chart.shownFrom() > from && chart.shownFrom() < to + 1 && chart.shownTo() > to + 1);
        QVERIFY(std::abs((chart.shownTo() - chart.shownFrom()) - (to - from)) < 1e-6);
        chart.setPlayhead(299.9);
        QVERIFY(chart.shownTo() <= 300);
    }

    void decimationTakesTheVisiblePart() {
        const std::vector<QPointF> thin = decimate(wave(1000), 2, 3, 500);
        QVERIFY(thin.front().x() <= 2 && thin.front().x() > 1.9);
        QVERIFY(thin.back().x() >= 3 && thin.back().x() < 3.1);
        QVERIFY(decimate({}, 0, 1, 10).empty());
    }

    void niceCeilings_data() {
        QTest::addColumn<double>("value");
        QTest::addColumn<double>("ceiling");
        QTest::newRow("0") << 0.0 << 1.0;
        QTest::newRow("207") << 207.0 << 250.0;
        QTest::newRow("100") << 100.0 << 100.0;
        QTest::newRow("0.31") << 0.31 << 0.4;
        QTest::newRow("61") << 61.0 << 80.0;
    }
    void niceCeilings() {
        QFETCH(double, value);
        QFETCH(double, ceiling);
        QVERIFY(qAbs(niceCeiling(value) - ceiling) < 1e-9 * ceiling);
    }

    void manyPointsAreThinnedAndAllAreSaved() {
        Theme theme;
        ChartView chart(theme);
        chart.resize(600, 220);
        chart.setUnits("s", "ms");
        chart.setXRange(0, 1000);
        chart.setSeries({{"p99 ms", Tone::accent, wave(100000)}});
        QVERIFY(chart.shownPoints() < 3000);
        QCOMPARE(chart.csv().count('\n'), 100001);
        QVERIFY(chart.csv().startsWith("x,\"p99 ms\"\n0,50"));
        QVERIFY(chart.readoutAt(0.005).contains("p99 50 ms"));
    }

    void wordsOfMarksStayInsideAndApart() {
        // At the left edge, four together, and one at the right edge.
        const std::vector<MarkLabel> labels{{52, 70, 0},  {300, 90, 1}, {306, 90, 0},
                                            {312, 90, 1}, {318, 90, 1}, {795, 60, 1}};
        const auto places = placeMarkLabels(labels, 50, 800);
        QCOMPARE(places.size(), labels.size());
        std::vector<QRectF> words;
        for (std::size_t i = 0; i < places.size(); ++i) {
            if (!places[i]) continue;
            words.emplace_back(places[i]->left, 100 - 20 * places[i]->row, labels[i].width, 13);
            QVERIFY(words.back().left() >= 50 && words.back().right() <= 800);
        }
        for (std::size_t i = 0; i < words.size(); ++i)
            for (std::size_t j = 0; j < i; ++j)
                QVERIFY(!words[i].intersects(words[j]));
        QVERIFY(places[0] && places[0]->left > 52);       // to the right of its mark
        QVERIFY(places[2]);                               // a failure keeps its words
        QVERIFY(places[5] && places[5]->left + 60 < 795); // to the left of its mark
    }

    void wordsOfMarksAreReadInTheOrderOfTime() {
        // A crash, its take-over and who leads then, close together; something much later.
        const std::vector<MarkLabel> labels{{176, 65, 0}, {183, 160, 1}, {205, 130, 1}, {520, 60, 1}};
        const auto places = placeMarkLabels(labels, 50, 800);
        for (std::size_t i = 0; i < places.size(); ++i) {
            QVERIFY(places[i]);
            QVERIFY(places[i]->left > labels[i].x);
        }
        QVERIFY(places[0]->row > places[1]->row && places[1]->row > places[2]->row);
        QCOMPARE(places[3]->row, 0);
        // With less room the failure keeps its words.
        const auto few = placeMarkLabels(labels, 50, 800, 1);
        QVERIFY(few[3]);
        const auto two = placeMarkLabels({{176, 6, 0}, {183, 160, 1}, {205, 130, 1}}, 50, 800, 2);
        QVERIFY(two[0]);
    }

    void whatIsNotPlayedYetIsFaint() {
        Theme theme;
        theme.setChoice(ThemeChoice::light);
        ChartView chart(theme);
        chart.resize(600, 220);
        chart.setXRange(0, 100);
        chart.setSeries({{"p99 ms", Tone::bad, {{0, 50}, {100, 50}}}});
        // The strongest red in a column of the picture: 0 white, 1 the full tone.
        const auto strength = [&](int x) {
            const QImage picture = chart.grab().toImage();
            int least = 255;
            for (int y = 16; y < picture.height() - 30; ++y)
                least = std::min(least, QColor(picture.pixel(x, y)).blue());
            return double(255 - least) / (255 - theme.color(Tone::bad).blue());
        };
        chart.setPlayhead(50, "now 50.0 s");
        QVERIFY2(strength(150) > 0.9, qPrintable(QString::number(strength(150))));
        QVERIFY2(strength(500) < 0.5 && strength(500) > 0.2, qPrintable(QString::number(strength(500))));
        chart.setPlayhead(100, "now 100.0 s");
        QVERIFY(strength(500) > 0.9);
    }

    void aLineBreaksWhereItHasNoValue() {
        Theme theme;
        theme.setChoice(ThemeChoice::light);
        ChartView chart(theme);
        chart.resize(600, 220);
        chart.setUnits("s", "ms");
        chart.setXRange(0, 100);
        chart.setBands({{40, 60, "nothing served"}});
        chart.setSeries({{"p99 ms", Tone::accent, {{1, 50}, {40, 50}, {40.5, qQNaN()}, {61, 50}, {99, 50}}}});
        QCOMPARE(chart.shownLines(), 2);
        QVERIFY(chart.readoutAt(20).contains("p99 50 ms"));
        QVERIFY2(!chart.readoutAt(50).contains("p99") && chart.readoutAt(50).endsWith("nothing served"),
                 qPrintable(chart.readoutAt(50)));
        QVERIFY(!chart.csv().contains("nan"));
        // Blue where there is a line, none across the gap.
        const QImage picture = chart.grab().toImage();
        const auto blue = [&](int x) {
            for (int y = 16; y < picture.height() - 30; ++y)
                if (const QColor at(picture.pixel(x, y)); at.blue() > 200 && at.red() < 120) return true;
            return false;
        };
        QVERIFY(blue(170));
        QVERIFY(!blue(330));
        QVERIFY(blue(500));
        chart.setBands({});
        chart.setSeries({{"p99 ms", Tone::accent, {{1, 50}, {99, 50}}}});
        QCOMPARE(chart.shownLines(), 1);
    }

    void clickAndDragScrub() {
        Theme theme;
        ChartView chart(theme);
        chart.resize(600, 220);
        chart.show();
        QVERIFY(QTest::qWaitForWindowExposed(&chart));
        chart.setXRange(0, 100);
        chart.setSeries({{"p99 ms", Tone::accent, {{0, 1}, {100, 2}}}});
        QSignalSpy scrubbed(&chart, &ChartView::scrubbed);
        QTest::mousePress(chart.viewport(), Qt::LeftButton, {}, QPoint(320, 100));
        QTest::mouseMove(chart.viewport(), QPoint(400, 100));
        QTest::mouseRelease(chart.viewport(), Qt::LeftButton, {}, QPoint(400, 100));
        QVERIFY(scrubbed.count() >= 1);
        const double first = scrubbed.first().first().toDouble();
        QVERIFY2(first > 40 && first < 60, qPrintable(QString::number(first)));
    }

    void savesPngSvgAndCsv() {
        Theme theme;
        ChartView chart(theme);
        chart.resize(600, 220);
        chart.setSeries({{"load \"a\"", Tone::ok, {{0, 1}, {1, 3}}}});
        QTemporaryDir folder;
        QVERIFY(chart.save(folder.filePath("c.png")));
        QImage picture(folder.filePath("c.png"));
        QVERIFY(picture.width() >= 1100);
        QVERIFY(chart.save(folder.filePath("c.svg")));
        QFile svg(folder.filePath("c.svg"));
        QVERIFY(svg.open(QIODevice::ReadOnly) && svg.readAll().contains("<path"));
        QVERIFY(chart.save(folder.filePath("c.csv")));
        QVERIFY(!chart.save(folder.filePath("missing/c.csv")));
    }
};

ALWAYSON_TEST_MAIN(TestChartView, test_chart_view)
#include "test_chart_view.moc"

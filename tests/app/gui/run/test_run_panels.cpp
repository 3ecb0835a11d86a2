// Words and rows made of results, the line difference, and the panels without a run.

#include "app/gui/run/bar_list.h"
#include "app/gui/run/dock_splitter.h"
#include "app/gui/run/figure_rows.h"
#include "app/gui/run/highlighter.h"
#include "app/gui/run/line_diff.h"
#include "app/gui/run/results_panel.h"
#include "app/gui/run/run_words.h"
#include "app/gui/run/timeline_panel.h"
#include "tests/app/gui/canvas/canvas_fixture.h"

#include <QLabel>
#include <QPushButton>
#include <QScrollBar>
#include <QSignalSpy>
#include <QTextBlock>
#include <QTextDocument>
#include <QTextLayout>
#include <QTreeWidget>

#include <map>

using namespace alwayson;
using namespace alwayson::gui;
using namespace alwayson::gui::test;

class TestRunPanels : public QObject {
    Q_OBJECT

    static SimulationResult killedWeb2() {
        SimulationResult result;
        result.simulatedSeconds = 10;
        NamedSeries series;
        series.id = "users:read";
        for (int i = 1; i <= 10; ++i)
            series.points.push_back({double(i), 164, 162, 2, 20, 60});
        result.series.push_back(series);
        FlowResult flow;
        flow.flow = "users:read";
        flow.availabilityRequests.value = 0.9878;
        flow.availabilityRequests.ci95 = Interval{0.985, 0.990};
        flow.availabilityRequests.method = Method::simulated;
        flow.availabilityRequests.samples = 1640;
        flow.requests.offered = 1640;
        flow.requests.succeeded = 1620;
        flow.requests.attempts = 1700;
        flow.requests.failed = {{"deadline", 5}, {"refused", 15}};
        result.flows.push_back(flow);
        result.events = {{2, "failed", "web2", "", "web2: Process crash"},
                         {4, "check_failed", "web2", "lb", ""},
                         {6.7, "marked_down", "web2", "lb", ""},
                         {9, "repaired", "web2", "", ""}};
        return result;
    }

private slots:
    void theSentenceSaysWhatHappened() {
        CanvasFixture canvas;
        const SimulationResult result = killedWeb2();
        const QString end = runSentence(canvas.design(), result, std::nullopt);
        QCOMPARE(grouped(1234567), QStringLiteral("1 234 567"));
        QVERIFY2(
            end.startsWith(QStringLiteral("20 of ") + grouped(1640) + QStringLiteral(" requests failed")),
            qPrintable(end));
        QVERIFY2(end.contains("lb marks web2 down 4.7 s after it crashes"), qPrintable(end));
        QVERIFY2(end.contains("60 attempts were repeated"), qPrintable(end));
        // Until a time, only what has happened by then.
        const QString middle = runSentence(canvas.design(), result, 5);
        QVERIFY2(middle.startsWith("10 of 820 requests failed"), qPrintable(middle));
        QVERIFY2(middle.contains("web2 crashes at 2.0 s, not marked down yet"), qPrintable(middle));
        QCOMPARE(runSentence(canvas.design(), result, 0.5), QStringLiteral("No requests yet"));
        QCOMPARE(grouped(1640), QStringLiteral("1640"));
    }

    void theSentenceDoesNotWaitForWhatCannotCome() {
        CanvasFixture canvas;
        SimulationResult result = killedWeb2();
        result.events = {{2, "failed", "lb", "", "lb: Process crash"}, {9, "repaired", "lb", "", ""}};
        const QString before = runSentence(canvas.design(), result, 5);
        QVERIFY2(before.contains("lb crashes at 2.0 s, nobody checks it"), qPrintable(before));
        QVERIFY2(!before.contains("yet"), qPrintable(before));
        const QString after = runSentence(canvas.design(), result, 9.5);
        QVERIFY2(after.contains("nobody checks it, back at 9.0 s"), qPrintable(after));
        // A voter is called by nobody, and the others notice that it is gone.
        Group quorum;
        quorum.id = GroupId("voters");
        quorum.kind = "quorum";
        canvas.session.apply(operation::batch(
            "Voters", {operation::insertGroup(quorum), addNode("vote1", "voter", "a", "voters")}));
        result.events = {{2, "failed", "vote1", "", "vote1: Process crash"}};
        const QString voter = runSentence(canvas.design(), result, 5);
        QVERIFY2(voter.endsWith("vote1 crashes at 2.0 s"), qPrintable(voter));
        // Who reads a replica notices by its own list or check.
        Group set;
        set.id = GroupId("db");
        set.kind = "mysql_replication";
        canvas.session.apply(
            operation::batch("Set", {operation::insertGroup(set), addNode("db1", "mysql", "a", "db"),
                                     addNode("db2", "mysql", "b", "db"), addLink("web-db", "web", "db")}));
        result.events = {{2, "failed", "db2", "", "db2: Process crash"}};
        const QString replica = runSentence(canvas.design(), result, 5);
        QVERIFY2(replica.endsWith("db2 crashes at 2.0 s"), qPrintable(replica));
        result.events.push_back({2.8, "reads_left", "db2", "web1", "web1 reads from db2 no more"});
        const QString left = runSentence(canvas.design(), result, 5);
        QVERIFY2(left.endsWith("web1 reads from db2 no more 0.8 s after it crashes"), qPrintable(left));
        // The script of a pair is no node: its text says who noticed.
        result.events = {{2, "failed", "lb", "", "lb: Process crash"},
                         {4, "marked_down", "lb", "", "The script on lb gives its balancer up"}};
        const QString given = runSentence(canvas.design(), result, 5);
        QVERIFY2(given.endsWith("· The script on lb gives its balancer up"), qPrintable(given));
        result.events.push_back(
            {4.5, "role_changed", "web2", "lb", "web2 takes over, 2.5 s after the failure"});
        const QString taken = runSentence(canvas.design(), result, 5);
        QVERIFY2(taken.endsWith("· web2 takes over, 2.5 s after the failure"), qPrintable(taken));
        // The mode says how it failed; the words of the text may be of anything.
        result.events = {{2, "failed", "web2", "", "web2 stands still"}};
        result.events[0].mode = "hang";
        const QString hung = runSentence(canvas.design(), result, 5);
        QVERIFY2(hung.contains("web2 hangs at 2.0 s"), qPrintable(hung));
        // Checked, but back before three checks had failed.
        result.events = {{2, "failed", "web2", "", "web2: Process crash"}, {3, "repaired", "web2", "", ""}};
        const QString soon = runSentence(canvas.design(), result, 5);
        QVERIFY2(soon.contains("web2 crashes at 2.0 s, back at 3.0 s"), qPrintable(soon));
        QVERIFY2(!soon.contains("yet"), qPrintable(soon));
    }

    void rowsCarryIntervalTagAndSamples() {
        CanvasFixture canvas;
        const std::vector<FigureRow> rows = figureRows(canvas.design(), killedWeb2());
        const auto answered = std::find_if(
            rows.begin(), rows.end(), [](const FigureRow& row) { return row.name == "Requests answered"; });
        QVERIFY(answered != rows.end());
        QCOMPARE(answered->section, QStringLiteral("users · read"));
        QVERIFY(answered->value.startsWith("98."));
        QVERIFY(answered->interval.contains("0.25"));
        QCOMPARE(answered->tag, QStringLiteral("simulated"));
        QVERIFY(!answered->samples.isEmpty());
        const std::vector<BarRow> bars = errorBars(killedWeb2());
        QCOMPARE(bars.size(), std::size_t(2));
        QCOMPARE(bars[0].name, QStringLiteral("Connection refused"));
        QCOMPARE(bars[0].amount, 15.0);
    }

    void whatIsTheSameIsToldOnce() {
        CanvasFixture canvas;
        const auto sections = [&](std::initializer_list<const char*> flows) {
            SimulationResult result;
            for (const char* id : flows) {
                FlowResult flow;
                flow.flow = id;
                flow.availabilityTime = flow.availabilityRequests = Estimate::exactly(0.99);
                result.flows.push_back(flow);
            }
            std::map<QString, QStringList> rows;
            for (const FigureRow& row : figureRows(canvas.design(), result))
                rows[row.section] << row.name;
            return rows;
        };
        auto rows = sections({"users:read", "users:write", "users", "design"});
        QCOMPARE(rows.size(), std::size_t(4));
        QCOMPARE(rows["Whole design"].size(), 2);
        QCOMPARE(rows["users"],
                 QStringList({"Up (time)", "The mean of its classes by their share. All else is as "
                                           "of the whole design."}));
        rows = sections({"users:read", "users", "design"});
        QCOMPARE(rows.size(), std::size_t(1));
    }

    void whatTheFailureCostStandsFirst() {
        CanvasFixture canvas;
        SimulationResult result = killedWeb2();
        result.mode = "requests";
        const auto flow = std::find_if(result.flows.begin(), result.flows.end(), [](const FlowResult& one) {
            return one.flow.find(':') != std::string::npos;
        });
        flow->unserved = {Estimate::exactly(6.894), Estimate::exactly(4.2), 2};
        Recovery node;
        node.what = "web2";
        node.mode = "crash";
        node.totalMeanS.value = 3536;
        node.totalMeanS.ci95 = Interval{3000, 4000};
        Recovery group;
        group.what = "web";
        group.mode = "any";
        group.count = 2;
        group.blocked = 1;
        group.resumed = 3;
        group.servedMeanS.value = 6.4;
        result.recovery = {node, group};
        const std::vector<FigureRow> rows = figureRows(canvas.design(), result);
        QCOMPARE(rows[0].section, QStringLiteral("What the failure cost"));
        QCOMPARE(rows[0].value, QStringLiteral("6.89 s"));
        QCOMPARE(rows[1].value, QStringLiteral("4.2 s"));
        QCOMPARE(rows[2].value, QStringLiteral("20 of ") + grouped(1640));
        QCOMPARE(rows[3].name, QStringLiteral("Recovery time (RTO) of web, after any failure"));
        const auto valueOf = [&](const char* name) {
            for (const FigureRow& row : rows)
                if (row.name == QLatin1String(name)) return row.value;
            return QString();
        };
        QCOMPARE(valueOf("Blocked: too soon after another"), QStringLiteral("1"));
        QCOMPARE(valueOf("Went on without a take-over"), QStringLiteral("3"));
        QVERIFY(rows.back().folded && rows.back().section.startsWith("Recovery of web2"));
        QCOMPARE(rows.back().value, QStringLiteral("58.9 min"));
        QVERIFY2(rows.back().interval.contains("min"), qPrintable(rows.back().interval));
        result.mode = "availability";
        QVERIFY(figureRows(canvas.design(), result)[0].section != rows[0].section);
    }

    // A long run with one group: a few of its failures ended by hand.
    static SimulationResult longRun() {
        SimulationResult result;
        result.mode = "availability";
        result.simulatedSeconds = 1000 * kSecondsPerYear;
        FlowResult flow;
        flow.flow = "design";
        flow.availabilityTime = {0.9999, Interval{0.99988, 0.99992}, Method::simulated, 500, {}};
        flow.outages.perYear = Estimate::exactly(9);
        flow.outages.meanSeconds = Estimate::exactly(30);
        flow.outages.p95Seconds = Estimate::exactly(12);
        flow.outages.longestSeconds = Estimate::exactly(7200);
        result.flows = {flow};
        Recovery group;
        group.what = "web";
        group.mode = "any";
        group.count = 4000;
        group.byHand = 3;
        group.resumed = 100;
        group.totalMeanS = Estimate::exactly(9);
        group.servedMeanS = Estimate::exactly(18);
        group.servedP95S = Estimate::exactly(12.6);
        group.servedLongestS = Estimate::exactly(7200);
        group.rpoMeanS = Estimate::exactly(0.05);
        group.rpoP95S = Estimate::exactly(0);
        result.recovery = {group};
        result.data.lostWrites = Estimate::exactly(8);
        result.data.lostWrites.samples = 4000;
        return result;
    }

    void whatOneGetsStandsFirst() {
        CanvasFixture canvas;
        const std::vector<FigureRow> rows = figureRows(canvas.design(), longRun());
        QStringList head;
        for (const FigureRow& row : rows)
            if (row.section == QLatin1String("What you get")) head << row.name + ": " + row.value;
        QCOMPARE(rows[0].section, QStringLiteral("What you get"));
        QCOMPARE(rows[0].interval, QStringLiteral("± 0.0020 %"));
        const QStringList wanted{
            "Availability: 99.9900 %",
            "Downtime: 52.6 min/yr",
            "Outages: 9 a year",
            "Outage, mean: 30 s",
            "Outage, p95: 12 s",
            "Outage, worst seen: 2 h",
            "Mean recovery time (RTO), web: 18 s",
            "p95 recovery time (RTO), web: 12.6 s",
            "Worst recovery time (RTO), web: 2 h",
            "Without a take-over, web: 100 of " + grouped(4100),
            "A mean above the p95: the few that end by hand, or when what failed is back, "
            "take long.: ",
            "Mean lost writes (RPO), web: 50 ms",
            "p95 lost writes (RPO), web: 0 s",
            "Acknowledged writes lost: 8 a year",
            "Acknowledged writes lost: 2 a take-over"};
        QVERIFY2(head == wanted, qPrintable(head.join('\n')));
        // A mean below the p95 needs no word; without a run over years there is no such head.
        SimulationResult other = longRun();
        other.recovery[0].servedMeanS = Estimate::exactly(5);
        for (const FigureRow& row : figureRows(canvas.design(), other))
            QVERIFY(!row.prose);
        other.mode = "requests";
        QVERIFY(figureRows(canvas.design(), other)[0].section != QLatin1String("What you get"));
    }

    void whatAModeCannotJudgeIsNotUndecided() {
        CanvasFixture canvas;
        SimulationResult result = longRun();
        ObjectiveResult unknown;
        unknown.id = "fast";
        ObjectiveResult open = unknown;
        open.value = {0.9995, Interval{0.999, 0.9999}, Method::simulated, 10, {}};
        ObjectiveResult met = open;
        met.met = true;
        result.objectives = {unknown, open, met};
        QStringList told;
        for (const FigureRow& row : figureRows(canvas.design(), result))
            if (row.section == QLatin1String("Objectives")) told << row.value + '/' + row.tag;
        QCOMPARE(told, QStringList({"not judged in this mode/", "undecided/simulated", "met/simulated"}));
    }

    void whatIsLeftOfZeroIsZero() {
        CanvasFixture canvas;
        SimulationResult result = killedWeb2();
        result.data.readAgeP50S = Estimate::exactly(6.77e-10);
        for (const FigureRow& row : figureRows(canvas.design(), result))
            if (row.name.startsWith("Age of replicas")) QCOMPARE(row.value, QStringLiteral("0 s"));
    }

    void theRestOfTheBarsHasAValue() {
        CanvasFixture canvas;
        BarList list(canvas.theme, "Downtime by cause", Tone::warn);
        std::vector<BarRow> rows;
        for (int i = 0; i < 29; ++i)
            rows.push_back({QString::number(i), "1 s/yr", 1.0 / 60});
        list.setRows(rows, "simulated", downtimeText);
        list.resize(400, list.sizeHint().height());
        QCOMPARE(list.rowAt({10, list.height() - 20.0}), QStringLiteral("22 more  22 s/yr"));
        // A caption that does not fit beside the title stands below it, whole.
        const int before = list.sizeHint().height();
        list.setRows(rows, "simulated · of an earlier version", downtimeText);
        list.resize(230, before);
        QVERIFY(list.sizeHint().height() > before);
    }

    void barsOfAnEarlierVersionSaySo() {
        CanvasFixture canvas;
        ResultsPanel results(canvas.session, canvas.theme);
        canvas.session.startAvailabilityRun();
        QTest::qWait(200);
        canvas.session.cancelAvailabilityRun();
        QTRY_VERIFY_WITH_TIMEOUT(!canvas.session.availabilityRunning(), 20000);
        QVERIFY(canvas.session.availabilityResult());
        const auto caption = [&] {
            for (const BarList* list : results.findChildren<BarList*>())
                if (list->accessibleName() == QLatin1String("Downtime by cause")) return list->caption();
            return QString();
        };
        QTRY_VERIFY(canvas.session.report());
        QCOMPARE(caption(), QStringLiteral("simulated"));
        canvas.session.apply(operation::setParameter(Collection::nodes, "web1", "workers", 4));
        QTRY_VERIFY(canvas.session.report());
        QCOMPARE(caption(), QStringLiteral("simulated · of an earlier version"));
    }

    void sentencesAreShownWhole() {
        CanvasFixture canvas;
        ResultsPanel results(canvas.session, canvas.theme);
        results.resize(560, 400);
        results.show();
        canvas.session.startAvailabilityRun();
        QTest::qWait(200);
        canvas.session.cancelAvailabilityRun();
        QTRY_VERIFY_WITH_TIMEOUT(!canvas.session.availabilityRunning(), 20000);
        auto* table = results.findChild<QTreeWidget*>(QStringLiteral("results-table"));
        // No higher than it has to be, neither: the first one was measured before the table was shown.
        QTRY_VERIFY(table->visualItemRect(table->topLevelItem(0)).height() < 100);
        int sentences = 0;
        const auto items = table->findItems(QStringLiteral("Balancers learn of failures"),
                                            Qt::MatchStartsWith | Qt::MatchRecursive, 0);
        for (QTreeWidgetItem* item : items) {
            table->scrollToItem(item);
            const QRect row = table->visualItemRect(item);
            const int needed =
                table->fontMetrics()
                    .boundingRect(QRect(0, 0, row.width(), 1000), Qt::TextWordWrap, item->text(0))
                    .height();
            QVERIFY2(row.height() >= needed && row.height() > 30, qPrintable(QString::number(row.height())));
            ++sentences;
        }
        QCOMPARE(sentences, 1);
    }

    void whatIsNotFinishedHasARowOfItsOwn() {
        CanvasFixture canvas;
        SimulationResult result = killedWeb2();
        result.mode = "requests";
        Recovery group;
        group.what = "web";
        group.mode = "gone";
        group.unfinished = 1;
        group.unfinishedForS = 30;
        result.recovery = {group};
        int found = 0;
        for (const FigureRow& row : figureRows(canvas.design(), result))
            if (row.value == QStringLiteral("1, for 30 s so far")) {
                ++found;
                QVERIFY(!row.note.isEmpty() && !row.folded);
            }
        QCOMPARE(found, 2); // with the cost, and with the take-overs
    }

    void namesMayLookLikePlaces() {
        CanvasFixture canvas;
        Design design = canvas.design();
        SimulationResult run = longRun();
        Group group = *design.groups.find(run.recovery[0].what);
        group.name = "db%1 %3";
        design.groups.replace(design.groups.indexOf(group.id.str()), group);
        QStringList names;
        for (const FigureRow& row : figureRows(design, run))
            names << row.name;
        for (const char* name : {"Mean recovery time (RTO), db%1 %3", "Worst recovery time (RTO), db%1 %3",
                                 "p95 lost writes (RPO), db%1 %3"})
            QVERIFY2(names.contains(QLatin1String(name)), qPrintable(names.join('\n')));
    }

    void aSmallPanelShowsFiguresOrCharts() {
        CanvasFixture canvas;
        ResultsPanel results(canvas.session, canvas.theme);
        canvas.session.startRun({});
        QTRY_VERIFY_WITH_TIMEOUT(canvas.session.runResult(), 20000);
        QTRY_VERIFY(canvas.session.report());
        auto* table = results.findChild<QTreeWidget*>(QStringLiteral("results-table"));
        auto* charts = results.findChild<QPushButton*>(QStringLiteral("results-charts"));
        results.resize(900, 260);
        results.show();
        QVERIFY(table->isVisible() && !charts->isVisible());
        results.resize(530, 260);
        QVERIFY(table->isVisible() && charts->isVisible());
        QVERIFY2(table->columnWidth(0) > 130, qPrintable(QString::number(table->columnWidth(0))));
        QCoreApplication::processEvents();
        const QScrollBar* sideways = table->horizontalScrollBar();
        QVERIFY2(sideways->maximum() == 0, qPrintable(QString::number(sideways->maximum())));
        charts->click();
        QVERIFY(!table->isVisible());
        results.resize(900, 260);
        QVERIFY(table->isVisible());
    }

    void trafficIsNamedInWords() {
        CanvasFixture canvas;
        Cost cost;
        cost.items = {{"traffic:lb-web:cross_zone", 12, ""}, {"traffic:egress", 90, ""}, {"web1", 70, ""}};
        const std::vector<BarRow> bars = costBars(canvas.design(), cost);
        QCOMPARE(bars[0].name, QStringLiteral("Traffic to the internet"));
        QCOMPARE(bars[1].name, QStringLiteral("web1"));
        QCOMPARE(bars[2].name, QStringLiteral("Traffic between zones, lb to web"));
        BarList list(canvas.theme, "Cost", Tone::accent);
        list.setRows(bars);
        list.resize(list.sizeHint());
        QVERIFY(list.rowAt({10, list.height() - 20.0}).startsWith("Traffic between zones, lb to web  $"));
        QVERIFY(list.rowAt({10, 4}).isEmpty());
    }

    void anEditDuringARunIsTold() {
        CanvasFixture canvas;
        TimelinePanel timeline(canvas.session, canvas.theme);
        canvas.session.startRun({});
        QTRY_VERIFY_WITH_TIMEOUT(canvas.session.runResult(), 20000);
        QSignalSpy notices(&canvas.session, &Session::notice);
        canvas.session.pauseRun();
        canvas.session.apply(operation::place("web1", {312, 264})); // only the picture
        canvas.session.apply(operation::setParameter(Collection::nodes, "web1", "workers", 4));
        QTRY_COMPARE_WITH_TIMEOUT(notices.count(), 1, 20000);
        QVERIFY(notices.first().first().toString().contains("recorded again"));
        canvas.session.kill("web2", "crash"); // tells for itself
        const auto before = canvas.session.runResult();
        QTRY_VERIFY_WITH_TIMEOUT(canvas.session.runResult() != before, 20000);
        QCOMPARE(notices.count(), 1);
        canvas.session.stopRun();
    }

    void outagesAreSortedByLength() {
        SimulationResult result;
        FlowResult whole;
        whole.flow = "design";
        whole.outages.lengths = {{0, 1, 1}, {1, 3, 0}, {3, 10, 2}, {10, std::nullopt, 1}};
        result.flows = {whole};
        const std::vector<BarRow> bars = outageBars(result);
        QCOMPARE(bars.size(), std::size_t(4));
        QCOMPARE(bars[0].name, QStringLiteral("below 1 s"));
        QCOMPARE(bars[2].name, QStringLiteral("3 s to 10 s"));
        QCOMPARE(bars[2].value, QStringLiteral("50 %"));
        QCOMPARE(bars[3].name, QStringLiteral("10 s and more"));
        QVERIFY(outageBars({}).empty());
    }

    void theHeadSaysWhatIsCounted() {
        CanvasFixture canvas;
        ResultsPanel results(canvas.session, canvas.theme);
        TimelinePanel timeline(canvas.session, canvas.theme);
        auto* table = results.findChild<QTreeWidget*>(QStringLiteral("results-table"));
        auto* keep = timeline.findChild<QPushButton*>(QStringLiteral("keep-live"));
        canvas.session.startRun({});
        QTRY_VERIFY_WITH_TIMEOUT(canvas.session.runResult(), 20000);
        canvas.session.pauseRun();
        const auto head = [&] { return table->topLevelItem(0)->text(0); };
        QCOMPARE(head(), QStringLiteral("Scenario: Live · the whole scenario as it stands, to 300 s"));
        QVERIFY(!keep->isVisibleTo(&timeline));
        canvas.session.seek(33);
        canvas.session.kill(QStringLiteral("web2"), {});
        QVERIFY(keep->isVisibleTo(&timeline));
        canvas.session.stopRun();
        QVERIFY2(head().endsWith(QStringLiteral("stopped at 33.0 s")), qPrintable(head()));
        QVERIFY2(timeline.sentence().endsWith(QStringLiteral("stopped at 33.0 s")),
                 qPrintable(timeline.sentence()));
        // What was computed last stands above.
        canvas.session.startAvailabilityRun();
        QTest::qWait(50);
        canvas.session.cancelAvailabilityRun();
        QTRY_VERIFY_WITH_TIMEOUT(!canvas.session.availabilityRunning(), 20000);
        if (canvas.session.availabilityResult()) QVERIFY(head().startsWith(QStringLiteral("Long run")));
    }

    void theDockOpensAndGoesBack() {
        Theme theme;
        DockSplitter splitter(theme);
        auto* upper = new QWidget;
        upper->setMinimumHeight(100);
        splitter.addWidget(upper);
        splitter.addWidget(new QWidget);
        splitter.resize(400, 800);
        splitter.show();
        QVERIFY(QTest::qWaitForWindowExposed(&splitter));
        splitter.setSizes({500, 293});
        const QList<int> before = splitter.sizes();
        splitter.toggleMaximised();
        QVERIFY(splitter.maximised());
        QCOMPARE(splitter.sizes().first(), 100);
        splitter.toggleMaximised();
        QCOMPARE(splitter.sizes(), before);
    }

    void unknownFiguresAreLeftOut() {
        SimulationResult result;
        result.flows.push_back({});
        for (const FigureRow& row : figureRows({}, result))
            QVERIFY2(row.prose || row.value.size() > 0, qPrintable(row.name));
        QVERIFY(errorBars(result).empty());
    }

    void lineDifference() {
        const std::vector<DiffLine> lines = lineDiff("a\nb\nc\nd", "a\nx\nc\nd\ne");
        QString text;
        for (const DiffLine& line : lines)
            text += (line.kind == DiffLine::Kind::same    ? "="
                     : line.kind == DiffLine::Kind::added ? "+"
                                                          : "-") +
                    line.text;
        QCOMPARE(text, QStringLiteral("=a-b+x=c=d+e"));
        for (const DiffLine& line : lineDiff("same\ntext", "same\ntext"))
            QCOMPARE(line.kind, DiffLine::Kind::same);
    }

    void languagesFollowTheFileName() {
        QCOMPARE(ExportHighlighter::languageOf("lb1/haproxy.cfg"), ExportHighlighter::Language::haproxy);
        QCOMPARE(ExportHighlighter::languageOf("apply.sh"), ExportHighlighter::Language::shell);
        QCOMPARE(ExportHighlighter::languageOf("README.md"), ExportHighlighter::Language::markdown);
        QCOMPARE(ExportHighlighter::languageOf("LICENSE"), ExportHighlighter::Language::plain);
    }

    void highlighterColoursTheConfiguration() {
        Theme theme;
        QTextDocument document("backend web\n    server web1 10.0.1.11:8080 check inter 2s  # first\n");
        ExportHighlighter highlighter(theme, &document);
        highlighter.setFile("haproxy.cfg");
        const auto colourAt = [&](int block, const QString& word) {
            const QTextBlock line = document.findBlockByNumber(block);
            const int at = int(line.text().indexOf(word));
            for (const auto& range : line.layout()->formats())
                if (range.start <= at && at < range.start + range.length)
                    return range.format.foreground().color();
            return QColor();
        };
        QCOMPARE(colourAt(1, "# first"), theme.color(Tone::faint));
        QCOMPARE(colourAt(1, "server"), theme.color(Tone::accent));
        QCOMPARE(colourAt(1, "inter"), theme.color(Tone::warn));
    }

    void emptyPanelsInvite() {
        CanvasFixture canvas;
        TimelinePanel timeline(canvas.session, canvas.theme);
        QVERIFY(timeline.sentence().isEmpty());
        QVERIFY(!timeline.findChild<QPushButton*>("timeline-errors")->isEnabled());
        ResultsPanel results(canvas.session, canvas.theme);
        QCOMPARE(results.findChild<QTreeWidget*>("results-table")->topLevelItemCount(), 0);
        QVERIFY(results.findChild<QPushButton*>("simulate-years")->isEnabled());
    }
};

ALWAYSON_TEST_MAIN(TestRunPanels, test_run_panels)
#include "test_run_panels.moc"

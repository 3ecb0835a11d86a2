// What the inspector says beside its fields: verdicts of objectives, crews that nothing names, what is cut
// off, and the whole of the help.

#include "app/gui/panels/inspector.h"
#include "app/gui/panels/objectives.h"
#include "app/gui/session/session.h"
#include "app/gui/theme/theme.h"
#include "app/gui/widgets/ui.h"
#include "app/gui/widgets/value_field.h"
#include "tests/support/test_support.h"

#include <QLabel>
#include <QPushButton>
#include <QScrollArea>
#include <QScrollBar>

using namespace alwayson;
using namespace alwayson::gui;

namespace {

struct Bench {
    Session session;
    Theme theme;
    Inspector inspector{session, theme};
    explicit Bench(const char* design = "web-pair") {
        session.newFromTemplate(QString::fromLatin1(design));
        inspector.resize(308, 700);
        inspector.show();
        if (!QTest::qWaitForWindowExposed(&inspector)) QTest::qFail("not shown", __FILE__, __LINE__);
    }
    QPushButton* button(const char* name) {
        return inspector.findChild<QPushButton*>(QString::fromLatin1(name));
    }
    bool shown(const char* name) { return button(name) != nullptr && button(name)->isVisible(); }
};

} // namespace

class TestInspectorState : public QObject {
    Q_OBJECT
private slots:
    void aBadgeHasRoomForItsWords() {
        Theme theme;
        theme.applyTo(*qApp);
        auto* badge = ui::label(theme, {}, Type::small, "", QFont::DemiBold, nullptr);
        badge->show();
        ui::setProperty(badge, "badge", QStringLiteral("bad"));
        badge->setText(QStringLiteral("Down: process crash"));
        const int words = badge->fontMetrics().horizontalAdvance(badge->text());
        QVERIFY2(badge->sizeHint().width() >= words + 20,
                 qPrintable(QString::number(badge->sizeHint().width())));
        delete badge;
    }

    void allOfTheHelpCanBeRead() {
        Bench bench;
        bench.session.select({QStringLiteral("web1")});
        auto* area = bench.inspector.findChild<QScrollArea*>(QStringLiteral("inspectorHelp"));
        auto* words = qobject_cast<QLabel*>(area->widget());
        int longest = 0;
        for (ValueField* field : bench.inspector.findChildren<ValueField*>()) {
            if (!field->isVisible()) continue;
            field->setFocus();
            QCoreApplication::processEvents();
            const int needed = words->heightForWidth(area->viewport()->width());
            longest = std::max(longest, needed);
            QVERIFY2(area->height() >= needed || area->verticalScrollBar()->maximum() > 0,
                     qPrintable(words->text()));
        }
        QVERIFY2(longest > 78, qPrintable(QString::number(longest))); // more than fits by default
        QVERIFY(area->height() < bench.inspector.height() / 2);
    }

    void aCrewThatNothingNamesSaysSo() {
        Bench bench;
        QVERIFY(bench.session.design().settings.crews.empty());
        QVERIFY(!bench.shown("crewRepairsAll"));
        bench.button("addCrew")->click();
        QTRY_VERIFY(bench.shown("crewRepairsAll"));
        bench.button("crewRepairsAll")->click();
        QTRY_VERIFY(!bench.shown("crewRepairsAll"));
        const Design& design = bench.session.design();
        for (const Group& group : design.groups)
            QCOMPARE(group.crew.value_or(""), std::string("crew1"));
        for (const Node& node : design.nodes)
            QVERIFY(node.group || node.kind == "client" || node.crew.value_or("") == "crew1");
        bench.session.undoStack().undo(); // one step
        for (const Group& group : bench.session.design().groups)
            QVERIFY(!group.crew);
        QTRY_VERIFY(bench.shown("crewRepairsAll"));
    }

    void whatIsCutOffCanBeReconnected() {
        Bench bench;
        bench.session.startRun({});
        QTRY_VERIFY_WITH_TIMEOUT(bench.session.runResult(), 20000);
        bench.session.pauseRun();
        bench.session.seek(20);
        const std::string zone = bench.session.design().nodes.find("web1")->domain->str();
        for (const std::string& what : {std::string("web1"), zone}) {
            bench.session.select({QString::fromStdString(what)});
            QTRY_VERIFY(bench.button("kill"));
            QVERIFY(!bench.shown("reconnect"));
            ScenarioEvent cut;
            cut.action = "isolate";
            cut.what = what;
            bench.session.cause(cut);
            QTRY_VERIFY_WITH_TIMEOUT(bench.session.isCut(what), 20000);
            bench.session.seek(bench.session.playTimeS() + 1);
            QTRY_VERIFY(bench.shown("reconnect"));
            bool told = false;
            for (const QLabel* label : bench.inspector.findChildren<QLabel*>())
                told = told || (label->isVisible() && label->text() == QLatin1String("Cut off"));
            QVERIFY(told);
            bench.button("reconnect")->click();
            QTRY_VERIFY_WITH_TIMEOUT(!bench.session.isCut(what), 20000);
            QTRY_VERIFY(!bench.shown("reconnect"));
        }
        bench.session.stopRun();
    }

    void objectivesShowWhomTheyAreAboutAndTheirVerdict() {
        Bench bench("e-commerce");
        const Group* writers = nullptr;
        for (const Group& group : bench.session.design().groups)
            if (group.kind == "mysql_replication") writers = &group;
        QVERIFY(writers);
        Objective objective;
        objective.id = ObjectiveId("o1");
        objective.metric = "rto_mean_s";
        objective.of = writers->id.str();
        objective.atMost = 30;
        bench.session.apply(operation::insertObjective(objective));
        QTRY_VERIFY(bench.session.report());
        bench.inspector.resize(280, 1200); // the narrowest
        const QString title = QStringLiteral("Recovery time (RTO), mean, shop-db");
        Row* row = bench.inspector.rowTitled(title);
        QVERIFY(row);
        int titles = 0;
        std::size_t verdicts = 0;
        for (const QLabel* label : bench.inspector.findChildren<QLabel*>()) {
            titles += label->isVisible() && label->text() == title ? 1 : 0;
            const QString verdict = label->text().section(QLatin1Char(' '), 0, 0);
            const bool is = QStringList({"met", "missed", "open"}).contains(verdict);
            verdicts += label->isVisible() && is ? 1 : 0;
        }
        QCOMPARE(titles, 1); // not elided
        QCOMPARE(verdicts, bench.session.design().objectives.size());
        QVERIFY2(row->tag().startsWith("open"), qPrintable(row->tag()));
        // Figures are rounded as everywhere.
        Estimate latency = Estimate::exactly(84.5267241891);
        const Objective* fast = bench.session.design().objectives.find("fast");
        QVERIFY(fast);
        QCOMPARE(viewOf(bench.session.design(), *fast, bench.session.report().get(), latency).value,
                 QStringLiteral("84.5 ms"));
    }
};

ALWAYSON_TEST_MAIN(TestInspectorState, test_inspector_state)
#include "test_inspector_state.moc"

#include "app/gui/panels/inspector.h"
#include "app/gui/panels/inspector_sections.h"
#include "app/gui/session/session.h"
#include "app/gui/theme/theme.h"
#include "app/gui/widgets/controls.h"
#include "app/gui/widgets/value_field.h"
#include "core/catalogue/catalogue.h"
#include "core/model/codec.h"
#include "tests/support/test_support.h"

#include <QApplication>
#include <QLabel>
#include <QToolButton>
#include <QWheelEvent>

using namespace alwayson;
using namespace alwayson::gui;

namespace {

// A window with an inspector on the template web-pair.
struct Bench {
    Session session;
    Theme theme;
    Inspector inspector;
    Bench() : inspector(session, theme) {
        session.newFromTemplate(QStringLiteral("web-pair"));
        inspector.resize(308, 800);
        inspector.show();
        if (!QTest::qWaitForWindowExposed(&inspector)) QTest::qFail("not shown", __FILE__, __LINE__);
        inspector.activateWindow();
    }
    Row* row(const char* title) {
        Row* found = inspector.rowTitled(QLatin1String(title));
        if (found == nullptr) QTest::qFail(title, __FILE__, __LINE__);
        return found;
    }
    ValueField* field(const char* title) { return row(title)->findChild<ValueField*>(); }
    void type(const char* title, const char* text, int key = Qt::Key_Return) {
        ValueField* one = field(title);
        one->setFocus();
        one->selectAll();
        QTest::keyClicks(one, QLatin1String(text));
        QTest::keyClick(one, Qt::Key(key));
    }
    const Node& node(const char* id) { return *session.design().nodes.find(id); }
};

double numberOf(const Node& node, const char* parameter) {
    const auto found = node.parameters.find(parameter);
    return found == node.parameters.end() ? -1 : std::get<double>(found->second);
}

} // namespace

class TestInspector : public QObject {
    Q_OBJECT
private slots:
    void enterCommitsAndShowsTheNormalForm() {
        Bench bench;
        bench.session.select({QStringLiteral("lb1")});
        bench.type("Check every", "1500");
        QCOMPARE(numberOf(bench.node("lb1"), "check_inter_ms"), 1500.0);
        QCOMPARE(bench.field("Check every")->text(), QStringLiteral("1.5 s"));
        QCOMPARE(bench.session.undoStack().count(), 1);
        bench.session.undoStack().undo();
        QCOMPARE(bench.field("Check every")->text(), QStringLiteral("2 s"));
    }

    void leavingTheFieldCommits() {
        Bench bench;
        bench.session.select({QStringLiteral("lb1")});
        ValueField* field = bench.field("Check every");
        field->setFocus();
        field->selectAll();
        QTest::keyClicks(field, QStringLiteral("3 s"));
        QCOMPARE(numberOf(bench.node("lb1"), "check_inter_ms"), -1.0); // not while typing
        bench.field("Down after")->setFocus();
        QTRY_COMPARE(numberOf(bench.node("lb1"), "check_inter_ms"), 3000.0);
    }

    void mistakesStayWithTheirReason() {
        Bench bench;
        bench.session.select({QStringLiteral("web1")});
        const std::string before = toJson(bench.session.design()).dump();
        bench.type("Workers", "many");
        QVERIFY(!bench.row("Workers")->error().isEmpty());
        QCOMPARE(bench.field("Workers")->text(), QStringLiteral("many"));
        QCOMPARE(toJson(bench.session.design()).dump(), before);
        QTest::keyClick(bench.field("Workers"), Qt::Key_Escape);
        QVERIFY(bench.row("Workers")->error().isEmpty());
        QCOMPARE(bench.field("Workers")->text(), QStringLiteral("8"));
        bench.type("Workers", "0");
        QVERIFY(bench.row("Workers")->error().contains(QLatin1Char('1')));
        QCOMPARE(bench.session.undoStack().count(), 0);
    }

    void theWayBackToTheDefault() {
        Bench bench;
        bench.session.select({QStringLiteral("web1")});
        bench.type("Workers", "24");
        QCOMPARE(numberOf(bench.node("web1"), "workers"), 24.0);
        auto* reset = bench.row("Workers")->findChild<QToolButton*>();
        QVERIFY(reset->isVisible());
        QTest::mouseClick(reset, Qt::LeftButton);
        QCOMPARE(bench.node("web1").parameters.count("workers"), std::size_t(0));
        QVERIFY(!reset->isVisible());
        // Typing the default writes nothing into the file either.
        bench.type("Workers", "9");
        bench.type("Workers", "8");
        QCOMPARE(bench.node("web1").parameters.count("workers"), std::size_t(0));
    }

    void emptyUnsetsWhatIsOptional() {
        Bench bench;
        bench.session.select({QStringLiteral("web1")});
        bench.type("Queue limit", " ");
        QVERIFY(std::holds_alternative<std::monostate>(bench.node("web1").parameters.at("queue_limit")));
        QCOMPARE(bench.field("Queue limit")->placeholderText(), QStringLiteral("unlimited"));
    }

    void whatEmptyMeansStandsInTheField() {
        QCOMPARE(whatEmptyMeans("Pause. Empty: as Check every."), QStringLiteral("as Check every"));
        QCOMPARE(whatEmptyMeans("Empty: HTTP/1.0 is asked. More."), QStringLiteral("HTTP/1.0 is asked"));
        QCOMPARE(whatEmptyMeans("Empty: from the price book, by instance type."),
                 QStringLiteral("price book"));
        QCOMPARE(whatEmptyMeans("No word about it."), QString());
    }

    void severalNodesAreEditedTogether() {
        Bench bench;
        bench.session.apply(operation::setParameter(Collection::nodes, "web1", "workers", 4));
        bench.session.select({QStringLiteral("web1"), QStringLiteral("web2")});
        QCOMPARE(bench.field("Workers")->text(), QString());
        QCOMPARE(bench.field("Workers")->placeholderText(), QStringLiteral("\u2014"));
        const int before = bench.session.undoStack().count();
        bench.type("Workers", "12");
        QCOMPARE(numberOf(bench.node("web1"), "workers"), 12.0);
        QCOMPARE(numberOf(bench.node("web2"), "workers"), 12.0);
        QCOMPARE(bench.session.undoStack().count(), before + 1);
        QCOMPARE(bench.field("Workers")->text(), QStringLiteral("12"));
    }

    void aDistributionIsEditedFigureByFigure() {
        Bench bench;
        bench.session.select({QStringLiteral("web1")});
        bench.type("99 of 100 below", "80 ms");
        const auto service = std::get<Distribution>(bench.node("web1").parameters.at("service"));
        QCOMPARE(service.entries[1].value, 80.0);
        bench.type("99 of 100 below", "9 s"); // no lognormal has so heavy a tail
        QVERIFY(!bench.row("99 of 100 below")->error().isEmpty());
        QCOMPARE(std::get<Distribution>(bench.node("web1").parameters.at("service")), service);
    }

    void failureModesAreEditedAndLeftOut() {
        Bench bench;
        bench.session.select({QStringLiteral("web1")});
        bench.type("Process crash", "every 100 h");
        auto modes = failureModesOf(bench.node("web1"));
        QCOMPARE(modes.front().timeToFailure.mean(), 100 * 3600.0);
        bench.type("Process crash", "never");
        QCOMPARE(failureModesOf(bench.node("web1")).size(), modes.size() - 1);
        QCOMPARE(bench.field("Process crash")->text(), QStringLiteral("never"));
        auto* reset = bench.row("Process crash")->findChild<QToolButton*>();
        QTest::mouseClick(reset, Qt::LeftButton);
        QVERIFY(bench.node("web1").failureModes.empty());
    }

    void derivedFactsFollowTheTimers() {
        Bench bench;
        bench.session.select({QStringLiteral("web1")});
        const auto fact = [&] { return qobject_cast<FactRow*>(bench.row("Notices a crash in"))->text(); };
        QCOMPARE(rangeText(4, 6), QStringLiteral("4.0 \u2013 6.0 s"));
        QCOMPARE(fact(), QStringLiteral("4.0 \u2013 6.0 s"));
        bench.session.apply(operation::setParameter(Collection::nodes, "lb1", "check_inter_ms", 500));
        QCOMPARE(fact(), QStringLiteral("1.0 \u2013 1.5 s"));
    }

    void renamesInPlace() {
        Bench bench;
        bench.session.select({QStringLiteral("web1")});
        auto* name = bench.inspector.findChild<ValueField*>(QStringLiteral("inspectorName"));
        name->setFocus();
        name->selectAll();
        QTest::keyClicks(name, QStringLiteral("<b>Front</b>"));
        QTest::keyClick(name, Qt::Key_Return);
        QCOMPARE(bench.node("web1").name, std::string("<b>Front</b>"));
        QCOMPARE(name->text(), QStringLiteral("<b>Front</b>"));
    }

    void theWheelNeverChangesWhatHasNoFocus() {
        Bench bench;
        bench.session.select({QStringLiteral("lb1")});
        const std::string before = toJson(bench.session.design()).dump();
        for (Combo* combo : bench.inspector.findChildren<Combo*>()) {
            QWheelEvent wheel(QPointF(5, 5), combo->mapToGlobal(QPointF(5, 5)), {}, {0, -120}, Qt::NoButton,
                              Qt::NoModifier, Qt::NoScrollPhase, false);
            QApplication::sendEvent(combo, &wheel);
        }
        QCOMPARE(toJson(bench.session.design()).dump(), before);
    }

    void labelsNeverReadNamesAsMarkup() {
        Bench bench;
        bench.session.apply(operation::rename(Collection::nodes, "lb1", "<img src=x>"));
        bench.session.select({QStringLiteral("web1")});
        for (const QLabel* label : bench.inspector.findChildren<QLabel*>())
            QCOMPARE(label->textFormat(), Qt::PlainText);
    }
};

ALWAYSON_TEST_MAIN(TestInspector, test_inspector)
#include "test_inspector.moc"

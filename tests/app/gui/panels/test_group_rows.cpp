// What the inspector says of groups with roles, and of crews.

#include "app/gui/panels/failure_rows.h"
#include "app/gui/panels/inspector.h"
#include "app/gui/panels/inspector_sections.h"
#include "app/gui/session/session.h"
#include "app/gui/theme/theme.h"
#include "app/gui/widgets/controls.h"
#include "app/gui/widgets/value_field.h"
#include "core/model/codec.h"
#include "tests/support/test_support.h"

#include <QHelpEvent>
#include <QPushButton>
#include <QToolTip>

using namespace alwayson;
using namespace alwayson::gui;

namespace {

Operation addGroup(const char* id, const char* kind) {
    Group group;
    group.id = GroupId(id);
    group.kind = kind;
    return operation::insertGroup(group);
}

Operation addMember(const char* id, const char* kind, const char* group) {
    Node node;
    node.id = NodeId(id);
    node.kind = kind;
    node.group = GroupId(group);
    return operation::insertNode(node);
}

// An inspector on two databases and three voters.
struct Bench {
    Session session;
    Theme theme;
    Inspector inspector;
    Bench() : inspector(session, theme) {
        session.apply(
            operation::batch("Set", {addGroup("db", "mysql_replication"), addGroup("etcd", "quorum"),
                                     addMember("db1", "mysql", "db"), addMember("db2", "mysql", "db"),
                                     addMember("v1", "voter", "etcd"), addMember("v2", "voter", "etcd"),
                                     addMember("v3", "voter", "etcd")}));
        inspector.resize(308, 900);
        inspector.show();
    }
    Combo* combo(const char* title) {
        Row* row = inspector.rowTitled(QLatin1String(title));
        return row == nullptr ? nullptr : row->findChild<Combo*>();
    }
    bool choose(const char* title, const char* text) {
        Combo* box = combo(title);
        const int at = box == nullptr ? -1 : box->findText(QLatin1String(text));
        if (at < 0) return false;
        box->setCurrentIndex(at);
        emit box->activated(at);
        return true;
    }
};

} // namespace

class TestGroupRows : public QObject {
    Q_OBJECT
private slots:
    void anotherSourceIsChosen();
    void onlyWhatTheSetReadsIsShown();
    void theManagerRunsSomewhere();
    void crewsAreAddedSizedNamedAndRemoved();
    void whoRepairsAModeIsNotForgotten();
};

void TestGroupRows::anotherSourceIsChosen() {
    Bench bench;
    bench.session.select({QStringLiteral("db")});
    QCOMPARE(bench.combo("Source at first")->currentText(), QStringLiteral("db1"));
    QVERIFY(bench.choose("Source at first", "db2"));
    QCOMPARE(membersOf(bench.session.design(), GroupId("db")).front()->id.str(), std::string("db2"));
    QCOMPARE(bench.combo("Source at first")->currentText(), QStringLiteral("db2"));
    bench.session.select({QStringLiteral("etcd")});
    QVERIFY(!bench.combo("Source at first")); // voters elect their leader
}

void TestGroupRows::onlyWhatTheSetReadsIsShown() {
    Bench bench;
    bench.session.select({QStringLiteral("db")});
    const auto shown = [&](const char* title) { return bench.inspector.rowTitled(QLatin1String(title)); };
    QVERIFY(!shown("Minority gives up after") && !shown("Ping every") && !shown("DNS record lives"));
    QVERIFY(shown("Members asked every") && shown("Proxy checks every"));
    bench.session.apply(
        operation::batch("Group", {operation::setParameter(Collection::groups, "db", "replication", "group"),
                                   operation::setParameter(Collection::groups, "db", "manager", "mha"),
                                   operation::setParameter(Collection::groups, "db", "write_route", "dns")}));
    QVERIFY(shown("Minority gives up after") && shown("Ping every") && shown("DNS record lives"));
    QVERIFY(!shown("Members asked every"));
    QVERIFY(shown("Proxy checks every")); // readers still use it
}

void TestGroupRows::theManagerRunsSomewhere() {
    Bench bench;
    bench.session.select({QStringLiteral("db")});
    const auto where = [&] { return bench.session.design().groups.find("db")->managerOn; };
    QVERIFY(bench.choose("Manager runs on", "quorum etcd"));
    QCOMPARE(where(), std::vector<std::string>{"etcd"});
    QVERIFY(bench.choose("Manager runs on", "v2"));
    QCOMPARE(where(), std::vector<std::string>{"v2"});
    QVERIFY(bench.choose("Manager runs on", "never down"));
    QVERIFY(where().empty());
    // As wide as its entries need, as far as the title leaves room; what is cut all the same is in the tip.
    bench.session.apply(operation::rename(Collection::groups, "etcd", "etcd of all"));
    QVERIFY(bench.choose("Manager runs on", "quorum etcd of all"));
    bench.inspector.resize(420, 900);
    Combo* box = bench.combo("Manager runs on");
    QTRY_VERIFY(box->width() > Row::kEditorWidth);
    QVERIFY(box->width() >= box->neededWidth());
    QCOMPARE(box->cutWords(), QString());
    const QString longName = QStringLiteral("voters of all three regions");
    bench.session.apply(operation::rename(Collection::groups, "etcd", longName.toStdString()));
    bench.inspector.resize(280, 900);
    QCOMPARE(bench.combo("Manager runs on")->cutWords(), QStringLiteral("quorum ") + longName);
    box = bench.combo("Manager runs on");
    QHelpEvent asks(QEvent::ToolTip, QPoint(4, 4), box->mapToGlobal(QPoint(4, 4)));
    QCoreApplication::sendEvent(box, &asks);
    QVERIFY2(QToolTip::text().contains(longName), qPrintable(QToolTip::text()));
}

void TestGroupRows::crewsAreAddedSizedNamedAndRemoved() {
    Bench bench;
    bench.session.select({QStringLiteral("db1")});
    QVERIFY(!bench.combo("Repaired by")); // nothing to choose from
    bench.session.select({});
    auto* add = bench.inspector.findChild<QPushButton*>(QStringLiteral("addCrew"));
    QVERIFY(add);
    add->click();
    const auto& crews = bench.session.design().settings.crews;
    QCOMPARE(crews.size(), std::size_t(1));
    QCOMPARE(crews.begin()->id, std::string("crew1"));
    const auto field = [&] {
        return bench.inspector.rowTitled(QStringLiteral("crew1"))->findChild<ValueField*>();
    };
    const auto type = [&](const char* text) {
        field()->setFocus();
        field()->selectAll();
        if (*text == 0) QTest::keyClick(field(), Qt::Key_Delete);
        QTest::keyClicks(field(), QLatin1String(text));
        QTest::keyClick(field(), Qt::Key_Return);
    };
    type("3");
    QCOMPARE(bench.session.design().settings.crews.begin()->size, 3);
    QCOMPARE(field()->text(), QStringLiteral("3 at a time"));
    type("none");
    QCOMPARE(bench.session.design().settings.crews.begin()->size, 3);

    bench.session.select({QStringLiteral("db")});
    QVERIFY(bench.choose("Repaired by", "crew1"));
    QCOMPARE(bench.session.design().groups.find("db")->crew, std::optional<std::string>("crew1"));
    bench.session.select({});
    type(""); // somebody needs it
    QCOMPARE(bench.session.design().settings.crews.size(), std::size_t(1));
    bench.session.select({QStringLiteral("db")});
    QVERIFY(bench.choose("Repaired by", "nobody waits"));
    bench.session.select({});
    type("");
    QVERIFY(bench.session.design().settings.crews.empty());
}

void TestGroupRows::whoRepairsAModeIsNotForgotten() {
    Bench bench;
    const auto edit = [&](const std::function<void(FailureMode&)>& change) {
        bench.session.apply(
            editFailureMode(bench.session.design(), Collection::nodes, "db1", "crash", "Edit", change));
    };
    edit([](FailureMode& mode) { mode.repairedBy = RepairedBy::crew; });
    edit([](FailureMode& mode) { mode.slowFactor = 2; });
    edit([](FailureMode& mode) { mode.slowFactor.reset(); });
    const Node& node = *bench.session.design().nodes.find("db1");
    QCOMPARE(node.failureModes.size(), std::size_t(1));
    QVERIFY(node.failureModes.front().repairedBy == RepairedBy::crew);
}

ALWAYSON_TEST_MAIN(TestGroupRows, test_group_rows)
#include "test_group_rows.moc"

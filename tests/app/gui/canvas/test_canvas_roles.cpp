// Groups whose members are not alike: who leads, who stands by, who copies from whom; at rest and in a run.

#include "app/gui/canvas/group_item.h"
#include "app/gui/canvas/link_item.h"
#include "app/gui/canvas/playback.h"
#include "app/gui/canvas/replication_item.h"
#include "app/gui/panels/group_rows.h"
#include "tests/app/gui/canvas/canvas_fixture.h"

using namespace alwayson;
using namespace alwayson::gui;
using namespace alwayson::gui::test;

namespace {

Operation addGroupOf(const char* id, const char* kind) {
    Group group;
    group.id = GroupId(id);
    group.kind = kind;
    return operation::insertGroup(group);
}

// Two balancers before one server that writes to a set of three, side by side.
struct RoleFixture : CanvasFixture {
    RoleFixture() {
        session.apply(operation::batch(
            "Roles", {addGroupOf("pair", "vrrp_pair"), addGroupOf("db", "mysql_replication"),
                      addNode("lb1", "haproxy", nullptr, "pair"), addNode("lb2", "haproxy", nullptr, "pair"),
                      addNode("app", "server"), addNode("db1", "mysql", nullptr, "db"),
                      addNode("db2", "mysql", nullptr, "db"), addNode("db3", "mysql", nullptr, "db"),
                      addLink("users-pair", "users", "pair"), addLink("pair-app", "pair", "app"),
                      addLink("app-db", "app", "db"), operation::place("lb1", {0, 600}),
                      operation::place("lb2", {240, 600}), operation::place("app", {0, 720}),
                      operation::place("db1", {0, 840}), operation::place("db2", {240, 840}),
                      operation::place("db3", {480, 840})}));
    }
    const CardContent& card(const char* id) const { return view.canvasScene().node(id)->content(); }
    bool isIdle(const char* link, const char* from, const char* to) const {
        for (const Strand& strand : view.canvasScene().link(link)->strands())
            if (strand.from == from && strand.to == to) return strand.idle;
        return false;
    }
};

} // namespace

class TestCanvasRoles : public QObject {
    Q_OBJECT
private slots:
    void cardsSayWhoLeads();
    void linksOfMembersThatStandByAreQuiet();
    void noLinkRunsThroughAMember();
    void streamsAreDrawnAsTheSetImplies();
    void tabsSayWhatFollows();
    void anotherMemberIsMadeTheFirst();
    void rolesAndLagsFollowTheRun();
};

void TestCanvasRoles::cardsSayWhoLeads() {
    RoleFixture canvas;
    QCOMPARE(canvas.card("lb1").badge, QStringLiteral("active"));
    QCOMPARE(canvas.card("lb2").badge, QString());
    QCOMPARE(canvas.card("lb2").fact, QStringLiteral("standby"));
    QCOMPARE(canvas.card("db1").badge, QStringLiteral("source"));
    QCOMPARE(canvas.card("db3").fact, QStringLiteral("replica"));
    QCOMPARE(canvas.card("web1").badge, QString());
    canvas.session.apply(operation::setParameter(Collection::groups, "db", "replication", "group"));
    QCOMPARE(canvas.card("db1").badge, QStringLiteral("primary"));
    QCOMPARE(canvas.card("db2").fact, QStringLiteral("secondary"));
}

void TestCanvasRoles::linksOfMembersThatStandByAreQuiet() {
    RoleFixture canvas;
    QVERIFY(!canvas.isIdle("users-pair", "users", "lb1"));
    QVERIFY(canvas.isIdle("users-pair", "users", "lb2"));
    QVERIFY(canvas.isIdle("pair-app", "lb2", "app"));
    QVERIFY(!canvas.isIdle("pair-app", "lb1", "app"));
    // Replicas answer reads, unless those go to the source.
    QVERIFY(!canvas.isIdle("app-db", "app", "db2"));
    canvas.session.apply(operation::setParameter(Collection::groups, "db", "reads_go_to", "source"));
    QVERIFY(canvas.isIdle("app-db", "app", "db2"));
    QVERIFY(!canvas.isIdle("app-db", "app", "db1"));
}

// What goes to the second of a pair that stands behind the first ends at the outline.
void TestCanvasRoles::noLinkRunsThroughAMember() {
    RoleFixture canvas;
    canvas.session.apply(operation::place("users", {-300, 600}));
    const CanvasScene& scene = canvas.view.canvasScene();
    QCOMPARE(scene.link("users-pair")->strands().size(), std::size_t(1));
    QCOMPARE(scene.link("users-pair")->strands().front().to, std::string("pair"));
    for (const auto& [id, link] : scene.links())
        for (const Strand& strand : link->strands())
            for (const char* card : {"lb1", "lb2", "db1", "db2", "db3"})
                for (const QPointF& point : strand.route.samples)
                    QVERIFY2(strand.to == card || strand.from == card ||
                                 !scene.boxes().at(card).contains(point),
                             card);
    // What flows to the second is shown there as well.
    PlaybackAnimator playback(canvas.session, canvas.theme, canvas.view.canvasScene());
    Trace trace;
    trace.stepS = 0.1;
    for (const Node& node : canvas.design().nodes)
        trace.nodes.push_back(node.id.str());
    trace.links = {"users-pair"};
    const auto at = [&](const char* id) {
        return std::uint32_t(std::find(trace.nodes.begin(), trace.nodes.end(), id) - trace.nodes.begin());
    };
    Frame frame;
    frame.nodes.resize(trace.nodes.size());
    frame.links = {{0, at("users"), at("lb2"), 400, 0}};
    trace.frames = {frame};
    playback.show({}, trace, frame);
    QCOMPARE(scene.link("users-pair")->strands().front().perSecond, 400.0);
    // From above each has its own line.
    canvas.session.apply(operation::place("users", {120, 400}));
    QCOMPARE(scene.link("users-pair")->strands().size(), std::size_t(2));
}

void TestCanvasRoles::streamsAreDrawnAsTheSetImplies() {
    RoleFixture canvas;
    const CanvasScene& scene = canvas.view.canvasScene();
    QVERIFY(scene.stream("db1", "db2"));
    QVERIFY(scene.stream("db1", "db3"));
    QVERIFY(!scene.stream("db2", "db3"));
    QVERIFY(!scene.stream("lb1", "lb2"));
    // Past the card in between, not through it.
    const QRectF between = scene.shown().find("db2")->second;
    for (const QPointF& point : scene.stream("db1", "db3")->route().samples)
        QVERIFY(!between.contains(point));
    canvas.session.apply(operation::setParameter(Collection::groups, "db", "topology", "chain"));
    QVERIFY(scene.stream("db2", "db3"));
    QVERIFY(!scene.stream("db1", "db3"));
    canvas.session.apply(operation::removeAll(canvas.design(), {"db2"}));
    QVERIFY(!scene.stream("db1", "db2"));
    QVERIFY(scene.stream("db1", "db3"));
    canvas.session.undoStack().undo();
    QVERIFY(scene.stream("db1", "db2"));
}

void TestCanvasRoles::tabsSayWhatFollows() {
    RoleFixture canvas;
    const CanvasScene& scene = canvas.view.canvasScene();
    QCOMPARE(scene.group("pair")->tabText(), QStringLiteral("pair · VRRP pair · takeover in 1.6 to 4.7 s"));
    const QString tip = scene.describe("pair");
    QVERIFY2(tip.contains("its process crashes: 1.6 to 2.7 s") && tip.contains("gone: 2.6 to 3.7 s"),
             qPrintable(tip));
    canvas.session.apply(operation::setParameter(Collection::groups, "pair", "failover_coverage", 0.9));
    const QString share = scene.describe("pair");
    QVERIFY2(share.contains("10 % of take-overs do not work") && !tip.contains("10 %"), qPrintable(share));
    canvas.session.apply(operation::batch(
        "Policy", {operation::setParameter(Collection::groups, "db", "replication", "semi_sync"),
                   operation::setParameter(Collection::groups, "db", "manager", "none")}));
    QCOMPARE(scene.group("db")->tabText(), QStringLiteral("db · semi-synchronous · no failover"));
    canvas.session.apply(operation::setParameter(Collection::groups, "db", "manager", "manual"));
    QCOMPARE(scene.group("db")->tabText(), QStringLiteral("db · semi-synchronous · failover by hand"));
}

void TestCanvasRoles::anotherMemberIsMadeTheFirst() {
    RoleFixture canvas;
    const std::string before = canvas.bytes();
    QVERIFY(!makeFirst(canvas.design(), "db1"));
    QVERIFY(!makeFirst(canvas.design(), "app"));
    const std::optional<Operation> change = makeFirst(canvas.design(), "db3");
    QVERIFY(change && canvas.session.apply(*change));
    QCOMPARE(canvas.card("db3").badge, QStringLiteral("source"));
    QCOMPARE(canvas.card("db1").badge, QString());
    QVERIFY(canvas.view.canvasScene().stream("db3", "db1"));
    QCOMPARE(canvas.design().links.size(), std::size_t(5)); // and nothing was lost
    QVERIFY(canvas.design().canvas.contains("db3"));
    canvas.session.undoStack().undo();
    QCOMPARE(canvas.bytes(), before);
}

void TestCanvasRoles::rolesAndLagsFollowTheRun() {
    RoleFixture canvas;
    PlaybackAnimator playback(canvas.session, canvas.theme, canvas.view.canvasScene());
    Trace trace;
    trace.stepS = 0.1;
    std::map<std::string, std::uint32_t> at;
    for (const Node& node : canvas.design().nodes) {
        at[node.id.str()] = std::uint32_t(trace.nodes.size());
        trace.nodes.push_back(node.id.str());
    }
    Frame frame;
    frame.nodes.resize(trace.nodes.size());
    frame.nodes[at["lb1"]] = {NodeState::down, "crash", 0, 0, 0, 0, 0, MemberRole::standby};
    frame.nodes[at["lb2"]].role = MemberRole::active;
    frame.nodes[at["db1"]].role = MemberRole::source;
    frame.nodes[at["db2"]].role = frame.nodes[at["db3"]].role = MemberRole::replica;
    frame.replication = {{at["db1"], at["db2"], 0.08f, true}, {at["db1"], at["db3"], 12, false}};
    trace.frames = {frame};
    playback.show({}, trace, frame);

    QCOMPARE(canvas.card("lb2").badge, QStringLiteral("active"));
    QCOMPARE(canvas.card("lb1").badge, QString());
    QCOMPARE(canvas.card("db2").fact, QStringLiteral("lag 0.08 s"));
    const CanvasScene& scene = canvas.view.canvasScene();
    QCOMPARE(scene.stream("db1", "db2")->words(), QStringLiteral("replicates · lag 0.08 s"));
    QCOMPARE(scene.stream("db1", "db3")->words(), QStringLiteral("broken · lag 12 s"));
    // One that is so far behind that it would not be promoted is worth a look, though it works.
    QVERIFY(canvas.card("db2").state == CardState::ok);
    QVERIFY(canvas.card("db3").state == CardState::warn);
    QCOMPARE(canvas.card("db3").badge, QStringLiteral("far behind"));
    QVERIFY(scene.describe("db3").contains(QStringLiteral("12 s behind its source")));
    // A take-over under way.
    frame.atS = 45;
    frame.nodes[at["db1"]].state = NodeState::down;
    frame.nodes[at["db1"]].mode = "crash";
    SimulationResult result;
    result.events = {{40, "failed", "db1", "", ""}, {43, "promoting", "db2", "", ""}};
    playback.show(result, trace, frame);
    QCOMPARE(canvas.card("db2").badge, QStringLiteral("promoting"));
    QCOMPARE(canvas.card("db1").badge, QStringLiteral("was source"));
    QVERIFY(canvas.card("db2").badgeMood == BadgeMood::changing);
    QVERIFY(canvas.card("lb2").badgeMood == BadgeMood::role);
    frame.atS = 42;
    playback.show(result, trace, frame);
    QCOMPARE(canvas.card("db2").badge, QString());
    QCOMPARE(canvas.card("db1").badge, QStringLiteral("lost source"));
    result.events.push_back({46, "role_changed", "db2", "db1", ""});
    frame.atS = 47;
    frame.nodes[at["db2"]].role = MemberRole::source;
    frame.nodes[at["db1"]].role = MemberRole::replica;
    playback.show(result, trace, frame);
    QCOMPARE(canvas.card("db2").badge, QStringLiteral("source"));
    QCOMPARE(canvas.card("db1").badge, QString());
    // The old source is back, and the set goes on without it.
    frame.nodes[at["db1"]] = {NodeState::up, "", 0, 0, 0, 0, 0, MemberRole::replica};
    frame.nodes[at["db1"]].apart = true;
    playback.show(result, trace, frame);
    QCOMPARE(canvas.card("db1").badge, QStringLiteral("still takes writes"));
    QVERIFY(scene.describe("db1").contains(QStringLiteral("takes writes, but its set went on without it")));
    frame.nodes[at["db1"]].takesWrites = false;
    playback.show(result, trace, frame);
    QCOMPARE(canvas.card("db1").badge, QStringLiteral("not rejoined"));
    QVERIFY(canvas.card("db1").state == CardState::warn);
    frame.nodes[at["db1"]].diverged = true;
    playback.show(result, trace, frame);
    QCOMPARE(canvas.card("db1").badge, QStringLiteral("out: data differs"));
    QVERIFY(canvas.card("db1").badgeMood == BadgeMood::trouble);
    QVERIFY(scene.describe("db1").contains(QStringLiteral("its data differs")));
    result.events.push_back({46.5, "reconciling", "db1", "db2", "db1 stays out: one commit %1"});
    playback.show(result, trace, frame);
    QVERIFY(
        scene.describe("db1").contains(QStringLiteral("its data differs (db1 stays out: one commit %1)")));
    // A source that its lease has left says so, also while another is being made the source.
    result.events = {{40, "cut", "eu-a", "", ""}, {42, "lease_lost", "db1", "", "its lease has run out"}};
    frame.nodes[at["db1"]] = {NodeState::up, "", 0, 0, 0, 0, 0, MemberRole::source};
    frame.nodes[at["db2"]].role = MemberRole::replica;
    frame.nodes[at["db1"]].takesWrites = false;
    for (int i = 0; i < 2; ++i) {
        playback.show(result, trace, frame);
        QCOMPARE(canvas.card("db1").badge, QStringLiteral("read-only"));
        QVERIFY(canvas.card("db1").badgeMood == BadgeMood::trouble);
        QVERIFY(canvas.card("db1").state == CardState::warn);
        QVERIFY(scene.describe("db1").contains(QStringLiteral("takes no writes (its lease has run out)")));
        result.events.push_back({46, "promoting", "db2", "", ""});
    }
    playback.clear();
    QCOMPARE(canvas.card("lb1").badge, QStringLiteral("active"));
    QCOMPARE(scene.stream("db1", "db3")->words(), QStringLiteral("replicates"));
}

ALWAYSON_TEST_MAIN(TestCanvasRoles, test_canvas_roles)
#include "test_canvas_roles.moc"

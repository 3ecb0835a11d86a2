// The design as a value: tables that share their rows, and what follows from ids and places alone.
#include "core/base/json.h"
#include "core/model/codec.h"
#include "core/model/design.h"
#include "tests/support/test_support.h"

using namespace alwayson;

namespace {

Node nodeOf(const char* id) {
    Node node;
    node.id = NodeId(id);
    node.kind = "server";
    return node;
}

Domain domainOf(const char* id, const char* parent = nullptr) {
    Domain domain;
    domain.id = DomainId(id);
    domain.kind = "zone";
    if (parent) domain.parent = DomainId(parent);
    return domain;
}

std::vector<std::string> idsOf(const Table<Node>& table) {
    std::vector<std::string> ids;
    for (const Node& node : table)
        ids.push_back(node.id.str());
    return ids;
}

using Ids = std::vector<std::string>;

} // namespace

class TestDesign : public QObject {
    Q_OBJECT
private slots:
    void tableKeepsOrder();
    void tableCopiesAreIndependent();
    void placesContainEachOther();
    void membersAndClasses();
    void freshIds();
    void mttfNeedsToBePositive();
    void listsAreBounded();
    void deepPlacesAreRefused();
    void groupsSayWhoMayBeInThem_data();
    void groupsSayWhoMayBeInThem();
    void groupReplicationHasAtMostNineMembers();
};

void TestDesign::tableKeepsOrder() {
    Table<Node> table;
    for (const char* id : {"a", "b", "c"})
        table.append(nodeOf(id));
    table.insert(1, nodeOf("x"));
    QCOMPARE(idsOf(table), (Ids{"a", "x", "b", "c"}));
    table.erase(0);
    QCOMPARE(idsOf(table), (Ids{"x", "b", "c"}));
    for (std::size_t i = 0; i < table.size(); ++i)
        QCOMPARE(table.indexOf(table.at(i).id.str()), i);
    QCOMPARE(table.indexOf("a"), Table<Node>::npos);
    QVERIFY(!table.contains("a") && table.find("a") == nullptr);
    Node changed = *table.find("b");
    changed.name = "B";
    table.replace(1, changed);
    QCOMPARE(table.find("b")->name, std::string("B"));
}

void TestDesign::tableCopiesAreIndependent() {
    Table<Node> table;
    for (const char* id : {"a", "b"})
        table.append(nodeOf(id));
    Table<Node> copy = table;
    QVERIFY(copy == table);
    QVERIFY(copy.find("a") == table.find("a")); // rows are shared
    copy.erase(0);
    copy.append(nodeOf("c"));
    QCOMPARE(idsOf(table), (Ids{"a", "b"}));
    QCOMPARE(idsOf(copy), (Ids{"b", "c"}));
    QVERIFY(table.contains("a") && !copy.contains("a") && !table.contains("c"));
    QVERIFY(!(copy == table));
}

void TestDesign::placesContainEachOther() {
    Design design;
    for (const Domain& domain : {domainOf("eu"), domainOf("eu-a", "eu"), domainOf("eu-b", "eu"),
                                 domainOf("rack", "eu-a"), domainOf("us")})
        design.domains.append(domain);
    const auto chain = domainChain(design, DomainId("rack"));
    QCOMPARE(chain.size(), std::size_t{3});
    QCOMPARE(chain[0]->id.str() + chain[1]->id.str() + chain[2]->id.str(), std::string("rackeu-aeu"));
    QVERIFY(domainChain(design, DomainId("mars")).empty());
    Node a = nodeOf("a"), b = nodeOf("b");
    QVERIFY(lowestCommonDomain(design, a, b) == nullptr);
    a.domain = DomainId("rack");
    b.domain = DomainId("eu-b");
    QCOMPARE(lowestCommonDomain(design, a, b)->id.str(), std::string("eu"));
    b.domain = DomainId("eu-a");
    QCOMPARE(lowestCommonDomain(design, a, b)->id.str(), std::string("eu-a"));
    b.domain = DomainId("us");
    QVERIFY(lowestCommonDomain(design, a, b) == nullptr);
    // Safe on places that lie in themselves.
    design.domains.replace(0, domainOf("eu", "rack"));
    QCOMPARE(domainChain(design, DomainId("rack")).size(), std::size_t{3});
}

void TestDesign::membersAndClasses() {
    Design design;
    for (const char* id : {"a", "b", "c"}) {
        Node node = nodeOf(id);
        if (std::string(id) != "b") node.group = GroupId("web");
        design.nodes.append(node);
    }
    const auto members = membersOf(design, GroupId("web"));
    QCOMPARE(members.size(), std::size_t{2});
    QCOMPARE(members[1]->id.str(), std::string("c"));
    const auto classes = classesOf(design.nodes.at(0));
    QCOMPARE(classes.size(), std::size_t{2});
    QCOMPARE(classes[0].share + classes[1].share, 1.0);
    QVERIFY(classes[0].isIdempotent() && !classes[1].isIdempotent());
}

void TestDesign::freshIds() {
    Design design;
    QCOMPARE(freshId(design, "Web server"), std::string("web-server"));
    design.nodes.append(nodeOf("web-server"));
    design.domains.append(domainOf("web-server-2"));
    QCOMPARE(freshId(design, "Web server"), std::string("web-server-3"));
    QVERIFY(isValidId(freshId(design, "\xE2\x82\xAC/..")));
}

void TestDesign::mttfNeedsToBePositive() {
    const auto codeOf = [](const char* mode) {
        const std::string text =
            std::string(R"({"id":"a","kind":"server","failure_modes":[{"id":"m",)") + mode + "}]}";
        const Result<Node> node = nodeFromJson(Json::parse(text), "/nodes/0");
        return node.ok() ? "" : node.error().code + " " + node.error().place.pointer;
    };
    QCOMPARE(codeOf(R"("time_to_failure":{"dist":"constant","value_h":0})"),
             std::string("design.range /nodes/0/failure_modes/0/time_to_failure"));
    QCOMPARE(codeOf(R"("mttf_h":0)"), std::string("design.range /nodes/0/failure_modes/0/mttf_h"));
    QCOMPARE(
        codeOf(
            R"("time_to_failure":{"dist":"constant","value_h":1},"repair":{"dist":"constant","value_h":0})"),
        std::string());
}

void TestDesign::listsAreBounded() {
    const auto codeOf = [](const char* kind, const char* list, int count) {
        Json node = {{"id", "a"}, {"kind", kind}, {list, Json::array()}};
        for (int i = 0; i < count; ++i)
            node[list].push_back({{"id", "m" + std::to_string(i)}});
        const Result<Node> read = nodeFromJson(node, "");
        return read.ok() ? "" : read.error().code + " " + read.error().place.pointer;
    };
    QCOMPARE(codeOf("server", "failure_modes", 256), std::string());
    QCOMPARE(codeOf("server", "failure_modes", 257), std::string("design.range /failure_modes"));
    QCOMPARE(codeOf("client", "classes", 256), std::string());
    QCOMPARE(codeOf("client", "classes", 257), std::string("design.range /classes"));
}

void TestDesign::deepPlacesAreRefused() {
    Design design;
    design.domains.append(domainOf("d0"));
    for (int i = 1; i <= 64; ++i)
        design.domains.append(
            domainOf(("d" + std::to_string(i)).c_str(), ("d" + std::to_string(i - 1)).c_str()));
    QVERIFY(checkReferences(design).ok());
    design.domains.append(domainOf("d65", "d64"));
    QCOMPARE(checkReferences(design).error().code, std::string("design.domain_depth"));
    design.domains.replace(0, domainOf("d0", "d2"));
    QCOMPARE(checkReferences(design).error().code, std::string("design.domain_cycle"));
}

void TestDesign::groupsSayWhoMayBeInThem_data() {
    QTest::addColumn<QByteArray>("pointer");
    QTest::addColumn<QByteArray>("value");
    QTest::addColumn<QByteArray>("expected"); // code and pointer; empty when it loads
    const auto row = [](const char* pointer, const char* value, const char* expected) {
        QTest::addRow("%s = %s", pointer, value)
            << QByteArray(pointer) << QByteArray(value) << QByteArray(expected);
    };
    row("/nodes/0/group", "\"db\"", "");
    row("/nodes/0/group", "\"web\"", "design.wrong_group /nodes/0/group");
    row("/nodes/1/group", "\"web\"", "design.wrong_group /nodes/1/group"); // a voter in a pool
    row("/nodes/2/group", "\"etcd\"", "design.wrong_group /nodes/2/group");
    row("/nodes/3/group", "\"web\"", "design.wrong_group /nodes/3/group"); // clients join nothing
    row("/nodes/0/crew", "\"ops\"", "");
    row("/nodes/0/crew", "\"opps\"", "design.dangling_reference /nodes/0/crew");
    row("/groups/0/crew", "\"night\"", "design.dangling_reference /groups/0/crew");
    row("/nodes/0/crew", "\"a b\"", "design.id /nodes/0/crew");
    row("/groups/0/manager_on", "[\"etcd\"]", "");
    row("/groups/0/manager_on", "[\"w1\", \"web1\"]", "");
    row("/groups/0/manager_on", "[]", "");
    row("/groups/0/manager_on", "[\"mars\"]", "design.dangling_reference /groups/0/manager_on/0");
    row("/groups/0/manager_on", "[\"web\"]", "design.conflict /groups/0/manager_on/0");
    row("/groups/0/manager_on", "[\"w1\", \"etcd\"]", "design.conflict /groups/0/manager_on/1");
    row("/groups/0/manager_on", "[\"shoppers\"]", "design.conflict /groups/0/manager_on/0");
    row("/groups/0/manager_on", "\"w1\"", "design.type /groups/0/manager_on");
    row("/groups/1/manager_on", "[\"w1\"]", "design.conflict /groups/1/manager_on"); // a pool has no manager
    row("/settings/crews/0/size", "0", "design.range /settings/crews/0/size");
    row("/settings/crews/0/size", "1.5", "design.type /settings/crews/0/size");
    row("/settings/crews/1", "{\"id\": \"ops\"}", "design.duplicate_id /settings/crews/1");
    row("/settings/crews/0/response", "{\"dist\": \"constant\", \"value_s\": -1}",
        "distribution.range /settings/crews/0/response");
    row("/nodes/2/failure_modes", "[{\"id\": \"crash\", \"repaired_by\": \"nobody\"}]",
        "design.choice /nodes/2/failure_modes/0/repaired_by");
    row("/nodes/2/failure_modes", "[{\"id\": \"crash\", \"restart_coverage\": 1.1}]",
        "design.range /nodes/2/failure_modes/0/restart_coverage");
    row("/objectives/0/of", "\"db\"", "");
    row("/objectives/0/of", "\"w1\"", "design.dangling_reference /objectives/0/of");
    row("/objectives/0/window_d", "0", "design.range /objectives/0/window_d");
    row("/scenarios/0/events/0/other_side", "\"w1\"", "");
    row("/scenarios/0/events/0/other_side", "\"web\"",
        "design.dangling_reference /scenarios/0/events/0/other_side");
}

void TestDesign::groupsSayWhoMayBeInThem() {
    Json design = Json::parse(R"({"format": "alwayson-design", "version": 1,
        "settings": {"crews": [{"id": "ops", "size": 2}, {"id": "dba"}]},
        "nodes": [{"id": "db1", "kind": "mysql"}, {"id": "w1", "kind": "voter"}, {"id": "web1", "kind": "server"}, {"id": "shoppers", "kind": "client"}],
        "groups": [{"id": "db", "kind": "mysql_replication"}, {"id": "web", "kind": "pool"}, {"id": "etcd", "kind": "quorum"}],
        "objectives": [{"id": "o", "metric": "availability_time", "at_least": 0.9}],
        "scenarios": [{"id": "s", "events": [{"at_s": 1, "do": "isolate", "what": "db1"}]}]})");
    QFETCH(QByteArray, pointer);
    QFETCH(QByteArray, value);
    QFETCH(QByteArray, expected);
    QVERIFY(designFromJson(design).ok());
    design[Json::json_pointer(pointer.toStdString())] = Json::parse(value.toStdString());
    const Result<Design> read = designFromJson(design);
    const std::string got = read.ok() ? "" : read.error().code + " " + read.error().place.pointer;
    QCOMPARE(QByteArray::fromStdString(got), expected);
    if (!read.ok()) return;
    QVERIFY(designFromJson(toJson(*read)).value() == *read);
}

void TestDesign::groupReplicationHasAtMostNineMembers() {
    Design design;
    Group group;
    group.id = GroupId("db");
    group.kind = "mysql_replication";
    group.parameters["replication"] = std::string("group");
    group.parameters["manager"] = std::string("group");
    design.groups.append(group);
    for (int i = 1; i <= 9; ++i) {
        Node node = nodeOf(("db" + std::to_string(i)).c_str());
        node.kind = "mysql";
        node.group = group.id;
        design.nodes.append(node);
    }
    QVERIFY(checkReferences(design).ok());
    Group managed = group;
    managed.managerOn = {"db1"};
    design.groups.replace(0, managed);
    QCOMPARE(checkReferences(design).error().place.pointer, std::string("/groups/0/manager_on"));
    design.groups.replace(0, group);
    Node tenth = design.nodes.at(0);
    tenth.id = NodeId("db10");
    design.nodes.append(tenth);
    QCOMPARE(checkReferences(design).error().code, std::string("design.range"));
    group.parameters["replication"] = std::string("async");
    design.groups.replace(0, group);
    QVERIFY(checkReferences(design).ok());
}

ALWAYSON_TEST_MAIN(TestDesign, test_design)
#include "test_design.moc"

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

ALWAYSON_TEST_MAIN(TestDesign, test_design)
#include "test_design.moc"

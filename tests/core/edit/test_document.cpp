// Document::apply: every operation has an exact inverse, refuses what a file could not hold, and tells what
// changed.

#include "core/catalogue/catalogue.h"
#include "core/edit/document.h"
#include "core/io/project_file.h"
#include "core/model/codec.h"
#include "resources/resources.h"
#include "tests/support/test_support.h"

using namespace alwayson;

class TestDocument : public QObject {
    Q_OBJECT

private:
    static Design webPair() {
        return designFromJson(Json::parse(resources::find("templates/web-pair.aon.json"))).value();
    }
    static std::string bytes(const Document& document) { return toJson(document.design()).dump(); }

    // Applies, checks that undo gives the old bytes and redo the new ones, and leaves the change in place.
    static ChangeSet applyAndCheckInverse(Document& document, const Operation& operation) {
        const std::string before = bytes(document);
        const Result<Applied> applied = document.apply(operation);
        if (!applied) qFatal("%s", describe(applied.error()).c_str());
        const std::string after = bytes(document);
        const Result<Applied> undone = document.apply(applied->inverse);
        if (!undone) qFatal("%s", describe(undone.error()).c_str());
        if (bytes(document) != before)
            qFatal("undo differs:\n%s\n%s", before.c_str(), bytes(document).c_str());
        if (!document.apply(undone->inverse) || bytes(document) != after) qFatal("redo differs");
        return applied->changes;
    }

private slots:
    void insertAndRemoveKeepTheOrder() {
        Document document(webPair());
        Node node;
        node.id = NodeId("web3");
        node.kind = "server";
        node.group = GroupId("web");
        const ChangeSet changes = applyAndCheckInverse(document, operation::insertNode(node));
        QCOMPARE(changes.added, std::set<std::string>{"web3"});
        QVERIFY(changes.affectsResults());
        Operation removal;
        removal.type = Operation::Type::remove;
        removal.id = "web1";
        applyAndCheckInverse(document, operation::removeAll(document.design(), {"web1"}));
        QVERIFY(!document.design().nodes.contains("web1"));
    }

    void setChangesOneField() {
        Document document(webPair());
        const ChangeSet changes =
            applyAndCheckInverse(document, operation::setParameter(Collection::nodes, "web1", "workers", 16));
        QCOMPARE(changes.changed, std::set<std::string>{"web1"});
        QCOMPARE(std::get<double>(document.design().nodes.find("web1")->parameters.at("workers")), 16.0);
        applyAndCheckInverse(document,
                             operation::setParameter(Collection::nodes, "web1", "workers", nullptr));
        QVERIFY(document.design().nodes.find("web1")->parameters.empty());
    }

    void settingTheDefaultKeepsTheFileSmall() {
        Document document(webPair());
        const std::string before = bytes(document);
        QVERIFY(document.apply(operation::setParameter(Collection::nodes, "web1", "workers", 8)).ok());
        QCOMPARE(bytes(document), before);
    }

    void unsetIsNotTheDefault() {
        Document document(webPair());
        applyAndCheckInverse(document, operation::unsetParameter(Collection::nodes, "web1", "queue_limit"));
        const Parameters& parameters = document.design().nodes.find("web1")->parameters;
        QVERIFY(std::holds_alternative<std::monostate>(parameters.at("queue_limit")));
    }

    void movingOnTheCanvasDoesNotTouchResults() {
        Document document(webPair());
        const ChangeSet changes = applyAndCheckInverse(document, operation::place("web1", {10, 20, 0, 0}));
        QCOMPARE(changes.moved, std::set<std::string>{"web1"});
        QVERIFY(!changes.affectsResults());
    }

    void removingAPlaceMovesItsMembersOut() {
        Document document(webPair());
        applyAndCheckInverse(document, operation::removeAll(document.design(), {"eu-a"}));
        QCOMPARE(document.design().nodes.find("web1")->domain->str(), std::string("eu"));
        QCOMPARE(document.design().nodes.find("lb1")->domain->str(), std::string("eu"));
    }

    void removingEverythingAndUndoGivesTheSameBytes() {
        Document document(webPair());
        std::vector<std::string> all;
        for (const Node& node : document.design().nodes)
            all.push_back(node.id.str());
        for (const Domain& domain : document.design().domains)
            all.push_back(domain.id.str());
        for (const Group& group : document.design().groups)
            all.push_back(group.id.str());
        applyAndCheckInverse(document, operation::removeAll(document.design(), all));
        QVERIFY(document.design().nodes.empty() && document.design().domains.empty() &&
                document.design().links.empty());
        QVERIFY(document.design().canvas.empty());
    }

    void refusals_data() {
        QTest::addColumn<QString>("json");
        QTest::addColumn<QString>("code");
        const auto row = [](const char* name, const char* json, const char* code) {
            QTest::newRow(name) << json << code;
        };
        row("unknown id", R"({"op":"set","in":"nodes","id":"nope","path":"/name","value":"x"})",
            "operation.not_found");
        row("unknown parameter",
            R"({"op":"set","in":"nodes","id":"web1","path":"/parameters/wrkers","value":3})",
            "operation.path");
        row("wrong type",
            R"({"op":"set","in":"nodes","id":"web1","path":"/parameters/workers","value":"many"})",
            "design.type");
        row("out of range", R"({"op":"set","in":"nodes","id":"web1","path":"/parameters/workers","value":0})",
            "design.range");
        row("fraction", R"({"op":"set","in":"nodes","id":"web1","path":"/parameters/workers","value":1.5})",
            "design.type");
        row("id", R"({"op":"set","in":"nodes","id":"web1","path":"/id","value":"x"})", "operation.path");
        row("dangling place", R"({"op":"set","in":"nodes","id":"web1","path":"/domain","value":"mars"})",
            "design.dangling_reference");
        row("duplicate", R"({"op":"insert","in":"nodes","value":{"id":"eu","kind":"server"}})",
            "design.duplicate_id");
        row("kind", R"({"op":"insert","in":"nodes","value":{"id":"n","kind":"servr"}})",
            "design.unknown_kind");
        row("cycle", R"({"op":"set","in":"domains","id":"eu","path":"/parent","value":"eu-a"})",
            "design.domain_cycle");
        row("used", R"({"op":"remove","in":"groups","id":"web"})", "design.dangling_reference");
        row("canvas", R"({"op":"set","in":"canvas","id":"ghost","path":"","value":[1,2]})",
            "operation.not_found");
        row("half a batch",
            R"({"op":"batch","operations":[{"op":"set","in":"nodes","id":"web1","path":"/name","value":"A"},{"op":"remove","in":"nodes","id":"nope"}]})",
            "operation.not_found");
        row("path into a number", R"({"op":"set","in":"nodes","id":"web1","path":"/kind/x","value":1})",
            "operation.path");
    }
    void refusals() {
        QFETCH(QString, json);
        QFETCH(QString, code);
        Document document(webPair());
        const std::string before = bytes(document);
        const Result<Operation> operation = operationFromJson(Json::parse(json.toStdString()), "");
        QVERIFY(operation.ok());
        const Result<Applied> applied = document.apply(*operation);
        QVERIFY(!applied.ok());
        QCOMPARE(QString::fromStdString(applied.error().code), code);
        QVERIFY(!applied.error().message.empty());
        QCOMPARE(bytes(document), before);
        QCOMPARE(document.revision(), std::uint64_t{0});
    }

    // Crews, managers and recoveries hold on to what they name.
    void groupsKeepTheirReferences() {
        Document document(webPair());
        const auto set = [&](Collection in, const char* id, const char* path, const Json& value) {
            const Result<Applied> applied = document.apply(operation::set(in, id, path, value, ""));
            return applied.ok() ? std::string() : applied.error().code;
        };
        const auto insert = [&](Collection in, const Json& value) {
            Operation insertion;
            insertion.type = Operation::Type::insert;
            insertion.collection = in;
            insertion.value = value;
            return document.apply(insertion).ok();
        };
        QCOMPARE(set(Collection::nodes, "web1", "/crew", "ops"), std::string("design.dangling_reference"));
        QCOMPARE(set(Collection::settings, "", "/crews", Json::parse(R"([{"id":"ops"}])")), std::string());
        QCOMPARE(set(Collection::nodes, "web1", "/crew", "ops"), std::string());
        QCOMPARE(set(Collection::settings, "", "/crews", nullptr), std::string("design.dangling_reference"));
        QVERIFY(insert(Collection::groups, {{"id", "etcd"}, {"kind", "quorum"}}));
        QVERIFY(insert(Collection::groups,
                       {{"id", "db"}, {"kind", "mysql_replication"}, {"manager_on", {"etcd"}}}));
        QVERIFY(insert(Collection::nodes, {{"id", "w1"}, {"kind", "voter"}, {"group", "etcd"}}));
        QVERIFY(insert(Collection::objectives,
                       {{"id", "up"}, {"of", "db"}, {"metric", "availability_time"}, {"at_least", 0.9}}));
        QVERIFY(insert(Collection::scenarios, Json::parse(R"({"id":"cut","events":[
            {"at_s":1,"do":"isolate","what":"w1"},{"at_s":2,"do":"isolate","what":"web1","other_side":"w1"},{"at_s":3,"do":"heal","what":"web1"}]})")));
        QCOMPARE(set(Collection::groups, "db", "/parameters/manager", "group"),
                 std::string("design.conflict"));
        const std::string before = bytes(document);
        const auto removed = [&](const std::vector<std::string>& ids) {
            const Result<Applied> applied = document.apply(operation::removeAll(document.design(), ids));
            if (!applied) qFatal("%s", describe(applied.error()).c_str());
            return applied->inverse;
        };
        Operation undo = removed({"etcd"});
        QVERIFY(document.design().groups.find("db")->managerOn.empty());
        QVERIFY(!document.design().nodes.find("w1")->group);
        QVERIFY(document.apply(undo).ok());
        QCOMPARE(bytes(document), before);
        undo = removed({"w1"});
        QCOMPARE(document.design().scenarios.find("cut")->events.size(), std::size_t{1});
        QVERIFY(document.apply(undo).ok());
        undo = removed({"db"});
        QVERIFY(!document.design().objectives.contains("up"));
        QVERIFY(document.apply(undo).ok());
        QCOMPARE(bytes(document), before);
        QCOMPARE(set(Collection::groups, "db", "/manager_on", Json::array({"w1", "web1"})), std::string());
        removed({"w1"});
        QCOMPARE(document.design().groups.find("db")->managerOn, std::vector<std::string>{"web1"});
    }

    // One character in every text a file can hold: taken by apply just when the loader takes it, and refused
    // in the same words.
    void textsAreThoseOfTheLoader_data() {
        QTest::addColumn<QByteArray>("text");
        const auto row = [](int code) { QTest::addRow("U+%04X", code) << QString(QChar(code)).toUtf8(); };
        for (int code = 0; code < 0x120; ++code)
            row(code);
        for (const int code : {0x061c, 0x200b, 0x200e, 0x2028, 0x202e, 0x2066, 0xfeff, 0xfffd, 0xffff})
            row(code);
        QTest::newRow("not UTF-8") << QByteArray("\xff");
        QTest::newRow("surrogate") << QByteArray("\xed\xa0\x80");
        QTest::newRow("long") << QByteArray(16384 - 2, 'x');
        QTest::newRow("too long") << QByteArray(16384 - 1, 'x');
        QTest::newRow("beyond any string") << QByteArray((1 << 20) + 1, 'x');
    }
    void textsAreThoseOfTheLoader() {
        QFETCH(QByteArray, text);
        const std::string name = "a" + text.toStdString() + "b";
        const auto agree = [](const Operation& operation, const Design& design) {
            const Result<LoadedDesign> loaded = parseDesign(serialiseDesign(design), "");
            Document document(webPair());
            const std::string before = bytes(document);
            const Result<Applied> applied = document.apply(operation);
            QCOMPARE(applied.ok(), loaded.ok());
            if (applied.ok()) {
                QVERIFY(document.design() == loaded->design);
                QVERIFY(checkedText(document.design(), "").ok());
                return;
            }
            QCOMPARE(applied.error().code, loaded.error().code);
            QCOMPARE(applied.error().message, loaded.error().message);
            QCOMPARE(applied.error().cure, loaded.error().cure);
            QCOMPARE(bytes(document), before);
        };
        const auto withNode = [](auto&& change) {
            Design design = webPair();
            Node node = *design.nodes.find("web1");
            change(node);
            design.nodes.replace(design.nodes.indexOf("web1"), node);
            return design;
        };
        Design renamed = webPair();
        renamed.name = name;
        agree(operation::set(Collection::design, "", "/name", name, ""), renamed);
        agree(operation::rename(Collection::nodes, "web1", name),
              withNode([&](Node& node) { node.name = name; }));
        agree(operation::set(Collection::nodes, "web1", "/deploy/host", name, ""),
              withNode([&](Node& node) { node.deploy["host"] = name; }));
    }

    void attachmentsAndNestedTextsToo() {
        Document document(webPair());
        const std::string bad = "a\x1b";
        const auto refused = [&](const Operation& operation, const std::string& pointer) {
            const Result<Applied> applied = document.apply(operation);
            QVERIFY(!applied.ok());
            QCOMPARE(applied.error().code, std::string("json.control"));
            QCOMPARE(applied.error().place.pointer, pointer);
        };
        refused(
            operation::set(Collection::attachments, "haproxy", "", Json{{"global", Json::array({bad})}}, ""),
            "/haproxy/global/0");
        refused(operation::set(Collection::attachments, bad, "", 1, ""), "");
        refused(operation::set(Collection::nodes, "web1", "/" + bad, 1, ""), "");
        refused(operation::set(Collection::settings, "", "/note", bad, ""), "/note");
        Operation insertion;
        insertion.type = Operation::Type::insert;
        insertion.value = Json{{"id", "n"}, {"kind", "server"}, {"hint", {{"deep", bad}}}};
        refused(operation::batch("two", {insertion}), "/hint/deep");
        // 64 arrays and objects in all: a node stands in two and is a third.
        const auto nested = [&](int depth) {
            Json value = 1;
            for (int i = 0; i < depth; ++i)
                value = Json::array({value});
            insertion.value = Json{{"id", "n"}, {"kind", "server"}, {"hint", value}};
            return document.apply(insertion);
        };
        QCOMPARE(nested(62).error().code, std::string("json.depth"));
        QVERIFY(nested(61).ok());
        QVERIFY(checkedText(document.design(), "").ok());
    }

    void operationsRoundTripThroughJson() {
        const Operation original = operation::removeAll(webPair(), {"lb1", "eu-b"});
        const Json json = toJson(original);
        const Result<Operation> read = operationFromJson(json, "");
        QVERIFY(read.ok());
        QCOMPARE(toJson(*read).dump(), json.dump());
        Document a(webPair()), b(webPair());
        QVERIFY(a.apply(original).ok() && b.apply(*read).ok());
        QCOMPARE(bytes(a), bytes(b));
    }

    // Undo-all gives the first bytes, redo-all the last ones, whatever was done.
    void randomEditsUndoAndRedo() {
        Document document(webPair());
        const std::string first = bytes(document);
        std::uint64_t state = 12345;
        const auto draw = [&](std::uint64_t n) {
            state = state * 6364136223846793005ULL + 1442695040888963407ULL;
            return (state >> 33) % n;
        };
        const int steps = qEnvironmentVariableIsSet("ALWAYSON_LONG") ? 100000 : 2000;
        std::vector<Operation> inverses;
        for (int i = 0; i < steps; ++i) {
            const Design& design = document.design();
            Operation operation;
            switch (draw(6)) {
            case 0: {
                Node node;
                node.id = NodeId(freshId(design, "n"));
                node.kind = Catalogue::builtIn().kinds()[draw(Catalogue::builtIn().kinds().size())].id;
                if (!design.domains.empty()) node.domain = design.domains.at(draw(design.domains.size())).id;
                operation = operation::insertNode(node);
                break;
            }
            case 1:
                if (design.nodes.size() < 3) continue;
                operation =
                    operation::removeAll(design, {design.nodes.at(draw(design.nodes.size())).id.str()});
                break;
            case 2: {
                if (design.nodes.size() < 2) continue;
                Link link;
                link.id = LinkId(freshId(design, "l"));
                link.from = design.nodes.at(draw(design.nodes.size())).id.str();
                link.to = design.nodes.at(draw(design.nodes.size())).id.str();
                operation = operation::insertLink(link);
                break;
            }
            case 3:
                if (design.nodes.empty()) continue;
                operation =
                    operation::rename(Collection::nodes, design.nodes.at(draw(design.nodes.size())).id.str(),
                                      "name " + std::to_string(draw(99)));
                break;
            case 4:
                if (design.nodes.empty()) continue;
                operation = operation::place(design.nodes.at(draw(design.nodes.size())).id.str(),
                                             {double(draw(999)), double(draw(999)), 0, 0});
                break;
            default: {
                Domain domain;
                domain.id = DomainId(freshId(design, "d"));
                domain.kind = "zone";
                if (!design.domains.empty())
                    domain.parent = design.domains.at(draw(design.domains.size())).id;
                operation = design.domains.size() > 8
                                ? operation::removeAll(
                                      design, {design.domains.at(draw(design.domains.size())).id.str()})
                                : operation::insertDomain(domain);
            }
            }
            Result<Applied> applied = document.apply(operation);
            QVERIFY2(applied.ok(), applied.ok() ? "" : describe(applied.error()).c_str());
            inverses.push_back(applied->inverse);
        }
        const std::string last = bytes(document);
        std::vector<Operation> redos;
        for (auto it = inverses.rbegin(); it != inverses.rend(); ++it) {
            Result<Applied> undone = document.apply(*it);
            QVERIFY(undone.ok());
            redos.push_back(undone->inverse);
        }
        QCOMPARE(bytes(document), first);
        for (auto it = redos.rbegin(); it != redos.rend(); ++it)
            QVERIFY(document.apply(*it).ok());
        QCOMPARE(bytes(document), last);
    }
};

ALWAYSON_TEST_MAIN(TestDocument, test_document)
#include "test_document.moc"

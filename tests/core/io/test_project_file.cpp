// Design files: what loads, what is refused and where, what survives a round trip.
#include "core/io/atomic_save.h"
#include "core/io/json_reader.h"
#include "core/io/project_file.h"
#include "tests/core/io/design_support.h"
#include "tests/core/io/save_support.h"
#include "tests/support/test_support.h"

#include <QElapsedTimer>
#include <QTemporaryDir>

#include <ctime>
#include <limits>

using namespace alwayson;
using namespace alwayson::test;
namespace fs = std::filesystem;

namespace {

Design designOf(const std::string& text) {
    Result<LoadedDesign> loaded = parseDesign(text, "test.aon.json");
    if (!loaded) qFatal("%s", describe(loaded.error()).c_str());
    return loaded->design;
}

Error errorOf(const std::string& text) {
    const Result<LoadedDesign> loaded = parseDesign(text, "test.aon.json");
    return loaded.ok() ? Error{} : loaded.error();
}

// Where something of `part` is not, or not the same, in `whole`; "" when all of it is there. Empty things may
// be left out.
std::string whatIsMissing(const Json& whole, const Json& part, const std::string& at = "") {
    if (!part.is_structured()) return whole == part ? "" : at;
    if (whole.type() != part.type() || (part.is_array() && whole.size() != part.size())) return at;
    for (auto item = part.begin(); item != part.end(); ++item) {
        const std::string here =
            at + "/" + (part.is_object() ? item.key() : std::to_string(item - part.begin()));
        if (part.is_object() && !whole.contains(item.key())) {
            if (item->is_structured() && item->empty()) continue;
            return here;
        }
        const Json& other = part.is_object() ? whole[item.key()] : whole[std::size_t(item - part.begin())];
        const std::string missing = whatIsMissing(other, *item, here);
        if (!missing.empty()) return missing;
    }
    return "";
}

std::string withNodes(const std::string& nodes) {
    return "{\"format\": \"alwayson-design\", \"version\": 1, \"nodes\": [" + nodes + "]}";
}

} // namespace

class TestProjectFile : public QObject {
    Q_OBJECT
private slots:
    void canonicalLayout();
    void roundTripIsStable();
    void unknownFieldsSurvive();
    void unknownFieldsAreReported();
    void hostileUnknownFields_data();
    void hostileUnknownFields();
    void errorsHavePlaces_data();
    void errorsHavePlaces();
    void newerVersionIsRefusedAndUntouched();
    void mutatedDesignsNeverCrash();
    void truncatedDesigns();
    void saveAndLoad();
    void saveRefusesNonFiniteNumbers();
    void saveRefusesWhatWouldNotOpen();
    void failedSaveKeepsTheOldFile();
    void loadErrors();
    void hashIgnoresTheCanvas();
    void hostileSizes_data();
    void hostileSizes();
    void largeDesignIsQuick();
};

void TestProjectFile::canonicalLayout() {
    const Design design =
        designOf(R"({"version": 1.0, "format": "alwayson-design", "name": "A \"b\" \\ ü \u00fc \n",
        "nodes": [{"kind": "server", "id": "web1", "parameters": {"workers": 16.0}}], "attachments": {"haproxy": {}},
        "canvas": {"nodes": {"web1": [320.0, -160.5]}}, "later": {"big": 1e22, "whole": 9007199254740994.0, "tiny": 1e-7,
        "list": [1, "a"], "numbers": [1, 2.5, -0.0], "empty": []}})");
    const std::string expected = R"({
  "format": "alwayson-design",
  "version": 1,
  "catalogue": 1,
  "name": "A \"b\" \\ ü ü \n",
  "settings": {
    "price_book": "realistic",
    "capacity_book": "realistic"
  },
  "domains": [],
  "nodes": [
    {
      "id": "web1",
      "kind": "server",
      "parameters": {
        "workers": 16
      }
    }
  ],
  "groups": [],
  "links": [],
  "objectives": [],
  "scenarios": [],
  "variants": [],
  "attachments": {
    "haproxy": {}
  },
  "canvas": {
    "nodes": {
      "web1": [320, -160.5]
    }
  },
  "later": {
    "big": 1e+22,
    "whole": 9007199254740994.0,
    "tiny": 1e-07,
    "list": [
      1,
      "a"
    ],
    "numbers": [1, 2.5, 0],
    "empty": []
  }
}
)";
    QVERIFY2(serialiseDesign(design) == expected, serialiseDesign(design).c_str());
}

void TestProjectFile::roundTripIsStable() {
    QVERIFY(sampleDesigns().size() >= 3);
    for (const auto& [name, text] : sampleDesigns()) {
        const Result<LoadedDesign> first = parseDesign(text, name);
        QVERIFY2(first.ok(), first.ok() ? "" : describe(first.error()).c_str());
        const std::string canonical = serialiseDesign(first->design);
        const Result<LoadedDesign> second = parseDesign(canonical, name);
        QVERIFY2(second.ok(), second.ok() ? "" : describe(second.error()).c_str());
        QVERIFY2(second->design == first->design, name.c_str());
        QCOMPARE(second->hash, first->hash);
        QCOMPARE(serialiseDesign(second->design), canonical);
        QCOMPARE(canonical.back(), '\n');
    }
}

// Every field of a full design is still there, with the same value, after a load and a save.
void TestProjectFile::unknownFieldsSurvive() {
    const Json groups = readJson(groupsDesign(), "").value();
    const Json groupsAfter = readJson(serialiseDesign(designOf(groupsDesign())), "").value();
    QCOMPARE(QString::fromStdString(whatIsMissing(groupsAfter, groups)), QString());
    const Json before = readJson(fullDesign(), "").value();
    const Json after = readJson(serialiseDesign(designOf(fullDesign())), "").value();
    const std::string missing = whatIsMissing(after, before);
    QVERIFY2(missing.empty(), missing.c_str());
}

void TestProjectFile::unknownFieldsAreReported() {
    const std::string text =
        withNodes(R"({"id": "web1", "kind": "server", "nam": "x", "parameters": {"worker": 3}})");
    const Result<LoadedDesign> loaded = parseDesign(text, "test.aon.json");
    QVERIFY(loaded.ok());
    QCOMPARE(loaded->warnings.size(), std::size_t{2});
    QCOMPARE(loaded->warnings[0].pointer, std::string("/nodes/0/parameters/worker"));
    QVERIFY(loaded->warnings[0].message.find("\"workers\"") != std::string::npos);
    QCOMPARE(loaded->warnings[1].pointer, std::string("/nodes/0/nam"));
    QCOMPARE(loaded->warnings[1].code, std::string("design.unknown_field"));
    QVERIFY(loaded->warnings[1].message.find("\"name\"") != std::string::npos);
}

// Keys that could be taken for something else on the way back.
void TestProjectFile::hostileUnknownFields_data() {
    QTest::addColumn<QByteArray>("text");
    const char* head = "{\"format\": \"alwayson-design\", \"version\": 1, ";
    const auto row = [&](const char* name, const char* rest) {
        QTest::newRow(name) << QByteArray(head) + rest;
    };
    row("in the canvas, as a field of the design",
        "\"canvas\": {\"name\": \"x\", \"version\": 9, \"nodes\": {}}}");
    row("unknown part of the canvas", "\"canvas\": {\"notes\": {\"n1\": [1, 2, \"text\"]}}}");
    row("numbers as parameters",
        "\"nodes\": [{\"id\": \"a\", \"kind\": \"server\", \"parameters\": {\"0\": 1, \"1\": 2}}]}");
    row("minus as a parameter",
        "\"nodes\": [{\"id\": \"a\", \"kind\": \"server\", \"parameters\": {\"-\": 1}}]}");
    row("empty key",
        "\"\": 1, \"nodes\": [{\"\": 2, \"id\": \"a\", \"kind\": \"server\", \"deploy\": {\"\": 3}}]}");
    row("slashes and tildes", "\"a/b\": 1, \"a~1b\": 2, \"~\": 3, \"/\": {\"~0\": 4}}");
    row("a path as a key", "\"parameters/workers\": 1, \"nodes\": [{\"id\": \"a\", \"kind\": \"server\", "
                           "\"parameters/workers\": 1}]}");
    row("a parameter and an unknown one",
        "\"nodes\": [{\"id\": \"a\", \"kind\": \"server\", \"parameters\": {\"workers\": 3, \"z\": {}}}]}");
    row("unknown in two objects", "\"x\": 1, \"nodes\": [{\"id\": \"a\", \"kind\": \"server\", \"deploy\": "
                                  "{\"x\": 1}, \"parameters\": {\"x\": 2}, \"x\": 3}]}");
}

void TestProjectFile::hostileUnknownFields() {
    QFETCH(QByteArray, text);
    const Json before = readJson(text.toStdString(), "").value();
    const Design design = designOf(text.toStdString());
    const std::string canonical = serialiseDesign(design);
    QCOMPARE(whatIsMissing(readJson(canonical, "").value(), before), std::string());
    const Design again = designOf(canonical);
    QVERIFY(again == design);
    QCOMPARE(serialiseDesign(again), canonical);
}

void TestProjectFile::errorsHavePlaces_data() {
    QTest::addColumn<QByteArray>("text");
    QTest::addColumn<QByteArray>("code");
    QTest::addColumn<QByteArray>("pointer");
    QTest::addColumn<int>("line");
    QTest::addColumn<int>("column");
    const auto row = [](const char* name, const std::string& text, const char* code, const char* pointer,
                        int line, int column) {
        QTest::newRow(name) << QByteArray::fromStdString(text) << QByteArray(code) << QByteArray(pointer)
                            << line << column;
    };
    const std::string head = "{\"format\": \"alwayson-design\", \"version\": 1,\n";
    row("no object", "[]", "design.type", "", 1, 1);
    row("no format", "{\n\"version\": 1}", "design.missing", "", 1, 1);
    row("other format", "{\"format\":\n \"docker\", \"version\": 1}", "design.format", "/format", 2, 2);
    row("name is a number", head + "\"name\": 7}", "design.type", "/name", 2, 9);
    row("unknown kind", head + "\"nodes\": [\n{\"id\": \"a\", \"kind\": \"servr\"}]}", "design.unknown_kind",
        "/nodes/0/kind", 3, 21);
    row("no kind", head + "\"nodes\": [{\"id\": \"a\", \"kind\": \"server\"},\n  {\"id\": \"b\"}]}",
        "design.missing", "/nodes/1", 3, 3);
    row("bad id", head + "\"nodes\": [{\"id\": \"a b\", \"kind\": \"server\"}]}", "design.id", "/nodes/0/id",
        2, 18);
    row("id twice",
        head + "\"nodes\": [{\"id\": \"a\", \"kind\": \"server\"}],\n\"groups\": [{\"id\": \"a\", \"kind\": "
               "\"pool\"}]}",
        "design.duplicate_id", "/groups/0/id", 3, 19);
    row("parameter out of range",
        head + "\"nodes\": [{\"id\": \"a\", \"kind\": \"server\", \"parameters\": {\n \"workers\": -1}}]}",
        "design.range", "/nodes/0/parameters/workers", 3, 13);
    row("parameter of wrong type",
        head + "\"nodes\": [{\"id\": \"a\", \"kind\": \"server\", \"parameters\": {\n \"workers\": \"3\"}}]}",
        "design.type", "/nodes/0/parameters/workers", 3, 13);
    row("dangling domain", head + "\"nodes\": [{\"id\": \"a\", \"kind\": \"server\",\n\"domain\": \"eu\"}]}",
        "design.dangling_reference", "/nodes/0/domain", 3, 11);
    row("dangling link", head + "\"links\": [{\"id\": \"l\", \"from\": \"a\",\n\"to\": \"b\"}]}",
        "design.dangling_reference", "/links/0/from", 2, 31);
    row("place in itself",
        head + "\"domains\": [{\"id\": \"a\", \"kind\": \"zone\", \"parent\": \"b\"},\n{\"id\": \"b\", "
               "\"kind\": \"zone\", \"parent\": \"a\"}]}",
        "design.domain_cycle", "/domains/0/parent", 2, 51);
    row("bad JSON", head + "\"nodes\": [,]}", "json.syntax", "/nodes/0", 2, 11);
    row("key twice", head + "\"version\": 1}", "json.duplicate_key", "/version", 2, 1);
}

void TestProjectFile::errorsHavePlaces() {
    QFETCH(QByteArray, text);
    QFETCH(QByteArray, code);
    QFETCH(QByteArray, pointer);
    QFETCH(int, line);
    QFETCH(int, column);
    const Error error = errorOf(text.toStdString());
    QCOMPARE(QByteArray::fromStdString(error.code), code);
    QCOMPARE(QByteArray::fromStdString(error.place.pointer), pointer);
    QCOMPARE(int(error.place.line), line);
    QCOMPARE(int(error.place.column), column);
    QCOMPARE(error.place.file, std::string("test.aon.json"));
    QVERIFY(error.kind == ErrorKind::invalidInput);
}

void TestProjectFile::newerVersionIsRefusedAndUntouched() {
    const QTemporaryDir dir;
    const fs::path file = fs::path(dir.path().toStdString()) / "newer.aon.json";
    const std::string text =
        "{\"format\": \"alwayson-design\",\n \"version\": 2, \"nodes\": {\"new\": \"shape\"}}";
    writePlainly(file, text);
    const Result<LoadedDesign> loaded = loadDesign(file);
    QVERIFY(!loaded.ok());
    QVERIFY(loaded.error().kind == ErrorKind::unsupportedVersion);
    QCOMPARE(loaded.error().code, std::string("design.version"));
    QCOMPARE(int(loaded.error().place.line), 2);
    QCOMPARE(bytesOf(file), text);
}

// Every value of a full design in turn replaced by sixteen others: an error with a place, or a design that
// holds.
void TestProjectFile::mutatedDesignsNeverCrash() {
    int refused = 0;
    int accepted = 0;
    const auto visit = [&](const Json& mutated, const std::string& pointer) {
        const std::string text = mutated.dump(1);
        const Result<LoadedDesign> loaded = parseDesign(text, "m.json");
        if (!loaded) {
            ++refused;
            const Error& error = loaded.error();
            if (error.place.line == 0 || error.place.file != "m.json" || error.message.empty() ||
                error.kind == ErrorKind::internal)
                QFAIL((pointer + ": " + describe(error)).c_str());
            return;
        }
        ++accepted;
        const Result<std::string> saved = checkedText(loaded->design, "m.json");
        if (!saved) QFAIL((pointer + ": " + describe(saved.error()) + "\n" + text).c_str());
    };
    for (const std::string& design : {fullDesign(), groupsDesign()})
        forEachMutation(readJson(design, "").value(), visit);
    QVERIFY2(refused > 2000 && accepted > 300, qPrintable(QString("%1 %2").arg(refused).arg(accepted)));
}

void TestProjectFile::truncatedDesigns() {
    for (const auto& [name, text] : sampleDesigns()) {
        const Design whole = designOf(text);
        for (std::size_t size = 0; size < text.size(); ++size) {
            const Result<LoadedDesign> loaded = parseDesign(std::string_view(text).substr(0, size), name);
            // Only the white space at the end may be missing.
            QVERIFY2(!loaded.ok() || loaded->design == whole, (name + " " + std::to_string(size)).c_str());
            if (!loaded.ok()) QVERIFY(loaded.error().place.line > 0);
        }
    }
}

void TestProjectFile::saveAndLoad() {
    const QTemporaryDir dir;
    const fs::path file = fs::path(dir.path().toStdString()) / "d.aon.json";
    const Design design = designOf(fullDesign());
    QVERIFY(saveDesign(design, file).ok());
    QCOMPARE(bytesOf(file), serialiseDesign(design));
    const Result<LoadedDesign> loaded = loadDesign(file);
    QVERIFY(loaded.ok());
    QVERIFY(loaded->design == design);
    QCOMPARE(loaded->hash, designHash(design));
}

void TestProjectFile::saveRefusesNonFiniteNumbers() {
    const QTemporaryDir dir;
    const fs::path file = fs::path(dir.path().toStdString()) / "d.aon.json";
    writePlainly(file, "old");
    for (const double bad :
         {std::numeric_limits<double>::quiet_NaN(), std::numeric_limits<double>::infinity()}) {
        Design design =
            designOf(withNodes(R"({"id": "web0", "kind": "server"}, {"id": "web1", "kind": "server"})"));
        Node node = design.nodes.at(1);
        node.parameters["workers"] = bad;
        design.nodes.replace(1, node);
        const Status status = saveDesign(design, file);
        QVERIFY(!status.ok());
        QCOMPARE(status.error().code, std::string("design.not_finite"));
        QCOMPARE(status.error().place.pointer, std::string("/nodes/1/parameters/workers"));
        QVERIFY(status.error().message.find("/nodes/1/parameters/workers") != std::string::npos);
        design = designOf(withNodes(""));
        design.canvas["x"] = {};
        Scenario scenario;
        scenario.id = ScenarioId("s");
        scenario.duration = Duration::seconds(bad);
        design.scenarios.append(scenario);
        QCOMPARE(saveDesign(design, file).error().place.pointer, std::string("/scenarios/0/duration_s"));
    }
    QCOMPARE(bytesOf(file), std::string("old"));
}

void TestProjectFile::saveRefusesWhatWouldNotOpen() {
    const QTemporaryDir dir;
    const fs::path file = fs::path(dir.path().toStdString()) / "d.aon.json";
    writePlainly(file, "old");
    const auto refusal = [&](const std::function<void(Node&)>& spoil) {
        Design design = designOf(withNodes(R"({"id": "web1", "kind": "server"})"));
        Node node = design.nodes.at(0);
        spoil(node);
        design.nodes.replace(0, node);
        const Status status = saveDesign(design, file);
        return status.ok() ? std::string("saved") : status.error().code + " " + status.error().place.pointer;
    };
    QCOMPARE(refusal([](Node& node) { node.name = "bell \a"; }), std::string("json.control /nodes/0/name"));
    QCOMPARE(refusal([](Node& node) { node.name = "\xFF"; }), std::string("json.utf8 /nodes/0/name"));
    QCOMPARE(refusal([](Node& node) { node.kind = "toaster"; }),
             std::string("design.unknown_kind /nodes/0/kind"));
    QCOMPARE(refusal([](Node& node) { node.domain = DomainId("mars"); }),
             std::string("design.dangling_reference /nodes/0/domain"));
    QCOMPARE(refusal([](Node& node) { node.parameters["workers"] = 1e9; }),
             std::string("design.range /nodes/0/parameters/workers"));
    QCOMPARE(bytesOf(file), std::string("old"));
    QCOMPARE(refusal([](Node& node) { node.name = "fine"; }), std::string("saved"));
}

void TestProjectFile::failedSaveKeepsTheOldFile() {
    const QTemporaryDir dir;
    const fs::path folder = fs::path(dir.path().toStdString()) / "d.aon.json";
    fs::create_directory(folder);
    const Status status = saveDesign(designOf(fullDesign()), folder);
    QVERIFY(!status.ok());
    QVERIFY(status.error().kind == ErrorKind::io);
}

void TestProjectFile::loadErrors() {
    const QTemporaryDir dir;
    const fs::path folder = dir.path().toStdString();
    QCOMPARE(loadDesign(folder / "missing.json").error().code, std::string("io.not_found"));
    QCOMPARE(loadDesign(folder).error().code, std::string("io.not_a_file"));
    writePlainly(folder / "bad.json", "{");
    const Error error = loadDesign(folder / "bad.json").error();
    QCOMPARE(error.code, std::string("json.syntax"));
    QCOMPARE(error.place.file, (folder / "bad.json").string());
    writePlainly(folder / "huge.json", "{");
    fs::resize_file(folder / "huge.json", std::uintmax_t{1} << 30);
    QElapsedTimer timer;
    timer.start();
    QCOMPARE(loadDesign(folder / "huge.json").error().code, std::string("json.size"));
    QVERIFY(timer.elapsed() < 1000);
}

void TestProjectFile::hashIgnoresTheCanvas() {
    Design design = designOf(fullDesign());
    const std::string before = designHash(design);
    QCOMPARE(before.size(), std::size_t{64});
    design.canvas["web1"].x += 5;
    QCOMPARE(designHash(design), before);
    design.name += "!";
    QVERIFY(designHash(design) != before);
}

// Files that are small enough to be read but made to be slow.
void TestProjectFile::hostileSizes_data() {
    QTest::addColumn<QByteArray>("text");
    const auto many = [](int count, const std::function<std::string(int)>& piece) {
        std::string text;
        for (int i = 0; i < count; ++i)
            text += (i ? "," : "") + piece(i);
        return text;
    };
    const auto row = [](const char* name, const std::string& text) {
        QTest::newRow(name) << QByteArray::fromStdString(text);
    };
    const std::string head = "{\"format\":\"alwayson-design\",\"version\":1,";
    const auto number = [](int i) { return std::to_string(i); };
    row("unknown fields", head + many(90'000, [&](int i) { return "\"x" + number(i) + "\":1"; }) + "}");
    row("fields of an unknown object",
        head + "\"x\":{" + many(90'000, [&](int i) { return "\"x" + number(i) + "\":1"; }) + "}}");
    row("unknown parameters",
        withNodes("{\"id\":\"a\",\"kind\":\"server\",\"parameters\":{" +
                  many(90'000, [&](int i) { return "\"x" + number(i) + "\":1"; }) + "}}"));
    row("attachments",
        head + "\"attachments\":{" + many(90'000, [&](int i) { return "\"x" + number(i) + "\":1"; }) + "}}");
    row("a chain of places", head + "\"domains\":[" + many(90'000, [&](int i) {
                                 return "{\"id\":\"d" + number(i) + "\",\"kind\":\"zone\",\"parent\":\"d" +
                                        number(i + 1) + "\"}";
                             }) + ",{\"id\":\"d90000\",\"kind\":\"zone\"}]}");
    row("a ring of places", head + "\"domains\":[" + many(90'000, [&](int i) {
                                return "{\"id\":\"d" + number(i) + "\",\"kind\":\"zone\",\"parent\":\"d" +
                                       number((i + 1) % 90'000) + "\"}";
                            }) + "]}");
    row("failure modes of a node",
        withNodes("{\"id\":\"a\",\"kind\":\"server\",\"failure_modes\":[" +
                  many(90'000, [&](int i) { return "{\"id\":\"m" + number(i) + "\"}"; }) + "]}"));
    row("classes of a client",
        withNodes("{\"id\":\"a\",\"kind\":\"client\",\"classes\":[" +
                  many(90'000, [&](int i) { return "{\"id\":\"m" + number(i) + "\"}"; }) + "]}"));
    row("objectives on many classes",
        head + "\"nodes\":[{\"id\":\"a\",\"kind\":\"client\",\"classes\":[" +
            many(900, [&](int i) { return "{\"id\":\"m" + number(i) + "\"}"; }) + "]}],\"objectives\":[" +
            many(20'000,
                 [&](int i) {
                     return "{\"id\":\"o" + number(i) +
                            "\",\"flow\":\"a:m899\",\"metric\":\"availability_time\",\"at_least\":0.9}";
                 }) +
            "]}");
    row("empirical values", withNodes("{\"id\":\"a\",\"kind\":\"server\",\"parameters\":{\"service\":{"
                                      "\"dist\":\"empirical\",\"values_ms\":[" +
                                      many(300'000, [&](int i) { return number(i % 50 + 1); }) + "]}}}"));
    row("entries of a distribution",
        withNodes("{\"id\":\"a\",\"kind\":\"server\",\"parameters\":{\"service\":{\"dist\":\"constant\"," +
                  many(90'000, [&](int i) { return "\"v" + number(i) + "_ms\":1"; }) + "}}}"));
    row("places on the canvas",
        head + "\"nodes\":[" +
            many(90'000, [&](int i) { return "{\"id\":\"n" + number(i) + "\",\"kind\":\"server\"}"; }) +
            "],\"canvas\":{\"nodes\":{" +
            many(90'000, [&](int i) { return "\"n" + number(i) + "\":[1,2]"; }) + "}}}");
}

void TestProjectFile::hostileSizes() {
    QFETCH(QByteArray, text);
    const std::clock_t begin = std::clock(); // processor time: the machine may be busy
    const Result<LoadedDesign> loaded = parseDesign(text.toStdString(), "hostile.json");
    if (loaded.ok()) QVERIFY(checkedText(loaded->design, "hostile.json").ok());
    const double seconds = static_cast<double>(std::clock() - begin) / CLOCKS_PER_SEC;
    QVERIFY2(seconds < 10, qPrintable(QString("%1 s").arg(seconds)));
}

void TestProjectFile::largeDesignIsQuick() {
    const QTemporaryDir dir;
    const fs::path file = fs::path(dir.path().toStdString()) / "large.aon.json";
    writePlainly(file, largeDesign(10'000, 30'000));
    // Processor time: other programs on the machine must not decide this test.
    const auto milliseconds = [](std::clock_t ticks) { return double(ticks) * 1000 / CLOCKS_PER_SEC; };
    const std::clock_t start = std::clock();
    const Result<LoadedDesign> loaded = loadDesign(file);
    const double loadTime = milliseconds(std::clock() - start);
    QVERIFY2(loaded.ok(), loaded.ok() ? "" : describe(loaded.error()).c_str());
    const std::clock_t middle = std::clock();
    const Status saved = saveDesign(loaded->design, file);
    const double saveTime = milliseconds(std::clock() - middle);
    QVERIFY2(saved.ok(), saved.ok() ? "" : describe(saved.error()).c_str());
    qInfo("10,000 nodes, 30,000 links, %lld kB: loads in %.0f ms, saves in %.0f ms",
          (long long)fs::file_size(file) / 1000, loadTime, saveTime);
    // The goal is a second each; a slow machine and sanitizers get more.
    QVERIFY(loadTime < 10'000 && saveTime < 10'000);
}

ALWAYSON_TEST_MAIN(TestProjectFile, test_project_file)
#include "test_project_file.moc"

#include "core/base/json.h"
#include "core/io/json_reader.h"
#include "tests/support/test_support.h"

#include <QElapsedTimer>

#include <string>

using namespace alwayson;

namespace {

std::string repeated(const std::string& piece, std::size_t count) {
    std::string text;
    text.reserve(piece.size() * count);
    for (std::size_t i = 0; i < count; ++i)
        text += piece;
    return text;
}

std::string nested(std::size_t depth) {
    return std::string(depth, '[') + std::string(depth, ']');
}

std::string codeOf(const std::string& text, const ReadLimits& limits = {}) {
    const Result<Json> read = readJson(text, "t.json", limits);
    return read.ok() ? "" : read.error().code;
}

Error errorOf(const std::string& text) {
    const Result<Json> read = readJson(text, "t.json");
    return read.ok() ? Error{} : read.error();
}

// [key, key, ...] -> {"k0": 0, "k1": 0, ...}
std::string objectOf(std::size_t keys) {
    std::string text = "{";
    for (std::size_t i = 0; i < keys; ++i)
        text += (i ? ",\"k" : "\"k") + std::to_string(i) + "\":0";
    return text + "}";
}

} // namespace

class TestJsonReader : public QObject {
    Q_OBJECT
private slots:
    void valuesOfATree();
    void keysKeepTheirOrder();
    void placesOfErrors_data();
    void placesOfErrors();
    void duplicateNamesBothPlaces();
    void firstDuplicateOfTheFileWins();
    void depthLimit();
    void hostileNesting();
    void limitsOfSizeAndCount();
    void wideObjectsAreNotQuadratic();
    void gigabyteOfGarbageIsRefusedAtOnce();
    void truncatedAnywhere();
    void invalidUtf8AtAnyPosition();
    void locatesPointers_data();
    void locatesPointers();
    void locateNeverFails();
};

void TestJsonReader::valuesOfATree() {
    const Result<Json> read = readJson(
        R"({"n": -1.5e3, "i": 7, "s": "a\u00e9\ud83d\ude39\n", "t": true, "z": null, "a": [[], {}]})", "");
    QVERIFY(read.ok());
    QCOMPARE((*read)["n"].get<double>(), -1500.0);
    QVERIFY((*read)["i"].is_number_integer());
    QCOMPARE((*read)["s"].get<std::string>(), std::string("a\xC3\xA9\xF0\x9F\x98\xB9\n"));
    QCOMPARE((*read)["t"].get<bool>(), true);
    QVERIFY((*read)["z"].is_null());
    QCOMPARE((*read)["a"].dump(), std::string("[[],{}]"));
}

void TestJsonReader::keysKeepTheirOrder() {
    const std::string text = R"({"z":1,"a":{"y":[{"d":1,"c":2}],"b":3},"m":4})";
    QCOMPARE(readJson(text, "").value().dump(), text);
}

void TestJsonReader::placesOfErrors_data() {
    QTest::addColumn<QByteArray>("text");
    QTest::addColumn<int>("line");
    QTest::addColumn<int>("column");
    QTest::addColumn<QByteArray>("pointer");
    QTest::newRow("first byte") << QByteArray("x") << 1 << 1 << QByteArray("");
    QTest::newRow("after a byte order mark") << QByteArray("\xEF\xBB\xBFx") << 1 << 1 << QByteArray("");
    QTest::newRow("second line") << QByteArray("{\n  \"a\": tru\n}") << 2 << 8 << QByteArray("/a");
    QTest::newRow("carriage returns") << QByteArray("{\r\n\"a\":\r\n  +1}") << 3 << 3 << QByteArray("/a");
    QTest::newRow("in an array") << QByteArray("{\"nodes\": [1, 2, x]}") << 1 << 18 << QByteArray("/nodes/2");
    QTest::newRow("in a deep array") << QByteArray("{\"n\": [{}, {\"p\": [0, 01]}]}") << 1 << 22
                                     << QByteArray("/n/1/p/1");
    QTest::newRow("after a closed child")
        << QByteArray("{\"a\": {\"b\": 1} \"c\": 2}") << 1 << 16 << QByteArray("/a");
    QTest::newRow("escaped steps") << QByteArray("{\"a/b~c\": [1e400]}") << 1 << 12
                                   << QByteArray("/a~1b~0c/0");
    QTest::newRow("bytes, not characters")
        << QByteArray("[\"\xE2\x82\xAC\", y]") << 1 << 9 << QByteArray("/1");
    QTest::newRow("duplicate") << QByteArray("{\"d\": {\"a\": 1,\n \"b\": {\"a\": 2},\n \"a\": 3}}") << 3 << 2
                               << QByteArray("/d/a");
    QTest::newRow("cut off") << QByteArray("{\"a\": [1,\n") << 2 << 1 << QByteArray("/a/1");
    QTest::newRow("string without end") << QByteArray("{\"a\":\n \"abc}") << 2 << 2 << QByteArray("/a");
}

void TestJsonReader::placesOfErrors() {
    QFETCH(QByteArray, text);
    QFETCH(int, line);
    QFETCH(int, column);
    QFETCH(QByteArray, pointer);
    const Error error = errorOf(text.toStdString());
    QCOMPARE(int(error.place.line), line);
    QCOMPARE(int(error.place.column), column);
    QCOMPARE(QByteArray::fromStdString(error.place.pointer), pointer);
    QCOMPARE(error.place.file, std::string("t.json"));
}

void TestJsonReader::duplicateNamesBothPlaces() {
    const Error error = errorOf("{\"web1\": 1,\n\n\"x\": 2,\n\"web\\u0031\": 3}");
    QCOMPARE(error.code, std::string("json.duplicate_key"));
    QVERIFY(error.message.find("\"web1\"") != std::string::npos);
    QVERIFY(error.message.find("line 1") != std::string::npos);
    QCOMPARE(int(error.place.line), 4);
}

void TestJsonReader::firstDuplicateOfTheFileWins() {
    const Error error = errorOf(R"({"z":1,"a":1,"z":2,"a":2,"a":3})");
    QCOMPARE(error.place.pointer, std::string("/z"));
    QCOMPARE(int(error.place.column), 14);
}

void TestJsonReader::depthLimit() {
    QCOMPARE(codeOf(nested(64)), std::string());
    QCOMPARE(codeOf(nested(65)), std::string("json.depth"));
    QCOMPARE(codeOf(repeated("{\"a\":", 64) + "1" + std::string(64, '}')), std::string());
    QCOMPARE(codeOf(repeated("{\"a\":", 65) + "1" + std::string(65, '}')), std::string("json.depth"));
}

void TestJsonReader::hostileNesting() {
    QCOMPARE(codeOf(nested(100'000)), std::string("json.depth"));
    QCOMPARE(codeOf(std::string(5'000'000, '[')), std::string("json.depth"));
    QCOMPARE(codeOf(repeated("{\"\":", 1'000'000)), std::string("json.depth"));
    QCOMPARE(codeOf(repeated("[{\"a\":", 100'000)), std::string("json.depth"));
}

void TestJsonReader::limitsOfSizeAndCount() {
    ReadLimits limits;
    limits.bytes = 10;
    limits.values = 4;
    limits.stringBytes = 5;
    limits.keysPerObject = 2;
    QCOMPARE(codeOf("[1   \n\n\n ]", limits), std::string());
    QCOMPARE(codeOf("[1   \n\n\n  ]", limits), std::string("json.size"));
    QCOMPARE(codeOf("[1,2,3]", limits), std::string());
    QCOMPARE(codeOf("[1,2,3,4]", limits), std::string("json.values"));
    QCOMPARE(codeOf("\"12345\"", limits), std::string());
    QCOMPARE(codeOf("\"123456\"", limits), std::string("json.string_size"));
    limits.bytes = 100;
    QCOMPARE(codeOf(objectOf(2), limits), std::string());
    QCOMPARE(codeOf(objectOf(3), limits), std::string("json.keys"));
    const std::size_t million = ReadLimits{}.stringBytes;
    QCOMPARE(codeOf("\"" + std::string(million, 'x') + "\""), std::string());
    QCOMPARE(codeOf("\"" + std::string(million + 1, 'x') + "\""), std::string("json.string_size"));
    QCOMPARE(codeOf("{\"" + std::string(million + 1, 'x') + "\":1}"), std::string("json.string_size"));
}

void TestJsonReader::wideObjectsAreNotQuadratic() {
    QElapsedTimer timer;
    timer.start();
    const std::string wide = objectOf(100'000);
    const Result<Json> read = readJson("[" + wide + "," + wide + "," + wide + "]", "wide.json");
    QVERIFY(read.ok());
    QCOMPARE((*read)[2].size(), std::size_t{100'000});
    QCOMPARE(codeOf(objectOf(100'001)), std::string("json.keys"));
    // A quadratic builder needs 3 x 5e9 comparisons, most of a minute.
    QVERIFY2(timer.elapsed() < 15'000, qPrintable(QString::number(timer.elapsed())));
}

void TestJsonReader::gigabyteOfGarbageIsRefusedAtOnce() {
    const std::string large(ReadLimits{}.bytes + 1, 'x');
    QElapsedTimer timer;
    timer.start();
    QCOMPARE(codeOf(large), std::string("json.size"));
    QVERIFY(timer.elapsed() < 1000);
    const std::string garbage(std::size_t{100} << 20, '\x01');
    timer.restart();
    QCOMPARE(codeOf(garbage), std::string("json.syntax"));
    QVERIFY(timer.elapsed() < 1000);
}

void TestJsonReader::truncatedAnywhere() {
    const std::string text =
        R"({"a": [1, -2.5e3, true, null, "x\u00e9\ud83d\ude39€"], "b": {"c": {}, "d": [[]]}})";
    QCOMPARE(codeOf(text), std::string());
    for (std::size_t size = 0; size < text.size(); ++size) {
        const std::string cut = text.substr(0, size);
        QVERIFY2(!readJson(cut, "cut.json").ok(), cut.c_str());
    }
}

void TestJsonReader::invalidUtf8AtAnyPosition() {
    const std::string text = R"({"name": "Grüße", "list": ["a", 1, true], "o": {"k": null}})";
    for (std::size_t at = 0; at < text.size(); ++at) {
        for (const char bad : {'\xFF', '\xC0', '\x80', '\xED', '\x00'}) {
            std::string spoilt = text;
            spoilt[at] = bad;
            if (bad != '\x80') // which may make another character of a ü
                QVERIFY2(!readJson(spoilt, "bad.json").ok(), spoilt.c_str());
            spoilt = text;
            spoilt.insert(at, 1, bad);
            QVERIFY2(!readJson(spoilt, "bad.json").ok(), spoilt.c_str());
        }
    }
}

void TestJsonReader::locatesPointers_data() {
    QTest::addColumn<QByteArray>("pointer");
    QTest::addColumn<int>("line");
    QTest::addColumn<int>("column");
    QTest::newRow("document") << QByteArray("") << 1 << 1;
    QTest::newRow("field") << QByteArray("/nodes") << 2 << 12;
    QTest::newRow("first element") << QByteArray("/nodes/0") << 3 << 5;
    QTest::newRow("second element") << QByteArray("/nodes/1") << 4 << 5;
    QTest::newRow("field of an element") << QByteArray("/nodes/1/kind") << 4 << 26;
    QTest::newRow("missing field") << QByteArray("/nodes/0/kind") << 3 << 5;
    QTest::newRow("missing element") << QByteArray("/nodes/9/kind") << 2 << 12;
    QTest::newRow("step into a scalar") << QByteArray("/nodes/0/id/x") << 3 << 12;
    QTest::newRow("escaped key") << QByteArray("/a~1b~0c/1") << 6 << 19;
    QTest::newRow("key with a unicode escape") << QByteArray("/caf\xC3\xA9") << 7 << 18;
    QTest::newRow("no pointer at all") << QByteArray("nodes") << 1 << 1;
}

void TestJsonReader::locatesPointers() {
    const std::string text = "{\n"
                             "  \"nodes\": [\n"
                             "    {\"id\": \"a]}\\\"\"},\n"
                             "    {\"id\": \"b\", \"kind\" : \"server\"}\n"
                             "  ],\n"
                             "  \"a/b~c\": [ { }, [] ],\n"
                             "  \"caf\\u00e9\" :  -1.5\n"
                             "}\n";
    QFETCH(QByteArray, pointer);
    QFETCH(int, line);
    QFETCH(int, column);
    const Place place = locate(text, pointer.toStdString(), "f.json");
    QCOMPARE(int(place.line), line);
    QCOMPARE(int(place.column), column);
    QCOMPARE(place.file, std::string("f.json"));
    QCOMPARE(QByteArray::fromStdString(place.pointer), pointer);
}

void TestJsonReader::locateNeverFails() {
    const std::string text = R"({"a": [1, {"b\"": "x\\"}], "c": "\ud83d\ude39"})";
    for (std::size_t size = 0; size <= text.size(); ++size)
        for (const char* pointer : {"", "/", "/a", "/a/1/b\"", "/c", "/~", "/a/18446744073709551616"}) {
            const Place place = locate(text.substr(0, size), pointer, "t.json");
            QVERIFY(place.line <= 1 && place.column <= size + 1);
        }
    QCOMPARE(int(locate("", "/a", "t.json").line), 0);
}

ALWAYSON_TEST_MAIN(TestJsonReader, test_json_reader)
#include "test_json_reader.moc"

// The published schema is the one the catalogue gives, and it accepts what the loader accepts.
// ALWAYSON_UPDATE=1 writes resources/schema/alwayson-design-1.schema.json anew.
#include "core/io/json_reader.h"
#include "core/io/project_file.h"
#include "core/io/schema.h"
#include "tests/core/io/design_support.h"
#include "tests/core/io/save_support.h"
#include "tests/core/io/schema_validator.h"
#include "tests/support/test_support.h"

using namespace alwayson;
using namespace alwayson::test;

class TestSchema : public QObject {
    Q_OBJECT
private slots:
    void checkedInFileIsCurrent();
    void acceptsSamples();
    void acceptsWhatTheLoaderAccepts();
    void refusesWhatIsWrong_data();
    void refusesWhatIsWrong();
    void choicesAreThoseOfTheLoader();
};

void TestSchema::checkedInFileIsCurrent() {
    const std::string path =
        std::string(ALWAYSON_SOURCE_DIR) + "/resources/schema/alwayson-design-1.schema.json";
    if (qEnvironmentVariableIntValue("ALWAYSON_UPDATE") > 0) writePlainly(path, designSchemaText());
    QVERIFY2(bytesOf(path) == designSchemaText(),
             "the catalogue changed: run this test with ALWAYSON_UPDATE=1 and commit the schema");
}

void TestSchema::acceptsSamples() {
    const Json schema = designSchema();
    QVERIFY(sampleDesigns().size() >= 3);
    for (const auto& [name, text] : sampleDesigns()) {
        const std::string fault = schemaFault(schema, readJson(text, name).value());
        QVERIFY2(fault.empty(), (name + fault).c_str());
    }
}

void TestSchema::acceptsWhatTheLoaderAccepts() {
    const Json schema = designSchema();
    int both = 0;
    int refusedByBoth = 0;
    for (const std::string& design : {fullDesign(), groupsDesign()})
        forEachMutation(readJson(design, "").value(), [&](const Json& mutated, const std::string& pointer) {
            const bool loads = designFromJson(mutated).ok();
            const std::string fault = schemaFault(schema, mutated);
            if (loads && !fault.empty())
                QFAIL(("loads, but the schema refuses " + fault + " after a change of " + pointer).c_str());
            both += loads;
            refusedByBoth += !loads && !fault.empty();
        });
    QVERIFY(both > 300);
    QVERIFY2(refusedByBoth > 1500, qPrintable(QString::number(refusedByBoth)));
}

void TestSchema::refusesWhatIsWrong_data() {
    QTest::addColumn<QByteArray>("pointer");
    QTest::addColumn<QByteArray>("value");
    const auto row = [](const char* pointer, const char* value) {
        QTest::addRow("%s = %s", pointer, value) << QByteArray(pointer) << QByteArray(value);
    };
    row("/format", "\"other\"");
    row("/version", "2");
    row("/nodes", "{}");
    row("/nodes/0/id", "\"a b\"");
    row("/nodes/1/kind", "\"haprox\"");
    row("/nodes/1/parameters/check_inter_ms", "\"2s\"");
    row("/nodes/1/parameters/check_inter_ms", "-5");
    row("/nodes/1/parameters/balance", "\"fastest\"");
    row("/nodes/1/parameters/redispatch", "1");
    row("/nodes/1/deploy/port", "70000");
    row("/nodes/1/deploy/port", "80.5");
    row("/nodes/2/parameters/service", "{\"dist\": \"normal\"}");
    row("/nodes/2/parameters/service", "{\"dist\": \"constant\", \"value\": 1}");
    row("/nodes/2/failure_modes/1/effect", "\"explodes\"");
    row("/links/0/from", "7");
    row("/objectives/0/metric", "\"speed\"");
    row("/objectives/0/at_most", "1");
    row("/scenarios/0/events/0/do", "\"break\"");
    row("/scenarios/0/events/0/slow_factor", "0");
    row("/canvas/nodes/web1", "[1, 2, 3]");
    row("/settings/price_book", "\"mine\"");
}

void TestSchema::refusesWhatIsWrong() {
    QFETCH(QByteArray, pointer);
    QFETCH(QByteArray, value);
    Json document = readJson(fullDesign(), "").value();
    document[Json::json_pointer(pointer.toStdString())] = readJson(value.toStdString(), "").value();
    QVERIFY(!schemaFault(designSchema(), document).empty());
    QVERIFY(!designFromJson(document).ok());
}

// The lists that stand in both the codec and the schema, read from the loader's own messages.
void TestSchema::choicesAreThoseOfTheLoader() {
    const auto cureFor = [](const char* pointer) {
        Json document = readJson(fullDesign(), "").value();
        document[Json::json_pointer(pointer)] = "none-such";
        return designFromJson(document).error().cure;
    };
    const auto joined = [](const Json& choices) {
        std::string text = "Choose one of ";
        for (std::size_t i = 0; i < choices.size(); ++i)
            text += (i ? ", " : "") + choices[i].get<std::string>();
        return text + ".";
    };
    const Json schema = designSchema();
    const Json& settings = schema["properties"]["settings"]["properties"];
    QCOMPARE(cureFor("/settings/haproxy_version"), joined(settings["haproxy_version"]["enum"]));
    QCOMPARE(cureFor("/settings/price_book"), joined(settings["price_book"]["enum"]));
    QCOMPARE(cureFor("/settings/capacity_book"), joined(settings["capacity_book"]["enum"]));
    QCOMPARE(cureFor("/objectives/0/metric"),
             joined(schema["$defs"]["objective"]["properties"]["metric"]["enum"]));
}

ALWAYSON_TEST_MAIN(TestSchema, test_schema)
#include "test_schema.moc"

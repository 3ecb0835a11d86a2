// Bad input: exit 3 with file, pointer, line, column and cure; newer version 5; input and output 4. Nothing
// is lost.

#include "tests/e2e/command.h"
#include "tests/support/test_support.h"

using namespace alwayson::test;

class TestCliBadInput : public QObject {
    Q_OBJECT

    QTemporaryDir m_folder;
    QString file(const QString& name) const { return m_folder.filePath(name); }

private slots:
    void badFiles_data() {
        QTest::addColumn<QByteArray>("bytes");
        QTest::addColumn<int>("code");
        QTest::addColumn<QString>("pointer");
        const QByteArray head = R"({"format":"alwayson-design","version":1,)";
        QTest::newRow("empty") << QByteArray() << 3 << "";
        QTest::newRow("not json") << QByteArray("hello") << 3 << "";
        QTest::newRow("truncated") << head + R"("nodes":[{"id":"a")" << 3 << "/nodes/0/id";
        QTest::newRow("nested") << QByteArray(100000, '[') << 3 << QString("/0").repeated(64);
        QTest::newRow("duplicate key") << head + R"("name":"a","name":"b"})" << 3 << "/name";
        QTest::newRow("duplicate id")
            << head + R"("nodes":[{"id":"a","kind":"server"},{"id":"a","kind":"server"}]})" << 3
            << "/nodes/1/id";
        QTest::newRow("dangling") << head + R"("nodes":[{"id":"a","kind":"server","group":"g"}]})" << 3
                                  << "/nodes/0/group";
        QTest::newRow("wrong type") << head + R"("nodes":[{"id":7,"kind":"server"}]})" << 3 << "/nodes/0/id";
        QTest::newRow("out of range")
            << head + R"("nodes":[{"id":"a","kind":"server","parameters":{"workers":0}}]})" << 3
            << "/nodes/0/parameters/workers";
        QTest::newRow("huge number")
            << head + R"("nodes":[{"id":"a","kind":"client","parameters":{"rate_per_s":1e999}}]})" << 3
            << "/nodes/0/parameters/rate_per_s";
        QTest::newRow("NaN") << head +
                                    R"("nodes":[{"id":"a","kind":"client","parameters":{"rate_per_s":NaN}}]})"
                             << 3 << "/nodes/0/parameters/rate_per_s";
        QTest::newRow("utf-8") << head + "\"name\":\"\xff\"}" << 3 << "/name";
        QTest::newRow("newer") << QByteArray(R"({"format":"alwayson-design","version":2})") << 5
                               << "/version";
        QTest::newRow("another format")
            << QByteArray(R"({"format":"something","version":1})") << 3 << "/format";
    }
    void badFiles() {
        QFETCH(QByteArray, bytes);
        QFETCH(int, code);
        QFETCH(QString, pointer);
        const QString path = file("bad.aon.json");
        writeFile(path, bytes);
        for (const char* command : {"check", "simulate"}) {
            const Outcome outcome = cli({command, path, "--json"});
            QCOMPARE(outcome.code, code);
            QCOMPARE(outcome.out, QByteArray());
            const QJsonObject error = outcome.error();
            QCOMPARE(error["file"].toString(), path);
            QCOMPARE(error["pointer"].toString(), pointer);
            QVERIFY2(error["line"].toInt() >= 1 && error["column"].toInt() >= 1, outcome.err.constData());
            QVERIFY(!error["message"].toString().isEmpty() && !error["code"].toString().isEmpty());
            QVERIFY2(!error["cure"].toString().isEmpty(), outcome.err.constData());
        }
        QCOMPARE(readAll(path), bytes);
    }

    void theCureSaysWhatADesignBeginsWith() {
        writeFile(file("empty.aon.json"), "{}");
        const Outcome outcome = cli({"check", file("empty.aon.json")});
        QVERIFY2(outcome.err.contains("A design has \"format\": \"alwayson-design\""),
                 outcome.err.constData());
    }

    void theMessageNamesLineAndColumn() {
        const QString path = file("line.aon.json");
        writeFile(path, "{\n  \"format\": \"alwayson-design\",\n  \"version\": 1,\n  \"nodes\": [ { \"id\": "
                        "\"a\", \"kind\": \"servr\" } ]\n}\n");
        const Outcome outcome = cli({"check", path});
        QCOMPARE(outcome.code, 3);
        QVERIFY2(outcome.err.contains("line.aon.json:4:") && outcome.err.contains("server"),
                 outcome.err.constData());
    }

    void theFileIsNamedOnce() {
        const QString path = file("nowhere.aon.json");
        QCOMPARE(cli({"check", path}).err.count(path.toUtf8()), 1);
        QCOMPARE(cli({"check", m_folder.path()}).err.count(m_folder.path().toUtf8()), 1);
        const QString list = file("list.aon.json");
        writeFile(list, "[]");
        const QByteArray message = cli({"check", list}).err;
        QVERIFY2(message.contains("must be an object, not a list. Write { \"format\": \"alwayson-design\""),
                 message.constData());
    }

    void unknownFieldsWarnAndGoOn() {
        const QString path = file("unknown.aon.json");
        writeFile(
            path,
            R"({"format":"alwayson-design","version":1,"nodes":[{"id":"a","kind":"server","parameters":{"wrkers":3}}]})");
        const Outcome outcome = cli({"check", path});
        QVERIFY(outcome.code <= 1);
        QVERIFY2(outcome.err.contains("warning") && outcome.err.contains("workers"), outcome.err.constData());
    }

    // A terminal gets no control or direction character out of a file; JSON keeps them as escapes.
    void namesCannotDriveTheTerminal() {
        const QByteArray name = "\"Web\\n\\r\\t\\u202e\\u2066\177x\"";
        const QString path = file("hostile.aon.json");
        writeFile(path, R"({"format":"alwayson-design","version":1,"name":)" + name +
                            R"(,"unknown\u202e":1,"nodes":[{"id":"c","kind":"client","name":)" + name +
                            R"(},{"id":"lb","kind":"haproxy","name":)" + name +
                            R"(},{"id":"w","kind":"server","name":)" + name +
                            R"(,"deploy":{"host":"\u202e\n"}}],"links":[{"id":"l1","from":"c","to":"lb"},)"
                            R"({"id":"l2","from":"lb","to":"w"}],"scenarios":[{"id":"kill","duration_s":5,)"
                            R"("events":[{"at_s":1,"do":"fail","what":"w"}]}]})");
        const auto isClean = [](const QByteArray& output) {
            const QString text = QString::fromUtf8(output);
            return std::none_of(text.begin(), text.end(), [](QChar c) {
                return c != '\n' && (c.category() == QChar::Other_Control ||
                                     c.category() == QChar::Other_Format || c == QChar::ReplacementCharacter);
            });
        };
        const QList<QStringList> runs{{"check", path},
                                      {"simulate", path, "--mode", "exact"},
                                      {"simulate", path, "--scenario", "kill"},
                                      {"simulate", path, "--mode", "availability", "--years", "100"}};
        for (const QStringList& run : runs)
            for (const bool json : {false, true}) {
                const Outcome outcome = cli(json ? run + QStringList{"--json"} : run);
                QVERIFY2(outcome.code == 0 || outcome.code == 1 || outcome.code == 6,
                         outcome.err.constData());
                QVERIFY2(isClean(outcome.out), outcome.out.constData());
                QVERIFY2(isClean(outcome.err), outcome.err.constData());
                QVERIFY2(outcome.err.contains("unknown\\u202e"), outcome.err.constData());
                if (json)
                    QCOMPARE(outcome.json()["design"].toObject()["name"].toString(),
                             QString::fromUtf8("Web\n\r\t\u202e\u2066\x7f") + "x");
                else
                    QVERIFY2(outcome.out.startsWith("Web\\n\\r\\t\\u202e\\u2066\\u007fx"),
                             outcome.out.constData());
            }
        for (const QStringList& more : {QStringList{}, QStringList{"--json"}}) {
            const Outcome refused =
                cli(QStringList{"export", path, "--to", "haproxy", "-o", file("hostile")} + more);
            QVERIFY2(isClean(refused.out) && isClean(refused.err), refused.err.constData());
        }
    }

    // Words that are not UTF-8, or are cut inside a character, are answered like any other.
    void messagesAreUtf8() {
        const QString path = file("cut.aon.json");
        writeFile(path, R"({"format":"alwayson-design","version":1,"nodes":[{"id":"a","kind":"x)" +
                            QByteArray("\xc3\xa9").repeated(60) + R"("}]})");
        const Outcome outcome = cli({"check", path, "--json"});
        QCOMPARE(outcome.code, 3);
        QCOMPARE(outcome.error()["code"].toString(), "design.unknown_kind");
        QProcess process;
        process.start("/bin/sh", {"-c", cliPath() + " check \"$(printf 'no\\377such')\" --json"});
        QVERIFY(process.waitForFinished());
        QCOMPARE(process.exitCode(), 4);
        QVERIFY(!QJsonDocument::fromJson(process.readAllStandardError()).isNull());
    }

    void filesThatCannotBeReadOrWritten() {
        QCOMPARE(cli({"check", file("missing.aon.json")}).code, 4);
        QCOMPARE(cli({"check", m_folder.path()}).code, 4);
        QCOMPARE(cli({"new", "--template", "web-pair", "-o", file("no/such/folder/x.json")}).code, 4);
        QCOMPARE(cli({"new", "--template", "web-pair", "-o", "/proc/nowhere/x.json"}).code, 4);
        const QString design = file("ok.aon.json");
        QCOMPARE(cli({"new", "--template", "web-pair", "-o", design}).code, 0);
        QCOMPARE(cli({"export", design, "--to", "haproxy", "-o", "/proc/nowhere"}).code, 4);
        QCOMPARE(cli({"export", design, "--to", "teleport", "-o", file("x")}).code, 2);
    }
};

ALWAYSON_TEST_MAIN(TestCliBadInput, test_cli_bad_input)
#include "test_cli_bad_input.moc"

// Our tokeniser reads a line as HAProxy does. HAProxy itself is the judge: `.notice WORD` prints the word it
// read.
#include "exporters/haproxy/emit.h"
#include "exporters/haproxy/parse.h"
#include "exporters/quoting/haproxy.h"
#include "exporters/verify/process.h"
#include "tests/exporters/exporter_support.h"
#include "tests/support/test_support.h"

#include <QTemporaryDir>

using namespace alwayson;
using namespace alwayson::exporters;

class TestHaproxyParse : public QObject {
    Q_OBJECT

    // What HAProxy reads as the argument of each line, in order; "error" when it refuses the line.
    static std::string readByHaproxy(const std::string& line) {
        const std::filesystem::path program = verify::findProgram("haproxy");
        if (program.empty()) qFatal("haproxy is missing: apt-get install haproxy");
        QTemporaryDir folder;
        QFile file(folder.filePath("t.cfg"));
        if (!file.open(QIODevice::WriteOnly)) return "no file";
        file.write(QByteArray::fromStdString(".notice " + line + "\n"));
        file.write("frontend x\n    mode http\n    timeout client 1s\n    bind 127.0.0.1:1\n");
        file.close();
        const auto out = verify::runProcess({program,
                                             {"-c", "-f", file.fileName().toStdString()},
                                             {{"AON_X", "val"}},
                                             Duration::seconds(10)});
        if (!out) return "not run";
        if (out->status != 0) return "error";
        const std::string mark = "t.cfg:1]: '";
        const std::size_t at = out->output.find(mark);
        if (at == std::string::npos) return "nothing printed";
        const std::size_t from = at + mark.size();
        return out->output.substr(from, out->output.find("'.\n", from) - from);
    }

    static std::string readByUs(const std::string& line) {
        const auto words = haproxy::splitLine(line);
        if (!words || words->size() > 1) return "error"; // .notice takes one argument
        if (words->empty()) return "nothing printed";
        std::string text;
        for (const haproxy::Part& part : words->front().parts())
            text += part.variable ? (part.text == "AON_X" ? "val" : "") : part.text;
        return text;
    }

private slots:
    void agreesWithHaproxy_data() {
        QTest::addColumn<QString>("line");
        QFile table(QStringLiteral(ALWAYSON_SOURCE_DIR "/tests/exporters/haproxy/words.txt"));
        QVERIFY(table.open(QIODevice::ReadOnly));
        for (const QByteArray& line : table.readAll().split('\n'))
            if (!line.isEmpty()) QTest::newRow(line.constData()) << QString::fromUtf8(line);
    }
    void agreesWithHaproxy() {
        QFETCH(QString, line);
        QCOMPARE(readByUs(line.toStdString()), readByHaproxy(line.toStdString()));
    }

    void haproxyReadsOurQuotingBack() {
        for (const std::string& text : test::hostileTexts()) {
            if (text.size() > 1000) continue; // the message of .notice is cut by HAProxy
            const std::string read = readByHaproxy(quoting::haproxyWord(text));
            QVERIFY2(read == text, quoting::haproxyWord(text).c_str());
        }
    }

    void sectionsStatementsAndComments() {
        const auto config = haproxy::parse("# top\n\n.if defined(X)\n.endif\nglobal # why\n  maxconn "
                                           "10\n\nbackend b from http\n# w1\n server \"w 1\" :80 # end\n");
        QVERIFY(config.ok());
        QCOMPARE(config->comments, std::vector<std::string>{"top"});
        QCOMPARE(config->preamble.size(), std::size_t(2));
        QCOMPARE(config->sections.size(), std::size_t(2));
        const haproxy::Section* backend = config->find("backend", "b");
        QVERIFY(backend);
        QCOMPARE(backend->arguments.size(), std::size_t(3));
        QCOMPARE(backend->find("server").front()->words[1].shown(), std::string("w 1"));
        QCOMPARE(backend->find("server").front()->comments.size(), std::size_t(2));
    }

    void errorsNameTheirPlace() {
        const auto config = haproxy::parse("global\n    log \"x\n");
        QVERIFY(!config.ok());
        QCOMPARE(config.error().code, std::string("haproxy.quote"));
        QCOMPARE(config.error().place.line, std::uint64_t(2));
        QCOMPARE(config.error().place.column, std::uint64_t(9));
        QCOMPARE(haproxy::parse(std::string_view("a\0b", 3)).error().code, std::string("haproxy.nul"));
    }

    void wordsJoinVariablesAndText() {
        haproxy::Word word = haproxy::Word::variable("WEB1_HOST");
        word.add(haproxy::Word::keyword(":80"));
        QCOMPARE(haproxy::toText(word), std::string("\"${WEB1_HOST}:80\""));
        QVERIFY(haproxy::splitLine(haproxy::toText(word))->front() == word);
        QVERIFY(!(haproxy::Word::variable("X") == haproxy::Word::text("${X}")));
    }
};

ALWAYSON_TEST_MAIN(TestHaproxyParse, test_haproxy_parse)
#include "test_haproxy_parse.moc"

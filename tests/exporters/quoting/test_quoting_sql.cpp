// SQL and option files: what is written reads back as exactly the text, asked of the real MariaDB.
#include "exporters/quoting/ini.h"
#include "exporters/quoting/sql.h"
#include "tests/exporters/mysql/mysql_support.h"
#include "tests/support/test_support.h"

using namespace alwayson;
using namespace alwayson::exporters;

class TestQuotingSql : public QObject {
    Q_OBJECT

    static std::vector<std::string> texts() {
        std::vector<std::string> all = test::hostileTexts();
        for (int byte = 1; byte < 128; ++byte) {
            all.push_back(std::string(1, char(byte)));
            all.push_back("a" + std::string(1, char(byte)) + "b");
            all.push_back("\\" + std::string(1, char(byte)));
            all.push_back(std::string(1, char(byte)) + "\\");
        }
        return all;
    }
    static bool isText(const std::string& text) {
        return QString::fromUtf8(text.c_str()).toUtf8() == QByteArray(text.c_str());
    }
    static std::string of(const Result<std::string>& written) {
        return written ? *written : "refused: " + written.error().code;
    }

private slots:
    void literals() {
        QCOMPARE(of(quoting::sqlText("it's 5 %")), std::string("'it''s 5 %'"));
        QCOMPARE(of(quoting::sqlText("")), std::string("''"));
        QCOMPARE(of(quoting::sqlText("a\\")), std::string("_utf8mb4 0x615C"));
        QCOMPARE(of(quoting::sqlText("é")), std::string("_utf8mb4 0xC3A9"));
        QCOMPARE(of(quoting::sqlText("\xff")), std::string("refused: sql.text"));
        QCOMPARE(of(quoting::sqlIdentifier("a`b")), std::string("`a``b`"));
        QCOMPARE(of(quoting::sqlIdentifier("")), std::string("refused: sql.identifier"));
        QCOMPARE(of(quoting::sqlIdentifier("ends ")), std::string("refused: sql.identifier"));
        QCOMPARE(of(quoting::sqlIdentifier(std::string("a\0b", 3))), std::string("refused: sql.identifier"));
        QCOMPARE(of(quoting::sqlIdentifier("🎈")), std::string("refused: sql.identifier"));
        QCOMPARE(of(quoting::sqlIdentifier(std::string(65, 'x'))), std::string("refused: sql.identifier"));
        QCOMPARE(of(quoting::sqlAccount("re`pl", "10.%")), std::string("`re``pl`@`10.%`"));
        QCOMPARE(of(quoting::sqlAccount(std::string(33, 'x'), "%")), std::string("refused: sql.account"));
        for (const std::string& text : test::hostileTexts())
            QVERIFY(quoting::sqlComment(text).find('\n') == std::string::npos);
    }

    // In every mode that changes how quotes are read, and through an account and an identifier as well.
    void theRealServerReadsThemBack() {
        QTemporaryDir folder;
        test::MariadbServer server(folder.filePath("server"), "", {"--skip-networking"});
        server.makeData();
        QVERIFY2(server.start(), server.log().constData());
        int compared = 0;
        for (const char* mode :
             {"", "NO_BACKSLASH_ESCAPES", "ANSI_QUOTES,NO_BACKSLASH_ESCAPES", "ANSI_QUOTES"}) {
            QByteArray statements = QByteArray("SET SESSION sql_mode = '") + mode + "'";
            QByteArray wanted;
            for (const std::string& text : texts()) {
                const Result<std::string> literal = quoting::sqlText(text);
                QCOMPARE(literal.ok(), isText(text));
                if (!literal) continue;
                statements +=
                    ";\nSELECT HEX(CONVERT(" + QByteArray::fromStdString(*literal) + " USING utf8mb4))";
                wanted += QByteArray::fromStdString(text).toHex().toUpper() + '\n';
                ++compared;
            }
            QCOMPARE(server.ask(statements), wanted.trimmed());
        }
        QVERIFY(compared > 2000);
        QByteArray accounts = "SET SESSION sql_mode = 'NO_BACKSLASH_ESCAPES'";
        QByteArray wanted;
        for (const std::string& text : texts()) {
            const Result<std::string> account = quoting::sqlAccount(text, "10.%");
            const Result<std::string> name = quoting::sqlIdentifier(text);
            if (!account || !name) continue;
            accounts += ";\nCREATE USER " + QByteArray::fromStdString(*account) +
                        ";\nSELECT HEX(User) FROM mysql.user WHERE Host = '10.%';\nDROP USER " +
                        QByteArray::fromStdString(*account);
            wanted += QByteArray::fromStdString(text).toHex().toUpper() + '\n';
        }
        QCOMPARE(server.ask(accounts), wanted.trimmed());
        server.stop();
    }

    void optionValues() {
        QCOMPARE(of(quoting::iniValue("10.0.0.1")), std::string("10.0.0.1"));
        QCOMPARE(of(quoting::iniValue("a#b \"c\\")), std::string("\"a#b \\\"c\\\\\""));
        QCOMPARE(of(quoting::iniValue(std::string("a\0", 2))), std::string("refused: ini.value"));
        QCOMPARE(quoting::iniRead(" x # comment"), std::string("x"));
        QCOMPARE(quoting::iniRead("'it\\'s'"), std::string("it's"));
        QCOMPARE(quoting::iniRead("C:\\dir"), std::string("C:\\dir"));
    }

    void theRealReaderReadsThemBack() {
        const std::filesystem::path reader = verify::findProgram("my_print_defaults");
        QVERIFY2(!reader.empty(), "MariaDB is missing: apt-get install mariadb-server-core");
        QTemporaryDir folder;
        QByteArray file = "[mariadbd]\n";
        QByteArray wanted;
        for (const std::string& text : texts()) {
            const Result<std::string> value = quoting::iniValue(text);
            if (!value || text.size() > 3000) continue; // the server reads lines of up to 4096 bytes
            QCOMPARE(quoting::iniRead(*value), text);
            file += "x = " + QByteArray::fromStdString(*value) + "\n";
            wanted += "--x=" + QByteArray::fromStdString(text) + "\n";
        }
        QFile out(folder.filePath("my.cnf"));
        QVERIFY(out.open(QIODevice::WriteOnly));
        out.write(file);
        out.close();
        const auto read = verify::runProcess({reader,
                                              {"--defaults-file=" + out.fileName().toStdString(), "mariadbd"},
                                              {},
                                              Duration::seconds(20)});
        QVERIFY(read.ok());
        QCOMPARE(QByteArray::fromStdString(read->output), wanted);
        QVERIFY(wanted.count("--x=") > 400);
    }
};

ALWAYSON_TEST_MAIN(TestQuotingSql, test_quoting_sql)
#include "test_quoting_sql.moc"

// One quoting function per language: what is written reads back as exactly the text.
#include "exporters/haproxy/parse.h"
#include "exporters/quoting/haproxy.h"
#include "exporters/quoting/markdown.h"
#include "exporters/quoting/shell.h"
#include "exporters/quoting/slugs.h"
#include "exporters/quoting/text.h"
#include "exporters/verify/process.h"
#include "tests/exporters/exporter_support.h"
#include "tests/support/test_support.h"

using namespace alwayson;
using namespace alwayson::exporters;

class TestQuoting : public QObject {
    Q_OBJECT

    static std::string readBack(const std::string& word) {
        const auto words = haproxy::splitLine("keyword " + word + " next");
        if (!words || words->size() != 3) return "not one word: " + word;
        for (const haproxy::Part& part : (*words)[1].parts())
            if (part.variable) return "a variable: " + part.text;
        return (*words)[1].shown();
    }

private slots:
    void bareOnlyWhatIsSafe() {
        QCOMPARE(quoting::haproxyWord("192.168.1.100:80"), std::string("192.168.1.100:80"));
        QCOMPARE(quoting::haproxyWord("/a-b_c.d"), std::string("/a-b_c.d"));
        QCOMPARE(quoting::haproxyWord(""), std::string("\"\""));
        QCOMPARE(quoting::haproxyWord("a b"), std::string("\"a b\""));
        QCOMPARE(quoting::haproxyWord("a#b"), std::string("\"a#b\""));
        QCOMPARE(quoting::haproxyWord("${X}"), std::string("\"\\${X}\""));
        QCOMPARE(quoting::haproxyWord("\n\x01\x7f"), std::string("\"\\n\\x01\\x7F\""));
    }

    void everyWordReadsBack() {
        std::vector<std::string> texts = test::hostileTexts();
        for (int byte = 1; byte < 256; ++byte) {
            texts.push_back(std::string(1, char(byte)));
            texts.push_back("a" + std::string(1, char(byte)) + "b");
            texts.push_back("\\" + std::string(1, char(byte)));
        }
        for (const std::string& text : texts)
            QCOMPARE(readBack(quoting::haproxyWord(text)), text);
    }

    void commentsStayOnOneLine() {
        for (const std::string& text : test::hostileTexts()) {
            const std::string comment = quoting::haproxyComment(text);
            QVERIFY(comment.size() < 260);
            for (const char c : comment)
                QVERIFY2(static_cast<unsigned char>(c) >= 0x20 && c != 0x7f, comment.c_str());
            for (const char* bad : {"\xc2\x85", "\xe2\x80\xa8", "\xe2\x80\xa9", "\xe2\x80\xae"})
                QVERIFY(comment.find(bad) == std::string::npos);
            QVERIFY(QString::fromUtf8(comment.c_str()).toUtf8() == QByteArray(comment.c_str()));
        }
        QCOMPARE(quoting::oneLine(" zürich\n東京 "), std::string("zürich 東京"));
        QCOMPARE(quoting::oneLine("ääää", 5), std::string("ää..."));
    }

    void slugsAreUniqueAndHold() {
        quoting::Slugs slugs;
        QCOMPARE(slugs.name("web1"), std::string("web1"));
        QCOMPARE(slugs.name("web1"), std::string("web1-2"));
        QCOMPARE(slugs.name("WEB1"), std::string("WEB1-3"));
        QCOMPARE(slugs.name("1web"), std::string("n1web"));
        QCOMPARE(slugs.name(""), std::string("n"));
        QCOMPARE(slugs.name("../../etc/passwd"), std::string("n..-..-etc-passwd"));
        for (const std::string& text : test::hostileTexts()) {
            const std::string slug = slugs.name(text);
            const QRegularExpression rule("\\A[A-Za-z][A-Za-z0-9_.-]{0,62}\\z");
            QVERIFY2(rule.match(QString::fromStdString(slug)).hasMatch(), slug.c_str());
        }
        quoting::Slugs variables;
        QCOMPARE(variables.variable("web1_host"), std::string("WEB1_HOST"));
        QCOMPARE(variables.variable("web-1.host"), std::string("WEB_1_HOST"));
        QCOMPARE(variables.variable("WEB1-HOST"), std::string("WEB1_HOST_2"));
        QCOMPARE(variables.variable("1"), std::string("N1"));
    }

    void theShellReadsTheSameText() {
        for (std::string text : test::hostileTexts()) {
            while (!text.empty() && text.back() == '\n')
                text.pop_back(); // $(...) of the test drops them
            const auto out = verify::runProcess(
                {"/bin/sh", {"-c", "printf %s " + quoting::shellWord(text)}, {}, Duration::seconds(10)});
            QVERIFY(out.ok());
            QCOMPARE(out->status, 0);
            QCOMPARE(out->output, text);
        }
    }

    void markdownShowsTheTextItself() {
        QCOMPARE(quoting::markdownText("[x](y) <b>"), std::string("\\[x\\](y) &lt;b&gt;"));
        QCOMPARE(quoting::markdownText("a limit (server_maxconn) _x_"),
                 std::string("a limit (server_maxconn) \\_x\\_"));
        QCOMPARE(quoting::markdownText("1. a - b. http://x.y"), std::string("1\\. a - b. http\\://x.y"));
        QCOMPARE(quoting::markdownText("- item"), std::string("\\- item"));
        QCOMPARE(quoting::markdownCode("a`b"), std::string("``a`b``"));
        QCOMPARE(quoting::markdownCode("`"), std::string("`` ` ``"));
        for (const std::string& text : test::hostileTexts())
            QVERIFY(quoting::markdownText(text).find('\n') == std::string::npos);
    }

    void requestTargets() {
        QCOMPARE(quoting::requestTarget("/healthz?full=1"), std::string("/healthz?full=1"));
        QCOMPARE(quoting::requestTarget("healthz"), std::string("/healthz"));
        QCOMPARE(quoting::requestTarget("/a b\r\nHost: x#"), std::string("/a%20b%0D%0AHost:%20x%23"));
        QCOMPARE(quoting::haproxyLogFormat("100%[x]"), std::string("100%%[x]"));
    }
};

ALWAYSON_TEST_MAIN(TestQuoting, test_quoting)
#include "test_quoting.moc"

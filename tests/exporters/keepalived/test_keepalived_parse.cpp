// The parser reads what keepalived reads, and the words of the language cannot be left.
#include "exporters/keepalived/emit.h"
#include "exporters/keepalived/parse.h"
#include "exporters/quoting/keepalived.h"
#include "tests/exporters/exporter_support.h"
#include "tests/support/test_support.h"

using namespace alwayson;
using namespace alwayson::exporters;

class TestKeepalivedParse : public QObject {
    Q_OBJECT

    static std::string codeOf(std::string_view text) {
        const auto parsed = keepalived::parse(text);
        return parsed ? "ok" : parsed.error().code;
    }

private slots:
    void blocksStatementsAndComments() {
        const auto config =
            keepalived::parse("# top\n\n! why\nglobal_defs {\n  router_id a!b\n  x \"a # b\" c#d\n}\n"
                              "vrrp_instance VI {\n\tunicast_peer {\n\t\t# lb2\n\t\t${LB2}/24 dev e\n"
                              "\t}\n  nopreempt\n}\n");
        QVERIFY(config.ok());
        QCOMPARE(config->comments, std::vector<std::string>{"top"});
        QCOMPARE(config->statements.size(), std::size_t(2));
        const keepalived::Statement* globals = config->find("global_defs");
        QVERIFY(globals && globals->opens);
        QCOMPARE(globals->comments, std::vector<std::string>{"why"});
        QCOMPARE(globals->value("router_id"), std::string("a")); // as keepalived does
        const auto x = globals->find("x");
        QCOMPARE(x.front()->words.size(), std::size_t(3));
        QCOMPARE(x.front()->words[1].shown(), std::string("a # b"));
        QCOMPARE(x.front()->words[2].shown(), std::string("c"));
        const auto peers = config->find("vrrp_instance")->find("unicast_peer");
        QCOMPARE(peers.size(), std::size_t(1));
        const keepalived::Statement& peer = peers.front()->block.front();
        QCOMPARE(peer.comments, std::vector<std::string>{"lb2"});
        QVERIFY(peer.words.front().parts.front().variable);
        QCOMPARE(peer.words.front().shown(), std::string("${LB2}/24"));
        QCOMPARE(keepalived::parse(keepalived::toText(*config))->statements, config->statements);
    }

    void linesJoin() {
        const auto joined = keepalived::parse("priority \\\n 150\n# comment \\\nnopreempt\nx\n");
        QVERIFY(joined.ok());
        QCOMPARE(joined->statements.size(), std::size_t(3));
        QCOMPARE(joined->statements[0].words.size(), std::size_t(2));
        QCOMPARE(joined->statements[1].words.front().shown(), std::string("nopreempt"));
        const auto swallowed = keepalived::parse("a # \\\nb\nc\n");
        QVERIFY(swallowed.ok());
        QCOMPARE(swallowed->statements.size(), std::size_t(2));
        QCOMPARE(swallowed->statements[0].words.size(), std::size_t(2)); // a b: keepalived joins them
    }

    void errorsNameTheirLine() {
        const auto open = keepalived::parse("a\nb {\nc \"x\n}\n");
        QVERIFY(!open.ok());
        QCOMPARE(open.error().code, std::string("keepalived.quote"));
        QCOMPARE(open.error().place.line, std::uint64_t(3));
        QCOMPARE(codeOf("a {\n"), std::string("keepalived.block"));
        QCOMPARE(codeOf("a {\n}\n}\n"), std::string("keepalived.block"));
        QCOMPARE(codeOf("a { b }\n"), std::string("keepalived.block"));
        QCOMPARE(codeOf("{\n}\n"), std::string("keepalived.block"));
        QCOMPARE(codeOf(std::string_view("a\0b", 3)), std::string("keepalived.nul"));
        for (const char* text : {"@main a", "~SEQ(a, 1)", "$A=1", "a $A", "a ${A", "a ${}", "include x",
                                 "a 'b c'", "a \"\\n\"", "a\\b"})
            QVERIFY2(codeOf(text) == "keepalived.unsupported", text);
    }

    void wordsAndComments() {
        for (const char* good : {"eth0", "bond0.12", "10.0.0.1/24", "2001:db8::1", "VI_lb-1"})
            QVERIFY2(quoting::keepalivedIsBare(good), good);
        for (const char* bad :
             {"", "a b", "a#b", "a!b", "{", "}", "$x", "@x", "~", "\"", "'", "\\", "includex"})
            QVERIFY2(!quoting::keepalivedIsBare(bad), bad);
        for (const std::string& text : test::hostileTexts()) {
            const std::string comment = quoting::keepalivedComment(text);
            QVERIFY(comment.size() < 260 && comment.front() == '#' && comment.back() != '\\');
            const auto parsed = keepalived::parse(comment + "\nnext\n");
            QVERIFY2(parsed.ok(), comment.c_str());
            QCOMPARE(parsed->statements.size(), std::size_t(1));
            QCOMPARE(parsed->statements.front().words.size(), std::size_t(1));
        }
        QCOMPARE(quoting::keepalivedComment("a\\ \\\\"), std::string("# a"));
    }
};

ALWAYSON_TEST_MAIN(TestKeepalivedParse, test_keepalived_parse)
#include "test_keepalived_parse.moc"

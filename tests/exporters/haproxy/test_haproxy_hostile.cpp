// Hostile text in every text field: the export parses to the same structure, and faults are caught by the
// real check.
#include "core/base/json.h"
#include "exporters/haproxy/build.h"
#include "exporters/haproxy/emit.h"
#include "exporters/haproxy/folder.h"
#include "exporters/haproxy/parse.h"
#include "exporters/quoting/haproxy.h"
#include "exporters/verify/haproxy.h"
#include "exporters/verify/process.h"
#include "tests/exporters/exporter_support.h"
#include "tests/support/test_support.h"

#include <functional>

using namespace alwayson;
using namespace alwayson::exporters;

namespace {

struct Field {
    const char* name;
    std::function<void(Design&, const std::string&)> set;
};

using test::editAll;

// Every text a person can type that is not an id, a choice or an address.
const std::vector<Field>& fields() {
    static const std::vector<Field> all = {
        {"design name", [](Design& d, const std::string& t) { d.name = t; }},
        {"node names",
         [](Design& d, const std::string& t) { editAll(d.nodes, [&](Node& n) { n.name = t; }); }},
        {"domain names",
         [](Design& d, const std::string& t) { editAll(d.domains, [&](Domain& n) { n.name = t; }); }},
        {"group names",
         [](Design& d, const std::string& t) { editAll(d.groups, [&](Group& n) { n.name = t; }); }},
        {"scenario names",
         [](Design& d, const std::string& t) { editAll(d.scenarios, [&](Scenario& n) { n.name = t; }); }},
        {"class ids",
         [](Design& d, const std::string& t) { editAll(d.links, [&](Link& l) { l.classes = {t}; }); }},
        {"failure mode titles",
         [](Design& d, const std::string& t) {
             editAll(d.nodes, [&](Node& n) {
                 FailureMode mode;
                 mode.id = "crash";
                 mode.title = t;
                 n.failureModes.push_back(mode);
             });
         }},
        {"instance types",
         [](Design& d, const std::string& t) {
             editAll(d.nodes, [&](Node& n) { n.deploy["instance_type"] = t; });
         }},
        {"check path", [](Design& d, const std::string& t) { test::change(d, "lb1", "check_path", t); }},
        {"check host", [](Design& d, const std::string& t) { test::change(d, "lb1", "check_host", t); }},
        {"price book", [](Design& d, const std::string& t) { d.settings.priceBook = t; }},
        {"unknown fields",
         [](Design& d, const std::string& t) {
             d.unknown["/note"] = Json(t).dump(-1, ' ', true, Json::error_handler_t::replace);
         }},
    };
    return all;
}

} // namespace

class TestHaproxyHostile : public QObject {
    Q_OBJECT

    static haproxy::Config configOf(const Design& design, std::string* text = nullptr) {
        const auto built = haproxy::build(design, *haproxy::balancersOf(design).front(), "lb1", {2, 6});
        if (!built) qFatal("%s", describe(built.error()).c_str());
        const std::string emitted = haproxy::toText(built->config);
        if (text) *text = emitted;
        const auto parsed = haproxy::parse(emitted);
        if (!parsed) qFatal("%s", describe(parsed.error()).c_str());
        if (!(*parsed == built->config)) qFatal("does not read back: %s", emitted.c_str());
        return *parsed;
    }

    // The same structure: equal but for the literal that the field is meant to fill.
    static haproxy::Config without(haproxy::Config config, std::string_view first, std::string_view second) {
        for (haproxy::Section& section : config.sections)
            std::erase_if(section.statements, [&](const haproxy::Statement& s) {
                return s.words.size() > 1 && s.words[0] == haproxy::Word::text(first) &&
                       s.words[1] == haproxy::Word::text(second);
            });
        return config;
    }

private slots:
    void everyFieldKeepsTheStructure_data() {
        QTest::addColumn<int>("field");
        for (std::size_t i = 0; i < fields().size(); ++i)
            QTest::newRow(fields()[i].name) << int(i);
    }
    void everyFieldKeepsTheStructure() {
        QFETCH(int, field);
        const Design clean = test::designFrom("templates/web-pair.aon.json");
        const haproxy::Config wanted = without(configOf(clean), "http-check", "send");
        for (const std::string& text : test::hostileTexts()) {
            Design design = clean;
            fields()[std::size_t(field)].set(design, text);
            const haproxy::Config config = configOf(design);
            QVERIFY2(without(config, "http-check", "send") == wanted, text.substr(0, 100).c_str());
            const auto sends = config.find("backend", "be_web")->find("http-check", "send");
            QCOMPARE(sends.size(), std::size_t(1));
            const bool checkField =
                std::string_view(fields()[std::size_t(field)].name).substr(0, 5) == "check";
            if (!checkField)
                QVERIFY(*sends.front() ==
                        *configOf(clean).find("backend", "be_web")->find("http-check", "send").front());
            if (std::string_view(fields()[std::size_t(field)].name) == "check path") {
                QCOMPARE(sends.front()->words.size(), std::size_t(8));
                QCOMPARE(sends.front()->words[5].shown(), quoting::requestTarget(text));
            }
        }
    }

    void everyFieldAtOnceIsAcceptedByHaproxy() {
        for (const std::string& text : test::hostileTexts()) {
            Design design = test::designFrom("templates/web-pair.aon.json");
            for (const Field& field : fields())
                field.set(design, text);
            std::string emitted;
            configOf(design, &emitted);
            const auto verdict = verify::verifyHaproxy(emitted, {});
            QVERIFY(verdict.ok());
            QVERIFY2(verdict->accepted, verdict->message.c_str());
        }
    }

    void scriptsAndReadmeHoldNothingOfIt() {
        Design clean = test::designFrom("templates/web-pair.aon.json");
        test::deploy(clean, "web1", "host", std::monostate());
        const auto wanted = haproxy::exportFolders(clean);
        QVERIFY(wanted.ok());
        for (const std::string& text : test::hostileTexts()) {
            Design design = clean;
            for (const Field& field : fields())
                field.set(design, text);
            if (text.find('\xff') != std::string::npos || text.find('\xc0') != std::string::npos)
                continue; // no design file holds invalid UTF-8
            const auto files = haproxy::exportFolders(design);
            QVERIFY2(files.ok(), text.substr(0, 80).c_str());
            QCOMPARE(files->size(), wanted->size());
            for (std::size_t i = 0; i < files->size(); ++i) {
                const File& file = (*files)[i];
                QCOMPARE(file.path, (*wanted)[i].path);
                if (file.path.ends_with(".sh")) QCOMPARE(file.bytes, (*wanted)[i].bytes);
                if (!file.path.ends_with("haproxy.cfg"))
                    QVERIFY(file.bytes.size() <
                            (*wanted)[i].bytes.size() + 6000); // the check path may be long
                if (file.path.ends_with("README.md"))
                    QVERIFY(file.bytes.find("<script>") == std::string::npos);
                if (!file.path.ends_with("env.example")) continue;
                for (const QByteArray& line : QByteArray::fromStdString(file.bytes).split('\n'))
                    QVERIFY2(line.isEmpty() || line.startsWith('#') || line == "WEB1_HOST=",
                             line.constData());
            }
        }
    }

    void deliberateFaultsAreCaught_data() {
        QTest::addColumn<QString>("from");
        QTest::addColumn<QString>("to");
        const auto row = [](const char* name, const char* from, const char* to) {
            QTest::newRow(name) << QString(from) << QString(to);
        };
        row("unknown keyword", "option httpchk", "option httpcheck");
        row("unknown algorithm", "balance leastconn", "balance leastcon");
        row("server twice", "server web2 ", "server web1 ");
        row("no address", "server web1 10.0.1.11:8080", "server web1");
        row("bad port", "10.0.1.11:8080", "10.0.1.11:80800");
        row("bad time", "timeout connect 3s", "timeout connect 3x");
        row("missing timeout", "timeout server 30s", "");
        row("unknown backend", "default_backend be_web", "default_backend be_wep");
        row("unknown defaults", "backend be_web from http", "backend be_web from htp");
        row("open quote", "server web1 10.0.1.11:8080", "server web1 \"10.0.1.11:8080");
        row("old check form", "option httpchk", "option httpchk GET /x HTTP/1.1\\r\\nHost:\\ h");
        row("negative fall", "fall 3", "fall -3");
        row("bad expression", "if { path /metrics }", "if { pathh /metrics }");
        row("unclosed .if", ".endif", "");
        row("injected line", "balance leastconn", "balance leastconn\n    evil on");
    }
    void deliberateFaultsAreCaught() {
        QFETCH(QString, from);
        QFETCH(QString, to);
        std::string text;
        configOf(test::designFrom("templates/web-pair.aon.json"), &text);
        const std::size_t at = text.find(from.toStdString());
        QVERIFY2(at != std::string::npos, text.c_str());
        text.replace(at, from.toStdString().size(), to.toStdString());
        const auto verdict = verify::verifyHaproxy(text, {});
        QVERIFY(verdict.ok());
        QVERIFY2(!verdict->tool.empty(), "haproxy is missing: apt-get install haproxy");
        QVERIFY2(!verdict->accepted, text.c_str());
        QVERIFY(!verdict->message.empty());
        QVERIFY2(verdict->message.find("/tmp") == std::string::npos, verdict->message.c_str());
    }
};

ALWAYSON_TEST_MAIN(TestHaproxyHostile, test_haproxy_hostile)
#include "test_haproxy_hostile.moc"

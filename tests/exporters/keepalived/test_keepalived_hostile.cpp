// Hostile text in every text field: the export parses to the same structure, and faults are caught by the
// real check.
#include "core/base/json.h"
#include "exporters/keepalived/build.h"
#include "exporters/keepalived/emit.h"
#include "exporters/keepalived/folder.h"
#include "exporters/keepalived/parse.h"
#include "exporters/keepalived/scripts.h"
#include "exporters/verify/keepalived.h"
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

// Every text a person can type that is not an id, a choice, an address or an interface (those are refused).
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
        {"failure mode titles",
         [](Design& d, const std::string& t) {
             editAll(d.nodes, [&](Node& n) {
                 FailureMode mode;
                 mode.id = "crash";
                 mode.title = t;
                 n.failureModes.push_back(mode);
             });
         }},
        {"instance types and images",
         [](Design& d, const std::string& t) {
             editAll(d.nodes, [&](Node& n) { n.deploy["instance_type"] = n.deploy["image"] = t; });
         }},
        {"crew", [](Design& d, const std::string& t) { editAll(d.groups, [&](Group& n) { n.crew = t; }); }},
        {"check path", [](Design& d, const std::string& t) { test::change(d, "lb1", "check_path", t); }},
        {"price book", [](Design& d, const std::string& t) { d.settings.priceBook = t; }},
        {"unknown fields",
         [](Design& d, const std::string& t) {
             d.unknown["/note"] = Json(t).dump(-1, ' ', true, Json::error_handler_t::replace);
         }},
    };
    return all;
}

} // namespace

class TestKeepalivedHostile : public QObject {
    Q_OBJECT

    static std::vector<keepalived::Config> configsOf(const Design& design,
                                                     std::vector<std::string>* texts = nullptr) {
        quoting::Slugs slugs;
        const auto built = keepalived::build(design, *keepalived::pairsOf(design).front(), slugs);
        if (!built) qFatal("%s", describe(built.error()).c_str());
        std::vector<keepalived::Config> all;
        for (const keepalived::Built& one : *built) {
            const std::string emitted = keepalived::toText(one.config);
            if (texts) texts->push_back(emitted);
            const auto parsed = keepalived::parse(emitted);
            if (!parsed) qFatal("%s", describe(parsed.error()).c_str());
            if (!(*parsed == one.config)) qFatal("does not read back: %s", emitted.c_str());
            all.push_back(*parsed);
        }
        return all;
    }

private slots:
    void everyFieldKeepsTheStructure_data() {
        QTest::addColumn<int>("field");
        for (std::size_t i = 0; i < fields().size(); ++i)
            QTest::newRow(fields()[i].name) << int(i);
    }
    void everyFieldKeepsTheStructure() {
        QFETCH(int, field);
        const Design clean = test::vrrpDesign();
        const auto wanted = configsOf(clean);
        for (const std::string& text : test::hostileTexts()) {
            Design design = clean;
            fields()[std::size_t(field)].set(design, text);
            QVERIFY2(configsOf(design) == wanted, text.substr(0, 100).c_str());
        }
    }

    // Ids hold what a file lets them hold; in memory they may be anything.
    void everyIdKeepsTheStructure() {
        for (const std::string& text : test::hostileTexts()) {
            Design design = test::vrrpDesign();
            editAll(design.groups, [&](Group& group) {
                if (group.id.str() == "lb") group.id = GroupId(text);
            });
            editAll(design.nodes, [&](Node& node) {
                if (node.group && node.group->str() == "lb") node.group = GroupId(text);
                if (node.id.str() == "lb1") node.id = NodeId(text + "!");
            });
            const auto configs = configsOf(design);
            QCOMPARE(configs.size(), std::size_t(2));
            for (const keepalived::Config& config : configs) {
                QCOMPARE(config.statements.size(), std::size_t(3));
                const keepalived::Statement* instance = config.find("vrrp_instance");
                const QRegularExpression rule("\\AVI_[A-Za-z][A-Za-z0-9_.-]{0,62}\\z");
                QVERIFY(rule.match(QString::fromStdString(instance->words[1].shown())).hasMatch());
                QCOMPARE(instance->block.size(), std::size_t(10));
                QCOMPARE(instance->find("unicast_peer").front()->block.size(), std::size_t(1));
            }
        }
    }

    void everyFieldAtOnceIsAcceptedByKeepalived() {
        if (!test::namespacesArePermitted()) QSKIP(test::kNoNamespaces);
        for (const std::string& text : test::hostileTexts()) {
            Design design = test::vrrpDesign();
            for (const Field& field : fields())
                field.set(design, text);
            std::vector<std::string> texts;
            configsOf(design, &texts);
            const auto verdict = verify::verifyKeepalived(texts.front(), keepalived::balancerScript({}), {});
            QVERIFY(verdict.ok());
            QVERIFY2(!verdict->tool.empty(), verdict->message.c_str());
            QVERIFY2(verdict->accepted, verdict->message.c_str());
        }
    }

    void scriptsAndReadmeHoldNothingOfIt() {
        Design clean = test::vrrpDesign();
        test::deploy(clean, "lb2", "host", std::monostate());
        const auto wanted = keepalived::exportFolders(clean);
        QVERIFY(wanted.ok());
        for (const std::string& text : test::hostileTexts()) {
            Design design = clean;
            for (const Field& field : fields())
                field.set(design, text);
            if (text.find('\xff') != std::string::npos || text.find('\xc0') != std::string::npos)
                continue; // no design file holds invalid UTF-8
            const auto files = keepalived::exportFolders(design);
            QVERIFY2(files.ok(), text.substr(0, 80).c_str());
            QCOMPARE(files->size(), wanted->size());
            for (std::size_t i = 0; i < files->size(); ++i) {
                const File& file = (*files)[i];
                QCOMPARE(file.path, (*wanted)[i].path);
                if (file.path.ends_with(".sh")) QCOMPARE(file.bytes, (*wanted)[i].bytes);
                QVERIFY(file.bytes.size() < (*wanted)[i].bytes.size() + 3000);
                if (file.path.ends_with("README.md"))
                    QVERIFY(file.bytes.find("<script>") == std::string::npos);
                if (!file.path.ends_with("env.example")) continue;
                for (const QByteArray& line : QByteArray::fromStdString(file.bytes).split('\n'))
                    QVERIFY2(line.isEmpty() || line.startsWith('#') || line == "LB2_ADDRESS=",
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
        row("unknown keyword", "    priority 150", "    prioritty 150");
        row("unknown block", "vrrp_script check", "vrrp_skript check");
        row("priority too high", "priority 150", "priority 256");
        row("priority no number", "priority 150", "priority high");
        row("router id too high", "virtual_router_id 51", "virtual_router_id 256");
        row("no router id", "    virtual_router_id 51\n", "");
        row("bad source", "unicast_src_ip 10.0.0.11", "unicast_src_ip 10.0.0");
        row("bad peer", "        10.0.0.12\n", "        lb2\n");
        row("mixed families", "        10.0.0.12\n", "        2001:db8::12\n");
        row("bad shared address", "10.0.0.100/24 dev", "10.0.0.300/24 dev");
        row("bad prefix", "10.0.0.100/24 dev", "10.0.0.100/99 dev");
        row("no shared address", "        10.0.0.100/24 dev eth0\n", "");
        row("absent device", "/24 dev eth0", "/24 dev eth1");
        row("advert too short", "advert_int 1", "advert_int 0.001");
        row("advert too long", "advert_int 1", "advert_int 41");
        row("half seconds with version 2", "advert_int 1", "advert_int 0.5\n    version 2");
        row("wrong version", "vrrp_version 3", "vrrp_version 4");
        row("unknown script", "        check_balancer\n", "        check_balance\n");
        row("absent script", "check-haproxy.sh\"", "sub/check.sh\"");
        row("broken script time", "    interval 1\n", "    interval 1.5\n");
        row("negative fall", "    fall 2\n", "    fall -2\n");
        row("weight too high", "    rise 2\n", "    rise 2\n    weight 300\n");
        row("password with version 3", "    nopreempt\n",
            "    nopreempt\n    authentication {\n        auth_type PASS\n        auth_pass s3cret\n    }\n");
        row("unclosed block", "    unicast_peer {", "    unicast_peer");
        row("injected line", "priority 150", "priority 150\n    evil on");
    }
    void deliberateFaultsAreCaught() {
        if (!test::namespacesArePermitted()) QSKIP(test::kNoNamespaces);
        QFETCH(QString, from);
        QFETCH(QString, to);
        std::vector<std::string> texts;
        configsOf(test::vrrpDesign(), &texts);
        std::string text = texts.front();
        const std::size_t at = text.find(from.toStdString());
        QVERIFY2(at != std::string::npos, text.c_str());
        text.replace(at, from.toStdString().size(), to.toStdString());
        const auto verdict = verify::verifyKeepalived(text, keepalived::balancerScript({}), {});
        QVERIFY(verdict.ok());
        QVERIFY2(!verdict->tool.empty(), verdict->message.c_str());
        QVERIFY2(!verdict->accepted, text.c_str());
        QVERIFY(!verdict->message.empty());
        QVERIFY2(verdict->message.find("/tmp") == std::string::npos, verdict->message.c_str());
    }
};

ALWAYSON_TEST_MAIN(TestKeepalivedHostile, test_keepalived_hostile)
#include "test_keepalived_hostile.moc"

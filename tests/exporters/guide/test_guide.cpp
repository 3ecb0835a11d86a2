// The page on top of an export of everything: its list for firewalls is the design's, its order is one that
// works, and no text of a design changes its shape.
#include "core/base/json.h"
#include "core/catalogue/catalogue.h"
#include "exporters/guide/guide.h"
#include "tests/exporters/mysql/mysql_support.h"
#include "tests/support/test_support.h"

#include <QRegularExpression>

#include <algorithm>
#include <set>

using namespace alwayson;
using namespace alwayson::exporters;

namespace {

std::vector<File> filesOf(const Design& design) {
    auto files = guide::files(design, {});
    if (!files) qFatal("%s", describe(files.error()).c_str());
    return std::move(files).value();
}

Json openingsOf(const Design& design) {
    return Json::parse(test::fileNamed(filesOf(design), "manifest.json").bytes)["openings"];
}

// "lb1,lb2 > web1,web2 TCP 8080", the names of both ends.
QString line(const Json& opening) {
    const auto names = [](const Json& ends) {
        QStringList all;
        for (const Json& end : ends)
            all << QString::fromStdString(end["name"]);
        return all.join(',');
    };
    QStringList ports;
    for (const Json& port : opening["ports"])
        ports << QString::number(port.get<int>());
    return QString("%1 > %2 %3 %4")
        .arg(names(opening["from"]), names(opening["to"]),
             QString::fromStdString(opening["protocol"].get<std::string>()), ports.join(','))
        .trimmed();
}

QStringList linesOf(const Design& design) {
    QStringList all;
    for (const Json& opening : openingsOf(design))
        all << line(opening);
    return all;
}

QString readmeOf(const Design& design) {
    return QString::fromStdString(test::fileNamed(filesOf(design), "README.md").bytes);
}

// What Markdown makes of each line: heading, row of so many cells, step, item or text.
QStringList shapeOf(const QString& text) {
    static const QRegularExpression kStep("\\A[0-9]+\\. "), kBar("(?<!\\\\)\\|");
    QStringList shape;
    for (const QString& one : text.split('\n')) {
        if (one.startsWith('|'))
            shape << QString("row %1").arg(one.count(kBar));
        else if (one.startsWith('#'))
            shape << QString("heading %1").arg(one.indexOf(' '));
        else
            shape << (one.isEmpty()                 ? "empty"
                      : kStep.match(one).hasMatch() ? "step"
                      : one.startsWith("* ")        ? "item"
                                                    : "text");
    }
    return shape;
}

Design shop() {
    return test::designFrom("templates/e-commerce.aon.json");
}

void addLink(Design& design, const char* from, const char* to) {
    Link link;
    link.id = LinkId(std::string(from) + "-" + to);
    link.from = from;
    link.to = to;
    design.links.append(link);
}

} // namespace

class TestGuide : public QObject {
    Q_OBJECT

private slots:
    void firewallsOfTheTemplate() {
        const QString webs = "web1,web2,web3,web4", databases = "db1,db2,db3", votes = "vote1,vote2,vote3";
        QCOMPARE(
            linesOf(shop()),
            QStringList({"the users: shoppers > lb1,lb2,lb TCP 80", "lb1,lb2 > " + webs + " TCP 8080",
                         webs + " > " + databases + " TCP 3306", "lb1,lb2 > lb1,lb2 VRRP",
                         databases + " > " + databases + " TCP 3306",
                         "the machine that you run the scripts of the set on > " + databases + " TCP 3306",
                         votes + " > " + votes + " TCP 10008,3000", databases + " > " + votes + " TCP 3000",
                         votes + " > " + databases + " TCP 3306"}));
        // Addresses are the design's; the shared one is where users go.
        const Json openings = openingsOf(shop());
        QCOMPARE(openings[0]["from"][0]["address"], Json());
        QCOMPARE(openings[0]["to"][2]["address"], Json("10.0.0.100"));
        QCOMPARE(openings[1]["from"][0]["address"], Json("10.0.0.11"));
        QVERIFY(openings[1]["why"].get<std::string>().find("health checks") != std::string::npos);
        QVERIFY(openings[2]["why"].get<std::string>().find("health checks") == std::string::npos);
    }

    // An HAProxy in front of a set has a port for writes and one for reads; the members of a group talk on a
    // port of their own and nobody watches them.
    void firewallsOfOtherSets() {
        Design design = test::replicationSet(3, {{"replication", std::string("group")},
                                                 {"manager", std::string("group")},
                                                 {"flavour", std::string("mysql_8_4")}});
        for (const auto& [id, kind] : {std::pair{"app", "server"}, std::pair{"proxy", "haproxy"}}) {
            Node node;
            node.id = NodeId(id);
            node.kind = kind;
            design.nodes.append(node);
        }
        test::deploy(design, "proxy", "port", 3306.0);
        addLink(design, "app", "proxy");
        addLink(design, "proxy", "db");
        const QString all = "db1,db2,db3";
        QCOMPARE(linesOf(design),
                 QStringList({"app > proxy TCP 3306,3307", "proxy > " + all + " TCP 3306",
                              all + " > " + all + " TCP 3306", all + " > " + all + " TCP 33061",
                              "the machine that you run the scripts of the set on > " + all + " TCP 3306"}));
        test::changeSet(design, "replication", std::string("async"));
        test::changeSet(design, "manager", std::string("mha"));
        QCOMPARE(linesOf(design).last(), "the machine that MHA runs on > " + all + " TCP 3306,22");
    }

    // Without the addresses of its machines orchestrator has no majority of its own: no file, row or opening
    // says so.
    void orchestratorWithoutAddresses() {
        Design design = shop();
        for (const char* voter : {"vote1", "vote2", "vote3"})
            test::deploy(design, voter, "host", std::string());
        const QStringList lines = linesOf(design);
        QVERIFY(lines.filter("10008").isEmpty());
        QVERIFY(lines.contains("vote1,vote2,vote3 > db1,db2,db3 TCP 3306"));
        QVERIFY(readmeOf(design).contains(
            "| `vote2` | not in the design | zone b | orchestrator, `orchestrator.conf.json` of"));
    }

    // What others stand on comes before them, and who takes it for broken comes last.
    void theOrderWorks() {
        const QString text = readmeOf(shop());
        int last = -1;
        for (const char* step : {"The databases of `db`", "your application's database",
                                 "Your application on `web1`", "HAProxy on `lb1`", "HAProxy on `lb2`",
                                 "keepalived on the members of `lb`", "Last orchestrator"}) {
            const int at = text.indexOf(step, text.indexOf("## Order"));
            QVERIFY2(at > last, step);
            last = at;
        }
        QVERIFY(text.contains("answers `GET / HTTP/1.0`"));
        QVERIFY(text.contains("one network, 10.0.0.0/24,"));
        for (const char* secret : {"`REPL_PASSWORD`", "`FAILOVER_PASSWORD`", "`ORCHESTRATOR_PASSWORD`"})
            QVERIFY2(text.contains(secret), secret);
    }

    // guard.sh also lets an old source return where people promote.
    void theGuardWithoutAManager() {
        Design design = shop();
        QCOMPARE(readmeOf(design).count("`guard.sh` on each member"), 1);
        test::changeGroup(design, "db", "manager", std::string("manual"));
        const QString text = readmeOf(design);
        QVERIFY(text.indexOf("`guard.sh` on each member of `db`: [mysql/db]") >
                text.indexOf("keepalived on the members of `lb`"));
        QVERIFY(!text.contains("Last orchestrator"));
    }

    // No file sets up the application, so what was simulated of it is said.
    void roomOfTheServers() {
        Design design = shop();
        test::change(design, "web4", "queue_limit", 50.0);
        const QString text = readmeOf(design);
        QVERIFY(text.contains("simulated on `web1`, `web2`, `web3`: 8 requests at a time,"));
        QVERIFY(text.contains("and at most 200 wait; any further one is answered 503 at once."));
        QVERIFY(
            text.contains("simulated on `web4`: 8 requests at a time, each with a worker for as long as it "
                          "is served, and at most 50 wait;"));
        QVERIFY(!text.contains("`web3`, `db1`"));
        test::change(design, "web4", "discipline", std::string("ps"));
        QVERIFY(
            readmeOf(design).contains("on `web4`: all requests share 8 cores, at most 58 at a time; any"));
    }

    // Each link leads to a file of the exports.
    void linksLeadSomewhere() {
        std::set<QString> seen;
        static const QRegularExpression kLink("\\]\\(([^)]*)\\)");
        const QString text = readmeOf(shop());
        for (auto it = kLink.globalMatch(text); it.hasNext();)
            seen.insert(it.next().captured(1));
        QCOMPARE(seen, (std::set<QString>{"haproxy/lb1/README.md", "haproxy/lb2/README.md",
                                          "keepalived/lb1/README.md", "keepalived/lb2/README.md",
                                          "mysql/db/README.md"}));
    }

    void whatDoesNotApplyIsNotSpokenOf() {
        const QString text = readmeOf(test::designFrom("templates/web-pair.aon.json"));
        for (const char* word : {"keepalived/", "mysql/", "REPL_PASSWORD", "orchestrator", "VRRP"})
            QVERIFY2(!text.contains(word), word);
        const auto files =
            guide::files(test::designFrom("templates/web-pair.aon.json"), {"mysql was skipped: x"});
        QVERIFY(files.ok());
        QVERIFY(test::fileNamed(*files, "README.md").bytes.find("* mysql was skipped: x") !=
                std::string::npos);
    }

    void textsOfTheDesignKeepTheShape() {
        Design plain = shop();
        test::editAll(plain.nodes, [](Node& node) {
            if (hasRole(node, "voter")) node.deploy["host"] = std::string("vote.example.com");
        });
        const QStringList shape = shapeOf(readmeOf(plain));
        for (const std::string& text : test::hostileTexts()) {
            Design design = shop();
            design.name = text;
            test::editAll(design.nodes, [&](Node& node) {
                node.name = text;
                if (hasRole(node, "voter")) node.deploy["host"] = text.empty() ? "x" : text;
            });
            test::editAll(design.groups, [&](Group& group) { group.name = text; });
            test::editAll(design.domains, [&](Domain& place) { place.name = text; });
            QVERIFY2(shapeOf(readmeOf(design)) == shape, text.substr(0, 60).c_str());
        }
    }
};

ALWAYSON_TEST_MAIN(TestGuide, test_guide)
#include "test_guide.moc"

// The folder of a replication set: complete, its values are the design's, its scripts refuse what they
// should, and no secret is in it.
#include "core/base/hash.h"
#include "core/base/json.h"
#include "core/base/units.h"
#include "core/structure/failover_laws.h"
#include "exporters/mysql/folder.h"
#include "exporters/mysql/option_file.h"
#include "tests/exporters/mysql/mysql_support.h"
#include "tests/support/test_support.h"

#include <QDateTime>
#include <QStandardPaths>

using namespace alwayson;
using namespace alwayson::exporters;

namespace {

// A file that may be run.
void putFile(const QTemporaryDir& folder, const char* name, const QByteArray& bytes) {
    const QString path = folder.filePath(QLatin1String(name));
    QDir().mkpath(QFileInfo(path).path());
    QFile file(path);
    if (!file.open(QIODevice::WriteOnly) || file.write(bytes) != bytes.size()) qFatal("cannot write");
    file.setPermissions(file.permissions() | QFile::ExeOwner);
}

} // namespace

class TestMysqlFolder : public QObject {
    Q_OBJECT

    static std::vector<File> filesOf(const Design& design) {
        auto files = mysql::exportFolders(design);
        if (!files) qFatal("%s", describe(files.error()).c_str());
        return std::move(files).value();
    }
    static QString codeOf(const Design& design) {
        const auto files = mysql::exportFolders(design);
        return files ? "ok" : QString::fromStdString(files.error().code);
    }
    // The value of a setting in a member's option file; "unset".
    static std::string setting(const std::vector<File>& files, const std::string& member, const char* name) {
        const auto file = mysql::parseOptionFile(test::fileNamed(files, member + ".cnf").bytes);
        if (!file || file->sections.size() != 1) qFatal("no option file");
        const mysql::Setting* found = file->sections.front().find(name);
        return found ? found->value : "unset";
    }
    static bool says(const std::vector<File>& files, const char* part) {
        return test::fileNamed(files, "README.md").bytes.find(part) != std::string::npos;
    }

private slots:
    void completeAndDeterministic() {
        const Design design = test::replicationSet(2);
        const std::vector<File> files = filesOf(design);
        QStringList names;
        for (const File& file : files)
            names << QString::fromStdString(file.path.substr(9));
        QCOMPARE(names, (QStringList{"db1.cnf",
                                     "db2.cnf",
                                     "01-source.sql",
                                     "02-replica.sql",
                                     "03-promote.sql",
                                     "04-reopen.sql",
                                     "05-rejoin.sql",
                                     "lib.sh",
                                     "apply.sh",
                                     "check.sh",
                                     "seed.sh",
                                     "status.sh",
                                     "01-source.sh",
                                     "02-replica.sh",
                                     "03-promote.sh",
                                     "04-reopen.sh",
                                     "05-rejoin.sh",
                                     "guard.sh",
                                     "orchestrator.conf.json",
                                     "README.md",
                                     "manifest.json"}));
        const std::vector<File> again = filesOf(design);
        for (std::size_t i = 0; i < files.size(); ++i) {
            QCOMPARE(files[i].bytes, again[i].bytes);
            QCOMPARE(files[i].executable,
                     files[i].path.ends_with(".sh") && !files[i].path.ends_with("lib.sh"));
        }
    }

    void manifestTellsTheTruth() {
        const Design design = test::replicationSet(2, {{"replication", std::string("semi_sync")}});
        const std::vector<File> files = filesOf(design);
        const Json json = Json::parse(test::fileNamed(files, "manifest.json").bytes);
        QCOMPARE(json["design"]["sha256"], Json(designHash(design)));
        QCOMPARE(json["members"]["db2"], (Json{{"file", "db2.cnf"}, {"server_id", 2}}));
        QCOMPARE(json["simulated"]["commit_waits_at_most_ms"], Json(10000));
        const FailoverLaw law = failoverLaw(design, design.groups.at(0), FailureEffect::crash);
        const Json& crash = json["simulated"]["time_without_source_s"]["process_crash"];
        QCOMPARE(crash["mean"].get<double>(), law.total.meanS + 10); // the only replica left waits for nobody
        QCOMPARE(json["simulated"]["lost_commits_s"], Json(0.0));
        QCOMPARE(json["files"].size(), files.size() - 1);
        for (const Json& file : json["files"])
            QCOMPARE(file["sha256"].get<std::string>(),
                     sha256Hex(test::fileNamed(files, file["path"].get<std::string>()).bytes));
    }

    void valuesAreTheDesigns() {
        Design design = test::replicationSet(2, {{"replication", std::string("semi_sync")},
                                                 {"semisync_timeout_ms", 2500.0},
                                                 {"semisync_wait_point", std::string("after_commit")}});
        test::change(design, "db2", "net_timeout_s", 9.0);
        test::change(design, "db2", "connect_retry_s", 3.0);
        test::change(design, "db2", "applier_speed", 2.0);
        test::change(design, "db2", "workers", 40.0);
        test::change(design, "db2", "queue_limit", 60.0);
        test::deploy(design, "db2", "port", 3307.0);
        test::deploy(design, "db2", "server_id", 77.0);
        const std::vector<File> files = filesOf(design);
        QCOMPARE(setting(files, "db2", "server_id"), std::string("77"));
        QCOMPARE(setting(files, "db2", "port"), std::string("3307"));
        QCOMPARE(setting(files, "db2", "bind_address"), std::string("10.0.2.12"));
        QCOMPARE(setting(files, "db2", "slave_net_timeout"), std::string("9"));
        QCOMPARE(setting(files, "db2", "slave_parallel_threads"), std::string("4"));
        QCOMPARE(setting(files, "db2", "max_connections"), std::string("120")); // 40 + 60 + 20 to spare
        QCOMPARE(setting(files, "db2", "rpl_semi_sync_master_timeout"), std::string("2500"));
        QCOMPARE(setting(files, "db2", "rpl_semi_sync_master_wait_point"), std::string("AFTER_COMMIT"));
        QCOMPARE(setting(files, "db2", "rpl_semi_sync_slave_enabled"), std::string("ON"));
        QCOMPARE(setting(files, "db2", "read_only"), std::string("ON"));
        QCOMPARE(setting(files, "db1", "slave_net_timeout"), std::string("4"));
        QCOMPARE(setting(files, "db1", "slave_parallel_threads"), std::string("0"));
        const std::string& library = test::fileNamed(files, "lib.sh").bytes;
        for (const char* part : {"['db2']=3307", "connect_retry=( ['db1']=1 ['db2']=3 )",
                                 "heartbeat=( ['db1']=2.000 ['db2']=4.500 )", "chain=0", "fencing=0"})
            QVERIFY2(library.find(part) != std::string::npos, part);
        const std::vector<File> plain = filesOf(test::replicationSet(2));
        QCOMPARE(setting(plain, "db1", "rpl_semi_sync_slave_enabled"), std::string("OFF"));
        QCOMPARE(setting(plain, "db1", "rpl_semi_sync_master_timeout"), std::string("unset"));
        QVERIFY(test::fileNamed(plain, "03-promote.sql").bytes.find("semi_sync") == std::string::npos);
    }

    void whatCannotBeWrittenIsRefused() {
        const auto with = [](const char* key, Value value) {
            Design design = test::replicationSet(2);
            test::changeSet(design, key, std::move(value));
            return codeOf(design);
        };
        QCOMPARE(codeOf(Design()), QString("export.nothing_to_export"));
        QCOMPARE(codeOf(test::replicationSet(0)), QString("export.mysql_members"));
        QCOMPARE(with("replication", std::string("group")), QString("export.mysql_group_replication"));
        QCOMPARE(with("flavour", std::string("mysql_8_0")), QString("ok"));
        QCOMPARE(with("user_network", std::string("10.%' OR 1")), QString("export.user_network"));
        QCOMPARE(with("user_network", std::string()), QString("export.user_network"));
        // A member that its accounts keep out could not follow.
        for (const char* keepsOut : {"192.168.%", "10.0.2.1", "10.0.2.11", "10.0.2.1_.%", "%.1%.%.%.%"})
            QCOMPARE(with("user_network", std::string(keepsOut)), QString("export.user_network"));
        QCOMPARE(with("user_network", std::string(59, '%') + "9"), QString("export.user_network"));
        for (const char* fits : {"%", "10.0.2.1_", "10.%", "%.0.2.1%", "10.0.2.1_%", "%%",
                                 "10.0.0.0/255.255.0.0", "%.example.com"})
            QCOMPARE(with("user_network", std::string(fits)), QString("ok"));
        QCOMPARE(with("semisync_acks", 2.0), QString("ok")); // asynchronous: it is not used
        Design design =
            test::replicationSet(3, {{"replication", std::string("semi_sync")}, {"semisync_acks", 2.0}});
        QCOMPARE(codeOf(design), QString("export.mysql_acks"));
        design = test::replicationSet(2);
        test::deploy(design, "db1", "server_id", 2.0);
        QCOMPARE(codeOf(design), QString("export.mysql_server_id"));
        test::deploy(design, "db1", "server_id", 3.0);
        test::deploy(design, "db1", "host", std::string("a b"));
        QCOMPARE(codeOf(design), QString("export.host"));
    }

    void whatIsRoundedIsSaid() {
        Design design = test::replicationSet(
            2, {{"replication", std::string("semi_sync")}, {"semisync_timeout_ms", std::monostate()}});
        test::change(design, "db1", "net_timeout_s", 4.4);
        test::change(design, "db1", "queue_limit", std::monostate());
        const std::vector<File> files = filesOf(design);
        QCOMPARE(setting(files, "db1", "slave_net_timeout"), std::string("4"));
        QCOMPARE(setting(files, "db1", "max_connections"), std::string("100000"));
        QCOMPARE(setting(files, "db1", "rpl_semi_sync_master_timeout"), std::string("4294967295"));
        for (const char* part : {"the server counts in whole seconds, so 4 s is written", "49.7 days",
                                 "more requests than MariaDB takes connections"})
            QVERIFY2(says(files, part), part);
    }

    // What a README tells is the law the engines draw from, phase by phase.
    void predictionIsTheLaw() {
        Design design = test::replicationSet(3, {{"write_route", std::string("connector")}});
        Node client;
        client.id = NodeId("shop");
        client.kind = "client";
        client.classes.push_back({});
        client.classes.back().id = "w";
        client.classes.back().writes = true;
        design.nodes.append(client);
        Link link;
        link.id = LinkId("l");
        link.from = "shop";
        link.to = "db";
        design.links.append(link);
        const std::vector<File> files = filesOf(design);
        for (const auto& [name, effect] : {std::pair{"machine gone", FailureEffect::gone},
                                           std::pair{"process crash", FailureEffect::crash}}) {
            const FailoverLaw law = failoverLaw(design, design.groups.at(0), effect);
            for (const auto& [phase, one] :
                 {std::pair{"detection", law.detection}, std::pair{"promotion", law.promotion},
                  std::pair{"reroute, last caller", law.reroute}, std::pair{"**total**", law.total}}) {
                std::string line = "| " + std::string(name) + " | " + phase + " |";
                for (const double s : {one.minS, one.meanS, one.maxS})
                    line += " " + formatDuration(Duration::seconds(s)) + " |";
                QVERIFY2(says(files, line.c_str()), line.c_str());
            }
        }
        for (const char* part :
             {"97.5 % of all cases", "95 are over within", "100 per s of writes", "next to none"})
            QVERIFY2(says(files, part), part);
        QVERIFY(!says(files, "first commit waits")); // a replica is left
    }

    void predictionByManager() {
        const auto told = [](Parameters parameters) {
            return test::fileNamed(filesOf(test::replicationSet(2, std::move(parameters))), "README.md")
                .bytes;
        };
        const auto has = [](const std::string& text, const char* part) {
            return text.find(part) != std::string::npos;
        };
        const std::string human = told({{"manager", std::string("manual")},
                                        {"uncovered_recovery", Distribution::constantValue(7, "min")}});
        QVERIFY2(has(human, "| machine gone | **total** | 7 min | 7 min | 7 min |"), human.c_str());
        QVERIFY(!has(human, "| detection |") && has(human, "A human promotes"));
        const std::string nobody = told({{"manager", std::string("none")}});
        QVERIFY2(has(nobody, "| process crash | **total** | never | never | never |"), nobody.c_str());
        QVERIFY(has(nobody, "until the source is back"));
        const std::string semi = told({{"replication", std::string("semi_sync")}});
        QVERIFY2(has(semi, "| first commit waits | 10 s | 10 s | 10 s |") && has(semi, "none as long as"),
                 semi.c_str());
    }

    // Half of the round trip between the places, to the nearest member that may take over.
    void predictedLossIsWhatIsOnItsWay() {
        Design design = test::replicationSet(3);
        Domain region;
        region.id = DomainId("r");
        region.kind = "region";
        region.parameters["rtt_ms"] = 30.0;
        design.domains.append(region);
        for (int i = 1; i <= 3; ++i) {
            Domain zone;
            zone.id = DomainId("z" + std::to_string(i));
            zone.kind = "zone";
            zone.parent = region.id;
            design.domains.append(zone);
            Node member = *design.nodes.find("db" + std::to_string(i));
            member.domain = zone.id;
            design.nodes.replace(design.nodes.indexOf("db" + std::to_string(i)), std::move(member));
        }
        QVERIFY(says(filesOf(design), "the last 15 ms of writes"));
        test::changeSet(design, "topology", std::string("chain"));
        test::change(design, "db2", "promotion_rule", std::string("never"));
        QVERIFY(says(filesOf(design), "the last 30 ms of writes"));
    }

    void stepsAreNumbered() {
        for (const char* step :
             {"\n1. `./check.sh`", "\n2. On each machine", "\n5. `./status.sh`", "\n1. `./03-promote.sh`"})
            QVERIFY2(says(filesOf(test::replicationSet(2)), step), step);
    }

    // Who holds what by the last transaction of each server, "server number" a line: a source that was seeded
    // may know nothing of those that wrote before it.
    void whatOnlyOneMemberHolds_data() {
        QTest::addColumn<QString>("mine");
        QTest::addColumn<QString>("sources");
        QTest::addColumn<bool>("strictly");
        QTest::addColumn<bool>("afterSeeding");
        QTest::newRow("the same") << "1 9"
                                  << "1 9" << true << true;
        QTest::newRow("less") << "1 8"
                              << "1 9" << true << true;
        QTest::newRow("more") << "1 9"
                              << "1 8" << false << false;
        QTest::newRow("two sources before") << "1 9\n2 5"
                                            << "1 9\n2 5" << true << true;
        QTest::newRow("seeded from the second") << "1 9\n2 5"
                                                << "1 9" << false << true;
        QTest::newRow("seeded, and more") << "1 9\n2 10"
                                          << "1 9" << false << false;
        QTest::newRow("its own writes") << "1 9\n2 7"
                                        << "1 9\n2 5" << false << false;
    }
    void whatOnlyOneMemberHolds() {
        QFETCH(QString, mine);
        QFETCH(QString, sources);
        QFETCH(bool, strictly);
        QFETCH(bool, afterSeeding);
        QTemporaryDir folder;
        const QString where = test::writeAll(filesOf(test::replicationSet(2)), folder.path());
        QFile script(where + "/own.sh");
        QVERIFY(script.open(QIODevice::WriteOnly));
        script.write(". \"$(dirname -- \"$0\")/lib.sh\"; history() { printf '%b\\n' \"${!1}\"; }; own_of db1 "
                     "db2 ${MODE-}");
        script.close();
        const auto holds = [&](const char* mode) {
            return test::bash(script.fileName(), {},
                              {{"db1", mine.toStdString()}, {"db2", sources.toStdString()}, {"MODE", mode}})
                       .status == 0;
        };
        QCOMPARE(holds(""), strictly);
        QCOMPARE(holds("seeded"), afterSeeding);
    }

    // Who fails over has an account of its own, and its password is asked for; nobody else's is.
    void orchestratorHasAnAccount() {
        for (const char* manager : {"orchestrator", "manual", "mha", "none"}) {
            const std::vector<File> files =
                filesOf(test::replicationSet(2, {{"manager", std::string(manager)}}));
            const bool its = std::string(manager) == "orchestrator";
            QCOMPARE(says(files, "ORCHESTRATOR_PASSWORD"), its);
            QCOMPARE(test::fileNamed(files, "01-source.sql").bytes.find("TO `orchestrator`@`10.%`") !=
                         std::string::npos,
                     its);
            QTemporaryDir folder;
            const verify::Finished out =
                test::bash(test::writeAll(files, folder.path()) + "/01-source.sh", {"db1"},
                           {{"REPL_PASSWORD", "a"}, {"FAILOVER_PASSWORD", "b"}, {"SOCKET", "/nowhere"}});
            QCOMPARE(out.output.find("ORCHESTRATOR_PASSWORD is not set") != std::string::npos, its);
            QCOMPARE(out.status, its ? 2 : 3); // 3: no server answers here
        }
    }

    // A proxy that the design does not hold gets no account, and what to do about it is said.
    void proxiesThatAreNotThere_data() {
        QTest::addColumn<QString>("writers");
        QTest::addColumn<QString>("readers");
        QTest::addColumn<QString>("who");
        QTest::newRow("both") << "proxy"
                              << "proxy"
                              << "writers and readers find";
        QTest::newRow("readers") << "connector"
                                 << "proxy"
                                 << "that readers find";
        QTest::newRow("writers") << "proxy"
                                 << "dns"
                                 << "that writers find";
        QTest::newRow("nobody") << "connector"
                                << "connector"
                                << "";
    }
    void proxiesThatAreNotThere() {
        QFETCH(QString, writers);
        QFETCH(QString, readers);
        QFETCH(QString, who);
        Design design = test::replicationSet(
            2, {{"write_route", writers.toStdString()}, {"read_route", readers.toStdString()}});
        const auto hasAccount = [&] {
            return test::fileNamed(filesOf(design), "01-source.sql").bytes.find("haproxy_check") !=
                   std::string::npos;
        };
        QVERIFY(!hasAccount());
        const std::vector<File> files = filesOf(design);
        QCOMPARE(says(files, "by a proxy, and holds none"), !who.isEmpty());
        QVERIFY(says(files, qPrintable(who)));
        QCOMPARE(says(files, "by a proxy that checks every"), !who.isEmpty());

        Node balancer;
        balancer.id = NodeId("proxy");
        balancer.kind = "haproxy";
        design.nodes.append(balancer);
        Link link;
        link.id = LinkId("proxy-db");
        link.from = "proxy";
        link.to = "db";
        design.links.append(link);
        QVERIFY(hasAccount());
        QVERIFY(!says(filesOf(design), "and holds none"));
    }

    void unknownAddressesAreVariables() {
        Design design = test::replicationSet(2);
        test::deploy(design, "db2", "host", std::monostate());
        const std::vector<File> files = filesOf(design);
        QTemporaryDir folder;
        const QString where = test::writeAll(files, folder.path());
        const verify::Finished unset = test::bash(where + "/check.sh");
        QCOMPARE(unset.status, 2);
        QVERIFY2(unset.output.find("the address of db2 is not set") != std::string::npos,
                 unset.output.c_str());
        const auto withAddress = [&](const char* line) {
            QFile env(where + "/env");
            if (!env.open(QIODevice::WriteOnly)) qFatal("cannot write");
            env.write(line);
            env.close();
            return test::bash(where + "/check.sh");
        };
        QCOMPARE(withAddress("DB2_HOST='10.0.0.1;reboot'\n").status, 2);
        const verify::Finished good = withAddress("DB2_HOST=10.0.0.7\n");
        QVERIFY2(good.status == 0, good.output.c_str());
    }

    void checkScriptAsksMariadb() {
        QTemporaryDir folder;
        const QString where = test::writeAll(filesOf(test::replicationSet(2)), folder.path());
        const verify::Finished good = test::bash(where + "/check.sh");
        QVERIFY2(good.status == 0, good.output.c_str());
        QCOMPARE(good.output, std::string("db1.cnf: valid\ndb2.cnf: valid\n"));
        for (const char* line :
             {"no_such_option = 1\n", "slave_net_timeout = 0\n", "binlog_format = RAW\n"}) {
            QFile broken(where + "/db2.cnf");
            QVERIFY(broken.open(QIODevice::ReadWrite));
            const QByteArray before = broken.readAll();
            broken.write(line);
            broken.close();
            const verify::Finished bad = test::bash(where + "/check.sh");
            QVERIFY2(bad.status == 1, line);
            QVERIFY2(bad.output.find("db2.cnf: not valid") != std::string::npos, bad.output.c_str());
            QVERIFY(broken.open(QIODevice::WriteOnly));
            broken.write(before);
            broken.close();
        }
        QFile script(where + "/status.sh");
        QVERIFY(script.open(QIODevice::Append));
        script.write("if then\n");
        script.close();
        QCOMPARE(test::bash(where + "/check.sh").status, 1);
    }

    void applyIsDryUnlessTold() {
        QTemporaryDir folder;
        const QString where = test::writeAll(filesOf(test::replicationSet(2)), folder.path());
        QFile target(folder.filePath("live.cnf"));
        QVERIFY(target.open(QIODevice::WriteOnly));
        target.write("old\n");
        target.close();
        const test::Environment environment{{"TARGET", target.fileName().toStdString()},
                                            {"SOCKET", folder.filePath("none").toStdString()}};
        const verify::Finished dry = test::bash(where + "/apply.sh", {"db1"}, environment);
        QVERIFY2(dry.status == 0, dry.output.c_str());
        QVERIFY(dry.output.find("nothing was changed") != std::string::npos);
        QVERIFY(dry.output.find("-old") != std::string::npos);
        QCOMPARE(test::bash(where + "/apply.sh", {"db9"}, environment).status, 2);
        // Without its certificate the server would not start: nothing is installed.
        const verify::Finished bare = test::bash(where + "/apply.sh", {"db1", "--yes"}, environment);
        QCOMPARE(bare.status, 2);
        QVERIFY2(bare.output.find("ca.pem is missing") != std::string::npos, bare.output.c_str());
        QVERIFY(target.open(QIODevice::ReadOnly));
        QCOMPARE(target.readAll(), QByteArray("old\n"));
    }

    // A service manager of the test takes a configuration unless $BAD is in it.
    void applyPutsTheOldFileBack_data() {
        QTest::addColumn<QByteArray>("before");
        QTest::addColumn<QByteArray>("bad");
        QTest::addColumn<int>("status");
        QTest::addColumn<QByteArray>("says");
        QTest::newRow("taken") << QByteArray("old\n") << QByteArray("nowhere") << 0
                               << QByteArray("To roll back: cp ");
        QTest::newRow("taken, first")
            << QByteArray() << QByteArray("nowhere") << 0 << QByteArray("To undo: rm ");
        QTest::newRow("refused") << QByteArray("old\n") << QByteArray("server_id") << 1
                                 << QByteArray("is back and in use");
        QTest::newRow("refused, first")
            << QByteArray() << QByteArray("server_id") << 1 << QByteArray("is back and in use");
        QTest::newRow("both refused") << QByteArray("old\n") << QByteArray("server_id\\|old") << 1
                                      << QByteArray("does not start with that either");
    }
    void applyPutsTheOldFileBack() {
        QFETCH(QByteArray, before);
        QFETCH(QByteArray, bad);
        QFETCH(int, status);
        QFETCH(QByteArray, says);
        QTemporaryDir folder;
        const mysql::Paths paths{folder.filePath("tls").toStdString()};
        const auto files = mysql::exportFolders(test::replicationSet(2), paths);
        QVERIFY(files.ok());
        const QString where = test::writeAll(*files, folder.path());
        const auto put = [&](const char* name, const QByteArray& bytes) { putFile(folder, name, bytes); };
        for (const char* name : {"tls/ca.pem", "tls/server.pem", "tls/server.key"})
            put(name, "x");
        put("bin/systemctl", "#!/bin/sh\n[ \"$1\" = is-active ] || ! grep -qs \"$BAD\" \"$TARGET\"\n");
        if (!before.isEmpty()) put("live.cnf", before);
        const verify::Finished done =
            test::bash(where + "/apply.sh", {"db1", "--yes"},
                       {{"TARGET", folder.filePath("live.cnf").toStdString()},
                        {"SOCKET", folder.filePath("none").toStdString()},
                        {"PATH", folder.filePath("bin").toStdString() + ":" + qgetenv("PATH").toStdString()},
                        {"BAD", bad.toStdString()}});
        QVERIFY2(done.status == status, done.output.c_str());
        QVERIFY2(done.output.find(says.toStdString()) != std::string::npos, done.output.c_str());
        QFile live(folder.filePath("live.cnf"));
        QCOMPARE(live.exists(), status == 0 || !before.isEmpty());
        if (live.open(QIODevice::ReadOnly)) {
            const QByteArray now = live.readAll();
            QCOMPARE(now.contains("server_id = 1"), status == 0);
            if (status != 0) QCOMPARE(now, before);
        }
        QCOMPARE(QDir(folder.path()).entryList({"live.cnf.before-*"}).size(), before.isEmpty() ? 0 : 1);
        QCOMPARE(QDir(folder.path()).entryList({"live.cnf.new"}).size(), 0);
    }

    // A second run restarts nothing and keeps nothing; after the file was put there by hand the server has
    // yet to read it.
    void applyAgainChangesNothing() {
        QTemporaryDir folder;
        const mysql::Paths paths{folder.filePath("tls").toStdString()};
        const auto files = mysql::exportFolders(test::replicationSet(2), paths);
        QVERIFY(files.ok());
        const QString where = test::writeAll(*files, folder.path());
        const auto put = [&](const char* name, const QByteArray& bytes) { putFile(folder, name, bytes); };
        for (const char* name : {"tls/ca.pem", "tls/server.pem", "tls/server.key", "socket"})
            put(name, "x");
        put("bin/systemctl", "#!/bin/sh\n[ \"$1\" != restart ] || touch \"$SOCKET\" \"$SOCKET.restarted\"\n");
        put("bin/mariadb", "#!/bin/sh\nprintf '1\\t1\\t1\\n'\n");
        QVERIFY(QFile::copy(where + "/db1.cnf", folder.filePath("live.cnf")));
        const auto apply = [&] {
            return test::bash(
                where + "/apply.sh", {"db1", "--yes", "--restart-source"},
                {{"TARGET", folder.filePath("live.cnf").toStdString()},
                 {"SOCKET", folder.filePath("socket").toStdString()},
                 {"PATH", folder.filePath("bin").toStdString() + ":" + qgetenv("PATH").toStdString()}});
        };
        const auto aged = [&](const char* name, int seconds) {
            QFile file(folder.filePath(name));
            return file.open(QIODevice::ReadWrite) &&
                   file.setFileTime(QDateTime::currentDateTime().addSecs(-seconds),
                                    QFileDevice::FileModificationTime);
        };
        QVERIFY(aged("live.cnf", 60) && aged("socket", 30));
        verify::Finished done = apply();
        QVERIFY2(done.status == 0, done.output.c_str());
        QVERIFY2(done.output.find("it is installed already and nothing was changed") != std::string::npos,
                 done.output.c_str());
        QVERIFY(!QFile::exists(folder.filePath("socket.restarted")));
        QCOMPARE(QDir(folder.path()).entryList({"live.cnf.before-*"}).size(), 0);
        QVERIFY(aged("live.cnf", 60) && aged("socket", 90));
        done = apply();
        QVERIFY2(done.status == 0, done.output.c_str());
        QVERIFY(QFile::exists(folder.filePath("socket.restarted")));
    }

    // As those who commit them to a repository of theirs look at them.
    void scriptsAreClean_data() {
        QTest::addColumn<QString>("flavour");
        QTest::addColumn<QString>("replication");
        QTest::newRow("MariaDB") << "mariadb_10_11"
                                 << "semi_sync";
        QTest::newRow("MySQL group") << "mysql_8_4"
                                     << "group";
    }
    void scriptsAreClean() {
        QFETCH(QString, flavour);
        QFETCH(QString, replication);
        QTemporaryDir folder;
        const std::vector<File> files =
            filesOf(test::replicationSet(3, {{"flavour", flavour.toStdString()},
                                             {"replication", replication.toStdString()},
                                             {"manager", std::string("manual")}}));
        for (const File& file : files) // bash counts them by the clock, which may be set
            QVERIFY2(file.bytes.find("SECONDS") == std::string::npos || !file.path.ends_with(".sh"),
                     file.path.c_str());
        const QString where = test::writeAll(files, folder.path());
        if (QStandardPaths::findExecutable("shellcheck").isEmpty()) QSKIP("shellcheck is missing");
        const auto out = verify::runProcess({"/bin/bash",
                                             {"-c", "cd \"$0\" && shellcheck -x *.sh", where.toStdString()},
                                             {},
                                             Duration::seconds(100)});
        QVERIFY(out.ok());
        QVERIFY2(out->status == 0, out->output.c_str());
    }

    // Passwords come at run time, from the environment or a file; without one nothing starts.
    void secretsAreAskedFor() {
        QTemporaryDir folder;
        const std::vector<File> files = filesOf(test::replicationSet(2));
        const QString where = test::writeAll(files, folder.path());
        for (const char* script : {"/01-source.sh", "/02-replica.sh", "/04-reopen.sh", "/05-rejoin.sh"}) {
            const verify::Finished out = test::bash(where + script, {"db2"});
            QCOMPARE(out.status, 2);
            QVERIFY2(out.output.find("PASSWORD is not set") != std::string::npos, out.output.c_str());
        }
        QCOMPARE(test::bash(where + "/03-promote.sh").status, 2);
        QCOMPARE(test::bash(where + "/status.sh").status, 2);
        for (const File& file : files) {
            QVERIFY2(file.bytes.find("IDENTIFIED BY '") == std::string::npos, file.path.c_str());
            QVERIFY2(file.bytes.find("--password") == std::string::npos, file.path.c_str());
        }
    }
};

ALWAYSON_TEST_MAIN(TestMysqlFolder, test_mysql_folder)
#include "test_mysql_folder.moc"

// Each server gets its own words and none of another's: word lists over every file of an export, for
// MariaDB, MySQL 5.7, 8.0 and 8.4. Sources: the manuals, and MySQL 9.7, which refuses what 8.4 has dropped.
#include "exporters/mysql/folder.h"
#include "exporters/mysql/option_file.h"
#include "tests/exporters/mysql/mysql_support.h"
#include "tests/support/test_support.h"

using namespace alwayson;
using namespace alwayson::exporters;

namespace {

constexpr const char* kFlavours[] = {"mariadb_10_11", "mysql_5_7", "mysql_8_0", "mysql_8_4"};

const QStringList kOfMariadb{
    "MariaDB",          "mariadb",           "gtid_strict_mode",       "gtid_slave_pos",
    "gtid_binlog_pos",  "EXECUTE IMMEDIATE", "MASTER_DEMOTE",          "MASTER_USE_GTID",
    "MASTER_GTID_WAIT", "READ_ONLY ADMIN",   "slave_parallel_threads", "init_rpl_role"};
const QStringList kOfMysql{"super_read_only", "gtid_mode",
                           "enforce_gtid",    "GTID_SUBSET",
                           "AUTO_POSITION",   "mysqldump",
                           "MySQL itself",    "ssl-mode",
                           "plugin_load_add", "performance_schema.replication_connection_status"};
const QStringList kOld{"CHANGE MASTER",
                       "START SLAVE",
                       "STOP SLAVE",
                       "RESET SLAVE",
                       "SHOW SLAVE",
                       "MASTER_HOST",
                       "MASTER_AUTO",
                       "semisync_master",
                       "rpl_semi_sync_slave",
                       "rpl_semi_sync_master",
                       "slave_net_timeout",
                       "slave_parallel",
                       "log_slave_updates",
                       "skip_slave_start",
                       "expire_logs_days",
                       "info_repository",
                       "mysql_native_password",
                       "binlog_format",
                       "replica_word=SLAVE",
                       "SUPER"};
const QStringList kNew{"CHANGE REPLICATION",
                       "START REPLICA",
                       "STOP REPLICA",
                       "RESET REPLICA",
                       "SHOW REPLICAS",
                       "SOURCE_HOST",
                       "SOURCE_AUTO",
                       "semisync_source",
                       "rpl_semi_sync_replica",
                       "rpl_semi_sync_source",
                       "replica_net_timeout",
                       "replica_parallel",
                       "log_replica_updates",
                       "skip_replica_start",
                       "binlog_expire_logs_seconds",
                       "caching_sha2_password",
                       "SYSTEM_VARIABLES_ADMIN",
                       "validate-config",
                       "mysqlx",
                       "TLSv1.3",
                       "replica_word=REPLICA"};

struct Words {
    QStringList needed, forbidden;
};

Words wordsOf(const QString& flavour) {
    if (flavour == "mysql_5_7")
        return {kOfMysql + kOld, kOfMariadb + kNew + QStringList{"RESET BINARY LOGS"}};
    if (flavour == "mysql_8_0")
        return {kOfMysql + kNew + QStringList{"RESET MASTER"},
                kOfMariadb + kOld + QStringList{"RESET BINARY LOGS"}};
    if (flavour == "mysql_8_4")
        return {kOfMysql + kNew + QStringList{"RESET BINARY LOGS AND GTIDS"},
                kOfMariadb + kOld + QStringList{"RESET MASTER"}};
    return {kOfMariadb + QStringList{"CHANGE MASTER", "rpl_semi_sync_master"},
            kOfMysql + QStringList{"CHANGE REPLICATION", "SOURCE_HOST", "rpl_semi_sync_source", "replica_net",
                                   "caching_sha2", "SYSTEM_VARIABLES_ADMIN", "--validate-config"}};
}

Design designFor(const QString& flavour) {
    Design design = test::replicationSet(
        3, {{"flavour", flavour.toStdString()}, {"replication", std::string("semi_sync")}});
    test::change(design, "db2", "applier_speed", 4.0);
    return design;
}

std::vector<File> filesOf(const Design& design) {
    auto files = mysql::exportFolders(design);
    if (!files) qFatal("%s", describe(files.error()).c_str());
    return std::move(files).value();
}

std::string settingOf(const std::vector<File>& files, const char* name) {
    const auto file = mysql::parseOptionFile(test::fileNamed(files, "db2.cnf").bytes);
    if (!file) qFatal("no option file");
    const mysql::Setting* found = file->sections.front().find(name);
    return found ? found->value : "unset";
}

} // namespace

class TestMysqlDialects : public QObject {
    Q_OBJECT

private slots:
    void words_data() {
        QTest::addColumn<QString>("flavour");
        for (const char* flavour : kFlavours)
            QTest::newRow(flavour) << QString(flavour);
    }
    void words() {
        QFETCH(QString, flavour);
        QString all;
        for (const File& file : filesOf(designFor(flavour))) {
            const QString text = QString::fromStdString(file.bytes);
            for (const QString& word : wordsOf(flavour).forbidden)
                QVERIFY2(!text.contains(word), qPrintable(word + " in " + file.path.c_str()));
            all += text;
        }
        for (const QString& word : wordsOf(flavour).needed)
            QVERIFY2(all.contains(word), qPrintable(word));
    }

    void valuesAreTheDesigns() {
        Design design = designFor("mysql_8_4");
        test::changeSet(design, "semisync_timeout_ms", 2500.0);
        test::changeSet(design, "semisync_acks", 2.0);
        test::changeSet(design, "semisync_wait_point", std::string("after_commit"));
        test::change(design, "db2", "net_timeout_s", 9.0);
        std::vector<File> files = filesOf(design);
        QCOMPARE(settingOf(files, "replica_net_timeout"), std::string("9"));
        QCOMPARE(settingOf(files, "replica_parallel_workers"), std::string("4"));
        QCOMPARE(settingOf(files, "rpl_semi_sync_source_timeout"), std::string("2500"));
        QCOMPARE(settingOf(files, "rpl_semi_sync_source_wait_for_replica_count"), std::string("2"));
        QCOMPARE(settingOf(files, "rpl_semi_sync_source_wait_point"), std::string("AFTER_COMMIT"));
        QCOMPARE(settingOf(files, "super_read_only"), std::string("ON"));
        test::changeSet(design, "flavour", std::string("mysql_5_7"));
        files = filesOf(design);
        QCOMPARE(settingOf(files, "slave_net_timeout"), std::string("9"));
        QCOMPARE(settingOf(files, "rpl_semi_sync_master_wait_for_slave_count"), std::string("2"));
        QCOMPARE(settingOf(files, "tls_version"), std::string("TLSv1.2"));
        QVERIFY(test::fileNamed(files, "README.md").bytes.find("MySQL 5.7 (5.7.8 or later)") !=
                std::string::npos);
        test::changeSet(design, "replication", std::string("async"));
        files = filesOf(design);
        for (const File& file : files)
            QVERIFY2(file.bytes.find("rpl_semi_sync_master_enabled") == std::string::npos, file.path.c_str());
    }

    void groups() {
        Design design = designFor("mysql_8_4");
        test::changeSet(design, "replication", std::string("group"));
        test::changeSet(design, "gr_expel_timeout_s", 7.0);
        test::changeSet(design, "gr_unreachable_majority_timeout_s", 30.0);
        test::change(design, "db2", "promotion_rule", std::string("prefer"));
        const std::vector<File> files = filesOf(design);
        const auto option = [&](const char* name) {
            return settingOf(files, (std::string("loose_group_replication_") + name).c_str());
        };
        QCOMPARE(option("member_expel_timeout"), std::string("7"));
        QCOMPARE(option("unreachable_majority_timeout"), std::string("30"));
        QCOMPARE(option("member_weight"), std::string("80"));
        QCOMPARE(option("local_address"), std::string("10.0.2.12:33061"));
        QCOMPARE(option("group_seeds"), std::string("10.0.2.11:33061,10.0.2.12:33061,10.0.2.13:33061"));
        QCOMPARE(option("ip_allowlist"), std::string("10.0.2.11,10.0.2.12,10.0.2.13"));
        QCOMPARE(option("single_primary_mode"), std::string("ON"));
        QVERIFY(option("group_name").size() == 36);
        const std::string& readme = test::fileNamed(files, "README.md").bytes;
        QVERIFY(readme.find("| failover | the group elects another source by itself |") != std::string::npos);
        for (const char* untrue : {"by hand |", "follow the source |", "SOURCE_CONNECT_RETRY"})
            QVERIFY2(readme.find(untrue) == std::string::npos, untrue);
        QCOMPARE(settingOf(files, "rpl_semi_sync_source_enabled"), std::string("unset"));
        // Another set of the design is another group; the same one stays it.
        Design renamed = design;
        renamed.name = "Another";
        QVERIFY(settingOf(filesOf(renamed), "loose_group_replication_group_name") != option("group_name"));
        QCOMPARE(settingOf(filesOf(design), "loose_group_replication_group_name"), option("group_name"));
        const std::string& first = test::fileNamed(files, "01-source.sql").bytes;
        QVERIFY(first.find("START GROUP_REPLICATION;") != std::string::npos);
        QVERIFY(first.find("SET PERSIST group_replication_start_on_boot = ON") != std::string::npos);
        const std::string& join = test::fileNamed(files, "02-replica.sql").bytes;
        QVERIFY(join.find("bootstrap") == std::string::npos);
        const std::string& library = test::fileNamed(files, "lib.sh").bytes;
        QCOMPARE(library.find("\nsurvey() {"), library.rfind("\nsurvey() {"));
        QVERIFY(test::fileNamed(files, "README.md").bytes.find("elects another one by itself") !=
                std::string::npos);
        for (const File& file : files)
            for (const QString& word : kOfMariadb + kOld)
                QVERIFY2(!QString::fromStdString(file.bytes).contains(word),
                         qPrintable(word + " in " + file.path.c_str()));
        test::changeSet(design, "rejoin", std::string("manual"));
        QVERIFY(test::fileNamed(filesOf(design), "01-source.sql").bytes.find("start_on_boot") ==
                std::string::npos);
        // Two members on one machine keep apart by their ports.
        test::deploy(design, "db2", "port", 3307.0);
        QCOMPARE(settingOf(filesOf(design), "loose_group_replication_local_address"),
                 std::string("10.0.2.12:33071"));
    }

    // In a chain one replica alone receives from the source.
    void acknowledgementsInAChain() {
        const auto codeOf = [](const Design& one) {
            const auto files = mysql::exportFolders(one);
            return QString::fromStdString(files.ok() ? "ok" : files.error().code);
        };
        Design design = designFor("mysql_8_4");
        test::changeSet(design, "semisync_acks", 2.0);
        QCOMPARE(codeOf(design), QString("ok"));
        test::changeSet(design, "topology", std::string("chain"));
        QCOMPARE(codeOf(design), QString("export.mysql_acks"));
        test::changeSet(design, "semisync_acks", 1.0);
        QCOMPARE(codeOf(design), QString("ok"));
    }

    void groupsThatCannotBeWritten() {
        const auto codeOf = [](const Design& design) {
            const auto files = mysql::exportFolders(design);
            return files ? QString("ok") : QString::fromStdString(files.error().code);
        };
        for (const char* flavour : {"mariadb_10_11", "mysql_5_7"}) {
            Design design = designFor(flavour);
            test::changeSet(design, "replication", std::string("group"));
            QCOMPARE(codeOf(design), QString("export.mysql_group_replication"));
        }
        Design design = designFor("mysql_8_0");
        test::changeSet(design, "replication", std::string("group"));
        QCOMPARE(codeOf(design), QString("ok"));
        test::deploy(design, "db3", "host", std::monostate());
        QCOMPARE(codeOf(design), QString("export.mysql_group_address"));
    }

    // What only a MySQL can check is not given to a MariaDB.
    void nobodyElseIsAsked() {
        for (const File& file : filesOf(designFor("mysql_8_0")))
            QVERIFY2(!file.checkable, file.path.c_str());
    }

    // bash takes every script of every dialect.
    void scriptsAreValid_data() { words_data(); }
    void scriptsAreValid() {
        QFETCH(QString, flavour);
        QTemporaryDir folder;
        const QString where = test::writeAll(filesOf(designFor(flavour)), folder.path());
        for (const QString& name : QDir(where).entryList({"*.sh"})) {
            QProcess bash;
            bash.setProcessChannelMode(QProcess::MergedChannels);
            bash.start("bash", {"-n", where + '/' + name});
            QVERIFY(bash.waitForFinished(20000));
            QVERIFY2(bash.exitCode() == 0, bash.readAll().constData());
        }
    }

    void countingTransactions() {
        QTemporaryDir folder;
        const QString where = test::writeAll(filesOf(designFor("mysql_8_4")), folder.path());
        const auto count = [&](const char* set) {
            QFile script(where + "/count.sh");
            if (!script.open(QIODevice::WriteOnly)) qFatal("cannot write");
            script.write(". \"$(dirname -- \"$0\")/lib.sh\"; number_of \"$1\"");
            script.close();
            return test::bash(script.fileName(), {set}).output;
        };
        QCOMPARE(count(""), std::string("0"));
        QCOMPARE(count("3e11fa47-71ca-11e1-9e33-c80aa9429562:1-5"), std::string("5"));
        QCOMPARE(count("3e11fa47-71ca-11e1-9e33-c80aa9429562:1-5:7,4e11fa47-71ca-11e1-9e33-c80aa9429562:9"),
                 std::string("7"));
        QCOMPARE(count("3e11fa47-71ca-11e1-9e33-c80aa9429562:blue:2-3:green:1"), std::string("3"));
    }

    // Texts of the design get into no statement, script or setting as they are.
    void hostileNames() {
        for (const char* flavour : {"mysql_5_7", "mysql_8_4"})
            for (const std::string& text : test::hostileTexts()) {
                Design design = designFor(flavour);
                Group group = design.groups.at(0);
                group.name = text;
                design.groups.replace(0, group);
                Node member = design.nodes.at(0);
                member.name = text;
                design.nodes.replace(0, member);
                const auto files = mysql::exportFolders(design);
                QVERIFY(files.ok());
                const std::string& sql = test::fileNamed(*files, "01-source.sql").bytes;
                QVERIFY(sql.starts_with("-- "));
                // Only the first line is a comment with the name in it.
                const std::vector<File> plain = filesOf(designFor(flavour));
                const std::string& same = test::fileNamed(plain, "01-source.sql").bytes;
                QCOMPARE(sql.substr(sql.find("\n-- MySQL")), same.substr(same.find("\n-- MySQL")));
                QCOMPARE(settingOf(*files, "super_read_only"), std::string("ON"));
                QCOMPARE(test::fileNamed(*files, "lib.sh").bytes, test::fileNamed(plain, "lib.sh").bytes);
            }
    }
};

ALWAYSON_TEST_MAIN(TestMysqlDialects, test_mysql_dialects)
#include "test_mysql_dialects.moc"

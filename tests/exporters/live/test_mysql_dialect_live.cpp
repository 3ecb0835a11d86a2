// The exported runbook on two real MySQL servers on loopback, in the dialect of their version: set up with
// TLS, semi-synchronous; the source is killed, the replica promoted, the old source rejoins, a planned change
// goes back, a replica is seeded. Skipped where no MySQL is installed (MariaDB is no MySQL): the folder with
// mysqld, mysql and mysqldump is named in ALWAYSON_MYSQL_BIN, or they are on the PATH.
#include "exporters/mysql/folder.h"
#include "tests/exporters/live/mysql_runbook.h"
#include "tests/support/free_port.h"
#include "tests/support/test_support.h"

#include <signal.h>

using namespace alwayson;
using namespace alwayson::exporters;

namespace {

QString programs() {
    return qEnvironmentVariable("ALWAYSON_MYSQL_BIN");
}

QString program(const char* name) {
    return programs().isEmpty() ? QString(name) : programs() + '/' + name;
}

// "mysql_8_4" for 8.4 and later; "" without a MySQL.
std::string installedFlavour() {
    QProcess version;
    version.start(program("mysqld"), {"--version"});
    if (!version.waitForFinished(20000)) return {};
    const QString said = version.readAllStandardOutput();
    const int at = said.indexOf("Ver ");
    if (at < 0 || said.contains("MariaDB")) return {};
    const QString number = said.mid(at + 4);
    return number.startsWith("5.7") ? "mysql_5_7" : number.startsWith("8.0") ? "mysql_8_0" : "mysql_8_4";
}

class Server {
public:
    Server(QString folder, QString optionFile)
        : m_folder(std::move(folder)), m_optionFile(std::move(optionFile)) {
        QDir().mkpath(m_folder);
    }
    ~Server() { kill(); }
    bool makeData() {
        QProcess install;
        install.start(program("mysqld"), QStringList{"--no-defaults", "--initialize-insecure",
                                                     "--datadir=" + data(), "--innodb-redo-log-capacity=8M"} +
                                             account());
        return install.waitForFinished(120000) && install.exitCode() == 0;
    }
    bool start() {
        m_process.setProcessChannelMode(QProcess::MergedChannels);
        m_process.setStandardOutputFile(m_folder + "/log", QIODevice::Append);
        m_process.start(program("mysqld"),
                        QStringList{"--defaults-file=" + m_optionFile, "--datadir=" + data(),
                                    "--socket=" + socketPath(), "--pid-file=" + m_folder + "/pid",
                                    "--tmpdir=" + m_folder, "--innodb-buffer-pool-size=32M"} +
                            account());
        return QTest::qWaitFor([this] { return ask("SELECT 1") == "1"; }, 60000);
    }
    void kill() {
        if (m_process.state() == QProcess::NotRunning) return;
        m_process.kill();
        m_process.waitForFinished(10000);
    }
    QByteArray ask(const QByteArray& statements) const {
        QProcess client;
        client.start(program("mysql"), {"--no-defaults", "--protocol=socket", "--socket=" + socketPath(),
                                        "--user=root", "--batch", "--raw", "--skip-column-names"});
        client.write(statements + ";\n");
        client.closeWriteChannel();
        if (!client.waitForFinished(60000) || client.exitCode() != 0)
            return "error: " + client.readAllStandardError();
        return client.readAllStandardOutput().trimmed();
    }
    QString socketPath() const { return m_folder + "/s"; }
    QByteArray log() const {
        QFile file(m_folder + "/log");
        return file.open(QIODevice::ReadOnly) ? file.readAll().right(4000) : QByteArray("no log");
    }

private:
    static QStringList account() { return geteuid() == 0 ? QStringList{"--user=root"} : QStringList(); }
    QString data() const { return m_folder + "/data"; }
    QString m_folder, m_optionFile;
    QProcess m_process;
};

} // namespace

class TestMysqlDialectLive : public QObject {
    Q_OBJECT

    std::unique_ptr<QTemporaryDir> m_folder;
    std::vector<std::unique_ptr<Server>> m_servers;
    std::vector<int> m_ports;
    test::Runbook m_runbook;

    QString path(const QString& name) const { return m_folder->filePath(name); }

    verify::Finished script(const QString& name, const std::vector<std::string>& arguments = {},
                            int server = -1) {
        return m_runbook.run(name, arguments, server < 0 ? QString() : m_servers[server]->socketPath());
    }
    void runs(const QString& name, const std::vector<std::string>& arguments = {}, int server = -1) {
        const std::string fault =
            m_runbook.fault(name, arguments, server < 0 ? QString() : m_servers[server]->socketPath());
        QVERIFY2(fault.empty(), fault.c_str());
    }
    QByteArray rowsOf(int server) const {
        return m_servers[server]->ask("SELECT GROUP_CONCAT(id ORDER BY id) FROM shop.orders");
    }
    void setUp(int members, Parameters parameters) {
        m_folder = std::make_unique<QTemporaryDir>();
        const std::string fault = test::makeCertificates(path("tls"));
        QVERIFY2(fault.empty(), fault.c_str());
        Design design = test::replicationSet(members, std::move(parameters));
        for (int i = 1; i <= members; ++i) {
            const std::string member = "db" + std::to_string(i);
            test::deploy(design, member, "host", std::string("127.0.0.1"));
            m_ports.push_back(test::freePort());
            test::deploy(design, member, "port", double(m_ports.back()));
            test::change(design, member, "applier_speed", 2.0);
        }
        const auto files = mysql::exportFolders(design, {path("tls").toStdString()});
        QVERIFY2(files.ok(), files ? "" : files.error().message.c_str());
        m_runbook.folder = test::writeAll(*files, path("export"));
        m_runbook.environment = test::passwords();
        if (!programs().isEmpty())
            m_runbook.environment.emplace_back(
                "PATH", (programs() + ':' + qEnvironmentVariable("PATH")).toStdString());
        runs("check.sh");
        for (int i = 0; i < members; ++i) {
            m_servers.push_back(std::make_unique<Server>(path(QString("server%1").arg(i + 1)),
                                                         m_runbook.folder + QString("/db%1.cnf").arg(i + 1)));
            QVERIFY(m_servers[i]->makeData());
            QVERIFY2(m_servers[i]->start(), m_servers[i]->log().constData());
        }
        runs("01-source.sh", {"db1"}, 0);
        for (int i = 1; i < members; ++i)
            runs("02-replica.sh", {"db" + std::to_string(i + 1), "--empty"}, i);
        runs("status.sh");
        QCOMPARE(
            m_servers[0]->ask("CREATE DATABASE shop; CREATE TABLE shop.orders (id INT PRIMARY KEY); INSERT "
                              "INTO shop.orders VALUES (1), (2)"),
            QByteArray());
        QTRY_COMPARE_WITH_TIMEOUT(rowsOf(1), QByteArray("1,2"), 20000);
    }

    // What orchestrator asks a replica and does to it when it fails over; it reads no data and makes no
    // accounts.
    void orchestratorMayDoItsWork(const std::string& flavour) {
        const auto says = [&](const char* statements) {
            return test::asOrchestrator("mysql", "--ssl-mode=VERIFY_IDENTITY", m_ports[1], path("tls/ca.pem"),
                                        statements, {m_runbook.environment.back()});
        };
        const bool newest = flavour == "mysql_8_4";
        QCOMPARE(
            says(newest ? "SHOW REPLICA STATUS; SHOW BINARY LOG STATUS; SHOW REPLICAS; STOP REPLICA; RESET "
                          "REPLICA; CHANGE REPLICATION SOURCE TO SOURCE_CONNECT_RETRY=1; SET GLOBAL "
                          "rpl_semi_sync_replica_enabled = ON"
                        : "SHOW SLAVE STATUS; SHOW MASTER STATUS; SHOW SLAVE HOSTS; STOP SLAVE; RESET SLAVE; "
                          "CHANGE MASTER TO MASTER_CONNECT_RETRY=1"),
            std::string());
        QCOMPARE(says("SHOW BINARY LOGS; SHOW PROCESSLIST; SELECT * FROM mysql.slave_master_info; SET GLOBAL "
                      "super_read_only = OFF; SET GLOBAL super_read_only = ON"),
                 std::string());
        QCOMPARE(says(newest ? "START REPLICA" : "START SLAVE"), std::string());
        QVERIFY(says("SELECT * FROM shop.orders").find("denied") != std::string::npos);
        QVERIFY(says("CREATE USER x").find("denied") != std::string::npos);
        QTRY_COMPARE_WITH_TIMEOUT(script("status.sh").status, 0, 20000);
    }

private slots:
    void cleanup() {
        m_servers.clear();
        m_ports.clear();
        m_folder.reset();
    }

    void theRunbook() {
        const std::string flavour = installedFlavour();
        if (flavour.empty()) QSKIP("no MySQL is installed here");
        setUp(2, {{"replication", std::string("semi_sync")},
                  {"semisync_timeout_ms", 1000.0},
                  {"flavour", flavour},
                  {"user_network", std::string("127.0.0.%")}});
        if (QTest::currentTestFailed()) return;
        orchestratorMayDoItsWork(flavour);
        if (QTest::currentTestFailed()) return;
        QCOMPARE(script("03-promote.sh", {"--yes"}).status, 3); // the source works
        QVERIFY(m_servers[1]->ask("INSERT INTO shop.orders VALUES (9)").startsWith("error"));
        m_servers[0]->kill();
        runs("03-promote.sh", {"--yes"});
        QCOMPARE(m_servers[1]->ask("INSERT INTO shop.orders VALUES (3)"), QByteArray());

        // The old source comes back read-only and follows; then a planned change back, without loss.
        QVERIFY2(m_servers[0]->start(), m_servers[0]->log().constData());
        QCOMPARE(m_servers[0]->ask("SELECT @@GLOBAL.super_read_only"), QByteArray("1"));
        QCOMPARE(script("04-reopen.sh", {"db1"}).status, 3);
        runs("05-rejoin.sh", {"db1"});
        QCOMPARE(rowsOf(0), QByteArray("1,2,3"));
        runs("status.sh");
        runs("03-promote.sh", {"--planned", "--to", "db1", "--yes"});
        runs("status.sh");
        QCOMPARE(m_servers[0]->ask("INSERT INTO shop.orders VALUES (4)"), QByteArray());
        QTRY_COMPARE_WITH_TIMEOUT(rowsOf(1), QByteArray("1,2,3,4"), 20000);

        // Writes of its own are not thrown away in silence.
        QCOMPARE(m_servers[1]->ask("STOP " + QByteArray(flavour == "mysql_5_7" ? "SLAVE" : "REPLICA") +
                                   " IO_THREAD"),
                 QByteArray());
        QCOMPARE(m_servers[0]->ask("INSERT INTO shop.orders VALUES (5)"), QByteArray());
        m_servers[0]->kill();
        runs("03-promote.sh", {"--yes"});
        QVERIFY2(m_servers[0]->start(), m_servers[0]->log().constData());
        const verify::Finished own = script("05-rejoin.sh", {"db1"});
        QVERIFY2(own.status == 4, own.output.c_str());
        QCOMPARE(rowsOf(0), QByteArray("1,2,3,4,5"));

        // It is seeded anew from the new source.
        const auto seed = [&](const char* what, int server) {
            test::Environment environment{{"SOCKET", m_servers[server]->socketPath().toStdString()}};
            environment.emplace_back("PATH", (programs() + ':' + qEnvironmentVariable("PATH")).toStdString());
            return test::bash(m_runbook.folder + "/seed.sh", {what, path("copy").toStdString()}, environment);
        };
        const verify::Finished taken = seed("backup", 1);
        QVERIFY2(taken.status == 0, taken.output.c_str());
        QCOMPARE(seed("restore", 0).status, 3); // it holds tables
        QCOMPARE(m_servers[0]->ask("SET GLOBAL super_read_only = OFF; DROP DATABASE shop"), QByteArray());
        const verify::Finished restored = seed("restore", 0);
        QVERIFY2(restored.status == 0, restored.output.c_str());
        runs("02-replica.sh", {"db1", "--seeded", "--from", "db2"}, 0);
        QCOMPARE(m_servers[1]->ask("INSERT INTO shop.orders VALUES (6)"), QByteArray());
        QTRY_COMPARE_WITH_TIMEOUT(rowsOf(0), rowsOf(1), 20000);
        runs("status.sh");

        // The password is in no file but MySQL's own table of how to log in.
        for (auto& server : m_servers)
            server->kill();
        QCOMPARE(test::filesWithCanary(m_folder->path(),
                                       "/mysql.ibd$|/#innodb_redo/|/undo_|/ibdata1$|\\.dblwr$|"
                                       "slave_master_info"),
                 std::string());
    }

    void theRunbookOfAGroup() {
        if (qEnvironmentVariableIntValue("ALWAYSON_LONG") == 0) QSKIP("two minutes: ALWAYSON_LONG=1");
        const std::string flavour = installedFlavour();
        if (flavour.empty() || flavour == "mysql_5_7") QSKIP("no MySQL 8.0 or later is installed here");
        setUp(3, {{"replication", std::string("group")},
                  {"manager", std::string("group")},
                  {"flavour", flavour},
                  {"gr_expel_timeout_s", 1.0},
                  {"user_network", std::string("127.0.0.%")}});
        if (QTest::currentTestFailed()) return;
        QVERIFY(m_servers[1]->ask("INSERT INTO shop.orders VALUES (9)").startsWith("error"));
        runs("03-promote.sh", {"--to", "db2", "--yes"});
        QCOMPARE(m_servers[1]->ask("INSERT INTO shop.orders VALUES (3)"), QByteArray());
        QTRY_VERIFY_WITH_TIMEOUT(script("status.sh").status == 0, 20000);

        // The source is lost: the group elects another one.
        m_servers[1]->kill();
        const auto writes = [&](int server) {
            return m_servers[server]->ask("INSERT IGNORE INTO shop.orders VALUES (4)").isEmpty();
        };
        QTRY_VERIFY_WITH_TIMEOUT(writes(0) || writes(2), 60000);
        QCOMPARE(script("04-reopen.sh", {"db1"}).status, 3); // members are online
        // The old one comes back, read-only, and joins by itself or by the script.
        QVERIFY2(m_servers[1]->start(), m_servers[1]->log().constData());
        QTRY_VERIFY_WITH_TIMEOUT(script("05-rejoin.sh", {"db2"}).status == 0, 60000);
        QTRY_COMPARE_WITH_TIMEOUT(rowsOf(1), QByteArray("1,2,3,4"), 20000);
        runs("status.sh");

        // All are down: the group is formed again from a member that holds everything.
        for (auto& server : m_servers)
            server->kill();
        for (auto& server : m_servers)
            QVERIFY2(server->start(), server->log().constData());
        QCOMPARE(script("05-rejoin.sh", {"db2"}).status, 3);
        // Once: a second call would refuse. It waits until the members have given up joining by themselves.
        runs("04-reopen.sh", {"db3"});
        for (const char* member : {"db1", "db2"})
            QTRY_VERIFY_WITH_TIMEOUT(script("05-rejoin.sh", {member}).status == 0, 60000);
        runs("status.sh");
        QCOMPARE(m_servers[2]->ask("INSERT INTO shop.orders VALUES (5)"), QByteArray());
        QTRY_COMPARE_WITH_TIMEOUT(rowsOf(0), QByteArray("1,2,3,4,5"), 20000);

        // Two of three are gone: the last one waits for a majority, is stopped and forms the group alone.
        m_servers[1]->kill();
        m_servers[2]->kill();
        QTRY_VERIFY_WITH_TIMEOUT(
            script("status.sh").output.find("sees only 1 of 3 members") != std::string::npos, 30000);
        QCOMPARE(script("04-reopen.sh", {"db1"}).status, 3);
        QVERIFY(script("05-rejoin.sh", {"db1"}).output.find("waits for a majority") != std::string::npos);
        runs("04-reopen.sh", {"db1", "--alone"});
        QCOMPARE(m_servers[0]->ask("INSERT INTO shop.orders VALUES (6)"), QByteArray());
        for (int back : {1, 2}) {
            QVERIFY2(m_servers[back]->start(), m_servers[back]->log().constData());
            QTRY_VERIFY_WITH_TIMEOUT(script("05-rejoin.sh", {"db" + std::to_string(back + 1)}).status == 0,
                                     60000);
        }
        runs("status.sh");
        QTRY_COMPARE_WITH_TIMEOUT(rowsOf(2), QByteArray("1,2,3,4,5,6"), 20000);
    }
};

ALWAYSON_TEST_MAIN(TestMysqlDialectLive, test_mysql_dialect_live)
#include "test_mysql_dialect_live.moc"

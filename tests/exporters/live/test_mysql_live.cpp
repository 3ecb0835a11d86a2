// The exported files on two real MariaDB servers on loopback: a replication set with TLS is set up by its
// scripts; under load the source is killed; the exported promotion makes the replica the source; the old
// source rejoins by the exported script. Counted: first commit on the new source after the kill, commits that
// a caller was told about and that are gone. The password is searched for in everything that was written, and
// on every command line meanwhile. Runs serially; ALWAYSON_LONG=1 adds an asynchronous set.
#include "exporters/mysql/folder.h"
#include "tests/exporters/mysql/mysql_support.h"
#include "tests/support/free_port.h"
#include "tests/support/test_support.h"

#include <QElapsedTimer>

#include <signal.h>

#include <atomic>
#include <map>
#include <set>
#include <thread>

using namespace alwayson;
using namespace alwayson::exporters;

namespace {

constexpr const char* kCanary = "Ca'na\"ry#1;\\x $(id)`"; // no single quoting rule survives it
constexpr double kAckTimeoutS = 1;

double now() {
    return double(QDateTime::currentMSecsSinceEpoch()) / 1000;
}

// Looks at the command lines of all processes until it ends.
class CommandLineWatch {
public:
    explicit CommandLineWatch(QByteArray secret) : m_secret(std::move(secret)), m_thread([this] { run(); }) {}
    ~CommandLineWatch() { finish(); }
    // Number of looks; -1 when the secret was on a command line.
    int finish() {
        m_stop = true;
        if (m_thread.joinable()) m_thread.join();
        return m_seen ? -1 : m_looks.load();
    }

private:
    void run() {
        while (!m_stop) {
            for (const QString& process : QDir("/proc").entryList(QDir::Dirs)) {
                QFile file("/proc/" + process + "/cmdline");
                if (process.toInt() > 0 && file.open(QIODevice::ReadOnly) &&
                    file.readAll().contains(m_secret))
                    m_seen = true;
            }
            ++m_looks;
            std::this_thread::sleep_for(std::chrono::milliseconds(5)); // leaves the processors to the drill
        }
    }
    QByteArray m_secret;
    std::atomic<bool> m_stop{false}, m_seen{false};
    std::atomic<int> m_looks{0};
    std::thread m_thread;
};

} // namespace

class TestMysqlLive : public QObject {
    Q_OBJECT

    struct Commit {
        double at = 0;
        int port = 0;
    };

    std::unique_ptr<QTemporaryDir> m_folder;
    std::unique_ptr<test::MariadbServer> m_servers[2];
    int m_ports[2] = {0, 0};
    QString m_runbook;
    std::unique_ptr<QProcess> m_load;

    QString path(const QString& name) const { return m_folder->filePath(name); }

    // ca.pem, server.pem and server.key for 127.0.0.1.
    void makeCertificates() {
        QDir().mkpath(path("tls"));
        const char* script =
            "set -e; cd \"$0\"; printf 'subjectAltName=IP:127.0.0.1\\n' >names;"
            "openssl req -x509 -newkey rsa:2048 -nodes -keyout ca.key -out ca.pem -days 2 -subj /CN=drill;"
            "openssl req -newkey rsa:2048 -nodes -keyout server.key -out request -subj /CN=127.0.0.1;"
            "openssl x509 -req -in request -CA ca.pem -CAkey ca.key -CAcreateserial -days 2 -extfile names"
            " -out server.pem";
        const auto made = verify::runProcess(
            {"/bin/bash", {"-c", script, path("tls").toStdString()}, {}, Duration::seconds(60)});
        QVERIFY(made.ok());
        QVERIFY2(made->status == 0, made->output.c_str());
    }

    verify::Finished script(const QString& name, const std::vector<std::string>& arguments = {},
                            int server = -1) {
        test::Environment environment{{"REPL_PASSWORD", kCanary},
                                      {"FAILOVER_PASSWORD_FILE", path("password").toStdString()}};
        if (server >= 0) environment.emplace_back("SOCKET", m_servers[server]->socketPath().toStdString());
        return test::bash(m_runbook + '/' + name, arguments, environment);
    }
    void runs(const QString& name, const std::vector<std::string>& arguments = {}, int server = -1) {
        const verify::Finished out = script(name, arguments, server);
        QVERIFY2(out.status == 0, (name.toStdString() + ": " + out.output).c_str());
    }

    std::map<int, Commit> acknowledged() const {
        QFile file(path("acknowledged"));
        std::map<int, Commit> commits;
        if (!file.open(QIODevice::ReadOnly)) return commits;
        for (const QByteArray& line : file.readAll().split('\n')) {
            const QList<QByteArray> words = line.split(' ');
            if (words.size() == 3) commits[words[0].toInt()] = {words[1].toDouble(), words[2].toInt()};
        }
        return commits;
    }
    std::set<int> rowsOf(int server) const {
        std::set<int> rows;
        for (const QByteArray& row : m_servers[server]->ask("SELECT id FROM shop.orders").split('\n'))
            if (!row.isEmpty()) rows.insert(row.toInt());
        return rows;
    }
    void startLoad() {
        m_load = std::make_unique<QProcess>();
        m_load->start("/bin/bash",
                      {QStringLiteral(ALWAYSON_SOURCE_DIR "/tests/exporters/live/load.sh"), m_folder->path(),
                       QString::number(m_ports[0]), QString::number(m_ports[1])});
        QVERIFY(m_load->waitForStarted(5000));
    }
    void stopLoad() {
        if (!m_load) return;
        QFile(path("stop")).open(QIODevice::WriteOnly);
        if (!m_load->waitForFinished(30000)) {
            m_load->kill();
            m_load->waitForFinished(5000);
        }
        m_load.reset();
    }
    void setUp(const std::string& replication, const std::string& rejoin = "automatic") {
        m_folder = std::make_unique<QTemporaryDir>();
        makeCertificates();
        QFile password(path("password"));
        QVERIFY(password.open(QIODevice::WriteOnly));
        password.write(kCanary);
        password.close();
        Design design = test::replicationSet(2, {{"replication", replication},
                                                 {"semisync_timeout_ms", 1000 * kAckTimeoutS},
                                                 {"rejoin", rejoin},
                                                 {"user_network", std::string("127.0.0.%")}});
        for (int i = 0; i < 2; ++i) {
            m_ports[i] = test::freePort();
            test::deploy(design, "db" + std::to_string(i + 1), "host", std::string("127.0.0.1"));
            test::deploy(design, "db" + std::to_string(i + 1), "port", double(m_ports[i]));
        }
        const auto files = mysql::exportFolders(design, {path("tls").toStdString()});
        QVERIFY(files.ok());
        m_runbook = test::writeAll(*files, path("export"));
        for (int i = 0; i < 2; ++i) {
            m_servers[i] = std::make_unique<test::MariadbServer>(path(QString("server%1").arg(i + 1)),
                                                                 m_runbook + QString("/db%1.cnf").arg(i + 1),
                                                                 QStringList());
            m_servers[i]->makeData();
            QVERIFY2(m_servers[i]->start(), m_servers[i]->log().constData());
        }
        runs("01-source.sh", {"db1"}, 0);
        runs("02-replica.sh", {"db2", "--empty"}, 1);
        runs("status.sh");
        QCOMPARE(m_servers[0]->ask(
                     "CREATE DATABASE shop; CREATE TABLE shop.orders (id INT PRIMARY KEY); CREATE USER "
                     "writer@`127.0.0.%`; GRANT INSERT ON shop.* TO writer@`127.0.0.%`"),
                 QByteArray());
    }

private slots:
    void cleanup() {
        stopLoad();
        for (auto& server : m_servers)
            server.reset();
        m_folder.reset();
    }

    void killedSource_data() {
        QTest::addColumn<QString>("replication");
        QTest::newRow("semi-synchronous") << "semi_sync";
        if (qEnvironmentVariableIntValue("ALWAYSON_LONG") > 0) QTest::newRow("asynchronous") << "async";
    }
    void killedSource() {
        QFETCH(QString, replication);
        CommandLineWatch watch(kCanary);
        setUp(replication.toStdString());
        if (QTest::currentTestFailed()) return;
        startLoad();
        QTRY_VERIFY_WITH_TIMEOUT(acknowledged().size() >= 50, 30000);
        // With a source at work nothing is promoted.
        const verify::Finished refused = script("03-promote.sh", {"--yes"});
        QCOMPARE(refused.status, 3);
        QVERIFY2(refused.output.find("db1 takes writes") != std::string::npos, refused.output.c_str());

        const double killedAt = now();
        QCOMPARE(::kill(pid_t(m_servers[0]->pid()), SIGKILL), 0);
        runs("03-promote.sh", {"--yes"});
        const double promotedAt = now();
        const auto onNewSource = [&] {
            double first = 0;
            for (const auto& [number, commit] : acknowledged())
                if (commit.port == m_ports[1] && (first == 0 || commit.at < first)) first = commit.at;
            return first;
        };
        QTRY_VERIFY_WITH_TIMEOUT(onNewSource() > 0, 30000);
        const double firstCommitS = onNewSource() - killedAt;
        QTRY_VERIFY_WITH_TIMEOUT(acknowledged().rbegin()->second.at > onNewSource() + 0.5, 30000);
        stopLoad();

        const std::set<int> rows = rowsOf(1);
        int lost = 0;
        for (const auto& [number, commit] : acknowledged())
            lost += rows.contains(number) ? 0 : 1;
        qInfo("%s: first commit %.2f s after the kill (promoted after %.2f s), %d of %zu acknowledged "
              "commits lost",
              qPrintable(replication), firstCommitS, promotedAt - killedAt, lost, acknowledged().size());
        if (replication == "semi_sync") QCOMPARE(lost, 0);
        // The promoted member has no replica yet: its first commit waits for the timeout when
        // semi-synchronous.
        const double waitS = replication == "semi_sync" ? kAckTimeoutS : 0;
        QVERIFY(firstCommitS >= waitS);
        QVERIFY2(onNewSource() <= promotedAt + waitS + 3,
                 "the new source took writes long after it was promoted");

        // The old source comes back read-only, and is not opened beside the new one.
        QVERIFY2(m_servers[0]->start(), m_servers[0]->log().constData());
        QCOMPARE(m_servers[0]->ask("SELECT @@GLOBAL.read_only"), QByteArray("1"));
        QCOMPARE(script("04-reopen.sh", {"db1"}).status, 3);
        const std::set<int> before = rowsOf(0);
        const bool ownWrites = !std::includes(rows.begin(), rows.end(), before.begin(), before.end());
        const verify::Finished rejoin = script("05-rejoin.sh", {"db1"});
        if (lost > 0) QVERIFY(ownWrites);
        QVERIFY2(rejoin.status == (ownWrites ? 4 : 0), rejoin.output.c_str());
        if (!ownWrites) {
            QCOMPARE(rowsOf(0), rows);
            runs("status.sh");
            runs("03-promote.sh", {"--planned", "--to", "db1", "--yes"});
            runs("status.sh");
            QCOMPARE(m_servers[0]->ask("SELECT @@GLOBAL.read_only"), QByteArray("0"));
        }
        for (auto& server : m_servers)
            server->stop();
        QVERIFY2(watch.finish() > 10, "the password was on a command line");
        canaryIsNowhere();
    }

    // A member with a copy of the source's data, by mariadb-backup; then a source that was ahead of it when
    // it was lost.
    void seededReplicaAndWritesOfItsOwn() {
        setUp("semi_sync", "manual");
        if (QTest::currentTestFailed()) return;
        m_servers[1]->kill();
        QVERIFY(QDir(m_servers[1]->data()).removeRecursively());
        QVERIFY(QDir().mkpath(m_servers[1]->data()));
        QCOMPARE(m_servers[0]->ask("INSERT INTO shop.orders VALUES (1), (2), (3)"), QByteArray());
        QCOMPARE(m_servers[0]->ask("FLUSH BINARY LOGS; PURGE BINARY LOGS BEFORE NOW() + INTERVAL 1 DAY"),
                 QByteArray());
        const auto seed = [&](const char* what, int server) {
            return test::bash(m_runbook + "/seed.sh", {what, path("copy").toStdString()},
                              {{"SOCKET", m_servers[server]->socketPath().toStdString()},
                               {"DATADIR", m_servers[server]->data().toStdString()}});
        };
        const verify::Finished taken = seed("backup", 0);
        QVERIFY2(taken.status == 0, taken.output.c_str());
        QCOMPARE(seed("restore", 0).status, 3); // its folder holds data
        const verify::Finished restored = seed("restore", 1);
        QVERIFY2(restored.status == 0, restored.output.c_str());
        QVERIFY2(m_servers[1]->start(), m_servers[1]->log().constData());
        QCOMPARE(script("02-replica.sh", {"db2", "--empty"}, 1).status, 3);
        runs("02-replica.sh", {"db2", "--seeded"}, 1);
        QCOMPARE(m_servers[0]->ask("INSERT INTO shop.orders VALUES (4)"), QByteArray());
        QTRY_COMPARE_WITH_TIMEOUT(rowsOf(1), (std::set<int>{1, 2, 3, 4}), 20000);
        runs("status.sh");

        // What only the old source holds is not thrown away in silence: here a commit that waited in vain.
        QCOMPARE(m_servers[1]->ask("STOP REPLICA IO_THREAD"), QByteArray());
        QCOMPARE(m_servers[0]->ask("INSERT INTO shop.orders VALUES (5)"), QByteArray());
        m_servers[0]->kill();
        runs("03-promote.sh", {"--yes"});
        QCOMPARE(rowsOf(1), (std::set<int>{1, 2, 3, 4}));
        QVERIFY2(m_servers[0]->start(), m_servers[0]->log().constData());
        const verify::Finished rejoin = script("05-rejoin.sh", {"db1"});
        QVERIFY2(rejoin.status == 4, rejoin.output.c_str());
        QVERIFY2(rejoin.output.find("db1 has writes of its own") != std::string::npos, rejoin.output.c_str());
        QCOMPARE(m_servers[0]->ask("SELECT @@GLOBAL.read_only"), QByteArray("1"));
        QCOMPARE(rowsOf(0), (std::set<int>{1, 2, 3, 4, 5}));
    }

private:
    // In no file of the export, no binary log, no log of a server; the replica's own note of how to log in is
    // the one exception that MariaDB makes, in a file only its account can read.
    void canaryIsNowhere() {
        const auto found = verify::runProcess(
            {"/bin/bash",
             {"-c", "grep -rlaF -- \"$0\" \"$1\" | grep -v -e '/master.info$' -e '/password$' || true",
              kCanary, m_folder->path().toStdString()},
             {},
             Duration::seconds(30)});
        QVERIFY(found.ok());
        QCOMPARE(found->output, std::string());
    }
};

ALWAYSON_TEST_MAIN(TestMysqlLive, test_mysql_live)
#include "test_mysql_live.moc"

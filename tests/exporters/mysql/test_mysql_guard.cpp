// guard.sh and 03-promote.sh in the words of MySQL 8.4, against a client that answers from a table: faults
// that a server does not make on demand. test_guard_live has the whole of guard.sh against real servers.
#include "exporters/mysql/folder.h"
#include "tests/exporters/mysql/mysql_support.h"
#include "tests/exporters/mysql/voter.h"
#include "tests/support/free_port.h"
#include "tests/support/test_support.h"

#include <QStandardPaths>

using namespace alwayson;
using namespace alwayson::exporters;

namespace {

struct Member {
    bool writes = false;
    const char* source = ""; // what it follows
    const char* receives = "";
    int uptime = 1000;
    const char* executed = "u:1-5";
    const char* slow = "0"; // seconds until it is closed
    bool deaf = false;      // the client neither ends nor heeds SIGTERM
};
constexpr Member replicaOf1{.source = "10.0.2.11", .receives = "Yes"};

constexpr int kLeaseMs = 1500;

// Members db1 (10.0.2.11, on this machine) to db3, and three voters on loopback.
Design guardedSet() {
    Design design = test::watchedSet(3,
                                     {{"replication", std::string("semi_sync")},
                                      {"manager", std::string("orchestrator")},
                                      {"flavour", std::string("mysql_8_4")}},
                                     "127.0.0.", 2);
    Group voters = *design.groups.find("voters");
    voters.parameters["election_timeout_ms"] = kLeaseMs / 2.0;
    design.groups.replace(design.groups.indexOf("voters"), std::move(voters));
    return design;
}

class World {
public:
    World() {
        const auto files = mysql::exportFolders(guardedSet());
        if (!files) qFatal("%s", describe(files.error()).c_str());
        scripts = test::writeAll(*files, m_folder.filePath("export"));
        QDir().mkpath(m_folder.filePath("world"));
        const auto program = [&](const QString& from, const char* name) {
            if (!QFile::copy(from, m_folder.filePath(name))) qFatal("cannot copy %s", name);
            QFile(m_folder.filePath(name)).setPermissions(QFile::ReadOwner | QFile::ExeOwner);
        };
        program(ALWAYSON_SOURCE_DIR "/tests/exporters/mysql/set_client.sh", "mysql");
        program("/bin/sleep", "mysqld");
        startServer();
    }
    ~World() {
        if (guard) end(*guard);
        end(server);
    }

    // Another process of the server behind the socket.
    void startServer() {
        end(server);
        server.start(m_folder.filePath("mysqld"), {"600"});
        if (!server.waitForStarted()) qFatal("no process");
        write("pid", QByteArray::number(server.processId()) + '\n');
    }
    void put(int i, const Member& m) {
        const QString name = "world/10.0.2.1" + QString::number(i);
        write(name + ".put", QString("read_only=%1 pid_file=%2 uptime=%3 source=%4 io=%5 executed=%6 slow=%7 "
                                     "deaf=%8\n")
                                 .arg(m.writes ? 0 : 1)
                                 .arg(path("pid"))
                                 .arg(m.uptime)
                                 .arg(m.source, m.receives, m.executed, m.slow, m.deaf ? "1" : "")
                                 .toUtf8());
        if (rename(path(name + ".put").toUtf8().constData(), path(name).toUtf8().constData()) != 0)
            qFatal("cannot rename");
    }
    void silence(int i) { QFile::remove(path("world/10.0.2.1" + QString::number(i))); }
    void sourceAndReplicas() {
        put(1, {.writes = true});
        put(2, replicaOf1);
        put(3, replicaOf1);
    }
    void voters(test::Voter::Kind kind, int first = 0) {
        for (int i = first; i < 3; ++i) {
            m_voters[i].reset();
            m_voters[i] = std::make_unique<test::Voter>(i + 2, m_port, kind);
        }
    }
    void noVoters() {
        for (auto& voter : m_voters)
            voter.reset();
    }

    test::Environment environment() const {
        return {{"REPL_PASSWORD", "x"},
                {"FAILOVER_PASSWORD", "x"},
                {"VOTER_PORT", std::to_string(m_port)},
                {"REOPEN_S", "1"},
                {"GUARD_STATE", path("state").toStdString()},
                {"WORLD_LOCAL", "10.0.2.11"},
                {"PATH", (m_folder.path() + ':' + qEnvironmentVariable("PATH")).toStdString()}};
    }
    verify::Finished run(const QString& script, const std::vector<std::string>& arguments) const {
        return test::bash(scripts + '/' + script, arguments, environment());
    }
    void startGuard() {
        guard = std::make_unique<QProcess>();
        QProcessEnvironment all = QProcessEnvironment::systemEnvironment();
        for (const auto& [name, value] : environment())
            all.insert(QString::fromStdString(name), QString::fromStdString(value));
        guard->setProcessEnvironment(all);
        guard->setProcessChannelMode(QProcess::MergedChannels);
        guard->setStandardOutputFile(path("said"));
        guard->start("bash", {scripts + "/guard.sh", "db1"});
    }
    // A guard that knows db1 as a source and db2 and db3 as its replicas, and has heard a majority.
    void startGuardOfSource() {
        sourceAndReplicas();
        voters(test::Voter::Kind::answers);
        startGuard();
        if (!QTest::qWaitFor([&] { return says("takes writes only while that lasts"); }, 20000) ||
            !QTest::qWaitFor([&] { return knows("db2") && knows("db3"); }, 20000))
            qFatal("%s%s", said().constData(), read("state/db-db1").constData());
    }
    void endGuard() {
        guard->terminate();
        if (!guard->waitForFinished(20000)) qFatal("the guard does not end");
    }

    QByteArray read(const QString& name) const {
        QFile file(path(name));
        return file.open(QIODevice::ReadOnly) ? file.readAll() : QByteArray();
    }
    void write(const QString& name, const QByteArray& bytes) {
        QDir().mkpath(QFileInfo(path(name)).path());
        QFile file(path(name));
        if (!file.open(QIODevice::WriteOnly) || file.write(bytes) != bytes.size()) qFatal("cannot write");
    }
    QByteArray said() const { return read("said"); }
    // As a replica of the source that it guards.
    bool knows(const char* member) const { return read("state/db-db1").contains(member); }
    bool says(const char* words) const { return said().contains(words); }
    // What the members were told, in order: "10.0.2.11 closes".
    QStringList changes() const {
        return QString::fromUtf8(read("world/log")).split('\n', Qt::SkipEmptyParts);
    }
    QString path(const QString& name) const { return m_folder.filePath(name); }

    std::unique_ptr<QProcess> guard;
    QProcess server;
    QString scripts;

private:
    static void end(QProcess& process) {
        if (process.state() == QProcess::NotRunning) return;
        process.kill();
        process.waitForFinished(20000);
    }

    QTemporaryDir m_folder;
    int m_port = test::freePort();
    std::unique_ptr<test::Voter> m_voters[3];
};

} // namespace

class TestMysqlGuard : public QObject {
    Q_OBJECT

private slots:
    // The system takes connections for a program that hangs.
    void aVoterThatHangsIsNotHeard() {
        World world;
        world.startGuardOfSource();
        world.voters(test::Voter::Kind::hangs, 1);
        QTRY_VERIFY2_WITH_TIMEOUT(
            world.says("heard no majority of the voters for the lease. db1 takes no more"),
            world.said().constData(), 20000);
        QCOMPARE(world.changes(), QStringList("10.0.2.11 closes"));
    }

    // Two would take each other's work for that of people.
    void oneGuardAMember() {
        World world;
        world.startGuardOfSource();
        const verify::Finished second = world.run("guard.sh", {"db1"});
        QCOMPARE(second.status, 3);
        QVERIFY2(second.output.find("another guard.sh watches db1 already") != std::string::npos,
                 second.output.c_str());
        world.guard->kill();
        world.guard->waitForFinished(20000);
        world.startGuard();
        QTRY_VERIFY2_WITH_TIMEOUT(world.says("guards db1"), world.said().constData(), 20000);
    }

    // The server's own Uptime follows the clock of the machine.
    void aClockThatIsSetIsNoRestart() {
        World world;
        world.startGuardOfSource();
        world.put(1, {.uptime = 10}); // people closed it, and the clock is set back
        QTRY_VERIFY2_WITH_TIMEOUT(world.says("db1 was made read-only by somebody"), world.said().constData(),
                                  20000);
        QVERIFY(world.changes().isEmpty());
    }
    void aRestartIsOneWhateverTheClockSays() {
        World world;
        world.startGuardOfSource();
        world.silence(1);
        world.startServer();
        world.put(1, {.uptime = 1001});
        QTRY_COMPARE_WITH_TIMEOUT(world.changes(), QStringList("10.0.2.11 opens"), 20000);
    }

    // What it closed while it was ended it opens again, and does not take for the work of people.
    void isEndedWhileItCloses() {
        World world;
        world.startGuardOfSource();
        world.put(1, {.writes = true, .slow = "0.4"});
        world.noVoters();
        QTRY_VERIFY_WITH_TIMEOUT(QFile::exists(world.path("world/closing")), 20000);
        world.endGuard();
        QCOMPARE(world.changes(), QStringList("10.0.2.11 closes"));
        QVERIFY2(world.says("db1 takes no more writes"), world.said().constData());
        QVERIFY(!QFile::exists(world.path("state/db-db1.armed")));
        world.voters(test::Voter::Kind::answers);
        world.startGuard();
        QTRY_COMPARE_WITH_TIMEOUT(world.changes(), QStringList({"10.0.2.11 closes", "10.0.2.11 opens"}),
                                  20000);
    }

    // Its client was ended between CHANGE REPLICATION SOURCE and START REPLICA.
    void halfOfARejoinIsMadeWhole() {
        World world;
        world.startGuardOfSource();
        world.endGuard();
        world.put(1, {.source = "10.0.2.12", .receives = "No"});
        world.put(2, {.writes = true});
        world.startGuard();
        QTRY_VERIFY2_WITH_TIMEOUT(world.says("db1 follows db2 and has caught up."), world.said().constData(),
                                  20000);
        QCOMPARE(world.changes(), QStringList("10.0.2.11 follows 10.0.2.12"));
    }
    void aReplicaIsLeftAlone() {
        World world;
        world.startGuardOfSource();
        world.endGuard();
        world.put(1, {.source = "10.0.2.12", .receives = "Connecting"});
        world.put(2, {.writes = true});
        world.startGuard();
        QTRY_VERIFY_WITH_TIMEOUT(!QFile::exists(world.path("state/db-db1")), 20000);
        QVERIFY(world.changes().isEmpty());
    }

    // The guard is started anew beside a source that hangs: it may still serve others.
    void aSourceThatHungBeforeIsEnded() {
        World world;
        world.startGuardOfSource();
        world.guard->kill();
        world.guard->waitForFinished(20000);
        world.silence(1);
        world.noVoters();
        world.startGuard();
        QTRY_VERIFY2_WITH_TIMEOUT(world.says("did not become read-only in time and was ended"),
                                  world.said().constData(), 20000);
        QTRY_COMPARE_WITH_TIMEOUT(world.server.state(), QProcess::NotRunning, 20000);
    }
    // Its process number has another start: it is not that server.
    void anotherProcessIsNotEnded() {
        World world;
        world.startGuardOfSource();
        world.endGuard();
        QByteArrayList memory = world.read("state/db-db1").split(' ');
        memory[1] = QByteArray::number(memory[1].toLongLong() - 100000);
        world.write("state/db-db1", memory.join(' '));
        world.write("state/db-db1.armed", memory[0] + '\n');
        world.silence(1);
        world.noVoters();
        world.startGuard();
        QTest::qWait(3 * kLeaseMs);
        QCOMPARE(world.server.state(), QProcess::Running);
    }

    void aClientThatDoesNotEnd() {
        World world;
        world.startGuardOfSource();
        world.put(1, {.writes = true, .deaf = true});
        world.noVoters();
        QTRY_VERIFY2_WITH_TIMEOUT(world.says("did not become read-only in time and was ended"),
                                  world.said().constData(), 20000);
    }

    void whatItRemembersIsBroken() {
        World world;
        world.sourceAndReplicas();
        for (const QByteArray& memory : {QByteArray(), QByteArray("6f1c"), QByteArray("6f1c 5 6 1 db2"),
                                         QByteArray("6f1c a[$(id>&2)] 6 1 db2\n"), QByteArray(4096, '\0')}) {
            world.write("state/db-db1", memory);
            world.startGuard();
            QTRY_VERIFY2_WITH_TIMEOUT(world.knows("-"), world.said().constData(), 20000); // the boot
            world.endGuard();
            QVERIFY2(!world.says("uid=") && !world.says("line "), world.said().constData());
        }
        QVERIFY(world.changes().isEmpty());
    }

    // systemd starts it again however often it fails, and ends it as itself, not what it has begun.
    void itsUnit() {
        World world;
        world.write("export/mysql/db/env", {});
        world.voters(test::Voter::Kind::answers);
        const verify::Finished shown = world.run("guard.sh", {"db1", "--install"});
        QVERIFY2(shown.status == 0, shown.output.c_str());
        const QByteArray text = QByteArray::fromStdString(shown.output);
        for (const char* line : {"StartLimitIntervalSec=0", "Restart=always", "KillMode=mixed"})
            QVERIFY2(text.contains(QByteArray("\n") + line + '\n'), text.constData());
        const int from = int(text.indexOf("[Unit]")), end = int(text.indexOf("multi-user.target\n"));
        QVERIFY(from > 0 && end > from);
        world.write("alwayson-guard-db.service", text.mid(from, end - from) + "multi-user.target\n");
        if (QStandardPaths::findExecutable("systemd-analyze").isEmpty()) return;
        QProcess verify;
        verify.setProcessChannelMode(QProcess::MergedChannels);
        verify.start("systemd-analyze", {"verify", "--man=no", "--recursive-errors=no",
                                         world.path("alwayson-guard-db.service")});
        QVERIFY(verify.waitForFinished(30000));
        const QByteArray said = verify.readAll();
        QVERIFY2(!said.contains("alwayson-guard"), said.constData());
    }

    // Only the one that was waited for has all that the old source wrote.
    void aPlannedChangeMakesThatOneTheSource() {
        World world;
        world.put(1, {.writes = true, .executed = "u:1-9"});
        world.put(2, {.source = "10.0.2.11", .receives = "Yes", .executed = "u:1-5"});
        world.put(3, {.source = "10.0.2.11", .receives = "Yes", .executed = "u:1-7"});
        const verify::Finished out = world.run("03-promote.sh", {"--planned", "--yes"});
        QVERIFY2(out.status == 0, out.output.c_str());
        QCOMPARE(world.changes(),
                 QStringList({"10.0.2.11 closes", "10.0.2.12 is promoted", "10.0.2.11 follows 10.0.2.12",
                              "10.0.2.13 follows 10.0.2.12"}));
    }
};

ALWAYSON_TEST_MAIN(TestMysqlGuard, test_mysql_guard)
#include "test_mysql_guard.moc"

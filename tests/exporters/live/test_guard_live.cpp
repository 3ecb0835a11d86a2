// guard.sh on each of two real MariaDB servers on loopback: a source that has heard a majority of the voters
// and hears it no more closes, also while a commit waits for its acknowledgement or a disk is full; so does
// one that was paused, or beside which another takes writes; one that is back goes on or follows; people are
// obeyed.
#include "tests/exporters/live/mariadb_pair.h"
#include "tests/exporters/mysql/voter.h"
#include "tests/support/test_support.h"

#include <csignal>

using namespace alwayson;
using namespace alwayson::exporters;

namespace {

// Three voters on which orchestrator runs; the lease is 1.5 s.
Design guardedSet() {
    Design design = test::watchedSet(2,
                                     {{"replication", std::string("semi_sync")},
                                      {"semisync_timeout_ms", 60000.0},
                                      {"manager", std::string("orchestrator")},
                                      {"user_network", std::string("127.0.0.%")}},
                                     "127.0.0.", 2);
    Group voters = design.groups.at(1);
    voters.parameters["election_timeout_ms"] = 750.0;
    design.groups.replace(1, std::move(voters));
    return design;
}

} // namespace

class TestGuardLive : public QObject {
    Q_OBJECT

    test::MariadbPair m_pair;
    std::unique_ptr<QProcess> m_guards[2];
    std::unique_ptr<test::Voter> m_voters[3];
    int m_port = 0;

    void hear(int first, int end) {
        for (int i = first; i < end; ++i)
            m_voters[i] = std::make_unique<test::Voter>(i + 2, m_port);
    }
    QProcessEnvironment environmentOf(int i) const {
        QProcessEnvironment environment = QProcessEnvironment::systemEnvironment();
        for (const auto& [name, value] : m_pair.runbook.environment)
            environment.insert(QString::fromStdString(name), QString::fromStdString(value));
        environment.insert("SOCKET", m_pair.servers[i]->socketPath());
        environment.insert("VOTER_PORT", QString::number(m_port));
        environment.insert("REOPEN_S", "1");
        environment.insert("GUARD_STATE", m_pair.path(QString("guard%1").arg(i)));
        return environment;
    }
    void startGuard(int i) {
        m_guards[i] = std::make_unique<QProcess>();
        m_guards[i]->setProcessEnvironment(environmentOf(i));
        m_guards[i]->setProcessChannelMode(QProcess::MergedChannels);
        m_guards[i]->setStandardOutputFile(m_pair.path(QString("guard%1.log").arg(i)));
        m_guards[i]->start("bash", {m_pair.runbook.folder + "/guard.sh", QString("db%1").arg(i + 1)});
    }
    QByteArray said(int i) const {
        QFile log(m_pair.path(QString("guard%1.log").arg(i)));
        return log.open(QIODevice::ReadOnly) ? log.readAll() : QByteArray();
    }
    // Shows the unit and changes nothing, whatever it finds.
    std::pair<int, QByteArray> showUnit() const {
        QProcess show;
        show.setProcessEnvironment(environmentOf(0));
        show.setProcessChannelMode(QProcess::MergedChannels);
        show.start("bash", {m_pair.runbook.folder + "/guard.sh", "db1", "--install"});
        show.waitForFinished(20000);
        return {show.exitCode(), show.readAll()};
    }
    QByteArray remembered(int i) const {
        QFile memory(m_pair.path(QString("guard%1/db-db%2").arg(i).arg(i + 1)));
        return memory.open(QIODevice::ReadOnly) ? memory.readAll() : QByteArray();
    }
    QByteArray readOnly(int i) const { return m_pair.servers[i]->ask("SELECT @@GLOBAL.read_only"); }

private slots:
    void initTestCase() {
        m_port = test::freePort();
        Design design = guardedSet();
        const std::string fault = m_pair.setUp(design);
        QVERIFY2(fault.empty(), fault.c_str());
        for (int i = 0; i < 2; ++i)
            startGuard(i);
        QTRY_VERIFY_WITH_TIMEOUT(said(1).contains("guards db2: lease 1500 ms of 3 voters."), 10000);
        QTRY_VERIFY_WITH_TIMEOUT(QFile::exists(m_pair.path("guard0/db-db1")), 10000);
    }
    void cleanupTestCase() {
        for (auto& guard : m_guards) {
            guard->terminate();
            guard->waitForFinished(10000);
        }
    }

    // Voters that nobody has started yet close no source, and are a reason not to install.
    void waitsForAFirstMajority() {
        QFile env(m_pair.runbook.folder + "/env");
        QVERIFY(env.open(QIODevice::WriteOnly));
        env.close();
        QTRY_VERIFY_WITH_TIMEOUT(said(0).contains("waits for a first majority of the voters"), 10000);
        hear(0, 1);
        const auto [refused, why] = showUnit();
        QCOMPARE(refused, 3);
        QVERIFY2(why.contains("silent: 127.0.0.3 127.0.0.4. Nothing was changed."), why.constData());
        QTest::qWait(2000); // longer than the lease
        QCOMPARE(readOnly(0), QByteArray("0"));
        QVERIFY(!QFile::exists(m_pair.path("guard0/db-db1.armed")));
        hear(1, 3);
        QTRY_VERIFY_WITH_TIMEOUT(said(0).contains("hears a majority of the voters: db1"), 10000);
        QTRY_VERIFY_WITH_TIMEOUT(said(1).contains("hears a majority of the voters: db2"), 10000);
        const auto [shown, unit] = showUnit();
        QCOMPARE(shown, 0);
        // Anybody can write above it.
        QVERIFY2(unit.contains("or others than root can write it") && !unit.contains("Run: ./guard.sh"),
                 unit.constData());
        QVERIFY(env.remove());
    }

    void closesWithoutAMajorityAndGoesOnWithOne() {
        m_voters[0].reset(); // two of three are enough
        QTest::qWait(2000);  // longer than the lease
        QCOMPARE(readOnly(0), QByteArray("0"));
        m_voters[1].reset();
        QTRY_VERIFY_WITH_TIMEOUT(said(0).contains("db1 takes no more writes"), 20000);
        QCOMPARE(readOnly(0), QByteArray("1"));
        hear(0, 2);
        QTRY_COMPARE_WITH_TIMEOUT(readOnly(0), QByteArray("0"), 20000);
        QTRY_VERIFY2_WITH_TIMEOUT(said(0).contains("db1 takes writes."), said(0).constData(), 5000);
    }

    // Nobody watched for the lease: another may be the source by now. That it cannot be remembered is no
    // reason.
    void closesAfterAPauseAndWithAFullDisk() {
        QFile::remove(m_pair.path("guard0/db-db1"));
        QVERIFY(QDir().mkpath(m_pair.path("guard0/db-db1.new/in the way")));
        const int before = said(0).count("db1 takes no more writes");
        ::kill(pid_t(m_guards[0]->processId()), SIGSTOP);
        QTest::qWait(3500);
        QCOMPARE(readOnly(0), QByteArray("0"));
        ::kill(pid_t(m_guards[0]->processId()), SIGCONT);
        QTRY_VERIFY_WITH_TIMEOUT(said(0).count("db1 takes no more writes") > before, 10000);
        QVERIFY(QDir(m_pair.path("guard0/db-db1.new")).removeRecursively());
        QTRY_COMPARE_WITH_TIMEOUT(readOnly(0), QByteArray("0"), 20000);
        QVERIFY2(said(0).contains("db-db1 could not be written"), said(0).constData());
        QCOMPARE(m_guards[0]->state(), QProcess::Running);
    }

    // Who stops it may work on the voters; one that is killed is started again and has not forgotten them.
    void aKilledGuardStillKnowsItsMajority() {
        m_guards[0]->kill();
        QVERIFY(m_guards[0]->waitForFinished(10000));
        m_voters[0].reset();
        m_voters[1].reset();
        startGuard(0);
        QTRY_VERIFY_WITH_TIMEOUT(said(0).contains("db1 takes no more writes"), 20000);
        hear(0, 2);
        QTRY_COMPARE_WITH_TIMEOUT(readOnly(0), QByteArray("0"), 20000);
        m_guards[0]->terminate();
        QVERIFY(m_guards[0]->waitForFinished(10000));
        QVERIFY(!QFile::exists(m_pair.path("guard0/db-db1.armed")));
        startGuard(0);
        QTRY_VERIFY_WITH_TIMEOUT(said(0).contains("hears a majority of the voters: db1"), 10000);
    }

    // A server that cannot close in time is ended: who waits for a commit is not told that it is safe.
    void endsAServerWhoseCommitsWait() {
        QCOMPARE(m_pair.servers[1]->ask("STOP REPLICA IO_THREAD"), QByteArray());
        QProcess commit;
        commit.start("mariadb",
                     {"--no-defaults", "--protocol=socket", "--socket=" + m_pair.servers[0]->socketPath(),
                      "--user=root", "--execute=INSERT INTO shop.orders VALUES (1)"});
        QTRY_COMPARE_WITH_TIMEOUT(
            m_pair.servers[0]->ask(
                "SELECT COUNT(*) FROM information_schema.PROCESSLIST WHERE INFO LIKE 'INSERT%'"),
            QByteArray("1"), 10000);
        m_voters[0].reset();
        m_voters[1].reset();
        QTRY_VERIFY_WITH_TIMEOUT(said(0).contains("and was ended"), 20000);
        QTRY_COMPARE_WITH_TIMEOUT(commit.state(), QProcess::NotRunning, 10000);
        QVERIFY(commit.exitCode() != 0);
        QCOMPARE(m_pair.servers[1]->ask("START REPLICA"), QByteArray());
        QVERIFY2(m_pair.servers[0]->start(), m_pair.servers[0]->log().constData());
        QCOMPARE(readOnly(0), QByteArray("1"));
        hear(0, 2);
        QTRY_COMPARE_WITH_TIMEOUT(readOnly(0), QByteArray("0"), 30000);
    }

    void anOldSourceFollowsTheNewOne() {
        QTRY_COMPARE_WITH_TIMEOUT(m_pair.runbook.run("status.sh").status, 0, 20000);
        m_pair.servers[0]->kill();
        const std::string fault = m_pair.runbook.fault("03-promote.sh", {"--yes"});
        QVERIFY2(fault.empty(), fault.c_str());
        QVERIFY2(m_pair.servers[0]->start(), m_pair.servers[0]->log().constData());
        QTRY_VERIFY2_WITH_TIMEOUT(said(0).contains("db1 follows db2 and has caught up."), said(0).constData(),
                                  30000);
        QCOMPARE(m_pair.runbook.run("status.sh").status, 0);
    }

    // It hangs, another is promoted: it is ended and follows, and the new source is left alone.
    void oneThatHangsDoesNotStayBesideTheNewOne() {
        QTRY_VERIFY_WITH_TIMEOUT(remembered(1).contains("db1"), 20000);
        ::kill(pid_t(m_pair.servers[1]->pid()), SIGSTOP);
        m_pair.runbook.environment.emplace_back("PATIENCE", "1");
        const std::string fault = m_pair.runbook.fault("03-promote.sh", {"--yes"});
        m_pair.runbook.environment.pop_back();
        QVERIFY2(fault.empty(), fault.c_str());
        QTRY_VERIFY2_WITH_TIMEOUT(said(1).contains("another member takes writes: db1. db2"),
                                  said(1).constData(), 15000);
        QVERIFY2(m_pair.servers[1]->start(), m_pair.servers[1]->log().constData());
        QTRY_VERIFY2_WITH_TIMEOUT(said(1).contains("db2 follows db1 and has caught up."), said(1).constData(),
                                  30000);
        QCOMPARE(readOnly(0), QByteArray("0"));
    }

    // Nothing hung, nothing was cut off: another one takes writes all the same.
    void ofTwoThatTakeWritesTheOldOneCloses() {
        QTRY_VERIFY_WITH_TIMEOUT(remembered(0).contains("db2"), 20000);
        QCOMPARE(m_pair.servers[1]->ask("STOP REPLICA; RESET REPLICA ALL; SET GLOBAL read_only = OFF"),
                 QByteArray());
        QTRY_VERIFY2_WITH_TIMEOUT(
            said(0).contains("another member takes writes: db2. db1 takes no more writes"),
            said(0).constData(), 15000);
        QTRY_VERIFY2_WITH_TIMEOUT(said(0).count("db1 follows db2 and has caught up.") == 2,
                                  said(0).constData(), 30000);
        QCOMPARE(readOnly(1), QByteArray("0"));
    }

    void aSourceThatRestartedGoesOn() {
        QTRY_VERIFY_WITH_TIMEOUT(QFile::exists(m_pair.path("guard1/db-db2")), 10000);
        m_pair.servers[1]->kill();
        QVERIFY2(m_pair.servers[1]->start(), m_pair.servers[1]->log().constData());
        QTRY_COMPARE_WITH_TIMEOUT(readOnly(1), QByteArray("0"), 30000);
        QTRY_VERIFY2_WITH_TIMEOUT(said(1).contains("db2 takes writes."), said(1).constData(), 5000);
    }

    void whatPeopleClosedStaysClosed() {
        QCOMPARE(m_pair.servers[1]->ask("SET GLOBAL read_only = ON"), QByteArray());
        QTRY_VERIFY2_WITH_TIMEOUT(said(1).contains("made read-only by somebody"), said(1).constData(), 20000);
        QTest::qWait(3000); // longer than the guard's pause
        QCOMPARE(readOnly(1), QByteArray("1"));
        QVERIFY(!said(0).contains(QByteArray::fromStdString(test::canary())));
    }
};

ALWAYSON_TEST_MAIN(TestGuardLive, test_guard_live)
#include "test_guard_live.moc"

// The exported files on two real MariaDB servers on loopback: a replication set with TLS is set up by its
// scripts, a member is seeded with a copy, and an old source with writes of its own is refused. What happens
// when a source is killed under load is in test_failover_drill_live.
#include "tests/exporters/live/mariadb_pair.h"
#include "tests/support/test_support.h"

using namespace alwayson;
using namespace alwayson::exporters;

class TestMysqlLive : public QObject {
    Q_OBJECT

    std::unique_ptr<test::MariadbPair> m_pair;

    void runs(const QString& script, const std::vector<std::string>& arguments = {},
              const QString& socket = {}) {
        const std::string fault = m_pair->runbook.fault(script, arguments, socket);
        QVERIFY2(fault.empty(), fault.c_str());
    }

    std::string asOrchestrator(const char* statements) {
        return test::asOrchestrator("mariadb", "--ssl-verify-server-cert", m_pair->ports[1],
                                    m_pair->path("tls/ca.pem"), statements);
    }

    // What it asks a replica and does to it when it fails over; it reads no data and makes no accounts.
    void orchestratorMayDoItsWork() {
        QCOMPARE(
            asOrchestrator(
                "SHOW SLAVE STATUS; SHOW MASTER STATUS; SHOW SLAVE HOSTS; SHOW BINARY LOGS; SHOW "
                "PROCESSLIST; STOP SLAVE IO_THREAD; STOP SLAVE; RESET SLAVE; CHANGE MASTER TO "
                "MASTER_CONNECT_RETRY=1, MASTER_USE_GTID=slave_pos; SET GLOBAL rpl_semi_sync_slave_enabled "
                "= ON; SET GLOBAL rpl_semi_sync_master_enabled = OFF; SET GLOBAL read_only = OFF; SET "
                "GLOBAL read_only = ON; START SLAVE"),
            std::string());
        QVERIFY(asOrchestrator("SELECT * FROM shop.orders").find("denied") != std::string::npos);
        QVERIFY(asOrchestrator("CREATE USER x").find("denied") != std::string::npos);
    }

private slots:
    void cleanup() { m_pair.reset(); }

    // A member with a copy of the source's data, by mariadb-backup; then a source that was ahead of it when
    // it was lost.
    void seededReplicaAndWritesOfItsOwn() {
        Design design = test::replicationSet(2, {{"replication", std::string("semi_sync")},
                                                 {"semisync_timeout_ms", 1000.0},
                                                 {"rejoin", std::string("manual")},
                                                 {"user_network", std::string("127.0.0.%")}});
        m_pair = std::make_unique<test::MariadbPair>();
        const std::string fault = m_pair->setUp(design);
        QVERIFY2(fault.empty(), fault.c_str());
        // Both have been the source: the copy has to know the transactions of both.
        runs("03-promote.sh", {"--planned", "--to", "db2", "--yes"});
        QCOMPARE(m_pair->servers[1]->ask("CREATE TABLE shop.seconds (id INT PRIMARY KEY)"), QByteArray());
        runs("03-promote.sh", {"--planned", "--to", "db1", "--yes"});
        m_pair->servers[1]->kill();
        QVERIFY(QDir(m_pair->servers[1]->data()).removeRecursively());
        QVERIFY(QDir().mkpath(m_pair->servers[1]->data()));
        QCOMPARE(m_pair->servers[0]->ask("INSERT INTO shop.orders VALUES (1), (2), (3)"), QByteArray());
        QCOMPARE(
            m_pair->servers[0]->ask("FLUSH BINARY LOGS; PURGE BINARY LOGS BEFORE NOW() + INTERVAL 1 DAY"),
            QByteArray());
        const auto seed = [&](const char* what, int server) {
            return test::bash(m_pair->runbook.folder + "/seed.sh", {what, m_pair->path("copy").toStdString()},
                              {{"SOCKET", m_pair->servers[server]->socketPath().toStdString()},
                               {"DATADIR", m_pair->servers[server]->data().toStdString()}});
        };
        const verify::Finished taken = seed("backup", 0);
        QVERIFY2(taken.status == 0, taken.output.c_str());
        QCOMPARE(seed("restore", 0).status, 3); // its folder holds data
        const verify::Finished restored = seed("restore", 1);
        QVERIFY2(restored.status == 0, restored.output.c_str());
        QVERIFY2(m_pair->servers[1]->start(), m_pair->servers[1]->log().constData());
        QCOMPARE(
            m_pair->runbook.run("02-replica.sh", {"db2", "--empty"}, m_pair->servers[1]->socketPath()).status,
            3);
        runs("02-replica.sh", {"db2", "--seeded"}, m_pair->servers[1]->socketPath());
        QCOMPARE(m_pair->servers[0]->ask("INSERT INTO shop.orders VALUES (4)"), QByteArray());
        QTRY_COMPARE_WITH_TIMEOUT(m_pair->rowsOf(1), (std::set<int>{1, 2, 3, 4}), 20000);
        runs("status.sh");
        orchestratorMayDoItsWork();
        if (QTest::currentTestFailed()) return;
        QTRY_COMPARE_WITH_TIMEOUT(m_pair->runbook.run("status.sh").status, 0, 20000);

        // The seeded member takes over: the old source has nothing that it has not, whoever wrote it.
        const QByteArray written = m_pair->servers[0]->ask("SELECT @@GLOBAL.gtid_binlog_state");
        QVERIFY2(written.contains("0-2-"), written.constData());
        m_pair->servers[0]->kill();
        runs("03-promote.sh", {"--yes"});
        QVERIFY2(m_pair->servers[0]->start(), m_pair->servers[0]->log().constData());
        runs("05-rejoin.sh", {"db1"});
        runs("03-promote.sh", {"--planned", "--to", "db1", "--yes"});
        runs("status.sh");

        // What only the old source holds is not thrown away in silence: here a commit that waited in vain.
        QCOMPARE(m_pair->servers[1]->ask("STOP REPLICA IO_THREAD"), QByteArray());
        QCOMPARE(m_pair->servers[0]->ask("INSERT INTO shop.orders VALUES (5)"), QByteArray());
        m_pair->servers[0]->kill();
        runs("03-promote.sh", {"--yes"});
        QCOMPARE(m_pair->rowsOf(1), (std::set<int>{1, 2, 3, 4}));
        QVERIFY2(m_pair->servers[0]->start(), m_pair->servers[0]->log().constData());
        const verify::Finished rejoin = m_pair->runbook.run("05-rejoin.sh", {"db1"});
        QVERIFY2(rejoin.status == 4, rejoin.output.c_str());
        QVERIFY2(rejoin.output.find("db1 has writes of its own") != std::string::npos, rejoin.output.c_str());
        QCOMPARE(m_pair->servers[0]->ask("SELECT @@GLOBAL.read_only"), QByteArray("1"));
        QCOMPARE(m_pair->rowsOf(0), (std::set<int>{1, 2, 3, 4, 5}));
    }
};

ALWAYSON_TEST_MAIN(TestMysqlLive, test_mysql_live)
#include "test_mysql_live.moc"

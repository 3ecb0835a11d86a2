// The scripts of group replication against a client that answers from a table: who is asked what, what is
// refused, and in which words. The members' states are those of MySQL's manual (network partitioning).
#include "exporters/mysql/folder.h"
#include "tests/exporters/mysql/mysql_support.h"
#include "tests/support/test_support.h"

using namespace alwayson;
using namespace alwayson::exporters;

namespace {

struct Member {
    const char* state = "OFFLINE";
    int reached = 0, known = 1;
    const char* executed = "u:1-5";
    bool writes = false; // not read-only
};

class World {
public:
    World() {
        Design design = test::replicationSet(3, {{"replication", std::string("group")},
                                                 {"manager", std::string("group")},
                                                 {"flavour", std::string("mysql_8_4")}});
        const auto files = mysql::exportFolders(design);
        if (!files) qFatal("%s", files.error().message.c_str());
        m_scripts = test::writeAll(*files, m_folder.filePath("export"));
        QDir().mkpath(m_folder.filePath("world"));
        if (!QFile::copy(ALWAYSON_SOURCE_DIR "/tests/exporters/mysql/group_client.sh",
                         m_folder.filePath("mysql")))
            qFatal("cannot copy");
        QFile(m_folder.filePath("mysql")).setPermissions(QFile::ReadOwner | QFile::ExeOwner);
    }
    // Member i of 1 to 3; one that is never put does not answer.
    void put(int i, const Member& m) {
        write("world/10.0.2.1" + QString::number(i),
              QString("read_only=%1 executed=%2 state=%3 reached=%4 known=%5 role=%6\n")
                  .arg(m.writes ? 0 : 1)
                  .arg(m.executed, m.state)
                  .arg(m.reached)
                  .arg(m.known)
                  .arg(m.writes ? "PRIMARY" : "SECONDARY")
                  .toUtf8());
    }
    void failsToForm(int i) { write("world/10.0.2.1" + QString::number(i) + ".fails", ""); }
    verify::Finished run(const QString& script, const std::vector<std::string>& arguments) const {
        return test::bash(m_scripts + '/' + script, arguments,
                          {{"FAILOVER_PASSWORD", "x"},
                           {"PATH", (m_folder.path() + ':' + qEnvironmentVariable("PATH")).toStdString()}});
    }
    // What was changed, in order: "10.0.2.11 stops".
    QStringList changes() const {
        QFile log(m_folder.filePath("world/log"));
        if (!log.open(QIODevice::ReadOnly)) return {};
        return QString::fromUtf8(log.readAll()).split('\n', Qt::SkipEmptyParts);
    }

private:
    void write(const QString& name, const QByteArray& bytes) {
        QFile file(m_folder.filePath(name));
        if (!file.open(QIODevice::WriteOnly) || file.write(bytes) != bytes.size()) qFatal("cannot write");
    }
    QTemporaryDir m_folder;
    QString m_scripts;
};

bool says(const verify::Finished& out, const char* words) {
    return out.output.find(words) != std::string::npos;
}

} // namespace

class TestMysqlReopen : public QObject {
    Q_OBJECT

private slots:
    // A member that has lost the others stays ONLINE and its writes wait: it is stopped, then it forms the
    // group.
    void theLastOneOfThree() {
        World world;
        world.put(1, {.state = "ONLINE", .reached = 1, .known = 3, .writes = true});
        const verify::Finished status = world.run("status.sh", {});
        QCOMPARE(status.status, 1);
        QVERIFY2(says(status, "sees only 1 of 3 members: no majority"), status.output.c_str());

        const verify::Finished refused = world.run("04-reopen.sh", {"db1"});
        QCOMPARE(refused.status, 3);
        QVERIFY2(says(refused, "db2 does not answer: it may take writes"), refused.output.c_str());
        QVERIFY(world.changes().isEmpty());

        const verify::Finished done = world.run("04-reopen.sh", {"db1", "--alone"});
        QVERIFY2(done.status == 0, done.output.c_str());
        QCOMPARE(world.changes(), QStringList({"10.0.2.11 stops", "10.0.2.11 forms"}));
    }

    // Not a writer: neither for a rejoin nor for a planned change.
    void aBlockedMemberIsNoWriter() {
        World world;
        world.put(1, {.state = "ONLINE", .reached = 1, .known = 3, .writes = true});
        world.put(2, {});
        const verify::Finished joins = world.run("05-rejoin.sh", {"db2"});
        QCOMPARE(joins.status, 3);
        QVERIFY2(says(joins, "db1 waits for a majority. 04-reopen.sh"), joins.output.c_str());
        const verify::Finished itself = world.run("05-rejoin.sh", {"db1"});
        QCOMPARE(itself.status, 3);
        const verify::Finished moves = world.run("03-promote.sh", {"--to", "db1", "--yes"});
        QCOMPARE(moves.status, 3);
        QVERIFY2(says(moves, "has lost its majority"), moves.output.c_str());
        QVERIFY(world.changes().isEmpty());
    }

    // The others form the majority: the one that is cut off and does not know it joins them.
    void cutOffFromAMajority() {
        World world;
        world.put(1, {.state = "ONLINE", .reached = 1, .known = 3, .writes = true});
        world.put(2, {.state = "ONLINE", .reached = 2, .known = 2, .executed = "u:1-9", .writes = true});
        world.put(3, {.state = "ONLINE", .reached = 2, .known = 2, .executed = "u:1-9"});
        for (const char* member : {"db1", "db2"}) {
            const verify::Finished refused = world.run("04-reopen.sh", {member, "--alone"});
            QCOMPARE(refused.status, 3);
            QVERIFY2(says(refused, QByteArray(member) == "db1" ? "db2 works in the group, with a majority"
                                                               : "db2 sees a majority"),
                     refused.output.c_str());
        }
        QVERIFY(world.changes().isEmpty());
        QCOMPARE(world.run("05-rejoin.sh", {"db3"}).status, 0); // online already
        QVERIFY(world.changes().isEmpty());
        QVERIFY(world.run("05-rejoin.sh", {"db1"}).status == 0);
        QCOMPARE(world.changes(), QStringList({"10.0.2.11 joins"}));
    }

    // All answer and nobody reaches the others: all are stopped, none of them is alone.
    void everybodyForItself() {
        World world;
        for (int i = 1; i <= 3; ++i)
            world.put(i, {.state = "ONLINE", .reached = 1, .known = 3, .writes = i == 1});
        const verify::Finished done = world.run("04-reopen.sh", {"db2"});
        QVERIFY2(done.status == 0, done.output.c_str());
        QCOMPARE(world.changes(),
                 QStringList({"10.0.2.11 stops", "10.0.2.12 stops", "10.0.2.13 stops", "10.0.2.12 forms"}));
    }

    void transactions_data() {
        QTest::addColumn<QString>("mine");
        QTest::addColumn<QString>("other");
        QTest::addColumn<int>("status");
        QTest::addColumn<QString>("said");
        QTest::newRow("the same") << "u:1-5"
                                  << "u:1-5" << 0 << "";
        QTest::newRow("I hold more") << "u:1-9"
                                     << "u:1-5" << 0 << "";
        QTest::newRow("it holds more") << "u:1-5"
                                       << "u:1-9" << 3 << "start with db2";
        // More of them, but not those: nine of its own against one agreed on.
        QTest::newRow("own writes") << "u:1-4,v:1-9"
                                    << "u:1-5" << 3 << "neither db1 nor db2 holds all";
        QTest::newRow("others' own writes") << "u:1-5"
                                            << "u:1-4,v:1" << 3 << "neither db1 nor db2 holds all";
    }
    void transactions() {
        QFETCH(QString, mine);
        QFETCH(QString, other);
        QFETCH(int, status);
        QFETCH(QString, said);
        const QByteArray first = mine.toUtf8(), second = other.toUtf8();
        World world;
        world.put(1, {.executed = first.constData()});
        world.put(2, {.executed = second.constData()});
        world.put(3, {.executed = "u:1-2"});
        const verify::Finished out = world.run("04-reopen.sh", {"db1"});
        QVERIFY2(out.status == status, out.output.c_str());
        QVERIFY2(says(out, said.toUtf8()), out.output.c_str());
        QCOMPARE(world.changes(), status == 0 ? QStringList("10.0.2.11 forms") : QStringList());
    }

    // A member that did not form the group must not form one by accident the next time it starts.
    void aGroupThatIsNotFormed() {
        World world;
        for (int i = 1; i <= 3; ++i)
            world.put(i, {});
        world.failsToForm(1);
        QCOMPARE(world.run("04-reopen.sh", {"db1"}).status, 5);
        QCOMPARE(world.changes(), QStringList({"10.0.2.11 forms", "10.0.2.11 forms no group"}));
    }
};

ALWAYSON_TEST_MAIN(TestMysqlReopen, test_mysql_reopen)
#include "test_mysql_reopen.moc"

// The exported HAProxy in front of two real MariaDB servers on loopback: writes reach only the member that
// may write, before and after the roles change; reads reach replicas, and the source only when none is left.
// Free ports; every process is ended by its id.
#include "core/catalogue/keys.h"
#include "exporters/haproxy/build.h"
#include "exporters/haproxy/emit.h"
#include "exporters/mysql/folder.h"
#include "tests/exporters/mysql/mysql_support.h"
#include "tests/support/free_port.h"
#include "tests/support/test_support.h"

#include <QElapsedTimer>
#include <QScopeGuard>

using namespace alwayson;
using namespace alwayson::exporters;

namespace {

constexpr double kAllowanceS = 0.3;

// The line of the set's own runbook that makes the account of the checks.
QByteArray checkAccount(const Design& design) {
    const auto files = mysql::exportFolders(design);
    if (!files) qFatal("%s", describe(files.error()).c_str());
    const QByteArray sql = QByteArray::fromStdString(test::fileNamed(*files, "01-source.sql").bytes);
    for (const QByteArray& line : sql.split('\n'))
        if (line.startsWith("CREATE USER") && line.contains("haproxy_check")) return line;
    qFatal("no account for the checks");
}

// One connection through HAProxy; "error" when it fails.
QByteArray through(std::uint16_t port, const QByteArray& statement) {
    QProcess client;
    client.start("mariadb",
                 {"--no-defaults", "--protocol=tcp", "--host=127.0.0.1", QString("--port=%1").arg(port),
                  "--user=app", "--connect-timeout=2", "--batch", "--skip-column-names"});
    client.write(statement + ";\n");
    client.closeWriteChannel();
    if (!client.waitForFinished(20000) || client.exitCode() != 0) return "error";
    return client.readAllStandardOutput().trimmed();
}

// A counter of the server's.
int status(const test::MariadbServer& server, const char* name) {
    return server.ask(QByteArray("SHOW GLOBAL STATUS LIKE '") + name + "'").split('\t').last().toInt();
}

} // namespace

class TestHaproxyDatabaseLive : public QObject {
    Q_OBJECT

    static Design designFor(std::uint16_t first, std::uint16_t second) {
        Design design = test::replicationSet(2, {{"user_network", std::string("127.0.0.%")}});
        test::deploy(design, "db1", "port", double(first));
        test::deploy(design, "db2", "port", double(second));
        for (const char* member : {"db1", "db2"})
            test::deploy(design, member, "host", std::string("127.0.0.1"));
        Node lb;
        lb.id = NodeId("lb");
        lb.kind = "haproxy";
        lb.parameters = {{"check_inter_ms", 500.0},
                         {"check_fall", 2.0},
                         {"check_rise", 2.0},
                         {"check_timeout_ms", 1000.0},
                         {"maxconn", 200.0}};
        lb.deploy["host"] = std::string("127.0.0.1");
        lb.deploy["port"] = double(test::freePort());
        lb.deploy["read_port"] = double(test::freePort());
        design.nodes.append(lb);
        Link link;
        link.id = LinkId("l1");
        link.from = "lb";
        link.to = "db";
        design.links.append(link);
        return design;
    }

private slots:
    void writesReachOnlyTheWriter() {
        const std::filesystem::path program = verify::findProgram("haproxy");
        QVERIFY2(!program.empty(), "haproxy is missing: apt-get install haproxy");
        QTemporaryDir folder;
        const std::uint16_t ports[] = {test::freePort(), test::freePort()};
        const Design design = designFor(ports[0], ports[1]);
        std::vector<std::unique_ptr<test::MariadbServer>> servers;
        for (int i = 0; i < 2; ++i) {
            servers.push_back(std::make_unique<test::MariadbServer>(
                folder.filePath(QString("db%1").arg(i + 1)), "",
                QStringList{"--bind-address=127.0.0.1", QString("--port=%1").arg(ports[i]),
                            QString("--server-id=%1").arg(i + 1)}));
            servers[i]->makeData();
            QVERIFY2(servers[i]->start(), servers[i]->log().constData());
            QCOMPARE(
                servers[i]->ask("SET SESSION sql_log_bin = 0; CREATE USER app@'127.0.0.%'; GRANT INSERT, "
                                "SELECT, CREATE ON *.* TO app@'127.0.0.%'; CREATE DATABASE shop; CREATE "
                                "TABLE shop.orders (n INT); " +
                                checkAccount(design)),
                QByteArray());
        }
        QCOMPARE(servers[1]->ask("SET GLOBAL read_only = ON"), QByteArray());

        haproxy::Paths paths;
        paths.adminSocket = paths.chroot = paths.user = paths.group = paths.log = paths.metricsBind = "";
        paths.sharePort = false;
        const auto built = haproxy::build(design, *design.nodes.find("lb"), "lb", {2, 4}, paths);
        QVERIFY2(built.ok(), built ? "" : built.error().message.c_str());
        QFile config(folder.filePath("haproxy.cfg"));
        QVERIFY(config.open(QIODevice::WriteOnly));
        config.write(QByteArray::fromStdString(haproxy::toText(built->config)));
        config.close();
        QProcess proxy;
        proxy.setProcessChannelMode(QProcess::MergedChannels);
        proxy.start(QString::fromStdString(program.string()), {"-db", "-f", config.fileName()});
        QVERIFY(proxy.waitForStarted(5000));
        const auto end = qScopeGuard([&] {
            proxy.kill();
            proxy.waitForFinished(5000);
        });
        const Node& lb = *design.nodes.find("lb");
        const auto writePort = std::uint16_t(get(lb, key::haproxy::deploy::port));
        const auto readPort = std::uint16_t(*get(lb, key::haproxy::deploy::readPort));
        const QByteArray first = QByteArray::number(ports[0]), second = QByteArray::number(ports[1]);
        const QByteArray who = "SELECT @@port";
        // Until its first check a member counts as one that may do anything.
        const auto settled = [&](std::uint16_t port, const QByteArray& answer) {
            for (int i = 0; i < 4; ++i)
                if (through(port, who) != answer) return false;
            return true;
        };
        QTRY_VERIFY_WITH_TIMEOUT(settled(readPort, second) && settled(writePort, first), 10000);
        for (int i = 0; i < 10; ++i) {
            QCOMPARE(through(writePort, "INSERT INTO shop.orders VALUES (1); SELECT @@port"), first);
            QCOMPARE(through(readPort, who), second);
        }
        QCOMPARE(through(readPort, "INSERT INTO shop.orders VALUES (2)"), QByteArray("error"));

        // A caller that holds its connection when the roles change: it is cut, not left with the old source.
        QProcess holder;
        holder.start("mariadb", {"--no-defaults", "--protocol=tcp", "--host=127.0.0.1",
                                 QString("--port=%1").arg(writePort), "--user=app", "--batch",
                                 "--skip-column-names", "-e", "SELECT SLEEP(30)"});
        QVERIFY(holder.waitForStarted(5000));
        const auto endHolder = qScopeGuard([&] {
            holder.kill();
            holder.waitForFinished(5000);
        });
        QTRY_COMPARE_WITH_TIMEOUT(
            servers[0]->ask("SELECT COUNT(*) FROM information_schema.PROCESSLIST WHERE USER = 'app'"),
            QByteArray("1"), 5000);

        QCOMPARE(servers[0]->ask("SET GLOBAL read_only = ON"), QByteArray());
        QCOMPARE(servers[1]->ask("SET GLOBAL read_only = OFF"), QByteArray());
        QElapsedTimer clock;
        clock.start();
        double took = -1;
        while (took < 0 && clock.elapsed() < 10000) {
            const QByteArray answer = through(writePort, "INSERT INTO shop.orders VALUES (3); SELECT @@port");
            QVERIFY2(answer == second || answer == "error", answer.constData());
            if (answer == second) took = double(clock.elapsed()) / 1000;
        }
        // As the simulation has it: the longer of losing one and taking the other, and nothing before that.
        const double most = std::max(built->figures.back->to.seconds(), built->figures.refused->to.seconds());
        QVERIFY2(took > 0 && took <= most + kAllowanceS + 0.5,
                 qPrintable(QString("%1 s, at most %2 s").arg(took).arg(most)));
        QVERIFY2(holder.waitForFinished(5000), "the old connection was left open");
        QVERIFY(holder.exitCode() != 0);
        QTRY_VERIFY_WITH_TIMEOUT(settled(readPort, first), 5000);
        for (int i = 0; i < 5; ++i)
            QCOMPARE(through(writePort, "INSERT INTO shop.orders VALUES (4); SELECT @@port"), second);
        QCOMPARE(servers[0]->ask("SELECT COUNT(*) FROM shop.orders WHERE n >= 3"), QByteArray("0"));

        // No replica left: the source is read. Nobody may write: writes are refused, not sent anywhere.
        servers[0]->kill();
        QTRY_VERIFY_WITH_TIMEOUT(settled(readPort, second), 5000);
        QCOMPARE(servers[1]->ask("SET GLOBAL read_only = ON"), QByteArray());
        QTRY_COMPARE_WITH_TIMEOUT(through(writePort, who), QByteArray("error"), 5000);
        // The checks log in and out as a client does: a server that counted each as a broken connection would
        // block HAProxy after max_connect_errors. A check that runs into its time limit on a busy machine is
        // one.
        const int connections = status(*servers[1], "Connections");
        const int aborted = status(*servers[1], "Aborted_connects");
        QVERIFY2(connections > 10 && aborted * 5 < connections,
                 qPrintable(QString("%1 of %2 connections were broken off").arg(aborted).arg(connections)));
        QVERIFY2(proxy.state() == QProcess::Running, proxy.readAll().constData());
    }
};

ALWAYSON_TEST_MAIN(TestHaproxyDatabaseLive, test_haproxy_database_live)
#include "test_haproxy_database_live.moc"

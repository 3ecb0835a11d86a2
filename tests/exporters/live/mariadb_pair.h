#pragma once
// Two MariaDB servers on loopback, set up with TLS by the exported scripts of a design with the members db1
// and db2: db1 is the source and holds the table shop.orders, which the account writer fills.

#include "exporters/mysql/folder.h"
#include "tests/exporters/live/mysql_runbook.h"
#include "tests/support/free_port.h"

#include <set>

namespace alwayson::test {

class MariadbPair {
    QTemporaryDir m_folder; // outlives the servers

public:
    // "" or what went wrong. The members get addresses and ports in `design`.
    std::string setUp(Design& design) {
        if (std::string fault = makeCertificates(path("tls")); !fault.empty()) return fault;
        QFile password(path("password"));
        if (!password.open(QIODevice::WriteOnly) || password.write(QByteArray::fromStdString(canary())) < 0)
            return "no password";
        password.close();
        for (int i = 0; i < 2; ++i) {
            ports[i] = freePort();
            deploy(design, "db" + std::to_string(i + 1), "host", std::string("127.0.0.1"));
            deploy(design, "db" + std::to_string(i + 1), "port", double(ports[i]));
        }
        const auto files = exporters::mysql::exportFolders(design, {path("tls").toStdString()});
        if (!files) return describe(files.error());
        runbook.folder = writeAll(*files, path("export"));
        runbook.environment = {{"REPL_PASSWORD", canary()},
                               {"FAILOVER_PASSWORD_FILE", path("password").toStdString()},
                               {"ORCHESTRATOR_PASSWORD_FILE", path("password").toStdString()}};
        for (int i = 0; i < 2; ++i) {
            servers[i] = std::make_unique<MariadbServer>(path(QString("server%1").arg(i + 1)),
                                                         runbook.folder + QString("/db%1.cnf").arg(i + 1),
                                                         QStringList());
            servers[i]->makeData();
            if (!servers[i]->start()) return servers[i]->log().toStdString();
        }
        std::string fault = runbook.fault("01-source.sh", {"db1"}, servers[0]->socketPath());
        if (fault.empty())
            fault = runbook.fault("02-replica.sh", {"db2", "--empty"}, servers[1]->socketPath());
        if (fault.empty()) fault = runbook.fault("status.sh");
        if (!fault.empty()) return fault;
        return servers[0]
            ->ask("CREATE DATABASE shop; CREATE TABLE shop.orders (id INT PRIMARY KEY); CREATE USER "
                  "writer@`127.0.0.%`; GRANT INSERT ON shop.* TO writer@`127.0.0.%`")
            .toStdString();
    }

    QString path(const QString& name) const { return m_folder.filePath(name); }
    std::set<int> rowsOf(int server) const {
        std::set<int> rows;
        for (const QByteArray& row : servers[server]->ask("SELECT id FROM shop.orders").split('\n'))
            if (!row.isEmpty()) rows.insert(row.toInt());
        return rows;
    }
    // In no file of the export, no binary log, no log of a server; the replica's own note of how to log in is
    // the one exception that MariaDB makes, in a file only its account can read.
    std::string canaryFiles() const { return filesWithCanary(m_folder.path(), "/master.info$|/password$"); }

    std::unique_ptr<MariadbServer> servers[2];
    int ports[2] = {0, 0};
    Runbook runbook;
};

} // namespace alwayson::test

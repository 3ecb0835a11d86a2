#pragma once
// Designs with a replication set, and private MariaDB servers on temporary folders and free ports of
// loopback, each ended by its id.

#include "exporters/common/file.h"
#include "exporters/verify/process.h"
#include "tests/exporters/exporter_support.h"

#include <QDir>
#include <QProcess>
#include <QTemporaryDir>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <memory>

namespace alwayson::test {

// Members "db1", "db2", ... of the set "db".
inline Design replicationSet(int members, Parameters parameters = {}) {
    Design design;
    design.name = "Shop";
    Group group;
    group.id = GroupId("db");
    group.kind = "mysql_replication";
    group.parameters = std::move(parameters);
    design.groups.append(group);
    for (int i = 1; i <= members; ++i) {
        Node node;
        node.id = NodeId("db" + std::to_string(i));
        node.kind = "mysql";
        node.group = group.id;
        node.deploy["host"] = "10.0.2." + std::to_string(10 + i);
        design.nodes.append(node);
    }
    return design;
}

// The same with three voters that its manager runs on: "vote1" at "10.0.9.1" with the network
// "10.0.9.", and so on from the number `first`.
inline Design watchedSet(int members, Parameters parameters, const std::string& network, int first = 1) {
    Design design = replicationSet(members, std::move(parameters));
    Group set = design.groups.at(0);
    set.managerOn = {"voters"};
    design.groups.replace(0, std::move(set));
    Group voters;
    voters.id = GroupId("voters");
    voters.kind = "quorum";
    design.groups.append(voters);
    for (int i = first; i < first + 3; ++i) {
        Node node;
        node.id = NodeId("vote" + std::to_string(i));
        node.kind = "voter";
        node.group = voters.id;
        node.deploy["host"] = network + std::to_string(i);
        design.nodes.append(node);
    }
    return design;
}

inline void changeSet(Design& design, const std::string& key, Value value) {
    Group changed = design.groups.at(0);
    changed.parameters[key] = std::move(value);
    design.groups.replace(0, std::move(changed));
}

inline const exporters::File& fileNamed(const std::vector<exporters::File>& files, std::string_view name) {
    for (const exporters::File& file : files)
        if (file.path.substr(file.path.rfind('/') + 1) == name) return file;
    qFatal("no %s", std::string(name).c_str());
}

// Writes the files below `folder`; returns the folder of the first.
inline QString writeAll(const std::vector<exporters::File>& files, const QString& folder) {
    for (const exporters::File& file : files) {
        const QString path = folder + '/' + QString::fromStdString(file.path);
        QDir().mkpath(QFileInfo(path).path());
        QFile out(path);
        if (!out.open(QIODevice::WriteOnly)) qFatal("cannot write");
        out.write(QByteArray::fromStdString(file.bytes));
        if (file.executable) out.setPermissions(out.permissions() | QFile::ExeOwner);
    }
    return QFileInfo(folder + '/' + QString::fromStdString(files.front().path)).path();
}

using Environment = std::vector<std::pair<std::string, std::string>>;

inline exporters::verify::Finished bash(const QString& script, const std::vector<std::string>& arguments = {},
                                        const Environment& environment = {}) {
    exporters::verify::Command command{
        "/bin/bash", {script.toStdString()}, environment, Duration::seconds(120)};
    command.arguments.insert(command.arguments.end(), arguments.begin(), arguments.end());
    auto out = exporters::verify::runProcess(command);
    if (!out) qFatal("%s", describe(out.error()).c_str());
    return *out;
}

// A fresh data folder: made once in a process, then copied.
inline void makeDataFolder(const QString& path) {
    static QTemporaryDir made;
    static const bool ready = [] {
        QStringList arguments{"--no-defaults",
                              "--datadir=" + made.filePath("data"),
                              "--auth-root-authentication-method=normal",
                              "--skip-test-db",
                              "--innodb-log-file-size=8M",
                              "--innodb-use-native-aio=OFF"};
        if (geteuid() == 0) arguments << "--user=root";
        QProcess install;
        QProcessEnvironment environment = QProcessEnvironment::systemEnvironment();
        environment.insert("TMPDIR", made.path());
        install.setProcessEnvironment(environment);
        install.setProcessChannelMode(QProcess::MergedChannels);
        install.start("mariadb-install-db", arguments);
        return install.waitForFinished(120000) && install.exitCode() == 0;
    }();
    if (!ready) qFatal("MariaDB is missing: apt-get install mariadb-server-core mariadb-client-core");
    if (QProcess::execute("cp", {"-a", made.filePath("data"), path}) != 0)
        qFatal("cannot copy a data folder");
}

class MariadbServer {
public:
    // `folder` holds all it has; `arguments` come after the option file ("" for none).
    MariadbServer(QString folder, QString optionFile, QStringList arguments)
        : m_folder(std::move(folder)), m_optionFile(std::move(optionFile)),
          m_arguments(std::move(arguments)) {
        QDir().mkpath(m_folder);
    }
    ~MariadbServer() { kill(); }
    MariadbServer(const MariadbServer&) = delete;
    MariadbServer& operator=(const MariadbServer&) = delete;

    void makeData() { makeDataFolder(data()); }
    // True when it answers; else log() says why.
    bool start() {
        QStringList all{m_optionFile.isEmpty() ? "--no-defaults" : "--defaults-file=" + m_optionFile,
                        "--datadir=" + data(),
                        "--socket=" + socketPath(),
                        "--pid-file=" + m_folder + "/pid",
                        "--tmpdir=" + m_folder, // a server that starts clears it: never one that others use
                        "--innodb-buffer-pool-size=16M",
                        "--innodb-log-file-size=8M",
                        "--innodb-use-native-aio=OFF"}; // io_uring lets a start hang now and then
        if (geteuid() == 0) all << "--user=root";
        m_process = std::make_unique<QProcess>();
        m_process->setProcessChannelMode(QProcess::MergedChannels);
        m_process->setStandardOutputFile(m_folder + "/log", QIODevice::Append);
        m_process->start(QString::fromStdString(exporters::verify::findProgram("mariadbd").string()),
                         all + m_arguments);
        return QTest::qWaitFor([this] { return ask("SELECT 1") == "1"; }, 60000);
    }
    qint64 pid() const { return m_process ? m_process->processId() : 0; }
    void kill() {
        if (!m_process || m_process->state() == QProcess::NotRunning) return;
        m_process->kill();
        m_process->waitForFinished(10000);
    }
    void stop() {
        if (!m_process || m_process->state() == QProcess::NotRunning) return;
        m_process->terminate();
        if (!m_process->waitForFinished(60000)) kill();
    }
    // What the statements print, without names of columns; "error: ..." when they fail.
    QByteArray ask(const QByteArray& statements) const {
        QProcess client;
        client.start("mariadb",
                     {"--no-defaults", "--protocol=socket", "--socket=" + socketPath(), "--user=root",
                      "--batch", "--raw", "--skip-column-names", "--default-character-set=utf8mb4"});
        client.write(statements + ";\n");
        client.closeWriteChannel();
        if (!client.waitForFinished(60000) || client.exitCode() != 0)
            return "error: " + client.readAllStandardError();
        return client.readAllStandardOutput().trimmed();
    }
    QString socketPath() const { return m_folder + "/socket"; }
    QString data() const { return m_folder + "/data"; }
    QByteArray log() const {
        QFile file(m_folder + "/log");
        return file.open(QIODevice::ReadOnly) ? file.readAll().right(4000) : QByteArray("no log");
    }

private:
    QString m_folder, m_optionFile;
    QStringList m_arguments;
    std::unique_ptr<QProcess> m_process;
};

} // namespace alwayson::test

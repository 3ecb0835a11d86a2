// Hostile text in every text field changes nothing but comments and prose; what is broken on purpose is
// caught by the real MariaDB.
#include "core/base/json.h"
#include "exporters/mysql/folder.h"
#include "exporters/mysql/option_file.h"
#include "exporters/verify/mariadb.h"
#include "tests/exporters/mysql/mysql_support.h"
#include "tests/support/test_support.h"

#include <functional>

using namespace alwayson;
using namespace alwayson::exporters;

namespace {

template <class T, class Edit>
void editAll(Table<T>& table, Edit edit) {
    for (std::size_t i = 0; i < table.size(); ++i) {
        T entity = table.at(i);
        edit(entity);
        table.replace(i, std::move(entity));
    }
}

// Every text a person can type that is not an id, a choice, an address or a host pattern: those are refused.
void fillTexts(Design& design, const std::string& text) {
    design.name = text;
    design.settings.priceBook = text;
    design.settings.capacityBook = text;
    editAll(design.groups, [&](Group& group) {
        group.name = text;
        group.parameters["virtual_ip"] = text;
    });
    editAll(design.nodes, [&](Node& node) {
        node.name = text;
        node.deploy["instance_type"] = text;
        node.deploy["image"] = text;
    });
    design.unknown["/note"] = Json(text).dump(-1, ' ', true, Json::error_handler_t::replace);
}

std::string withoutComments(const File& file) {
    const char* mark = file.path.ends_with(".sql") ? "--" : "#";
    QByteArray kept;
    for (const QByteArray& line : QByteArray::fromStdString(file.bytes).split('\n'))
        if (!line.startsWith(mark)) kept += line + '\n';
    return kept.toStdString();
}

} // namespace

class TestMysqlHostile : public QObject {
    Q_OBJECT

    static std::vector<File> filesOf(const Design& design) {
        auto files = mysql::exportFolders(design);
        if (!files) qFatal("%s", describe(files.error()).c_str());
        return std::move(files).value();
    }
    static Design semiSynchronous() {
        return test::replicationSet(2, {{"replication", std::string("semi_sync")}});
    }
    static File& fileOf(std::vector<File>& files, const std::string& name) {
        return const_cast<File&>(test::fileNamed(files, name));
    }
    static const verify::Verdict& verdictOf(const std::vector<File>& files,
                                            const std::vector<verify::Verdict>& verdicts,
                                            const std::string& name) {
        return verdicts[std::size_t(&test::fileNamed(files, name) - files.data())];
    }

private slots:
    void everyFieldKeepsTheStructure() {
        Design clean = semiSynchronous();
        test::deploy(clean, "db2", "host", std::monostate());
        const std::vector<File> wanted = filesOf(clean);
        for (const std::string& text : test::hostileTexts()) {
            if (text.find('\xff') != std::string::npos || text.find('\xc0') != std::string::npos)
                continue; // no design file holds invalid UTF-8
            Design design = clean;
            fillTexts(design, text);
            const std::vector<File> files = filesOf(design);
            QCOMPARE(files.size(), wanted.size());
            for (std::size_t i = 0; i < files.size(); ++i) {
                QCOMPARE(files[i].path, wanted[i].path);
                if (files[i].path.ends_with(".cnf") || files[i].path.ends_with(".sql") ||
                    files[i].path.ends_with("env.example"))
                    QVERIFY2(withoutComments(files[i]) == withoutComments(wanted[i]), files[i].bytes.c_str());
                if (files[i].path.ends_with(".sh")) QCOMPARE(files[i].bytes, wanted[i].bytes);
                if (files[i].path.ends_with("README.md"))
                    QVERIFY(files[i].bytes.find("<script>") == std::string::npos);
                if (files[i].path.ends_with("manifest.json"))
                    QVERIFY(Json::parse(files[i].bytes).is_object());
            }
        }
    }

    void everyFieldAtOnceIsTakenByMariadb() {
        Design design = semiSynchronous();
        fillTexts(design, "x'; DROP TABLE mysql.user; --\n[mariadbd]\nskip_grant_tables\n\"`$(reboot)` \\");
        const std::vector<File> files = filesOf(design);
        const auto verdicts = verify::verifyMariadb(files);
        QVERIFY(verdicts.ok());
        for (std::size_t i = 0; i < files.size(); ++i) {
            if (!files[i].checkable) continue;
            QVERIFY2((*verdicts)[i].tool.rfind("mariadbd 1", 0) == 0,
                     "MariaDB is missing: apt-get install mariadb-server-core mariadb-client-core");
            QVERIFY2((*verdicts)[i].accepted, (files[i].path + ": " + (*verdicts)[i].message).c_str());
        }
    }

    void brokenOptionsAreCaught_data() {
        QTest::addColumn<QString>("from");
        QTest::addColumn<QString>("to");
        const auto row = [](const char* name, const char* from, const char* to) {
            QTest::newRow(name) << QString(from) << QString(to);
        };
        row("unknown option", "gtid_strict_mode", "gtid_strickt_mode");
        row("option of MySQL", "read_only = ON", "super_read_only = ON");
        row("unknown format", "binlog_format = ROW", "binlog_format = RAW");
        row("unknown wait point", "AFTER_SYNC", "AFTER_SINK");
        row("number with letters", "slave_net_timeout = 4", "slave_net_timeout = 4s");
        row("negative number", "sync_binlog = 1", "sync_binlog = -1");
        row("below the least", "slave_net_timeout = 4", "slave_net_timeout = 0");
        row("beyond the most", "max_connections = 186", "max_connections = 1000000");
        row("switch misspelt", "read_only = ON", "read_only = maybe");
        row("port out of range", "\nport = 3306", "\nport = 99999");
        row("set twice", "read_only = ON", "read_only = ON\nread_only = OFF");
        row("wrong section", "[mariadbd]", "[mariadb-dump]");
        row("no section", "[mariadbd]", "");
        row("open quote", "server_id = 1", "server_id = \"1");
        row("parallel mode", "optimistic", "optimystic");
    }
    void brokenOptionsAreCaught() {
        QFETCH(QString, from);
        QFETCH(QString, to);
        std::vector<File> files = filesOf(semiSynchronous());
        std::string& text = fileOf(files, "db1.cnf").bytes;
        const std::size_t at = text.find(from.toStdString());
        QVERIFY2(at != std::string::npos, text.c_str());
        text.replace(at, from.toStdString().size(), to.toStdString());
        for (File& file : files)
            file.checkable = file.path.ends_with("db1.cnf");
        const auto verdicts = verify::verifyMariadb(files);
        QVERIFY(verdicts.ok());
        const verify::Verdict& verdict = verdictOf(files, *verdicts, "db1.cnf");
        QVERIFY2(!verdict.accepted, text.c_str());
        QVERIFY(!verdict.message.empty());
        QVERIFY2(verdict.message.find("/tmp") == std::string::npos, verdict.message.c_str());
    }

    // One server runs all files: each is broken in its own way.
    void brokenStatementsAreCaught() {
        std::vector<File> files = filesOf(semiSynchronous());
        const std::vector<std::array<const char*, 3>> faults = {
            {"01-source.sql", "REPLICATION SLAVE", "REPLICATION SLAVERY"},
            {"02-replica.sql", "MASTER_HEARTBEAT_PERIOD", "MASTER_HARTBEAT_PERIOD"},
            {"03-promote.sql", "RESET REPLICA ALL", "RESET REPLICAS ALL"},
            {"04-reopen.sql", "read_only = OFF", "super_read_only = OFF"},
            {"05-rejoin.sql", "CHANGE MASTER TO MASTER_HOST", "CHANGE REPLICATION SOURCE TO SOURCE_HOST"}};
        for (const auto& [name, from, to] : faults) {
            std::string& text = fileOf(files, name).bytes;
            const std::size_t at = text.find(from);
            QVERIFY2(at != std::string::npos, from);
            text.replace(at, std::string_view(from).size(), to);
        }
        const auto verdicts = verify::verifyMariadb(files);
        QVERIFY(verdicts.ok());
        for (const auto& [name, from, to] : faults) {
            const verify::Verdict& verdict = verdictOf(files, *verdicts, name);
            QVERIFY2(!verdict.accepted, to);
            QVERIFY2(verdict.message.find("ERROR") != std::string::npos, verdict.message.c_str());
        }
    }

    void stopping() {
        std::stop_source source;
        source.request_stop();
        const auto verdicts = verify::verifyMariadb(filesOf(semiSynchronous()), source.get_token());
        QVERIFY(!verdicts.ok());
        QCOMPARE(verdicts.error().kind, ErrorKind::cancelled);
    }
};

ALWAYSON_TEST_MAIN(TestMysqlHostile, test_mysql_hostile)
#include "test_mysql_hostile.moc"

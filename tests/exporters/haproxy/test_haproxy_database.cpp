// HAProxy in front of a replication set: a port for writes and one for reads, checks that ask who may write,
// accepted by the installed HAProxy.
#include "exporters/common/database_check.h"
#include "exporters/haproxy/build.h"
#include "exporters/haproxy/emit.h"
#include "exporters/haproxy/folder.h"
#include "exporters/haproxy/parse.h"
#include "exporters/mysql/folder.h"
#include "exporters/verify/haproxy.h"
#include "tests/exporters/mysql/mysql_support.h"
#include "tests/support/test_support.h"

using namespace alwayson;
using namespace alwayson::exporters;

class TestHaproxyDatabase : public QObject {
    Q_OBJECT

    static Design design(int members = 3, Parameters parameters = {}, const char* access = "as_request") {
        Design design = test::replicationSet(members, std::move(parameters));
        Node lb;
        lb.id = NodeId("lb");
        lb.kind = "haproxy";
        lb.deploy["port"] = 3306.0;
        design.nodes.append(lb);
        Link link;
        link.id = LinkId("l1");
        link.from = "lb";
        link.to = "db";
        link.parameters["access"] = std::string(access);
        design.links.append(link);
        return design;
    }
    static haproxy::Built built(const Design& design, haproxy::Version version = {2, 6}) {
        auto result = haproxy::build(design, *haproxy::balancersOf(design).front(), "lb", version);
        if (!result) qFatal("%s", describe(result.error()).c_str());
        return std::move(result).value();
    }
    static QString codeOf(const Design& design) {
        const auto result = haproxy::build(design, *haproxy::balancersOf(design).front(), "lb", {2, 6});
        return result ? "none" : QString::fromStdString(result.error().code);
    }
    static std::string textOf(const Design& design) { return haproxy::toText(built(design).config); }
    // The lines of one section, trimmed; empty without it.
    static QStringList section(const std::string& text, const QString& head) {
        QStringList lines;
        bool inside = false;
        for (const QString& line : QString::fromStdString(text).split('\n')) {
            if (!line.startsWith(' ') && !line.isEmpty()) inside = line == head;
            if (inside && line.startsWith(' ') && !line.trimmed().startsWith('#')) lines << line.trimmed();
        }
        return lines;
    }
    static void accept(const Design& design, haproxy::Version version = {2, 6}) {
        const haproxy::Built one = built(design, version);
        const std::string config = haproxy::toText(one.config);
        std::vector<std::string> names;
        for (const haproxy::Variable& variable : one.variables)
            names.push_back(variable.name);
        const auto verdict = verify::verifyHaproxy(config, names);
        QVERIFY2(verdict.ok(), "haproxy could not be run");
        QVERIFY2(!verdict->tool.empty(), "haproxy is missing: apt-get install haproxy");
        QVERIFY2(verdict->accepted, (verdict->message + "\n" + config).c_str());
        const auto back = haproxy::parse(config);
        QVERIFY(back.ok());
        QVERIFY(*back == one.config);
    }
    static std::string setOn(Design& design, const char* key, Value value) {
        test::change(design, "lb", key, std::move(value));
        return textOf(design);
    }

private slots:
    void writersAndReaders() {
        const std::string text = textOf(design());
        QCOMPARE(section(text, "frontend fe_lb_write from tcp"),
                 (QStringList{"bind *:3306", "default_backend be_db_write"}));
        QCOMPARE(section(text, "frontend fe_lb_read from tcp"),
                 (QStringList{"bind *:3307", "default_backend be_db_read",
                              "use_backend be_db_write if { nbsrv(be_db_read) lt 1 }"}));
        const QStringList writers = section(text, "backend be_db_write from tcp");
        QVERIFY(writers.contains("balance first"));
        QVERIFY(writers.contains("tcp-check expect min-recv 0 string alwayson:writer"));
        QVERIFY(writers.contains(
            "default-server weight 100 maxconn 0 maxqueue 0 on-marked-down shutdown-sessions"));
        QVERIFY(writers.contains("default-server inter 2s fastinter 2s downinter 2s fall 3 rise 2"));
        for (const char* server : {"server db1 10.0.2.11:3306 check", "server db2 10.0.2.12:3306 check",
                                   "server db3 10.0.2.13:3306 check"})
            QVERIFY(writers.contains(server));
        const QStringList readers = section(text, "backend be_db_read from tcp");
        QVERIFY(readers.contains("balance roundrobin"));
        QVERIFY(readers.contains("tcp-check expect min-recv 0 string alwayson:reader"));
        QVERIFY(text.find("mode http\n    timeout http-request 10s") != std::string::npos);
        QVERIFY(text.find("option httplog") == std::string::npos);
        QVERIFY(text.find("forwardfor") == std::string::npos);
    }

    void readsGoWhereTheDesignSays() {
        const Value source = std::string("source"), all = std::string("all");
        const std::string fromSource = textOf(design(3, {{"reads_go_to", source}}));
        QVERIFY(section(fromSource, "frontend fe_lb_read from tcp").contains("default_backend be_db_write"));
        QVERIFY(section(fromSource, "backend be_db_read from tcp").isEmpty());
        const std::string fromAll = textOf(design(3, {{"reads_go_to", all}}));
        const QStringList readers = section(fromAll, "backend be_db_read from tcp");
        QVERIFY(readers.contains("tcp-check expect rstring \"alwayson:(reader|writer)\""));
        QVERIFY(readers.filter("min-recv").isEmpty());
        QVERIFY(section(fromAll, "frontend fe_lb_read from tcp").filter("use_backend").isEmpty());
        // One link for one purpose: one port.
        const std::string reads = textOf(design(3, {}, "read"));
        QCOMPARE(section(reads, "frontend fe_lb_read from tcp").front(), QString("bind *:3306"));
        QVERIFY(section(reads, "frontend fe_lb_write from tcp").isEmpty());
        const std::string writes = textOf(design(3, {}, "write"));
        QVERIFY(section(writes, "backend be_db_read from tcp").isEmpty());
        QCOMPARE(section(writes, "frontend fe_lb_write from tcp").front(), QString("bind *:3306"));
    }

    void everyFormIsAccepted() {
        for (const char* flavour : {"mariadb_10_11", "mysql_5_7", "mysql_8_0", "mysql_8_4"})
            accept(design(3, {{"flavour", std::string(flavour)}}));
        for (const char* goTo : {"source", "all"})
            accept(design(2, {{"reads_go_to", std::string(goTo)}}));
        accept(design(1, {}, "read"));
        accept(design(3, {{"replication", std::string("group")},
                          {"manager", std::string("group")},
                          {"flavour", std::string("mysql_8_4")}}));
        Design named = design();
        test::deploy(named, "db2", "host", std::monostate());
        test::deploy(named, "db3", "host", std::string("db3.example.com"));
        test::deploy(named, "lb", "host", std::string("127.0.0.1"));
        test::deploy(named, "lb", "read_port", 3399.0);
        accept(named);
        QVERIFY(textOf(named).find("bind 127.0.0.1:3399") != std::string::npos);
        for (const char* balance : {"random", "uri", "source", "leastconn", "static-rr", "first"}) {
            Design other = design();
            QVERIFY(!setOn(other, "balance", std::string(balance)).empty());
            accept(other, {2, 4});
        }
    }

    void whatIsNotWrittenIsSaid() {
        Design other = design();
        setOn(other, "cookie", true);
        setOn(other, "slowstart_ms", 5000.0);
        const std::string text = setOn(other, "balance", std::string("uri"));
        QVERIFY(text.find("SERVERID") == std::string::npos && text.find("slowstart") == std::string::npos);
        std::string notes;
        for (const std::string& note : built(other).notes)
            notes += note + "\n";
        for (const char* part :
             {"cookies need HTTP", "slow start is not written", "balance uri needs HTTP", "so 8h is written",
              "connections to a member that is out are cut", "a replica that is behind"})
            QVERIFY2(notes.find(part) != std::string::npos, part);
        QVERIFY(notes.find("TLS is not part") == std::string::npos);
    }

    // A check of type tcp is replaced by the question, which a server that hangs does not answer.
    void aHangIsNoticed() {
        Design other = design();
        setOn(other, "check_type", std::string("tcp"));
        QVERIFY(built(other).figures.hang.has_value());
        QVERIFY(textOf(other).find("hang noticed after") != std::string::npos);
    }

    void refusals() {
        Design unchecked = design();
        test::change(unchecked, "lb", "check", false);
        QCOMPARE(codeOf(unchecked), QString("export.haproxy_unchecked"));
        Design same = design();
        test::deploy(same, "lb", "read_port", 3306.0);
        QCOMPARE(codeOf(same), QString("export.haproxy_port"));
        test::deploy(same, "lb", "port", 65535.0);
        test::deploy(same, "lb", "read_port", std::monostate());
        QCOMPARE(codeOf(same), QString("export.haproxy_port"));
        const auto linked = [](Design to, const char* target) {
            Link link;
            link.id = LinkId("l2");
            link.from = "lb";
            link.to = target;
            to.links.append(link);
            return codeOf(to);
        };
        Design web = design();
        Node server;
        server.id = NodeId("web");
        server.kind = "server";
        web.nodes.append(server);
        QCOMPARE(linked(web, "web"), QString("export.haproxy_mixed"));
        Design two = design();
        Group other = two.groups.at(0);
        other.id = GroupId("db-b");
        two.groups.append(other);
        Node member = *two.nodes.find("db1");
        member.id = NodeId("other");
        member.group = other.id;
        two.nodes.append(member);
        QCOMPARE(linked(two, "db-b"), QString("export.haproxy_mixed"));
        Design lone = design();
        member.group.reset();
        lone.nodes.append(member);
        QCOMPARE(linked(lone, "other"), QString("export.haproxy_no_set"));
        Node cache;
        cache.id = NodeId("c");
        cache.kind = "cache";
        lone.nodes.append(cache);
        QCOMPARE(linked(lone, "c"), QString("export.haproxy_not_http"));
    }

    // The question is what the servers read; the log-in names the account and how it logs in.
    void thePackets() {
        using Flavour = key::group::mysqlReplication::Flavour;
        const DatabaseCheck check = databaseCheck(Flavour::mysql84, false);
        const QByteArray login = QByteArray::fromHex(QByteArray::fromStdString(check.login));
        QCOMPARE(int(static_cast<unsigned char>(login[0])), int(login.size() - 4));
        QCOMPARE(login[3], '\1');
        QVERIFY(login.contains("haproxy_check") && login.endsWith(QByteArray("caching_sha2_password\0", 22)));
        QVERIFY(QByteArray::fromHex(QByteArray::fromStdString(databaseCheck(Flavour::mysql57, false).login))
                    .endsWith(QByteArray("mysql_native_password\0", 22)));
        const QByteArray question = QByteArray::fromHex(QByteArray::fromStdString(check.question));
        const int size =
            static_cast<unsigned char>(question[0]) + 256 * static_cast<unsigned char>(question[1]);
        QCOMPARE(size + 4 + 5, int(question.size()));
        QVERIFY(question.mid(4).startsWith("\3SELECT IF(@@global.read_only,"));
        QVERIFY(question.endsWith(QByteArray("\1\0\0\0\1", 5)));
        for (const std::string_view answer : {kWriterAnswer, kReaderAnswer})
            QVERIFY(!question.contains(QByteArray(answer.data(), int(answer.size()))));
        QVERIFY(databaseCheck(Flavour::mysql84, true).question.size() > check.question.size());
    }

    // The account of the checks is made by the set's own export, also where its routes name no proxy.
    void theSetMakesTheAccount() {
        const auto files = mysql::exportFolders(
            design(2, {{"write_route", std::string("dns")}, {"read_route", std::string("dns")}}));
        QVERIFY(files.ok());
        QVERIFY(test::fileNamed(*files, "01-source.sql").bytes.find("haproxy_check") != std::string::npos);
    }

    void theFolderNamesBoth() {
        const auto files = haproxy::exportFolders(design());
        QVERIFY2(files.ok(), files ? "" : files.error().message.c_str());
        const std::string& manifest = test::fileNamed(*files, "manifest.json").bytes;
        QVERIFY(manifest.find("\"be_db_write/db1\"") != std::string::npos);
        const std::string& readme = test::fileNamed(*files, "README.md").bytes;
        QVERIFY(readme.find("callers of db connect to one port for writes") != std::string::npos);
    }
};

ALWAYSON_TEST_MAIN(TestHaproxyDatabase, test_haproxy_database)
#include "test_haproxy_database.moc"

// The folder of an export is complete, its scripts run, its manifest tells the truth.
#include "core/base/hash.h"
#include "core/base/json.h"
#include "exporters/haproxy/folder.h"
#include "exporters/verify/process.h"
#include "tests/exporters/exporter_support.h"
#include "tests/support/test_support.h"

#include <fmt/format.h>

#include <QDir>
#include <QTemporaryDir>

using namespace alwayson;
using namespace alwayson::exporters;

class TestHaproxyFolder : public QObject {
    Q_OBJECT

    static std::vector<File> filesOf(const Design& design) {
        auto files = haproxy::exportFolders(design);
        if (!files) qFatal("%s", describe(files.error()).c_str());
        return std::move(files).value();
    }
    // Few connections, so that the limit of open files of the machine that tests never matters.
    static Design smallPair() {
        Design design = test::designFrom("templates/web-pair.aon.json");
        test::change(design, "lb1", "maxconn", 1000.0);
        return design;
    }
    static const File& fileOf(const std::vector<File>& files, const std::string& path) {
        for (const File& file : files)
            if (file.path == path) return file;
        qFatal("no %s", path.c_str());
    }
    static QString write(const std::vector<File>& files, const QTemporaryDir& folder) {
        for (const File& file : files) {
            const QString path = folder.filePath(QString::fromStdString(file.path));
            QDir().mkpath(QFileInfo(path).path());
            QFile out(path);
            if (!out.open(QIODevice::WriteOnly)) qFatal("cannot write");
            out.write(QByteArray::fromStdString(file.bytes));
        }
        return folder.filePath("haproxy/lb1");
    }
    static verify::Finished sh(const QString& script, const std::vector<std::string>& arguments = {},
                               const std::vector<std::pair<std::string, std::string>>& environment = {}) {
        verify::Command command{"/bin/sh", {script.toStdString()}, environment, Duration::seconds(20)};
        command.arguments.insert(command.arguments.end(), arguments.begin(), arguments.end());
        auto out = verify::runProcess(command);
        if (!out) qFatal("%s", describe(out.error()).c_str());
        return *out;
    }

private slots:
    void completeAndDeterministic() {
        const Design design = test::designFrom("templates/web-pair.aon.json");
        const std::vector<File> files = filesOf(design);
        QStringList names;
        for (const File& file : files)
            names << QString::fromStdString(file.path);
        QCOMPARE(names,
                 (QStringList{"haproxy/lb1/haproxy.cfg", "haproxy/lb1/README.md", "haproxy/lb1/check.sh",
                              "haproxy/lb1/apply.sh", "haproxy/lb1/manifest.json"}));
        const std::vector<File> again = filesOf(design);
        for (std::size_t i = 0; i < files.size(); ++i)
            QCOMPARE(files[i].bytes, again[i].bytes);
    }

    // What the checks ask of each server is in the README, in the words of the configuration.
    void contractOfTheServers() {
        const auto readme = [](const Design& design) {
            return fileOf(filesOf(design), "haproxy/lb1/README.md").bytes;
        };
        const auto says = [&](const Design& design, const char* text) {
            return readme(design).find(text) != std::string::npos;
        };
        Design design = smallPair();
        QVERIFY(says(
            design,
            "answers `GET / HTTP/1.0`, without a Host header, with a status from 200 to 399 within 2 s"));
        test::change(design, "lb1", "check_path", std::string("/ready?deep=1 x"));
        test::change(design, "lb1", "check_host", std::string("shop.example.com"));
        test::change(design, "lb1", "check_timeout_ms", 1500.0);
        QVERIFY(says(design,
                     "answers `GET /ready?deep=1%20x HTTP/1.1`, with the Host header `shop.example.com`"));
        QVERIFY(says(design, "within 1.5 s"));
        test::change(design, "lb1", "check_type", std::string("tcp"));
        QVERIFY(says(design, "takes a connection on its port within 1.5 s"));
        test::change(design, "lb1", "check", false);
        QVERIFY(!says(design, "## What each server must do"));
    }

    void manifestTellsTheTruth() {
        const Design design = test::designFrom("templates/web-pair.aon.json");
        const std::vector<File> files = filesOf(design);
        const Json json = Json::parse(fileOf(files, "haproxy/lb1/manifest.json").bytes);
        QCOMPARE(json["format"], Json("alwayson-export"));
        QCOMPARE(json["design"]["sha256"], Json(designHash(design)));
        QCOMPARE(json["target_version"], Json("2.6"));
        QCOMPARE(json["servers"]["web1"], Json("be_web/web1"));
        // Reference rows H1 to H3 with default timers.
        QCOMPARE(json["simulated"]["refused_noticed_after_s"], Json::array({4.0, 6.0}));
        QCOMPARE(json["simulated"]["hang_noticed_after_s"], Json::array({10.0, 12.0}));
        QCOMPARE(json["simulated"]["recovery_noticed_after_s"], Json::array({2.0, 4.0}));
        QCOMPARE(json["files"].size(), files.size() - 1);
        for (const Json& file : json["files"])
            QCOMPARE(file["sha256"].get<std::string>(),
                     sha256Hex(fileOf(files, "haproxy/lb1/" + file["path"].get<std::string>()).bytes));
    }

    void checkScriptAsksHaproxy() {
        QTemporaryDir folder;
        std::vector<File> files = filesOf(smallPair());
        const QString where = write(files, folder);
        const verify::Finished good = sh(where + "/check.sh");
        QVERIFY2(good.status == 0, good.output.c_str());
        QVERIFY(good.output.find("Configuration file is valid") != std::string::npos);
        QFile broken(where + "/haproxy.cfg");
        QVERIFY(broken.open(QIODevice::Append));
        broken.write("    evil on\n");
        broken.close();
        QCOMPARE(sh(where + "/check.sh").status, 1);
    }

    // A limit that the caller sets and, but for root on some machines, cannot be raised again.
    void checkScriptLooksAtOpenFiles() {
        QTemporaryDir folder;
        const QString where = write(filesOf(smallPair()), folder);
        const std::string check = where.toStdString() + "/check.sh";
        const auto under = [&](const std::string& limit, const std::string& then) {
            verify::Command command{
                "/bin/sh", {"-c", "ulimit -n " + limit + "; " + then}, {}, Duration::seconds(20)};
            auto out = verify::runProcess(command);
            if (!out) qFatal("%s", describe(out.error()).c_str());
            return *out;
        };
        // 2 x (1000 + 100) + 2 servers + 100
        QCOMPARE(under("2302", "sh " + check).status, 0);
        const bool mayRaise = under("2301", "ulimit -n 2302").status == 0;
        const verify::Finished low = under("2301", "sh " + check);
        QCOMPARE(low.status, mayRaise ? 0 : 1);
        QVERIFY(low.output.find("Configuration file is valid") != std::string::npos);
        if (!mayRaise)
            for (const char* part :
                 {"would not start here", "needs 2302 open files", "may have 2301", "LimitNOFILE=2302"})
                QVERIFY2(low.output.find(part) != std::string::npos, low.output.c_str());
    }

    // The limit of the service counts, not that of the shell.
    void checkScriptAsksForTheLimitOfTheService_data() {
        QTest::addColumn<QByteArray>("answer");
        QTest::addColumn<bool>("enough");
        QTest::newRow("enough") << QByteArray("524288") << true;
        QTest::newRow("no limit") << QByteArray("infinity") << true;
        QTest::newRow("too few") << QByteArray("1024") << false;
    }
    void checkScriptAsksForTheLimitOfTheService() {
        QFETCH(QByteArray, answer);
        QFETCH(bool, enough);
        QTemporaryDir folder;
        const QString where = write(filesOf(smallPair()), folder);
        QDir().mkpath(folder.filePath("bin"));
        const auto program = [&](const QString& name, const QByteArray& text) {
            QFile file(folder.filePath("bin/" + name));
            if (!file.open(QIODevice::WriteOnly)) qFatal("cannot write");
            file.write("#!/bin/sh\n" + text + "\n");
            file.setPermissions(file.permissions() | QFile::ExeOwner);
        };
        program("systemctl", "[ \"$*\" = 'show -p LimitNOFILE --value haproxy' ] && echo " + answer);
        program("id", "echo 1000");
        const verify::Command command{
            "/bin/sh",
            {"-c", "ulimit -n 2000; sh " + where.toStdString() + "/check.sh"},
            {{"PATH", folder.filePath("bin").toStdString() + ":" + qgetenv("PATH").toStdString()}},
            Duration::seconds(20)};
        const auto done = verify::runProcess(command);
        QVERIFY(done.ok() && done->status == 0);
        const bool warned =
            done->output.find("warning: HAProxy needs 2302 open files and its service has 1024") !=
            std::string::npos;
        // Who may raise it needs no warning.
        const bool mayRaise =
            verify::runProcess(
                {"/bin/sh", {"-c", "ulimit -n 2000; ulimit -n 2302"}, {}, Duration::seconds(20)})
                ->status == 0;
        QCOMPARE(warned, !enough && !mayRaise);
    }

    // What is claimed to be simulated is what the catalogue marks so; the rest is named.
    void timesThatAreNotSimulatedAreNamed() {
        const std::vector<File> files = filesOf(test::designFrom("templates/web-pair.aon.json"));
        const char* names =
            "hard-stop-after, timeout http-request, timeout http-keep-alive, timeout client, timeout tunnel "
            "and timeout client-fin";
        for (const char* path : {"haproxy/lb1/haproxy.cfg", "haproxy/lb1/README.md"}) {
            const std::string& text = fileOf(files, path).bytes;
            QVERIFY2(text.find(fmt::format("Not simulated: {}.", names)) != std::string::npos, text.c_str());
            QCOMPARE(text.find("Every value"), std::string::npos);
        }
    }

    void checkScriptRefusesUnsetVariables() {
        Design design = smallPair();
        test::deploy(design, "web2", "host", std::monostate());
        QTemporaryDir folder;
        const QString where = write(filesOf(design), folder);
        const verify::Finished unset = sh(where + "/check.sh");
        QCOMPARE(unset.status, 2);
        QVERIFY2(unset.output.find("not set: WEB2_HOST") != std::string::npos, unset.output.c_str());
        QVERIFY(QFile::copy(where + "/env.example", where + "/env"));
        QCOMPARE(sh(where + "/check.sh").status, 2);
        QFile env(where + "/env");
        QVERIFY(env.open(QIODevice::WriteOnly));
        env.write("WEB2_HOST=10.0.0.7\n");
        env.close();
        const verify::Finished good = sh(where + "/check.sh");
        QVERIFY2(good.status == 0, good.output.c_str());
    }

    void applyIsDryUnlessTold() {
        QTemporaryDir folder;
        const QString where = write(filesOf(smallPair()), folder);
        QFile target(folder.filePath("live.cfg"));
        QVERIFY(target.open(QIODevice::WriteOnly));
        target.write("old\n");
        target.close();
        const verify::Finished dry =
            sh(where + "/apply.sh", {}, {{"TARGET", target.fileName().toStdString()}});
        QVERIFY2(dry.status == 0, dry.output.c_str());
        QVERIFY(dry.output.find("nothing was changed") != std::string::npos);
        QVERIFY(dry.output.find("-old") != std::string::npos);
        QVERIFY(target.open(QIODevice::ReadOnly));
        QCOMPARE(target.readAll(), QByteArray("old\n"));
    }

    // A service manager of the test takes a configuration when it holds none of the words in $BAD. Running: a
    // file.
    void applyIsHonestAboutWhatItLeaves_data() {
        QTest::addColumn<QByteArray>("before"); // "" without a configuration
        QTest::addColumn<bool>("running");
        QTest::addColumn<QByteArray>("bad");
        QTest::addColumn<int>("status");
        QTest::addColumn<bool>("installed"); // the new one is there in the end
        QTest::addColumn<QByteArray>("says");
        const auto row = [](const char* name, const char* before, bool running, const char* bad, int status,
                            bool installed, const char* says) {
            QTest::newRow(name) << QByteArray(before) << running << QByteArray(bad) << status << installed
                                << QByteArray(says);
        };
        row("taken", "old\n", true, "no such word", 0, true, "applied. To roll back: cp ");
        row("taken, was not running", "old\n", false, "no such word", 0, true, "applied. To roll back: cp ");
        row("taken, first configuration", "", false, "no such word", 0, true,
            "There was no configuration before. To undo: rm ");
        row("refused", "old\n", true, "be_web", 1, false, "The old file is put back and in use.");
        row("both refused", "old\n", true, "be_web\\|old", 1, false, "HAProxy does not take that either");
        row("refused, first configuration", "", false, "be_web", 1, false,
            "There was no configuration before:");
        row("refused, first configuration, running", "", true, "be_web", 1, false, "is removed again.");
    }
    void applyIsHonestAboutWhatItLeaves() {
        QFETCH(QByteArray, before);
        QFETCH(bool, running);
        QFETCH(QByteArray, bad);
        QFETCH(int, status);
        QFETCH(bool, installed);
        QFETCH(QByteArray, says);
        QTemporaryDir folder;
        const QString where = write(filesOf(smallPair()), folder);
        const auto put = [&](const QString& name, const QByteArray& bytes) {
            QFile file(folder.filePath(name));
            if (!file.open(QIODevice::WriteOnly) || file.write(bytes) != bytes.size()) qFatal("cannot write");
            file.setPermissions(file.permissions() | QFile::ExeOwner);
        };
        QDir().mkpath(folder.filePath("bin"));
        put("bin/systemctl", R"(#!/bin/sh
echo "$@" >>"$STATE.log"
case $1 in
    is-active) [ -f "$STATE" ] ;;
    reload-or-restart) ! grep -q "$BAD" "$TARGET" && : >"$STATE" ;;
    *) exit 9 ;;
esac
)");
        if (!before.isEmpty()) put("live.cfg", before);
        if (running) put("state", "");
        const QString target = folder.filePath("live.cfg");
        const auto apply = [&] {
            return sh(where + "/apply.sh", {"--yes"},
                      {{"TARGET", target.toStdString()},
                       {"PATH", folder.filePath("bin").toStdString() + ":" + qgetenv("PATH").toStdString()},
                       {"STATE", folder.filePath("state").toStdString()},
                       {"BAD", bad.toStdString()}});
        };
        const verify::Finished done = apply();
        QVERIFY2(done.status == status, done.output.c_str());
        QVERIFY2(done.output.find(says.toStdString()) != std::string::npos, done.output.c_str());
        QCOMPARE(done.output.find("put back") != std::string::npos, status != 0 && !before.isEmpty());
        QFile live(target);
        QCOMPARE(live.exists(), installed || !before.isEmpty());
        if (live.open(QIODevice::ReadOnly)) {
            const QByteArray now = live.readAll();
            if (installed)
                QVERIFY(now.contains("backend be_web from http"));
            else
                QCOMPARE(now, before);
        }
        if (installed) { // again: no second copy
            const verify::Finished again = apply();
            QVERIFY2(again.status == 0 && again.output.find("it was installed already") != std::string::npos,
                     again.output.c_str());
        }
        // A dated copy of the old file, and nothing half done.
        QCOMPARE(QDir(folder.path()).entryList({"live.cfg.before-*"}).size(), before.isEmpty() ? 0 : 1);
        QCOMPARE(QDir(folder.path()).entryList({"live.cfg.new.*"}).size(), 0);
    }

    void readmeNamesTheFiguresAndTheLimits() {
        const std::vector<File> files = filesOf(test::designFrom("templates/web-pair.aon.json"));
        const std::string& readme = fileOf(files, "haproxy/lb1/README.md").bytes;
        for (const char* part :
             {"sh check.sh", "sh apply.sh --yes", "Roll back",
              "| a server hangs (accepts, does not answer) |", "What this configuration does not say"})
            QVERIFY2(readme.find(part) != std::string::npos, part);
    }

    void errors() {
        Design design = test::designFrom("templates/web-pair.aon.json");
        design.settings.haproxyVersion = "1.8";
        QCOMPARE(haproxy::exportFolders(design).error().code, std::string("export.haproxy_version"));
        QCOMPARE(haproxy::exportFolders(Design()).error().code, std::string("export.nothing_to_export"));
    }
};

ALWAYSON_TEST_MAIN(TestHaproxyFolder, test_haproxy_folder)
#include "test_haproxy_folder.moc"

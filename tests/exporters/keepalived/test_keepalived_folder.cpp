// The folders of an export are complete, their scripts run, their manifests tell the truth.
#include "core/base/hash.h"
#include "core/base/json.h"
#include "exporters/keepalived/folder.h"
#include "exporters/verify/process.h"
#include "tests/exporters/exporter_support.h"
#include "tests/support/test_support.h"

#include <QDir>
#include <QTemporaryDir>

using namespace alwayson;
using namespace alwayson::exporters;

class TestKeepalivedFolder : public QObject {
    Q_OBJECT

    static std::vector<File> filesOf(const Design& design) {
        auto files = keepalived::exportFolders(design);
        if (!files) qFatal("%s", describe(files.error()).c_str());
        return std::move(files).value();
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
        return folder.filePath("keepalived/lb1");
    }
    static void put(const QString& path, const QByteArray& bytes) {
        QFile file(path);
        if (!file.open(QIODevice::WriteOnly) || file.write(bytes) != bytes.size()) qFatal("cannot write");
        file.setPermissions(file.permissions() | QFile::ExeOwner);
    }
    static QByteArray contentOf(const QString& path) {
        QFile file(path);
        return file.open(QIODevice::ReadOnly) ? file.readAll() : QByteArray();
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
        const Design design = test::vrrpDesign();
        const std::vector<File> files = filesOf(design);
        QStringList names;
        for (const File& file : files)
            names << QString::fromStdString(file.path);
        QStringList wanted;
        for (const char* member : {"lb1", "lb2"})
            for (const char* name : {"keepalived.conf", "check-haproxy.sh", "README.md", "check.sh",
                                     "apply.sh", "manifest.json"})
                wanted << QString("keepalived/%1/%2").arg(member, name);
        QCOMPARE(names, wanted);
        const std::vector<File> again = filesOf(design);
        for (std::size_t i = 0; i < files.size(); ++i)
            QCOMPARE(files[i].bytes, again[i].bytes);
        QCOMPARE(keepalived::scriptBeside(files[6], files), files[7].bytes);
        Design unwatched = design;
        test::changeGroup(unwatched, "lb", "track", std::string("none"));
        QCOMPARE(filesOf(unwatched).size(), files.size() - 2);
        QVERIFY(keepalived::scriptBeside(filesOf(unwatched).front(), filesOf(unwatched)).empty());
    }

    void manifestTellsTheTruth() {
        const Design design = test::vrrpDesign();
        const std::vector<File> files = filesOf(design);
        const Json json = Json::parse(fileOf(files, "keepalived/lb2/manifest.json").bytes);
        QCOMPARE(json["format"], Json("alwayson-export"));
        QCOMPARE(json["target"], Json("keepalived"));
        QCOMPARE(json["design"]["sha256"], Json(designHash(design)));
        QCOMPARE(json["pair"], Json("lb"));
        QCOMPARE(json["member"], Json("lb2"));
        QCOMPARE(json["priority"], Json(100));
        // When lb2 holds the address, lb1 (priority 150) takes over.
        const double skew = 106.0 / 256;
        QCOMPARE(json["takeover"]["machine_gone_s"], Json::array({2 + skew, 3 + skew}));
        QCOMPARE(json["takeover"]["stopped_s"], Json::array({skew, skew}));
        QCOMPARE(json["takeover"]["balancer_killed_s"], Json::array({1 + skew, 2 + skew}));
        QCOMPARE(json["takeover"]["balancer_hung_s"], Json::array({3 + skew, 4 + skew}));
        QCOMPARE(json["files"].size(), std::size_t(5));
        for (const Json& file : json["files"])
            QCOMPARE(file["sha256"].get<std::string>(),
                     sha256Hex(fileOf(files, "keepalived/lb2/" + file["path"].get<std::string>()).bytes));
    }

    void checkScriptAsksKeepalived() {
        if (!test::namespacesArePermitted()) QSKIP(test::kNoNamespaces);
        QTemporaryDir folder;
        const QString where = write(filesOf(test::vrrpDesign()), folder);
        const verify::Finished good = sh(where + "/check.sh");
        QVERIFY2(good.status == 0, good.output.c_str());
        QVERIFY(good.output.find("Configuration file is valid") != std::string::npos);
        QFile broken(where + "/keepalived.conf");
        QVERIFY(broken.open(QIODevice::Append));
        broken.write("evil on\n");
        broken.close();
        const verify::Finished bad = sh(where + "/check.sh");
        QVERIFY2(bad.status == 1 && bad.output.find("evil") != std::string::npos, bad.output.c_str());
        // Without the script it runs it cannot be checked.
        QVERIFY(QFile::remove(where + "/check-haproxy.sh"));
        QCOMPARE(sh(where + "/check.sh").status, 2);
    }

    void checkScriptWantsEveryVariable() {
        Design design = test::vrrpDesign();
        test::deploy(design, "lb2", "host", std::monostate());
        test::changeGroup(design, "lb", "track", std::string("none"));
        QTemporaryDir folder;
        const QString where = write(filesOf(design), folder);
        const verify::Finished unset = sh(where + "/check.sh");
        QCOMPARE(unset.status, 2);
        QVERIFY2(unset.output.find("not set: LB2_ADDRESS") != std::string::npos, unset.output.c_str());
        QVERIFY(QFile::copy(where + "/env.example", where + "/env"));
        QCOMPARE(sh(where + "/check.sh").status, 2);
        for (const char* bad : {"'10.0.0.12 evil'", "lb2.example.com", "'1.2.3.4\nevil on'", "'$(reboot)'"}) {
            put(where + "/env", QByteArray("LB2_ADDRESS=") + bad + "\n");
            const verify::Finished refused = sh(where + "/check.sh");
            QVERIFY2(refused.status == 2, refused.output.c_str());
            QVERIFY(refused.output.find("LB2_ADDRESS is no IP address") != std::string::npos);
        }
        if (!test::namespacesArePermitted()) QSKIP(test::kNoNamespaces);
        put(where + "/env", "LB2_ADDRESS=10.0.0.12\n");
        const verify::Finished good = sh(where + "/check.sh");
        QVERIFY2(good.status == 0, good.output.c_str());
        put(where + "/env", "LB2_ADDRESS=10.0.0\n");
        QCOMPARE(sh(where + "/check.sh").status, 1); // keepalived's own word
    }

    void applyIsDryUnlessTold() {
        if (!test::namespacesArePermitted()) QSKIP(test::kNoNamespaces); // its check asks keepalived
        QTemporaryDir folder;
        const QString where = write(filesOf(test::vrrpDesign()), folder);
        put(folder.filePath("live.conf"), "old\n");
        const verify::Finished dry = sh(where + "/apply.sh", {},
                                        {{"TARGET", folder.filePath("live.conf").toStdString()},
                                         {"SCRIPT_TARGET", folder.filePath("live.sh").toStdString()}});
        QVERIFY2(dry.status == 0, dry.output.c_str());
        QVERIFY(dry.output.find("nothing was changed") != std::string::npos);
        QVERIFY(dry.output.find("-old") != std::string::npos);
        QCOMPARE(contentOf(folder.filePath("live.conf")), QByteArray("old\n"));
        QVERIFY(!QFile::exists(folder.filePath("live.sh")));
    }

    // A service manager of the test takes a configuration when it holds none of the words in $BAD. Running: a
    // file.
    void applyIsHonestAboutWhatItLeaves_data() {
        QTest::addColumn<QByteArray>("before"); // "" without a configuration
        QTest::addColumn<QByteArray>("bad");
        QTest::addColumn<int>("status");
        QTest::addColumn<bool>("installed"); // the new one is there in the end
        QTest::addColumn<QByteArray>("says");
        const auto row = [](const char* name, const char* before, const char* bad, int status, bool installed,
                            const char* says) {
            QTest::newRow(name) << QByteArray(before) << QByteArray(bad) << status << installed
                                << QByteArray(says);
        };
        row("taken", "old\n", "no such word", 0, true, "applied. To roll back: cp ");
        row("taken, first configuration", "", "no such word", 0, true, "To undo: rm ");
        row("refused", "old\n", "nopreempt", 1, false, "The old file is put back and in use.");
        row("both refused", "old\n", "nopreempt\\|old", 1, false, "keepalived does not take that either");
        row("refused, first configuration", "", "nopreempt", 1, false, "is removed again.");
        row("no account", "old\n", "account", 2, false, "useradd --system");
        row("no interface", "old\n", "interface", 2, false, "no interface eth0");
    }
    void applyIsHonestAboutWhatItLeaves() {
        QFETCH(QByteArray, before);
        QFETCH(QByteArray, bad);
        QFETCH(int, status);
        QFETCH(bool, installed);
        QFETCH(QByteArray, says);
        QTemporaryDir folder;
        Design design = test::vrrpDesign();
        test::deploy(design, "lb2", "host", std::monostate());
        const QString where = write(filesOf(design), folder);
        put(where + "/env", "LB2_ADDRESS=10.0.0.12\n");
        // The check itself is tested above; here the machine is the test's.
        put(where + "/check.sh", "exit 0\n");
        QDir().mkpath(folder.filePath("bin"));
        put(folder.filePath("bin/systemctl"), R"(#!/bin/sh
case $1 in
    is-active) [ -f "$STATE" ] ;;
    reload-or-restart) rm -f "$STATE"; ! grep -q "$BAD" "$TARGET" && : >"$STATE" ;;
    *) exit 9 ;;
esac
)");
        put(folder.filePath("bin/id"), "#!/bin/sh\n[ \"$1 $BAD\" != 'keepalived_script account' ]\n");
        put(folder.filePath("bin/ip"), "#!/bin/sh\n[ \"$4 $BAD\" != 'eth0 interface' ]\n");
        const QString target = folder.filePath("live.conf"), script = folder.filePath("live.sh");
        if (!before.isEmpty()) {
            put(target, before);
            put(script, "old script\n");
        }
        const auto apply = [&] {
            return sh(where + "/apply.sh", {"--yes"},
                      {{"TARGET", target.toStdString()},
                       {"SCRIPT_TARGET", script.toStdString()},
                       {"PATH", folder.filePath("bin").toStdString() + ":" + qgetenv("PATH").toStdString()},
                       {"STATE", folder.filePath("state").toStdString()},
                       {"BAD", bad.toStdString()}});
        };
        const verify::Finished done = apply();
        QVERIFY2(done.status == status, done.output.c_str());
        QVERIFY2(done.output.find(says.toStdString()) != std::string::npos, done.output.c_str());
        if (installed) {
            QVERIFY(contentOf(target).startsWith("$LB2_ADDRESS=10.0.0.12\n# Design"));
            QVERIFY(contentOf(target).contains("vrrp_instance VI_lb {"));
            QCOMPARE(contentOf(script), contentOf(where + "/check-haproxy.sh"));
            QVERIFY(QFile::permissions(script) & QFile::ExeOther);
        } else {
            QCOMPARE(contentOf(target), before);
            QCOMPARE(QFile::exists(target), !before.isEmpty());
        }
        if (installed) { // again: no second copy
            const verify::Finished again = apply();
            QVERIFY2(again.status == 0 && again.output.find("it was installed already") != std::string::npos,
                     again.output.c_str());
        }
        // A dated copy of each old file, and nothing half done.
        const bool kept = !before.isEmpty() && status != 2;
        QCOMPARE(QDir(folder.path()).entryList({"live.conf.before-*"}).size(), kept ? 1 : 0);
        QCOMPARE(QDir(folder.path()).entryList({"live.sh.before-*"}).size(), kept ? 1 : 0);
        QCOMPARE(QDir(folder.path()).entryList({"live.*.new.*"}).size(), 0);
    }

    void theBalancerScriptTellsTheTruth() {
        QTemporaryDir folder;
        const QString where = write(filesOf(test::vrrpDesign()), folder);
        QDir().mkpath(folder.filePath("bin"));
        put(folder.filePath("bin/curl"), "#!/bin/sh\necho \"$@\"\nexit ${ANSWER}\n");
        const auto run = [&](const char* answer) {
            return sh(where + "/check-haproxy.sh", {},
                      {{"PATH", folder.filePath("bin").toStdString()}, {"ANSWER", answer}});
        };
        QCOMPARE(run("0").status, 0);
        QVERIFY(run("0").output.find("http://127.0.0.1:8404/healthz") != std::string::npos);
        QCOMPARE(run("7").status, 7);
    }

    void readmeNamesTheFiguresAndTheLimits() {
        const std::vector<File> files = filesOf(test::vrrpDesign());
        const std::string& readme = fileOf(files, "keepalived/lb1/README.md").bytes;
        for (const char* part :
             {"sh check.sh", "sh apply.sh --yes", "Roll back", "useradd --system",
              "| HAProxy hangs | after 3.61 s to 4.61 s |", "| keepalived is stopped | after 0.61 s |",
              "What this configuration does not say", "this one holds it when all start together"})
            QVERIFY2(readme.find(part) != std::string::npos, part);
    }

    void errors() {
        QCOMPARE(keepalived::exportFolders(Design()).error().code, std::string("export.nothing_to_export"));
        Design design = test::vrrpDesign();
        test::changeGroup(design, "lb", "interface", std::string("eth 0"));
        QCOMPARE(keepalived::exportFolders(design).error().code, std::string("export.interface"));
    }
};

ALWAYSON_TEST_MAIN(TestKeepalivedFolder, test_keepalived_folder)
#include "test_keepalived_folder.moc"

// The export verb: what it makes, what the real tool says, and that writing never destroys or leaves half a
// folder.
#include "app/verbs/verbs.h"
#include "core/base/hash.h"
#include "core/io/atomic_save.h"
#include "tests/core/io/save_support.h"
#include "tests/exporters/exporter_support.h"
#include "tests/support/test_support.h"

#include <QDir>
#include <QDirIterator>
#include <QTemporaryDir>

#include <filesystem>
#include <fstream>

using namespace alwayson;
namespace fs = std::filesystem;

class TestExport : public QObject {
    Q_OBJECT

    static Design pair() {
        auto design = verbs::newFromTemplate("web-pair");
        if (!design) qFatal("%s", describe(design.error()).c_str());
        return std::move(design).value();
    }
    static std::vector<verbs::ExportedFile> exported(const Design& design, bool verify = false) {
        auto files = verbs::exportDesign(design, {"haproxy", verify, false});
        if (!files) qFatal("%s", describe(files.error()).c_str());
        return std::move(files).value();
    }
    static Design renamed(std::string name) {
        Design design = pair();
        design.name = std::move(name);
        return design;
    }
    // Path -> content of all below, hidden files too.
    static std::map<std::string, std::string> contents(const fs::path& folder) {
        std::map<std::string, std::string> all;
        for (const auto& entry : fs::recursive_directory_iterator(folder)) {
            if (!entry.is_regular_file()) continue;
            std::ifstream in(entry.path(), std::ios::binary);
            all[fs::relative(entry.path(), folder)] = std::string(std::istreambuf_iterator<char>(in), {});
        }
        return all;
    }
    static void put(const fs::path& path, const std::string& text) {
        fs::create_directories(path.parent_path());
        std::ofstream(path, std::ios::binary) << text;
    }
    static std::string codeOf(const Status& status) { return status ? "ok" : status.error().code; }

private slots:
    // A target that does not apply is skipped by "all" and refused by its name.
    void targetsThatDoNotApply() {
        const auto all = verbs::exportDesign(pair(), {"all", false, false});
        QVERIFY(all.ok());
        const auto& notes = all->front().notes;
        QVERIFY(std::any_of(notes.begin(), notes.end(), [](const std::string& note) {
            return note.rfind("mysql was skipped: ", 0) == 0;
        }));
        const auto named = verbs::exportDesign(pair(), {"mysql", false, false});
        QVERIFY(!named.ok());
        QCOMPARE(named.error().code, std::string("export.nothing_to_export"));
    }

    void scriptsOfAReplicationSetCanBeRun() {
        Design design;
        Group set;
        set.id = GroupId("db");
        set.kind = "mysql_replication";
        design.groups.append(set);
        for (const char* id : {"db1", "db2"}) {
            Node node;
            node.id = NodeId(id);
            node.kind = "mysql";
            node.group = set.id;
            design.nodes.append(node);
        }
        const auto files = verbs::exportDesign(design, {"mysql", false, false});
        QVERIFY(files.ok());
        QTemporaryDir folder;
        QVERIFY(verbs::writeExport(*files, folder.path().toStdString(), false).ok());
        QVERIFY(QFileInfo(folder.filePath("mysql/db/03-promote.sh")).isExecutable());
        QVERIFY(!QFileInfo(folder.filePath("mysql/db/db1.cnf")).isExecutable());
    }

    void exportsAndAsksTheRealTool() {
        const auto files = exported(pair(), true);
        QCOMPARE(files.front().path, std::string("haproxy/lb1/haproxy.cfg"));
        QVERIFY2(QString::fromStdString(files.front().verifiedBy).startsWith("haproxy 2."),
                 "haproxy is missing: apt-get install haproxy");
        QVERIFY2(files.front().accepted, files.front().verdict.c_str());
        QCOMPARE(files.front().verdict, std::string("Configuration file is valid"));
        for (const verbs::ExportedFile& file : files) {
            QCOMPARE(file.sha256, sha256Hex(file.bytes));
            QVERIFY(!file.executable);
            if (file.path != files.front().path) QVERIFY(file.verifiedBy.empty());
        }
    }

    void targets() {
        QCOMPARE(verbs::exportDesign(pair(), {"nginx", false, false}).error().code,
                 std::string("export.unknown_target"));
        QCOMPARE(verbs::exportDesign(pair(), {"nginx", false, false}).error().kind, ErrorKind::usage);
        const auto all = verbs::exportDesign(pair(), {"all", false, false});
        QVERIFY(all.ok());
        QCOMPARE(all->size(), exported(pair()).size() + 2); // README.md and manifest.json of the whole
        const auto nothing = verbs::exportDesign(Design(), {"all", false, false});
        QVERIFY(!nothing.ok());
        QCOMPARE(nothing.error().code, std::string("export.nothing_to_export"));
        QVERIFY(nothing.error().message.find("haproxy was skipped") != std::string::npos);
    }

    void pairsAreExportedWithTheirBalancers() {
        const auto all = verbs::exportDesign(test::vrrpDesign(), {"all", true, false});
        QVERIFY2(all.ok(), all.ok() ? "" : describe(all.error()).c_str());
        std::map<std::string, int> configs;
        for (const verbs::ExportedFile& file : *all) {
            if (file.path.ends_with(".conf") || file.path.ends_with(".cfg")) {
                ++configs[file.target];
                if (file.target == "keepalived" && !test::namespacesArePermitted()) continue;
                QVERIFY2(file.verifiedBy.starts_with(file.target + " 2."), file.verdict.c_str());
                QVERIFY2(file.accepted, file.verdict.c_str());
            }
        }
        QCOMPARE(configs, (std::map<std::string, int>{{"haproxy", 2}, {"keepalived", 2}}));
        const auto none = verbs::exportDesign(pair(), {"keepalived", false, false});
        QVERIFY(!none.ok());
        QCOMPARE(none.error().code, std::string("export.nothing_to_export"));
        const auto skipped = verbs::exportDesign(pair(), {"all", false, false});
        QVERIFY(skipped.ok());
        bool said = false;
        for (const std::string& note : skipped->front().notes)
            said = said || note.starts_with("keepalived was skipped: ");
        QVERIFY(said);
        // Last: everything above holds without keepalived's own word.
        if (!test::namespacesArePermitted()) QSKIP(test::kNoNamespaces);
    }

    void stops() {
        std::stop_source source;
        source.request_stop();
        QCOMPARE(verbs::exportDesign(pair(), {"haproxy", false, false}, source.get_token()).error().kind,
                 ErrorKind::cancelled);
    }

    void writesIntoANewFolderAndAgain() {
        QTemporaryDir temporary;
        const fs::path folder = fs::path(temporary.path().toStdString()) / "deep" / "er";
        QCOMPARE(codeOf(verbs::writeExport(exported(pair()), folder, false)), std::string("ok"));
        std::map<std::string, std::string> wanted;
        for (const verbs::ExportedFile& file : exported(pair()))
            wanted[file.path] = file.bytes;
        QCOMPARE(contents(folder), wanted);
        QCOMPARE(fs::status(folder / "haproxy/lb1/apply.sh").permissions() & fs::perms::owner_exec,
                 fs::perms::none);
        // Ours and unchanged: a new export replaces it.
        const auto changed = exported(renamed("Another name"));
        QCOMPARE(codeOf(verbs::writeExport(changed, folder, false)), std::string("ok"));
        QCOMPARE(contents(folder).at("haproxy/lb1/haproxy.cfg"), changed.front().bytes);
        // A trailing slash changes nothing.
        QCOMPARE(codeOf(verbs::writeExport(changed, folder.string() + "/", false)), std::string("ok"));
    }

    void neverReplacesWhatIsNotOurs() {
        QTemporaryDir temporary;
        const fs::path folder = temporary.path().toStdString();
        put(folder / "haproxy/lb1/haproxy.cfg", "mine\n");
        const Status refused = verbs::writeExport(exported(pair()), folder, false);
        QCOMPARE(codeOf(refused), std::string("export.not_ours"));
        QCOMPARE(refused.error().kind, ErrorKind::io);
        QVERIFY(refused.error().cure.find("--force") != std::string::npos);
        QCOMPARE(contents(folder),
                 (std::map<std::string, std::string>{{"haproxy/lb1/haproxy.cfg", "mine\n"}}));
        QCOMPARE(verbs::exportConflicts(exported(pair()), folder),
                 std::vector<std::string>{"haproxy/lb1/haproxy.cfg"});
        QCOMPARE(codeOf(verbs::writeExport(exported(pair()), folder, true)), std::string("ok"));
        QVERIFY(verbs::exportConflicts(exported(pair()), folder).empty());
        QCOMPARE(contents(folder).size(), exported(pair()).size());
    }

    void neverReplacesWhatSomebodyChanged() {
        QTemporaryDir temporary;
        const fs::path folder = temporary.path().toStdString();
        QCOMPARE(codeOf(verbs::writeExport(exported(pair()), folder, false)), std::string("ok"));
        put(folder / "haproxy/lb1/haproxy.cfg", "tuned by hand\n");
        const auto before = contents(folder);
        QCOMPARE(codeOf(verbs::writeExport(exported(renamed("New")), folder, false)),
                 std::string("export.changed"));
        QCOMPARE(verbs::exportConflicts(exported(renamed("New")), folder),
                 std::vector<std::string>{"haproxy/lb1/haproxy.cfg"});
        QCOMPARE(contents(folder), before);
    }

    void foreignManifestsProveNothing() {
        for (const char* manifest :
             {"{}", "[]", "not json",
              "{\"format\":\"other\",\"files\":[{\"path\":\"haproxy.cfg\",\"sha256\":\"x\"}]}",
              "{\"format\":\"alwayson-export\",\"files\":7}",
              "{\"format\":\"alwayson-export\",\"files\":[7,{\"path\":1}]}"}) {
            QTemporaryDir temporary;
            const fs::path folder = temporary.path().toStdString();
            put(folder / "haproxy/lb1/haproxy.cfg", "mine\n");
            put(folder / "haproxy/lb1/manifest.json", manifest);
            QCOMPARE(codeOf(verbs::writeExport(exported(pair()), folder, false)),
                     std::string("export.not_ours"));
        }
    }

    void neverWritesThroughLinks() {
        QTemporaryDir temporary;
        QTemporaryDir outside;
        const fs::path folder = temporary.path().toStdString();
        const fs::path elsewhere = outside.path().toStdString();
        fs::create_directory_symlink(elsewhere, folder / "haproxy");
        for (const bool force : {false, true}) {
            QCOMPARE(codeOf(verbs::writeExport(exported(pair()), folder, force)),
                     std::string("export.symlink"));
            QVERIFY(fs::is_empty(elsewhere));
        }
        fs::remove(folder / "haproxy");
        put(elsewhere / "target", "theirs\n");
        fs::create_directories(folder / "haproxy/lb1");
        fs::create_symlink(elsewhere / "target", folder / "haproxy/lb1/haproxy.cfg");
        QCOMPARE(codeOf(verbs::writeExport(exported(pair()), folder, true)), std::string("export.symlink"));
        QCOMPARE(contents(elsewhere).at("target"), std::string("theirs\n"));
    }

    void staysInsideTheFolder() {
        QTemporaryDir temporary;
        for (const char* path :
             {"../x", "/etc/x", "a/../../x", "a/./x", "", "a//", "a\nb", "a b", "..", "haproxy/"}) {
            verbs::ExportedFile file;
            file.path = path;
            QVERIFY2(codeOf(verbs::writeExport({file}, temporary.path().toStdString(), true)) ==
                         "export.path",
                     path);
        }
        QVERIFY(QDir(temporary.path()).isEmpty());
    }

    void foldersInTheWay() {
        QTemporaryDir temporary;
        const fs::path folder = temporary.path().toStdString();
        fs::create_directories(folder / "haproxy/lb1/haproxy.cfg");
        QCOMPARE(codeOf(verbs::writeExport(exported(pair()), folder, true)),
                 std::string("export.not_a_file"));
        put(folder / "file", "x");
        const Status below = verbs::writeExport(exported(pair()), folder / "file", false);
        QVERIFY(!below.ok());
        QCOMPARE(below.error().kind, ErrorKind::io);
        QCOMPARE(contents(folder).at("file"), std::string("x"));
    }

    void unwritableFolder() {
        QTemporaryDir temporary;
        QFile::setPermissions(temporary.path(),
                              QFile::ReadOwner | QFile::ExeOwner | QFile::ReadOther | QFile::ExeOther);
        const auto files = exported(pair());
        const fs::path folder = temporary.path().toStdString();
        const auto report = test::inChild([&] {
            test::dropRoot();
            const Status status = verbs::writeExport(files, folder / "new", false);
            return status ? std::string("written")
                          : status.error().code + " " +
                                std::string(status.error().kind == ErrorKind::io ? "io" : "?");
        });
        QCOMPARE(report.text, std::string("io.permission io"));
        QFile::setPermissions(temporary.path(), QFile::ReadOwner | QFile::WriteOwner | QFile::ExeOwner);
        QVERIFY(fs::is_empty(folder));
    }

    void fullDiskLeavesTheOldExport() {
        QTemporaryDir temporary;
        const fs::path folder = temporary.path().toStdString();
        const auto old = exported(pair());
        Design longer = pair();
        for (int i = 0; i < 2000; ++i) {
            Node server = *longer.nodes.find("web1");
            server.id = NodeId("extra" + std::to_string(i));
            longer.nodes.append(server);
        }
        const auto files = exported(longer);
        const auto report = test::inChild([&]() -> std::string {
            if (std::string why = test::mountPrivateTmpfs(folder, 64 * 1024); !why.empty()) return why;
            if (Status status = verbs::writeExport(old, folder, false); !status)
                return "first: " + status.error().code;
            const auto before = contents(folder);
            const Status status = verbs::writeExport(files, folder, false);
            if (status) return "the disk was not full";
            if (contents(folder) != before) return "something changed";
            if (const Status fresh = verbs::writeExport(files, folder / "fresh", false);
                fresh || fs::exists(folder / "fresh"))
                return "a folder was left";
            return status.error().code;
        });
        QCOMPARE(report.text, std::string("io.full"));
    }
};

ALWAYSON_TEST_MAIN(TestExport, test_export)
#include "test_export.moc"

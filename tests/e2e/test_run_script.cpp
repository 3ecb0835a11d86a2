// ./run: what it says before it builds, and the headless job. Building is left out: the script runs beside
// the binaries of this build, with a ninja that does nothing.

#include "tests/e2e/command.h"
#include "tests/support/test_support.h"

using namespace alwayson::test;

class TestRunScript : public QObject {
    Q_OBJECT

    QTemporaryDir m_folder;
    QString file(const QString& name) const { return m_folder.filePath(name); }

    Outcome run(const QStringList& arguments) const {
        QProcess process;
        QProcessEnvironment environment = QProcessEnvironment::systemEnvironment();
        environment.remove("DISPLAY");
        environment.remove("WAYLAND_DISPLAY");
        environment.insert("PATH", file("bin") + ":" + environment.value("PATH"));
        process.setProcessEnvironment(environment);
        process.setWorkingDirectory(m_folder.path());
        process.start(file("run"), arguments);
        Outcome outcome;
        if (!process.waitForFinished(60000)) return outcome;
        outcome.code = process.exitCode();
        outcome.out = process.readAllStandardOutput();
        outcome.err = process.readAllStandardError();
        return outcome;
    }

private slots:
    void initTestCase() {
        QVERIFY(QFile::copy(ALWAYSON_SOURCE_DIR "/run", file("run")));
        for (const char* folder : {"scripts", "build/release", "bin"})
            QVERIFY(QDir().mkpath(file(folder)));
        writeFile(file("scripts/packages.sh"), "BUILD_PACKAGES=\ninstall_missing() { :; }\n");
        writeFile(file("build/release/build.ninja"), "");
        QVERIFY(QFile::link(cliPath(), file("build/release/alwayson-cli")));
        writeFile(file("bin/ninja"), "#!/bin/sh\necho built\n");
        QFile::setPermissions(file("bin/ninja"), QFile::ReadOwner | QFile::ExeOwner);
    }

    void aMissingFileIsToldBeforeBuilding() {
        const Outcome outcome = run({"nofile.json"});
        QCOMPARE(outcome.code, 4);
        QCOMPARE(outcome.out, QByteArray());
        QVERIFY2(outcome.err.contains("there is no file") && outcome.err.contains("nofile.json"),
                 outcome.err.constData());
    }

    void aDesignWithNothingToExportIsReported() {
        QCOMPARE(cli({"new", "--template", "one-server", "-o", file("one-server.aon.json")}).code, 0);
        const Outcome outcome = run({"one-server.aon.json"});
        QVERIFY2(outcome.code == 0, outcome.err.constData());
        QVERIFY2(outcome.out.contains("and no export: no target applies"), outcome.out.constData());
        QVERIFY(QFile::exists(file("out/one-server/simulation.json")));
        QVERIFY(!QFile::exists(file("out/one-server/export-error.txt")));
    }

    void aBrokenDesignIsNot() {
        writeFile(file("broken.aon.json"), "[]");
        QCOMPARE(run({"broken.aon.json"}).code, 3);
    }
};

ALWAYSON_TEST_MAIN(TestRunScript, test_run_script)
#include "test_run_script.moc"

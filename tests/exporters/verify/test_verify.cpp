// Running the real tool: output, exit status, time limit, stopping, and what happens without it.
#include "exporters/verify/haproxy.h"
#include "exporters/verify/process.h"
#include "tests/support/test_support.h"

#include <QElapsedTimer>
#include <QFile>
#include <QTemporaryDir>

#include <csignal>
#include <cstdlib>
#include <thread>

using namespace alwayson;
using namespace alwayson::exporters::verify;

class TestVerify : public QObject {
    Q_OBJECT

    static Command shell(const std::string& script) {
        return {"/bin/sh", {"-c", script}, {}, Duration::seconds(10)};
    }

private slots:
    void outputAndStatus() {
        const auto out = runProcess(shell("echo out; echo err >&2; exit 7"));
        QVERIFY(out.ok());
        QCOMPARE(out->status, 7);
        QCOMPARE(out->output, std::string("out\nerr\n"));
        const auto killed = runProcess(shell("kill -9 $$"));
        QVERIFY(killed.ok());
        QCOMPARE(killed->status, 137);
    }

    void argumentsAreNotReadByAShell() {
        const auto out = runProcess({"/bin/echo", {"$(id)", "a b", "*"}, {}, Duration::seconds(10)});
        QVERIFY(out.ok());
        QCOMPARE(out->output, std::string("$(id) a b *\n"));
    }

    void environmentIsAddedAndInputIsEmpty() {
        Command command = shell("cat; echo \"$AON_X $HOME\"");
        command.environment = {{"AON_X", "1"}, {"HOME", "/replaced"}};
        const auto out = runProcess(command);
        QVERIFY(out.ok());
        QCOMPARE(out->output, std::string("1 /replaced\n"));
    }

    void signalsOfOursAreNotInherited() {
        sigset_t ours, before;
        sigemptyset(&ours);
        sigaddset(&ours, SIGINT);
        sigaddset(&ours, SIGTERM);
        pthread_sigmask(SIG_BLOCK, &ours, &before);
        const auto pipeBefore = std::signal(SIGPIPE, SIG_IGN);
        const auto terminated = runProcess(shell("kill -TERM $$; echo survived"));
        const auto piped = runProcess(shell("kill -PIPE $$; echo survived"));
        std::signal(SIGPIPE, pipeBefore);
        pthread_sigmask(SIG_SETMASK, &before, nullptr);
        QVERIFY(terminated.ok() && piped.ok());
        QCOMPARE(terminated->status, 128 + SIGTERM);
        QCOMPARE(terminated->output, std::string());
        QCOMPARE(piped->status, 128 + SIGPIPE);
    }

    void longOutputIsCut() {
        const auto out = runProcess(shell("head -c 3000000 /dev/zero"));
        QVERIFY(out.ok());
        QCOMPARE(out->status, 0);
        QCOMPARE(out->output.size(), std::size_t(1 << 20));
    }

    void timeLimit() {
        const Command command = {"/bin/sleep", {"30"}, {}, Duration::seconds(0.2)};
        QElapsedTimer timer;
        timer.start();
        const auto out = runProcess(command);
        QVERIFY(!out.ok());
        QCOMPARE(out.error().code, std::string("verify.timeout"));
        QVERIFY(timer.elapsed() < 20000);
    }

    // A tool that closes its output and runs on is held to the limit like any other.
    void closedOutput() {
        QElapsedTimer timer;
        timer.start();
        Command command = shell("exec >&- 2>&-; sleep 30");
        command.timeout = Duration::seconds(0.3);
        const auto late = runProcess(command);
        QVERIFY(!late.ok());
        QCOMPARE(late.error().code, std::string("verify.timeout"));
        QVERIFY(timer.elapsed() < 10000);
        const auto out = runProcess(shell("echo said; exec >&- 2>&-; sleep 0.1; exit 5"));
        QVERIFY(out.ok());
        QCOMPARE(out->status, 5);
        QCOMPARE(out->output, std::string("said\n"));
    }

    // Nor is it waited for what it left behind with its output open.
    void outputHeldByAnother() {
        QElapsedTimer timer;
        timer.start();
        const auto out = runProcess(shell("head -c 50000 /dev/zero; sleep 30 & echo $!"));
        QVERIFY(timer.elapsed() < 9000);
        QVERIFY(out.ok());
        QCOMPARE(out->status, 0);
        const pid_t left = std::atoi(out->output.c_str() + 50000);
        QVERIFY(left > 1);
        QCOMPARE(::kill(left, SIGKILL), 0);
    }

    // What a killed script had started ends too.
    void theWholeGroupIsKilled() {
        QTemporaryDir folder;
        const QString note = folder.filePath("pid");
        Command command = shell("sleep 30 & echo $! >" + note.toStdString() + "; wait");
        command.timeout = Duration::seconds(0.5);
        QCOMPARE(runProcess(command).error().code, std::string("verify.timeout"));
        QFile file(note);
        QVERIFY(file.open(QIODevice::ReadOnly));
        const QString stat = QString("/proc/%1/stat").arg(file.readAll().trimmed().constData());
        const auto runs = [&] {
            QFile of(stat);
            return of.open(QIODevice::ReadOnly) && !of.readAll().contains(") Z");
        };
        QTRY_VERIFY(!runs());
    }

    void stopping() {
        std::stop_source source;
        std::thread stopper([&] { source.request_stop(); });
        const auto out = runProcess({"/bin/sleep", {"30"}, {}, Duration::seconds(20)}, source.get_token());
        stopper.join();
        QVERIFY(!out.ok());
        QCOMPARE(out.error().kind, ErrorKind::cancelled);
    }

    void missingProgram() {
        const auto out = runProcess({"/nowhere/tool", {}, {}, Duration::seconds(1)});
        QVERIFY(!out.ok());
        QCOMPARE(out.error().code, std::string("verify.start"));
        QVERIFY(findProgram("no-such-tool-anywhere").empty());
        QVERIFY(!findProgram("sh").empty());
    }

    void verdicts() {
        const std::string head =
            "global\n    user no-such-user-here\ndefaults\n    mode http\n    timeout client 1s\n";
        const std::string tail =
            "frontend x\n    bind 127.0.0.1:1\n    default_backend y\nbackend y\n    server a 127.0.0.1:2\n";
        const std::string timeouts = "    timeout server 1s\n    timeout connect 1s\n";
        const auto accepted = verifyHaproxy(head + timeouts + tail, {});
        QVERIFY(accepted.ok());
        QVERIFY2(accepted->tool.rfind("haproxy ", 0) == 0, "haproxy is missing: apt-get install haproxy");
        QVERIFY2(accepted->accepted, accepted->message.c_str());
        QCOMPARE(accepted->notes.size(), std::size_t(1)); // the user
        const auto warned = verifyHaproxy(head + tail, {});
        QVERIFY(warned.ok() && !warned->accepted);
        QVERIFY2(warned->message.find("timeout") != std::string::npos, warned->message.c_str());
        const auto refused = verifyHaproxy(head + timeouts + tail + "    nonsense\n", {});
        QVERIFY(refused.ok() && !refused->accepted);
        QVERIFY2(refused->message.find("nonsense") != std::string::npos, refused->message.c_str());
        QVERIFY2(refused->message.find("haproxy.cfg") != std::string::npos, refused->message.c_str());
    }
};

ALWAYSON_TEST_MAIN(TestVerify, test_verify)
#include "test_verify.moc"

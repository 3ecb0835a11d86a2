// The exported configuration on a real HAProxy with two real backends on loopback: one is killed, one is
// frozen. Detection time and failed requests must lie in the simulator's 99.9 % prediction interval for the
// same design and scenario, plus an allowance of 0.3 s for the scheduling of this machine. Runs serially, on
// free ports; every process is ended by its id.
#include "exporters/haproxy/build.h"
#include "exporters/haproxy/emit.h"
#include "exporters/verify/process.h"
#include "simulator/run/request_run.h"
#include "tests/exporters/exporter_support.h"
#include "tests/exporters/live/load_client.h"
#include "tests/support/free_port.h"
#include "tests/support/test_support.h"

#include <QProcess>
#include <QTemporaryDir>

#include <signal.h>
#include <sys/un.h>

#include <algorithm>
#include <memory>
#include <random>

using namespace alwayson;
using namespace alwayson::exporters;
using Clock = test::LoadClient::Clock;

namespace {

constexpr double kRate = 100; // requests per second, two servers
constexpr double kAllowanceS = 0.3;
constexpr double kFailAtS = 3;      // in the simulated scenario
constexpr int kReplications = 1999; // smallest and largest of n: (n - 1) / (n + 1) = 99.9 %

double secondsSince(Clock::time_point then) {
    return std::chrono::duration<double>(Clock::now() - then).count();
}

// A child that never outlives the test.
class Child : public QProcess {
public:
    ~Child() override {
        if (state() == QProcess::NotRunning) return;
        kill();
        waitForFinished(5000);
    }
};

// One command on HAProxy's admin socket.
std::string ask(const std::string& path, const std::string& command) {
    const int s = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    path.copy(address.sun_path, sizeof(address.sun_path) - 1);
    std::string answer;
    if (connect(s, reinterpret_cast<sockaddr*>(&address), sizeof(address)) == 0 &&
        send(s, command.data(), command.size(), MSG_NOSIGNAL) > 0) {
        char buffer[8192];
        for (ssize_t got = 0; (got = recv(s, buffer, sizeof(buffer), 0)) > 0;)
            answer.append(buffer, std::size_t(got));
    }
    close(s);
    return answer;
}

struct Outcome {
    double detectionS = -1;
    double firstFailureS = 0; // of requests, after the event
    double lastFailureS = 0;
    std::size_t offered = 0;
    std::size_t failed = 0;
    bool failedBefore = false; // a request that was finished before the event
};

struct Predicted {
    double least = 0, most = 0;
};

} // namespace

class TestHaproxyLive : public QObject {
    Q_OBJECT

    // Regular traffic of one class, constant service: what the drill's client and backends do.
    static Design designFor(const QString& effect, double watchS) {
        Design design = test::designFrom("examples/seed-article.aon.json");
        Node visitors = *design.nodes.find("visitors");
        RequestClass read;
        read.id = "read";
        read.deadline = Duration::seconds(2);
        visitors.classes = {read};
        design.nodes.replace(design.nodes.indexOf("visitors"), visitors);
        test::change(design, "visitors", "rate_per_s", kRate);
        test::change(design, "visitors", "arrivals", std::string("regular"));
        test::change(design, "visitors", "attempt_timeout_ms", 2000.0);
        test::change(design, "visitors", "network_rtt_ms", 0.0);
        for (const char* server : {"web1", "web2"}) {
            test::change(design, server, "service", Distribution::constantValue(10, "ms"));
            test::change(design, server, "workers", 1000.0);
            test::deploy(design, server, "host", std::string("127.0.0.1"));
        }
        test::change(design, "haproxy", "check_inter_ms", 1000.0);
        test::change(design, "haproxy", "check_fastinter_ms", 500.0);
        test::change(design, "haproxy", "check_timeout_ms", 1000.0);
        test::change(design, "haproxy", "check_fall", 2.0);
        test::change(design, "haproxy", "maxconn", 1000.0); // fits any limit of open files
        Scenario scenario;
        scenario.id = ScenarioId("drill");
        scenario.duration = Duration::seconds(kFailAtS + watchS);
        ScenarioEvent fail;
        fail.at = Duration::seconds(kFailAtS);
        fail.action = "fail";
        fail.what = "web1";
        fail.mode = effect.toStdString();
        scenario.events = {fail};
        design.scenarios.append(scenario);
        return design;
    }

    // "killed, leastconn": what stands after the comma.
    static void adapt(Design& design, const QString& row) {
        const QString what = row.section(", ", 1);
        if (what == "no redispatch")
            test::change(design, "haproxy", "redispatch", false);
        else if (what == "shutdown-sessions")
            test::change(design, "haproxy", "on_marked_down", what.toStdString());
        else if (what == "server_maxconn")
            test::change(design, "haproxy", "server_maxconn", 20.0);
        else if (!what.isEmpty())
            test::change(design, "haproxy", "balance", what.toStdString());
    }

    // The event hits any moment between two requests of one server, as a signal does.
    static Scenario scenarioOf(const Design& design, int unit) {
        Scenario scenario = *design.scenarios.find("drill");
        scenario.events.front().at += Duration::seconds(2 / kRate * (unit + 0.5) / kReplications);
        return scenario;
    }

    void predict(const Design& design, Predicted& detection, Predicted& failed) {
        std::vector<double> times;
        std::vector<double> counts;
        for (int unit = 0; unit < kReplications; ++unit) {
            const Scenario scenario = scenarioOf(design, unit);
            sim::RequestRunOptions options;
            options.scenario = &scenario;
            options.seed = 7;
            options.unit = std::uint64_t(unit);
            const auto result = sim::runRequests(design, options);
            QVERIFY2(result.ok(), result.ok() ? "" : describe(result.error()).c_str());
            for (const Recovery& recovery : result->recovery)
                if (recovery.what == "web1" && recovery.mode != "back")
                    times.insert(times.end(), recovery.detectionSamplesS.begin(),
                                 recovery.detectionSamplesS.end());
            double lost = 0;
            for (const FlowResult& flow : result->flows)
                if (flow.flow == "design")
                    for (const auto& [cause, count] : flow.requests.failed)
                        lost += double(count);
            counts.push_back(lost);
        }
        QCOMPARE(times.size(), std::size_t(kReplications));
        detection = {*std::min_element(times.begin(), times.end()),
                     *std::max_element(times.begin(), times.end())};
        failed = {*std::min_element(counts.begin(), counts.end()),
                  *std::max_element(counts.begin(), counts.end())};
    }

    // Starts everything, lets it run, sends `signal` to web1, watches for `watchS`.
    void drill(Design design, int signal, double watchS, Outcome& outcome) {
        const std::filesystem::path program = verify::findProgram("haproxy");
        QVERIFY2(!program.empty(), "haproxy is missing: apt-get install haproxy");
        QTemporaryDir folder;
        Child web1, web2, haproxy;
        for (auto& [child, name] :
             {std::pair<Child&, const char*>(web1, "web1"), std::pair<Child&, const char*>(web2, "web2")}) {
            child.start(QStringLiteral(ALWAYSON_BINARY_DIR "/drill_backend"), {"0", "10"});
            QVERIFY(child.waitForReadyRead(5000));
            test::deploy(design, name, "port", child.readLine().trimmed().toDouble());
        }
        const std::uint16_t port = test::freePort();
        test::deploy(design, "haproxy", "host", std::string("127.0.0.1"));
        test::deploy(design, "haproxy", "port", double(port));
        haproxy::Paths paths;
        paths.adminSocket = folder.filePath("admin").toStdString();
        paths.chroot = paths.user = paths.group = paths.log = paths.metricsBind = "";
        paths.sharePort = false;
        const auto built = haproxy::build(design, *design.nodes.find("haproxy"), "drill", {2, 4}, paths);
        QVERIFY(built.ok());
        QFile config(folder.filePath("haproxy.cfg"));
        QVERIFY(config.open(QIODevice::WriteOnly));
        config.write(QByteArray::fromStdString(haproxy::toText(built->config)));
        config.close();
        haproxy.setProcessChannelMode(QProcess::MergedChannels);
        haproxy.start(QString::fromStdString(program.string()), {"-db", "-f", config.fileName()});
        QVERIFY(haproxy.waitForStarted(5000));
        const auto state = [&] {
            const std::string stat = ask(paths.adminSocket, "show stat\n");
            const std::size_t at = stat.find("\n" + built->backend + ",web1,");
            if (at == std::string::npos) return QByteArray();
            return QByteArray::fromStdString(stat.substr(at + 1, 400))
                .split('\n')
                .front()
                .split(',')
                .value(17);
        };
        QTRY_VERIFY2_WITH_TIMEOUT(state().startsWith("UP"), haproxy.readAll().constData(), 5000);

        test::LoadClient client(port, kRate, std::chrono::milliseconds(2000));
        // Any phase of the check interval is as likely as any other.
        std::random_device entropy;
        const double settleS = 1.2 + double(entropy() % 1000) / 1000;
        const auto begun = Clock::now();
        while (secondsSince(begun) < settleS)
            std::this_thread::sleep_for(std::chrono::milliseconds(5));
        QVERIFY2(state().startsWith("UP"), haproxy.readAll().constData());
        const auto failedAt = Clock::now();
        QCOMPARE(::kill(pid_t(web1.processId()), signal), 0);
        while (secondsSince(failedAt) < watchS) {
            if (outcome.detectionS < 0 && state().startsWith("DOWN"))
                outcome.detectionS = secondsSince(failedAt);
            std::this_thread::sleep_for(std::chrono::milliseconds(5));
        }
        const auto requests = client.finish();
        if (signal == SIGSTOP) ::kill(pid_t(web1.processId()), SIGCONT);
        for (const test::LoadClient::Request& request : requests) {
            const double at = std::chrono::duration<double>(request.started - failedAt).count();
            if (at > watchS) continue;
            ++outcome.offered;
            if (request.succeeded()) continue;
            if (outcome.failed++ == 0) outcome.firstFailureS = at;
            outcome.lastFailureS = at;
            outcome.failedBefore = outcome.failedBefore || at < -0.5;
        }
        QVERIFY2(haproxy.state() == QProcess::Running, haproxy.readAll().constData());
    }

private slots:
    void predictionHolds_data() {
        QTest::addColumn<QString>("effect");
        QTest::addColumn<int>("signal");
        QTest::addColumn<double>("watchS");
        QTest::newRow("killed") << "crash" << SIGKILL << 2.0;
        QTest::newRow("frozen") << "hang" << SIGSTOP << 4.0;
        if (!qEnvironmentVariableIsSet("ALWAYSON_LONG")) return;
        // The long form: one more minute.
        QTest::newRow("killed, no redispatch") << "crash" << SIGKILL << 2.0;
        QTest::newRow("killed, leastconn") << "crash" << SIGKILL << 2.0;
        QTest::newRow("killed, random") << "crash" << SIGKILL << 2.0;
        QTest::newRow("killed, static-rr") << "crash" << SIGKILL << 2.0;
        QTest::newRow("frozen, leastconn") << "hang" << SIGSTOP << 4.0;
        QTest::newRow("frozen, shutdown-sessions") << "hang" << SIGSTOP << 4.0;
        QTest::newRow("frozen, server_maxconn") << "hang" << SIGSTOP << 4.0;
    }
    void predictionHolds() {
        QFETCH(QString, effect);
        QFETCH(int, signal);
        QFETCH(double, watchS);
        Design design = designFor(effect, watchS);
        adapt(design, QTest::currentDataTag());
        Predicted detection, failed;
        predict(design, detection, failed);
        if (QTest::currentTestFailed()) return;
        Outcome outcome;
        drill(design, signal, watchS, outcome);
        if (QTest::currentTestFailed()) return;
        // One server's share of the traffic during the allowance.
        const double allowed = kAllowanceS * kRate / 2;
        const QString report = QString("%1: seen after %2 s, predicted %3 to %4 s; %5 of %6 requests failed, "
                                       "predicted %7 to %8; last failure %9 s after the event")
                                   .arg(QTest::currentDataTag())
                                   .arg(outcome.detectionS)
                                   .arg(detection.least)
                                   .arg(detection.most)
                                   .arg(outcome.failed)
                                   .arg(outcome.offered)
                                   .arg(failed.least)
                                   .arg(failed.most)
                                   .arg(outcome.lastFailureS);
        qInfo("%s", qPrintable(report));
        QVERIFY2(!outcome.failedBefore, qPrintable(report));
        QVERIFY2(outcome.offered > std::size_t(kRate * (watchS + 1)), qPrintable(report));
        QVERIFY2(outcome.detectionS >= detection.least - kAllowanceS &&
                     outcome.detectionS <= detection.most + kAllowanceS,
                 qPrintable(report));
        QVERIFY2(double(outcome.failed) >= failed.least - allowed &&
                     double(outcome.failed) <= failed.most + allowed,
                 qPrintable(report));
        // Once HAProxy knows, nobody notices any more.
        QVERIFY2(outcome.failed == 0 || outcome.lastFailureS <= outcome.detectionS + kAllowanceS,
                 qPrintable(report));
    }
};

ALWAYSON_TEST_MAIN(TestHaproxyLive, test_haproxy_live)
#include "test_haproxy_live.moc"

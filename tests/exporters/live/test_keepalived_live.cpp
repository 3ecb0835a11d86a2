// The exported configurations of a VRRP pair on real keepalived and HAProxy, two machines in network
// namespaces: the holder of the address loses its power, its network, its keepalived or its balancer. Another
// one has to hold the address within the law of core/structure/failover_laws.h, plus an allowance of 0.3 s
// for the scheduling of this machine. The drills run beside each other; every process ends with its
// namespace.
#include "core/structure/failover_laws.h"
#include "exporters/haproxy/build.h"
#include "exporters/haproxy/emit.h"
#include "exporters/keepalived/build.h"
#include "exporters/keepalived/emit.h"
#include "exporters/keepalived/scripts.h"
#include "exporters/verify/process.h"
#include "tests/exporters/exporter_support.h"
#include "tests/support/test_support.h"

#include <QDir>
#include <QProcess>
#include <QTemporaryDir>

#include <unistd.h>

#include <algorithm>
#include <cmath>
#include <memory>
#include <random>

using namespace alwayson;
using namespace alwayson::exporters;

namespace {

constexpr double kAllowanceS = 0.3;

struct Row {
    const char* name;
    const char* event; // of vrrp_drill.sh
    VrrpEvent law;
    Parameters timers;
};

// A child that never outlives the test, nor what it started.
class Child : public QProcess {
public:
    ~Child() override {
        if (state() == QProcess::NotRunning) return;
        kill(); // unshare --kill-child takes the namespace with it
        waitForFinished(5000);
    }
};

struct Drill {
    Row row;
    PhaseLaw law;
    QTemporaryDir folder;
    Child process;
};

QStringList namespaces() {
    return {geteuid() == 0 ? "-nmp" : "-Urnmp", "--fork", "--kill-child", "--mount-proc"};
}

} // namespace

class TestKeepalivedLive : public QObject {
    Q_OBJECT

    static void put(const QString& path, const std::string& bytes) {
        QFile file(path);
        if (!file.open(QIODevice::WriteOnly) ||
            file.write(bytes.data(), qint64(bytes.size())) != qint64(bytes.size()))
            qFatal("cannot write %s", qPrintable(path));
    }

    // The files of both machines, as they are exported but for the accounts, which a namespace does not have.
    static void writeFiles(const Design& design, const QString& folder) {
        keepalived::Paths paths;
        paths.scriptUser = "root";
        quoting::Slugs slugs;
        const auto members = keepalived::build(design, *design.groups.find("lb"), slugs, paths);
        if (!members) qFatal("%s", describe(members.error()).c_str());
        for (const keepalived::Built& one : *members) {
            const QString machine = folder + "/" + QString::fromStdString(one.member);
            QDir().mkpath(machine);
            put(machine + "/keepalived.conf", keepalived::toText(one.config));
            put(machine + "/check-haproxy.sh", keepalived::balancerScript(paths));
            haproxy::Paths balancer;
            balancer.adminSocket = balancer.chroot = balancer.user = balancer.group = balancer.log = "";
            const auto built =
                haproxy::build(design, *design.nodes.find(one.member), one.slug, {2, 4}, balancer);
            if (!built) qFatal("%s", describe(built.error()).c_str());
            put(machine + "/haproxy.cfg", haproxy::toText(built->config));
        }
    }

    static std::unique_ptr<Drill> start(const Row& row) {
        auto drill = std::make_unique<Drill>();
        drill->row = row;
        Design design = test::vrrpDesign();
        for (const char* lb : {"lb1", "lb2"})
            test::change(design, lb, "maxconn", 1000.0); // fits any limit of open files
        for (const auto& [key, value] : row.timers)
            test::changeGroup(design, "lb", key, value);
        const VrrpTimers timers = vrrpTimersOf(design, *design.groups.find("lb"), *design.nodes.find("lb1"));
        drill->law = vrrpTakeover(timers, row.law);
        writeFiles(design, drill->folder.path());
        // Any phase of the adverts and of the script is as likely as any other.
        std::random_device entropy;
        const double settleS = timers.interval * (1 + double(entropy() % 1000) / 1000) + timers.advert;
        const double watchS = std::isfinite(drill->law.maxS) ? drill->law.maxS + 3 : 5;
        drill->process.setProcessChannelMode(QProcess::SeparateChannels);
        drill->process.start(
            "unshare",
            namespaces() + QStringList{"/bin/sh", ALWAYSON_SOURCE_DIR "/tests/exporters/live/vrrp_drill.sh",
                                       drill->folder.path(), row.event, "10.0.0.100",
                                       QString::number(settleS, 'f', 3), QString::number(std::ceil(watchS))});
        return drill;
    }

    // The number behind a word of the output; NaN without it.
    static double saidBy(const QByteArray& output, const QByteArray& word) {
        for (const QByteArray& line : output.split('\n'))
            if (line.startsWith(word + ' ')) return line.mid(word.size() + 1).toDouble();
        return std::nan("");
    }

    static void finish(Drill& drill) {
        QVERIFY2(drill.process.waitForFinished(60000), drill.row.name);
        const QByteArray output = drill.process.readAllStandardOutput();
        const QByteArray errors = drill.process.readAllStandardError();
        QVERIFY2(drill.process.exitStatus() == QProcess::NormalExit && drill.process.exitCode() == 0,
                 (drill.row.name + (": " + output + errors)).constData());
        const double tookS = saidBy(output, "taken") - saidBy(output, "event");
        const bool kept = output.contains("kept");
        const QString report = QString("%1: taken over after %2 s, law %3 to %4 s; a client gets %5")
                                   .arg(drill.row.name)
                                   .arg(tookS)
                                   .arg(drill.law.minS)
                                   .arg(drill.law.maxS)
                                   .arg(saidBy(output, "answer"));
        qInfo("%s", qPrintable(report));
        if (!std::isfinite(drill.law.minS)) {
            QVERIFY2(std::isnan(tookS) && kept, qPrintable(report));
            return;
        }
        QVERIFY2(!kept, qPrintable(report));
        QVERIFY2(tookS >= drill.law.minS - kAllowanceS && tookS <= drill.law.maxS + kAllowanceS,
                 qPrintable(report));
        // The new holder answers there: its servers do not exist, so with 503.
        QCOMPARE(saidBy(output, "answer"), 503.0);
    }

    static std::vector<Row> rows() {
        const Parameters fast = {{"advert_ms", 500.0}};
        // Timeouts that coincide with the next run are lost by chance before keepalived 2.3.3.
        const Parameters hung = {
            {"advert_ms", 500.0}, {"track_interval_ms", 2000.0}, {"track_timeout_ms", 1000.0}};
        Parameters overlapping = hung;
        overlapping["track_timeout_ms"] = 3000.0;
        std::vector<Row> all = {{"power lost", "power", VrrpEvent::machineGone, fast},
                                {"network lost", "network", VrrpEvent::machineGone, {}},
                                {"keepalived stopped", "stop", VrrpEvent::stopped, fast},
                                {"HAProxy killed", "crash", VrrpEvent::balancerDead, fast},
                                {"HAProxy hung", "hang", VrrpEvent::balancerHung, hung},
                                {"HAProxy killed, weight",
                                 "crash",
                                 VrrpEvent::balancerDead,
                                 {{"advert_ms", 500.0}, {"preempt", true}, {"track_weight", -60.0}}},
                                {"HAProxy killed, small weight",
                                 "crash",
                                 VrrpEvent::balancerDead,
                                 {{"advert_ms", 500.0}, {"preempt", true}, {"track_weight", -40.0}}},
                                {"HAProxy killed, unwatched",
                                 "crash",
                                 VrrpEvent::balancerDead,
                                 {{"advert_ms", 500.0}, {"track", std::string("none")}}}};
        if (!qEnvironmentVariableIsSet("ALWAYSON_LONG")) return all;
        // The long form: two more minutes.
        for (int i = 0; i < 6; ++i) {
            all.push_back({"power lost, defaults", "power", VrrpEvent::machineGone, {}});
            all.push_back({"stopped, defaults", "stop", VrrpEvent::stopped, {}});
            all.push_back({"killed, defaults", "crash", VrrpEvent::balancerDead, {}});
            all.push_back({"hung, runs overlap", "hang", VrrpEvent::balancerHung, overlapping});
            all.push_back({"killed, 3 runs every 2 s",
                           "crash",
                           VrrpEvent::balancerDead,
                           {{"track_interval_ms", 2000.0}, {"track_fall", 3.0}}});
            all.push_back({"version 2", "network", VrrpEvent::machineGone, {{"version", 2.0}}});
            all.push_back({"weight and delay",
                           "crash",
                           VrrpEvent::balancerDead,
                           {{"preempt", true}, {"track_weight", -60.0}, {"preempt_delay_s", 2.5}}});
        }
        return all;
    }

private slots:
    void takeoversLieWithinTheLaw() {
        for (const char* program : {"keepalived", "haproxy", "curl", "unshare", "nsenter", "ip"})
            QVERIFY2(!verify::findProgram(program).empty(), program);
        verify::Command probe{verify::findProgram("unshare"), {}, {}, Duration::seconds(10)};
        for (const QString& word : namespaces())
            probe.arguments.push_back(word.toStdString());
        probe.arguments.insert(probe.arguments.end(),
                               {"/bin/sh", "-c", "mount -t tmpfs none /run && ip link add br0 type bridge"});
        const auto permitted = verify::runProcess(probe);
        QVERIFY(permitted.ok());
        if (permitted->status != 0)
            QSKIP(("network namespaces are not permitted here: " + permitted->output).c_str());
        const std::vector<Row> all = rows();
        constexpr std::size_t kBeside = 8;
        for (std::size_t from = 0; from < all.size(); from += kBeside) {
            std::vector<std::unique_ptr<Drill>> drills;
            for (std::size_t i = from; i < std::min(all.size(), from + kBeside); ++i)
                drills.push_back(start(all[i]));
            for (const std::unique_ptr<Drill>& drill : drills)
                finish(*drill);
        }
    }
};

ALWAYSON_TEST_MAIN(TestKeepalivedLive, test_keepalived_live)
#include "test_keepalived_live.moc"

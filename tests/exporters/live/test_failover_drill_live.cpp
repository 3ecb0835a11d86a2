// Two real MariaDB servers set up by the exported files; under load the source is killed, the design's
// manager notices and runs the exported promotion, callers find the new source, the old one rejoins by the
// exported script. The first acknowledged write after the kill and the number of acknowledged writes that are
// gone must lie where the simulation of the very same design says, and a promotion that is withheld must not.
// The time a promotion takes on this machine is the one figure that is measured first. No password on a
// command line or in a file. Runs serially.
#include "tests/exporters/live/failover_drill.h"
#include "tests/support/test_support.h"

#include <QRandomGenerator>

#include <signal.h>

using namespace alwayson;
using namespace alwayson::exporters;

namespace {

constexpr double kLostAtS = 6;     // in the scenario
constexpr double kToleranceS = .3; // for processes that wait for their turn
constexpr double kPollS = 1, kAnalysisS = .2, kConnectorTtlS = .3, kAckTimeoutS = 1;
constexpr int kRate = 40; // writes per second

// db1 with its callers, db2 `oneWayS` away from it.
Design drillDesign(const std::string& replication, double oneWayS) {
    using namespace test::scenario;
    Parts p;
    p.seconds = 16; // the series of a run then has steps of 50 ms
    p.groups = {"{'id':'db','kind':'mysql_replication','parameters':{'replication':'" + replication +
                "','semisync_timeout_ms':" + std::to_string(1000 * kAckTimeoutS) +
                ",'manager':'orchestrator','poll_s':" + std::to_string(kPollS) +
                ",'analysis_s':" + std::to_string(kAnalysisS) +
                ",'write_route':'connector','connector_ttl_s':" + std::to_string(kConnectorTtlS) +
                ",'failover_coverage':1,'rejoin':'automatic','user_network':'127.0.0.%'}}"};
    p.domains = {"{'id':'r','kind':'region','parameters':{'rtt_ms':" + std::to_string(2000 * oneWayS) + "}}",
                 "{'id':'a','kind':'zone','parent':'r'}", "{'id':'b','kind':'zone','parent':'r'}"};
    p.nodes = {
        node("c", "client",
             "'arrivals':'regular','network_rtt_ms':0,'attempts':1,'attempt_timeout_ms':1e5,'rate_per_s':" +
                 std::to_string(kRate),
             "'classes':[{'id':'w','share':1,'writes':true,'deadline_ms':100000}]"),
        node("db1", "mysql", {}, "'group':'db','domain':'a'"),
        node("db2", "mysql", {}, "'group':'db','domain':'b'")};
    p.links = {calls("c", "db", "'latency_ms':0")};
    p.events = {at(kLostAtS, "fail", "db1", "'mode':'crash'")};
    return designOf(p);
}

// Looks at the command lines of all processes until it ends.
class CommandLineWatch {
public:
    explicit CommandLineWatch(QByteArray secret) : m_secret(std::move(secret)), m_thread([this] { run(); }) {}
    ~CommandLineWatch() { finish(); }
    // Number of looks; -1 when the secret was on a command line.
    int finish() {
        m_stop = true;
        if (m_thread.joinable()) m_thread.join();
        return m_seen ? -1 : m_looks.load();
    }

private:
    void run() {
        while (!m_stop) {
            for (const QString& process : QDir("/proc").entryList(QDir::Dirs)) {
                QFile file("/proc/" + process + "/cmdline");
                if (process.toInt() > 0 && file.open(QIODevice::ReadOnly) &&
                    file.readAll().contains(m_secret))
                    m_seen = true;
            }
            ++m_looks;
            std::this_thread::sleep_for(std::chrono::milliseconds(20)); // leaves the processors to the drill
        }
    }
    QByteArray m_secret;
    std::atomic<bool> m_stop{false}, m_seen{false};
    std::atomic<int> m_looks{0};
    std::thread m_thread;
};

} // namespace

class TestFailoverDrillLive : public QObject {
    Q_OBJECT

    std::unique_ptr<test::MariadbPair> m_pair;
    std::unique_ptr<test::Load> m_load;
    double m_firstWriteS = 0, m_promotionS = 0; // of the last loss
    // s, on this machine: the shortest and the longest seen, and how far a further one may lie outside.
    static inline test::Interval s_promotion;
    static constexpr double kFaster = 0.6, kSlower = 1.8;

    test::MariadbServer& server(int i) { return *m_pair->servers[i]; }
    static std::string name(int server) { return "db" + std::to_string(server + 1); }
    void runs(const QString& script, const std::vector<std::string>& arguments = {}) {
        const std::string fault = m_pair->runbook.fault(script, arguments);
        QVERIFY2(fault.empty(), fault.c_str());
    }

    static void notePromotion(double tookS) {
        s_promotion = {std::min(s_promotion.least, tookS), std::max(s_promotion.most, tookS)};
    }
    // Without callers: how long the exported promotion takes here.
    void measurePromotion() {
        s_promotion = {1e9, 0};
        for (int source = 0; source < 2; ++source) {
            server(source).kill();
            const double from = test::wallClock();
            runs("03-promote.sh", {"--yes"});
            notePromotion(test::wallClock() - from);
            QVERIFY2(server(source).start(), server(source).log().constData());
            runs("05-rejoin.sh", {name(source)});
            if (QTest::currentTestFailed()) return;
        }
    }

    test::PredictedFailover predict(Design design) {
        Distribution promotion;
        promotion.family = DistributionFamily::uniform;
        promotion.entries = {{"min", "s", kFaster * s_promotion.least},
                             {"max", "s", kSlower * s_promotion.most}};
        test::changeGroup(design, "db", "promotion", promotion);
        return test::predictFailover(design, kLostAtS);
    }

    // Under load db1 is killed; the promotion starts `withheldS` after its loss was noticed. `calm`: no write
    // is under way at that moment.
    void loseTheSource(double withheldS, bool calm) {
        QTRY_VERIFY2_WITH_TIMEOUT(std::abs(m_load->rate(m_pair->ports[0]) - kRate) < 0.1 * kRate,
                                  "this machine cannot hold the rate of writes", 30000);
        // With a source at work nothing is promoted.
        const verify::Finished refused = m_pair->runbook.run("03-promote.sh", {"--yes"});
        QCOMPARE(refused.status, 3);
        QVERIFY2(refused.output.find("db1 takes writes") != std::string::npos, refused.output.c_str());
        std::string fault;
        test::PollingManager manager(m_pair->ports[0], kPollS, kAnalysisS, [&] {
            std::this_thread::sleep_for(std::chrono::duration<double>(withheldS));
            const double from = test::wallClock();
            fault = m_pair->runbook.fault("03-promote.sh", {"--yes"});
            m_promotionS = test::wallClock() - from;
        });
        m_load->pause(calm);
        // Anywhere between two questions.
        QTest::qWait(200 + QRandomGenerator::global()->bounded(int(1000 * kPollS)));
        const double killedAt = test::wallClock();
        QCOMPARE(::kill(pid_t(server(0).pid()), SIGKILL), 0);
        m_load->pause(false);
        QTRY_VERIFY_WITH_TIMEOUT(manager.acted(), 30000);
        const double promotedAt = test::wallClock();
        manager.finish();
        QVERIFY2(fault.empty(), fault.c_str());
        QTRY_VERIFY_WITH_TIMEOUT(m_load->firstAt(m_pair->ports[1], killedAt) > 0, 30000);
        m_firstWriteS = m_load->firstAt(m_pair->ports[1], killedAt) - killedAt;
        qInfo("noticed after %.2f s, promoted after %.2f s, first write after %.2f s",
              manager.detectedAt() - killedAt, promotedAt - killedAt, m_firstWriteS);
    }

    // Acknowledged commits that the new source has not. Ends the load.
    int lostCommits() {
        m_load->stop();
        const std::set<int> rows = m_pair->rowsOf(1);
        int lost = 0;
        for (const auto& [number, commit] : m_load->acknowledged())
            lost += rows.contains(number) ? 0 : 1;
        return lost;
    }

    // The old source comes back read-only, and is not opened beside the new one; with writes of its own it is
    // refused, else it follows, and a planned change goes back to it.
    void theOldSourceReturns(bool ownWrites) {
        QVERIFY2(server(0).start(), server(0).log().constData());
        QCOMPARE(server(0).ask("SELECT @@GLOBAL.read_only"), QByteArray("1"));
        QCOMPARE(m_pair->runbook.run("04-reopen.sh", {"db1"}).status, 3);
        const std::set<int> rows = m_pair->rowsOf(1), before = m_pair->rowsOf(0);
        if (!std::includes(rows.begin(), rows.end(), before.begin(), before.end())) ownWrites = true;
        const verify::Finished rejoin = m_pair->runbook.run("05-rejoin.sh", {"db1"});
        QVERIFY2(rejoin.status == (ownWrites ? 4 : 0), rejoin.output.c_str());
        if (ownWrites) return;
        runs("status.sh");
        runs("03-promote.sh", {"--planned", "--to", "db1", "--yes"});
        runs("status.sh");
        QCOMPARE(server(0).ask("SELECT @@GLOBAL.read_only"), QByteArray("0"));
    }

    void inside(const test::PredictedFailover& predicted, int lost) {
        qInfo("predicted: first write after %.2f to %.2f s, lost %.0f to %.0f; seen: %.2f s, lost %d of %zu",
              predicted.firstWriteS.least, predicted.firstWriteS.most, predicted.lost.least,
              predicted.lost.most, m_firstWriteS, lost, m_load->acknowledged().size());
        QVERIFY(predicted.firstWriteS.width() < 6);
        QVERIFY(predicted.firstWriteS.holds(m_firstWriteS, kToleranceS));
        QVERIFY(predicted.lost.holds(lost, predicted.lost.most > 0 ? kToleranceS * kRate : 0));
    }

private slots:
    void cleanup() {
        m_load.reset();
        m_pair.reset();
    }

    void semiSynchronous() {
        CommandLineWatch watch(QByteArray::fromStdString(test::canary()));
        Design design = drillDesign("semi_sync", 0);
        m_pair = std::make_unique<test::MariadbPair>();
        const std::string fault = m_pair->setUp(design);
        QVERIFY2(fault.empty(), fault.c_str());
        measurePromotion();
        if (QTest::currentTestFailed()) return;
        test::PredictedFailover predicted = predict(design);
        QCOMPARE(predicted.lost.most, 0.0);

        // The control, which is one more promotion to measure: a design whose promotion takes this much
        // longer is another one.
        m_load = std::make_unique<test::Load>(*m_pair, kRate, kConnectorTtlS);
        loseTheSource(predicted.firstWriteS.width() + 2 * kToleranceS + 0.2, true);
        if (QTest::currentTestFailed()) return;
        QVERIFY(!predicted.firstWriteS.holds(m_firstWriteS, kToleranceS));
        notePromotion(m_promotionS);
        predicted = predict(design);
        theOldSourceReturns(false);
        if (QTest::currentTestFailed()) return;

        loseTheSource(0, false);
        if (QTest::currentTestFailed()) return;
        const int lost = lostCommits();
        inside(predicted, lost);
        theOldSourceReturns(false);
        for (auto& one : m_pair->servers)
            one->stop();
        QVERIFY2(watch.finish() > 10, "the password was on a command line");
        QCOMPARE(m_pair->canaryFiles(), std::string());
    }

    // db2 is a second away: what was written in the last second is lost.
    void asynchronous() {
        if (s_promotion.most <= 0) QSKIP("the time of a promotion is not known");
        constexpr double kOneWayS = 1;
        Design design = drillDesign("async", kOneWayS);
        m_pair = std::make_unique<test::MariadbPair>();
        const std::string fault = m_pair->setUp(design);
        QVERIFY2(fault.empty(), fault.c_str());
        const test::PredictedFailover predicted = predict(design);
        test::DelayLine line(m_pair->ports[0]);
        QCOMPARE(server(1).ask("STOP REPLICA; CHANGE MASTER TO MASTER_PORT=" +
                               QByteArray::number(line.port()) + "; START REPLICA"),
                 QByteArray());
        m_load = std::make_unique<test::Load>(*m_pair, kRate, kConnectorTtlS);
        QTRY_VERIFY_WITH_TIMEOUT(m_pair->rowsOf(1).size() > 10, 30000);
        line.delay(kOneWayS);
        loseTheSource(0, false);
        if (QTest::currentTestFailed()) return;
        const int lost = lostCommits();
        inside(predicted, lost);
        QVERIFY(!predicted.lost.holds(0, kToleranceS * kRate)); // that nothing is lost would be wrong
        theOldSourceReturns(true);
        for (auto& one : m_pair->servers)
            one->stop();
        QCOMPARE(m_pair->canaryFiles(), std::string());
    }
};

ALWAYSON_TEST_MAIN(TestFailoverDrillLive, test_failover_drill_live)
#include "test_failover_drill_live.moc"

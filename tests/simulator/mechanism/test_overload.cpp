// A little more than can be carried is up by definition. Whether requests agree is decided by the queue, and
// the finding about it says which.

#include "core/structure/availability.h"
#include "core/validate/validate.h"
#include "tests/simulator/mechanism/cut_support.h"
#include "tests/support/test_support.h"

using namespace alwayson;
using namespace alwayson::test::scenario;

class TestOverload : public QObject {
    Q_OBJECT

private slots:
    // 8 workers, 12 ms: 666.7 per s each. One of two is gone, the other gets 102 %.
    void aLittleTooMuch_data() {
        QTest::addColumn<QString>("queue");
        QTest::addColumn<QString>("patience");
        QTest::addColumn<bool>("served");
        QTest::newRow("full queue 0.15 s") << "'queue_limit':100"
                                           << "'attempts':1" << true;
        QTest::newRow("1.2 s, one attempt") << "'queue_limit':800"
                                            << "'attempts':1" << true;
        QTest::newRow("1.2 s, two attempts of 1 s") << "'queue_limit':800"
                                                    << "'attempts':2,'attempt_timeout_ms':1000" << false;
        QTest::newRow("no limit") << "'queue_limit':null"
                                  << "'attempts':1" << false;
        QTest::newRow("no limit, newest first") << "'queue_limit':null,'queue_order':'lifo'"
                                                << "'attempts':1" << true;
        QTest::newRow("no limit, a balancer keeps what is given up")
            << "'queue_limit':null,'cancels_abandoned':true"
            << "'attempts':1" << false;
    }
    void aLittleTooMuch() {
        QFETCH(QString, queue);
        QFETCH(QString, patience);
        QFETCH(bool, served);
        Parts p;
        p.seconds = 900;
        p.groups = {"{'id':'web','kind':'pool'}"};
        p.nodes = {node("c", "client", "'rate_per_s':680," + patience.toStdString(),
                        "'classes':[{'id':'r','share':1,'deadline_ms':3000}]"),
                   node("lb", "haproxy", ""), node("web1", "server", queue.toStdString(), "'group':'web'"),
                   node("web2", "server", queue.toStdString(), "'group':'web'")};
        p.links = {calls("c", "lb"), calls("lb", "web")};
        p.events = {at(1, "fail", "web1", "'mode':'crash'")};
        const FlowResult flow = flowOf(run(p), "c:r");
        QVERIFY(*flow.availabilityTime.value > 0.99);
        const double answered = *flow.availabilityRequests.value;
        QVERIFY2(served ? answered > 0.96 : answered < 0.4, qPrintable(QString::number(answered)));
        const Design design = designOf(p);
        bool said = false;
        for (const Issue& issue : validate(design))
            if (issue.code == "capacity.survivors_overloaded") {
                said = true;
                QVERIFY2(issue.message.find(served ? "the rest is refused or too late"
                                                   : "hardly any answer comes in time") != std::string::npos,
                         issue.message.c_str());
            }
        QVERIFY(said);
        const auto exact = analyse(design);
        QVERIFY(exact.ok());
        const std::vector<std::string>& leftOut = exact->flows.back().leftOut;
        QVERIFY(std::any_of(leftOut.begin(), leftOut.end(), [](const std::string& sentence) {
            return sentence.starts_with("Without one member web would get more than can be carried");
        }));
    }
};

ALWAYSON_TEST_MAIN(TestOverload, test_overload)
#include "test_overload.moc"

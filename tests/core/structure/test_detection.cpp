#include "core/structure/detection.h"
#include "tests/core/structure/design_maker.h"
#include "tests/support/test_support.h"

#include <cmath>

using namespace alwayson;
using alwayson::test::DesignMaker;

class TestDetection : public QObject {
    Q_OBJECT
private slots:
    void refusedIsSeenAsMeasured() { // H1
        const DetectionLaw law = detectionTime(balancer(), FailureEffect::crash);
        QCOMPARE(law.minS, 4.0);
        QCOMPARE(law.maxS, 6.0);
        QCOMPARE(law.meanS, 5.0);
    }
    void hangIsSeenAfterItsTimeouts() { // H2
        const DetectionLaw law = detectionTime(balancer(), FailureEffect::hang);
        QCOMPARE(law.minS, 10.0);
        QCOMPARE(law.maxS, 12.0);
        QVERIFY(std::isinf(
            detectionTime(balancer({{"check_type", std::string("tcp")}}), FailureEffect::hang).meanS));
    }
    void goneTakesTheConnectTimeout() { // H5c
        const Node node = balancer({{"check_inter_ms", 1000.0},
                                    {"check_fastinter_ms", 200.0},
                                    {"check_timeout_ms", 500.0},
                                    {"timeout_connect_ms", 1000.0},
                                    {"check_fall", 2.0}});
        const DetectionLaw gone = detectionTime(node, FailureEffect::gone);
        QCOMPARE(gone.minS, 2.2);
        QCOMPARE(gone.maxS, 3.2);
        QCOMPARE(detectionTime(node, FailureEffect::outage).meanS, gone.meanS);
        QCOMPARE(detectionTime(node, FailureEffect::hang).minS, 1.2);
    }
    void withoutACheckTimeoutConnectingMayTakeTheInterval() {
        const Node node = balancer({{"check_timeout_ms", std::monostate{}}, {"timeout_connect_ms", 500.0}});
        QCOMPARE(detectionTime(node, FailureEffect::gone).minS, 10.0);
        QCOMPARE(detectionTime(node, FailureEffect::gone).maxS, 12.0);
    }
    void backIsSeenAsMeasured() { // H3
        const DetectionLaw law = recoveryTime(balancer(), FailureEffect::crash);
        QCOMPARE(law.minS, 2.0);
        QCOMPARE(law.maxS, 4.0);
        QCOMPARE(recoveryTime(balancer(), FailureEffect::gone).maxS, 6.0);
    }
    void errorsNeedARunOfFailedChecks() {
        QCOMPARE(detectionTime(balancer(), FailureEffect::errors).meanS, 5.0);
        // Half the checks fail: 14 checks on average until three in a row, 13 pauses of 2 s.
        QCOMPARE(detectionTime(balancer(), FailureEffect::errors, 0.5).meanS, 27.0);
        QVERIFY(std::isinf(
            detectionTime(balancer({{"check_type", std::string("tcp")}}), FailureEffect::errors, 0.5).meanS));
    }
    void withoutChecksNothingIsSeen() {
        QVERIFY(std::isinf(detectionTime(balancer({{"check", false}}), FailureEffect::crash).minS));
        QVERIFY(std::isinf(detectionTime(balancer(), FailureEffect::slow).meanS));
        DesignMaker maker;
        maker.server("s");
        QVERIFY(std::isinf(detectionTime(maker.design().nodes.at(0), FailureEffect::crash).meanS));
    }

private:
    static Node balancer(Parameters parameters = {}) {
        DesignMaker maker;
        maker.haproxy("lb");
        Node node = maker.design().nodes.at(0);
        node.parameters = std::move(parameters);
        return node;
    }
};

ALWAYSON_TEST_MAIN(TestDetection, test_detection)
#include "test_detection.moc"

#include "core/results/flow_words.h"
#include "tests/support/test_support.h"

using namespace alwayson;

namespace {

SimulationResult withFlows(std::initializer_list<const char*> ids) {
    SimulationResult result;
    for (const char* id : ids) {
        result.flows.emplace_back();
        result.flows.back().flow = id;
    }
    return result;
}

} // namespace

class TestFlowWords : public QObject {
    Q_OBJECT

private slots:
    void oneClientWithTwoClasses() {
        const SimulationResult result = withFlows({"c:read", "c:write", "c", "design"});
        QCOMPARE(onlyClient(result), std::string("c"));
        for (const char* flow : {"c:read", "c:write", "c", "design"})
            QVERIFY2(saysMore(result, flow), flow);
        QVERIFY(isClassFlow("c:read") && !isClassFlow("c") && !isClassFlow("design"));
    }

    // All three are the same.
    void oneClass() {
        const SimulationResult result = withFlows({"c:read", "c", "design"});
        QVERIFY(saysMore(result, "c:read") && !saysMore(result, "c") && !saysMore(result, "design"));
    }

    void severalClients() {
        const SimulationResult result = withFlows({"c:r", "cc:r", "cc:w", "c", "cc", "design"});
        QCOMPARE(onlyClient(result), std::string());
        QVERIFY(!saysMore(result, "c") && saysMore(result, "cc") && saysMore(result, "design"));
    }
};

ALWAYSON_TEST_MAIN(TestFlowWords, test_flow_words)
#include "test_flow_words.moc"

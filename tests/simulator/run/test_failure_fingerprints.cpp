// The failure run gives the same bytes in every build type, on every machine, for every number of threads.

#include "resources/resources.h"
#include "tests/simulator/run/failure_support.h"

#include <fstream>

using namespace alwayson;
using namespace alwayson::test;

class TestFailureFingerprints : public QObject {
    Q_OBJECT

    static Design designOf(const std::string& name) {
        if (name != "web-pair") return referenceDesign(name);
        const auto loaded = parseDesign(resources::find("templates/web-pair.aon.json"), name);
        if (!loaded) qFatal("%s", describe(loaded.error()).c_str());
        return loaded->design;
    }

private slots:
    // Meant to change: ALWAYSON_UPDATE=1 build/release/test_simulator test_failure_fingerprints, and say so
    // in the commit.
    void fingerprintsAreTheSameEverywhere() {
        const std::string path = std::string(ALWAYSON_TEST_DATA) + "/fingerprints_failures.txt";
        std::ifstream list(path);
        QVERIFY(list.is_open());
        std::string name, wanted, actual;
        int rows = 0;
        while (list >> name >> wanted) {
            sim::FailureRunOptions options;
            options.replications = 4;
            options.seed = 42;
            options.threads = 1;
            const Result<SimulationResult> one = sim::runFailures(designOf(name), options);
            options.threads = 2;
            const Result<SimulationResult> two = sim::runFailures(designOf(name), options);
            QVERIFY(one && two);
            QCOMPARE(two->fingerprint, one->fingerprint);
            actual += name + " " + one->fingerprint + "\n";
            if (!qEnvironmentVariableIsSet("ALWAYSON_UPDATE"))
                QCOMPARE(QString::fromStdString(name + " " + one->fingerprint),
                         QString::fromStdString(name + " " + wanted));
            ++rows;
        }
        QVERIFY(rows >= 4);
        if (qEnvironmentVariableIsSet("ALWAYSON_UPDATE")) std::ofstream(path) << actual;
    }
};

ALWAYSON_TEST_MAIN(TestFailureFingerprints, test_failure_fingerprints)
#include "test_failure_fingerprints.moc"

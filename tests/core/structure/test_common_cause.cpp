// What members of a group share, and faults that are over for all at once (reference rows C6, C7).
#include "core/catalogue/catalogue.h"
#include "core/structure/availability.h"
#include "core/structure/common_cause.h"
#include "tests/core/structure/design_maker.h"
#include "tests/support/test_support.h"

#include <cmath>

using namespace alwayson;
using namespace alwayson::test;

namespace {

void setGroup(DesignMaker& maker, const std::string& id, const std::string& parameter, Value value) {
    const std::size_t at = maker.design().groups.indexOf(id);
    Group group = maker.design().groups.at(at);
    group.parameters[parameter] = std::move(value);
    maker.edit().groups.replace(at, std::move(group));
}

void setModes(DesignMaker& maker, const std::string& id, bool outage) {
    const std::size_t at = maker.design().domains.indexOf(id);
    Domain domain = maker.design().domains.at(at);
    domain.defaultFailureModes = outage;
    maker.edit().domains.replace(at, std::move(domain));
}

void setKind(DesignMaker& maker, const std::string& id, const std::string& kind) {
    const std::size_t at = maker.design().domains.indexOf(id);
    Domain domain = maker.design().domains.at(at);
    domain.kind = kind;
    maker.edit().domains.replace(at, std::move(domain));
}

void setImage(DesignMaker& maker, const std::string& id, const std::string& image) {
    const std::size_t at = maker.design().nodes.indexOf(id);
    Node node = maker.design().nodes.at(at);
    node.deploy["image"] = image;
    maker.edit().nodes.replace(at, std::move(node));
}

DesignMaker pairOf(double mttf, double mttr) {
    DesignMaker maker;
    maker.group("web", 1).client("c").server("a", "web").server("b", "web").link("c", "web");
    maker.fails("a", FailureEffect::crash, mttf, mttr).fails("b", FailureEffect::crash, mttf, mttr);
    return maker;
}

double unavailability(const Design& design) {
    const auto result = analyse(design);
    if (!result) qFatal("%s", describe(result.error()).c_str());
    return *result->flows.front().unavailability;
}

} // namespace

class TestCommonCause : public QObject {
    Q_OBJECT
private slots:
    // All slow at once is no outage: the group still serves.
    void sharedSlownessIsNoOutage() {
        DesignMaker maker;
        maker.group("web", 1).client("c").server("a", "web").server("b", "web").link("c", "web");
        maker.fails("a", FailureEffect::slow, 99, 1).fails("b", FailureEffect::slow, 99, 1);
        const double alone = unavailability(maker.design());
        setGroup(maker, "web", "beta", 0.5);
        setGroup(maker, "web", "common_cause_repair", std::string("together"));
        QCOMPARE(unavailability(maker.design()), alone);
    }

    void onePerLevelThatIsShared_data() {
        QTest::addColumn<QString>("kind");
        QTest::addColumn<bool>("outage");
        QTest::addColumn<QString>("images");
        QTest::addColumn<double>("beta");
        QTest::newRow("host") << "host" << false << "" << 1.0;
        QTest::newRow("host with outages of its own") << "host" << true << "" << 0.0;
        QTest::newRow("rack") << "rack" << false << "" << 0.1;
        QTest::newRow("zone") << "zone" << false << "" << 0.05;
        QTest::newRow("region") << "region" << false << "" << 0.01;
        QTest::newRow("zone and version") << "zone" << false << "1.2 1.2" << 1 - 0.95 * 0.95;
        QTest::newRow("version") << "zone" << true << "1.2 1.2" << 0.05;
        QTest::newRow("two versions") << "zone" << true << "1.2 1.3" << 0.0;
        QTest::newRow("one unknown") << "zone" << true << "1.2 " << 0.0;
    }
    void onePerLevelThatIsShared() {
        QFETCH(QString, kind);
        QFETCH(bool, outage);
        QFETCH(QString, images);
        QFETCH(double, beta);
        DesignMaker maker;
        maker.domain("place").group("web").server("a", "web").in("place").server("b", "web").in("place");
        setKind(maker, "place", kind.toStdString());
        setModes(maker, "place", outage);
        const QStringList versions = images.split(' ');
        if (versions.size() == 2) {
            setImage(maker, "a", versions[0].toStdString());
            setImage(maker, "b", versions[1].toStdString());
        }
        QVERIFY(std::fabs(effectiveBeta(maker.design(), maker.design().groups.at(0)) - beta) < 1e-15);
        setGroup(maker, "web", "beta", 0.3);
        QCOMPARE(effectiveBeta(maker.design(), maker.design().groups.at(0)), 0.3);
        setGroup(maker, "web", "beta", 0.0);
        QCOMPARE(effectiveBeta(maker.design(), maker.design().groups.at(0)), 0.0);
    }

    void placesOfOnlySomeDoNotCount() {
        DesignMaker maker;
        maker.domain("region").domain("za", "region").domain("zb", "region").group("web");
        maker.server("a", "web").in("za").server("b", "web").in("zb");
        setKind(maker, "region", "region");
        QCOMPARE(effectiveBeta(maker.design(), maker.design().groups.at(0)), 1 - 0.99);
    }

    // C6: a union, not the rare-event sum.
    void pairWithACommonCause() {
        DesignMaker maker = pairOf(99, 1);
        QVERIFY(std::fabs(unavailability(maker.design()) - 1e-4) < 1e-15);
        setGroup(maker, "web", "common_cause_repair", std::string("together"));
        QVERIFY(std::fabs(unavailability(maker.design()) - 1e-4) < 1e-15);
        setGroup(maker, "web", "beta", 0.1);
        QVERIFY(std::fabs(unavailability(maker.design()) - 0.001080919) < 1e-12);
        setGroup(maker, "web", "beta", 1.0);
        QVERIFY(std::fabs(unavailability(maker.design()) - 0.01) < 1e-12);

        const auto function = StateFunction::compile(maker.design());
        QVERIFY(function.ok());
        const StructureComponent& fault = function->components().back();
        QCOMPARE(fault.id, std::string("web#mode0"));
        QCOMPARE(fault.title, std::string("web: common cause (mode0)"));
        QVERIFY(std::fabs(fault.availability() - 0.99) < 1e-12);
    }

    // C7: pumps fail together, and so do valves; one train is enough.
    void threeTrains() {
        DesignMaker maker;
        maker.group("pumps", 1).group("valves").client("c").link("c", "pumps");
        for (const char* number : {"1", "2", "3"}) {
            const std::string pump = std::string("pump") + number, valve = std::string("valve") + number;
            maker.server(pump, "pumps").server(valve, "valves").link(pump, valve);
            maker.fails(pump, FailureEffect::crash, 9, 1).fails(valve, FailureEffect::crash, 9, 1);
        }
        for (const char* group : {"pumps", "valves"}) {
            setGroup(maker, group, "beta", 0.2);
            setGroup(maker, group, "common_cause_repair", std::string("together"));
        }
        const double u = unavailability(maker.design());
        QVERIFY2(std::fabs(u - 0.0430803730612) < 1e-12, qPrintable(QString::number(u, 'g', 15)));
    }

    // The members of one mode that differ share what the best of them has.
    void differentMembersShareTheSmallest() {
        DesignMaker maker = pairOf(99, 1);
        maker.server("d", "web").fails("d", FailureEffect::crash, 49, 1);
        setGroup(maker, "web", "beta", 0.5);
        setGroup(maker, "web", "common_cause_repair", std::string("together"));
        const auto function = StateFunction::compile(maker.design());
        const auto& components = function->components();
        QVERIFY(std::fabs(components.back().modeProbability(0) - 0.005) < 1e-12);
        QVERIFY(std::fabs(components[1].modeProbability(0) - 0.005) < 1e-12);
        QVERIFY(std::fabs(components[3].modeProbability(0) - 0.015) < 1e-12);
    }

    void scalingKeepsTheFamily() {
        const std::vector<double> values{1, 2, 6};
        const DistributionShape shapes[] = {{DistributionFamily::constant, 3, 0, 0, {}},
                                            {DistributionFamily::exponential, 3, 0, 0, {}},
                                            {DistributionFamily::weibull, 1.7, 3, 0, {}},
                                            {DistributionFamily::lognormal, 0.4, 0.9, 0, {}},
                                            {DistributionFamily::gamma, 2.5, 3, 0, {}},
                                            {DistributionFamily::erlang, 3, 3, 0, {}},
                                            {DistributionFamily::uniform, 1, 3, 0, {}},
                                            {DistributionFamily::triangular, 1, 2, 6, {}},
                                            {DistributionFamily::hyperexponential, 0.3, 2, 9, {}},
                                            {DistributionFamily::empirical, 0, 0, 0, values}};
        for (const DistributionShape& shape : shapes) {
            const DistributionShape larger = scaled(shape, 2.5);
            QVERIFY(larger.family == shape.family);
            QVERIFY(std::fabs(larger.mean() / shape.mean() - 2.5) < 1e-12);
            QVERIFY(std::fabs(larger.secondMoment() / shape.secondMoment() - 6.25) < 1e-12);
        }
    }
};

ALWAYSON_TEST_MAIN(TestCommonCause, test_common_cause)
#include "test_common_cause.moc"

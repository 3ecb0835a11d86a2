// Losses that nobody notices, and what makes somebody notice them.

#include "core/structure/failover_plan.h"
#include "simulator/run/failure_unit.h"
#include "tests/simulator/mechanism/store_cases.h"

using namespace alwayson;
using namespace alwayson::test::scenario;

namespace {

// The source errs for ever from 10 h on; its zone fails at 20 h for so long, and again after as many hours.
Design errsBeforeItsZoneFails(const std::string& outageS) {
    Parts p = farApart("");
    p.nodes[0].insert(p.nodes[0].find("\"default_failure_modes\""), "'domain':'b',");
    p.nodes[1].insert(p.nodes[1].find("\"default_failure_modes\""),
                      "'failure_modes':[{'id':'errs','effect':'errors','error_share':1,'time_to_failure':{"
                      "'dist':'constant','value_h':10},'repair':{'dist':'constant','value_h':1000}}],");
    p.domains[1] = "{'id':'a','kind':'zone','parent':'r','default_failure_modes':false,'failure_modes':[{"
                   "'id':'out','effect':'outage','time_to_failure':{'dist':'constant','value_h':20},"
                   "'repair':{'dist':'constant','value_s':" +
                   outageS + "}}]}";
    return designOf(p);
}

std::vector<sim::OutageRecord> outagesOf(const Design& design) {
    const auto model = sim::FailureModel::compile(design);
    if (!model) qFatal("%s", describe(model.error()).c_str());
    sim::FailureUnit unit(*model);
    sim::UnitTotals totals;
    sim::UnitPlan plan;
    plan.key = {1, 0};
    plan.seconds = 200 * 3600.0;
    plan.stationary = false;
    plan.listOutages = true;
    if (!unit.run(plan, {}, totals)) qFatal("stopped");
    return totals.list;
}

} // namespace

class TestFailureNotice : public QObject {
    Q_OBJECT

private slots:
    // An outage of the place is noticed like any other. Request runs: test_store_failover.
    void anOutageAfterErrorsIsNoticed() {
        const Design design = errsBeforeItsZoneFails("3600");
        const FailoverLaw law = failoverLaw(design, design.groups.at(0), FailureEffect::outage);
        const std::vector<sim::OutageRecord> outages = outagesOf(design);
        QCOMPARE(outages.size(), std::size_t(1));
        QCOMPARE(outages[0].start, 10 * 3600.0);
        QVERIFY(outages[0].end >= 20 * 3600 + law.total.minS && outages[0].end <= 20 * 3600 + law.total.maxS);
    }

    // One that is over before anybody acts leaves the errors as they were.
    void aShortOneIsNot() {
        const std::vector<sim::OutageRecord> outages = outagesOf(errsBeforeItsZoneFails("1"));
        QCOMPARE(outages.size(), std::size_t(1));
        QCOMPARE(outages[0].start, 10 * 3600.0);
        QVERIFY(outages[0].open);
    }

    // All are out for a while: the source comes back as it was, and its replicas hear it again.
    void nobodyLeftForAWhileIsNot() {
        Parts p = farApart("");
        p.nodes[1].insert(
            p.nodes[1].find("\"default_failure_modes\""),
            "'failure_modes':[{'id':'errs','effect':'errors','error_share':1,'time_to_failure':{"
            "'dist':'constant','value_h':10},'repair':{'dist':'constant','value_h':1000}}],");
        p.domains[0] = "{'id':'r','kind':'region','default_failure_modes':false,'failure_modes':[{'id':'out',"
                       "'effect':'outage','time_to_failure':{'dist':'constant','value_h':20},"
                       "'repair':{'dist':'constant','value_h':1}}],'parameters':{'rtt_ms':1000}}";
        const std::vector<sim::OutageRecord> outages = outagesOf(designOf(p));
        QCOMPARE(outages.size(), std::size_t(1));
        QCOMPARE(outages[0].start, 10 * 3600.0);
        QVERIFY(outages[0].open);
    }
};

ALWAYSON_TEST_MAIN(TestFailureNotice, test_failure_notice)
#include "test_failure_notice.moc"

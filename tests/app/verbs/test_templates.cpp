// Every template that is shipped: complete, without mistakes, each scenario says something.

#include "app/verbs/verbs.h"
#include "core/io/project_file.h"
#include "resources/resources.h"
#include "tests/support/test_support.h"

#include <set>

using namespace alwayson;

namespace {

Design templateOf(const QString& id) {
    auto design = verbs::newFromTemplate(id.toStdString());
    if (!design) qFatal("%s", design.error().message.c_str());
    return std::move(design).value();
}

} // namespace

class TestTemplates : public QObject {
    Q_OBJECT

    void perTemplate() {
        QTest::addColumn<QString>("id");
        for (const verbs::TemplateInfo& info : verbs::templates())
            QTest::newRow(info.id.c_str()) << QString::fromStdString(info.id);
    }

private slots:
    void ordersThemFromSmallToLarge();
    void loadsWithoutAComplaint_data() { perTemplate(); }
    void loadsWithoutAComplaint();
    void hasNoErrorsAndAPlaceForEverything_data() { perTemplate(); }
    void hasNoErrorsAndAPlaceForEverything();
    void everyScenarioDoesWhatItSays_data() { perTemplate(); }
    void everyScenarioDoesWhatItSays();
    void commerceIsBrokenInEveryTier();
    void whatIsNotFinishedIsTold();
};

void TestTemplates::ordersThemFromSmallToLarge() {
    std::vector<std::string> ids;
    for (const verbs::TemplateInfo& info : verbs::templates()) {
        ids.push_back(info.id);
        QVERIFY(!info.title.empty() && info.description.ends_with('.'));
    }
    QCOMPARE(ids, (std::vector<std::string>{"web-pair", "e-commerce", "one-server"}));
}

void TestTemplates::loadsWithoutAComplaint() {
    QFETCH(QString, id);
    const std::string path = "templates/" + id.toStdString() + ".aon.json";
    const auto loaded = parseDesign(resources::find(path), path);
    QVERIFY2(loaded.ok(), loaded ? "" : loaded.error().message.c_str());
    QVERIFY(loaded->warnings.empty());
}

void TestTemplates::hasNoErrorsAndAPlaceForEverything() {
    QFETCH(QString, id);
    const Design design = templateOf(id);
    const auto report = verbs::check(design);
    QVERIFY(report.ok());
    for (const Issue& issue : report->issues)
        QVERIFY2(issue.severity != Severity::error, issue.message.c_str());
    for (const Node& node : design.nodes)
        QVERIFY2(design.canvas.contains(node.id.str()), node.id.str().c_str());
    for (const Domain& domain : design.domains)
        QVERIFY2(design.canvas.contains(domain.id.str()), domain.id.str().c_str());
    QVERIFY(!design.objectives.empty() && !design.scenarios.empty());
}

void TestTemplates::everyScenarioDoesWhatItSays() {
    QFETCH(QString, id);
    const Design design = templateOf(id);
    std::set<std::string> names;
    for (const Scenario& scenario : design.scenarios) {
        QVERIFY2(!scenario.name.empty() && names.insert(scenario.name).second, scenario.name.c_str());
        verbs::SimulateOptions options;
        options.scenario = scenario.id.str();
        options.replications = 1;
        const auto result = verbs::simulate(design, options);
        QVERIFY2(result.ok(), result ? "" : result.error().message.c_str());
        QVERIFY(!result->partial);
        // Something happens, at the time it was said to.
        QVERIFY2(!result->events.empty(), scenario.name.c_str());
        const double first = scenario.events.front().at.seconds();
        QVERIFY2(std::abs(result->events.front().atS - first) < 1e-6, scenario.name.c_str());
        for (const FlowResult& flow : result->flows)
            if (flow.flow != "design") QVERIFY(flow.requests.succeeded > 0);
    }
}

void TestTemplates::whatIsNotFinishedIsTold() {
    verbs::SimulateOptions options;
    options.scenario =
        "second-failure"; // the second loss comes too soon after the first: a human has to do it
    options.replications = 1;
    const auto result = verbs::simulate(templateOf("e-commerce"), options);
    QVERIFY2(result.ok(), result ? "" : result.error().message.c_str());
    std::uint64_t finished = 0, unfinished = 0;
    for (const Recovery& recovery : result->recovery) {
        if (recovery.what != "db") continue;
        finished += recovery.count;
        unfinished += recovery.unfinished;
        if (recovery.unfinished == 0) continue;
        QVERIFY(recovery.ofGroup());
        // From the loss until the end, and in no mean.
        double lostAt = 0;
        for (const RunEvent& event : result->events)
            if (event.kind == "failed") lostAt = event.atS;
        QVERIFY2(std::abs(recovery.unfinishedForS - (result->simulatedSeconds - lostAt)) < 0.01,
                 std::to_string(recovery.unfinishedForS).c_str());
        if (recovery.count > 0) QVERIFY(*recovery.totalMeanS.value < recovery.unfinishedForS);
    }
    QCOMPARE(finished, std::uint64_t(1));
    QCOMPARE(unfinished, std::uint64_t(1));
}

void TestTemplates::commerceIsBrokenInEveryTier() {
    const Design design = templateOf("e-commerce");
    std::set<std::string> broken, actions;
    for (const Scenario& scenario : design.scenarios)
        for (const ScenarioEvent& event : scenario.events) {
            actions.insert(event.action);
            const Node* node = design.nodes.find(event.what);
            broken.insert(node && node->group ? node->group->str() : event.what);
        }
    for (const char* tier : {"lb", "web", "db", "eu-a"})
        QVERIFY2(broken.contains(tier), tier);
    for (const char* action : {"fail", "isolate", "deploy", "load"})
        QVERIFY2(actions.contains(action), action);
    QVERIFY(design.scenarios.size() >= 12);
}

ALWAYSON_TEST_MAIN(TestTemplates, test_templates)
#include "test_templates.moc"

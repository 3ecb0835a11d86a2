// Every entry of the catalogue is complete: what palette, inspector, validation and documentation rely on.

#include "core/catalogue/catalogue.h"
#include "core/catalogue/keys.h"
#include "core/io/project_file.h"
#include "core/model/codec.h"
#include "resources/resources.h"
#include "tests/support/test_support.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <set>

using namespace alwayson;

namespace {

const std::set<std::string> kGrades{"primary", "secondary", "measured",   "derived", "assumption",
                                    "book",    "contract",  "definition", "yours"};

std::string problemWith(const ParameterSpec& p) {
    if (p.id.empty() || p.title.empty()) return "has no id or title";
    if (p.help.size() < 10 || p.help.back() != '.') return "has no help sentence";
    if (p.source.empty() || !kGrades.contains(p.grade)) return "has no source or an unknown grade " + p.grade;
    if (!p.unit.empty() && !p.id.ends_with("_" + p.unit)) return "does not end with its unit";
    const bool timed = p.type == ParameterType::duration || p.type == ParameterType::rate;
    if (timed && p.unit.empty()) return "has no unit";
    if (std::holds_alternative<std::monostate>(p.defaultValue)) return p.optional ? "" : "has no default";
    switch (p.type) {
    case ParameterType::boolean:
        return std::holds_alternative<bool>(p.defaultValue) ? "" : "default is no boolean";
    case ParameterType::choice: {
        if (!p.choiceTitles.empty() && p.choiceTitles.size() != p.choices.size())
            return "has not one title for each choice";
        if (std::set<std::string>(p.choiceTitles.begin(), p.choiceTitles.end()).size() !=
            p.choiceTitles.size())
            return "has two choices of one title";
        const std::string* text = std::get_if<std::string>(&p.defaultValue);
        return text && std::find(p.choices.begin(), p.choices.end(), *text) != p.choices.end()
                   ? ""
                   : "default is no choice";
    }
    case ParameterType::text: {
        const std::string* text = std::get_if<std::string>(&p.defaultValue);
        return text && text->size() <= p.maxLength ? "" : "default is no text or too long";
    }
    case ParameterType::distribution: {
        const Distribution* distribution = std::get_if<Distribution>(&p.defaultValue);
        if (!distribution) return "default is no distribution";
        const auto shape = resolve(*distribution);
        return shape && shape->mean() >= p.minimum && shape->mean() <= p.maximum
                   ? ""
                   : "default does not resolve into its range";
    }
    default: {
        const double* number = std::get_if<double>(&p.defaultValue);
        if (!number || !(p.maximum > p.minimum)) return "has no number or no range";
        if (*number < p.minimum || *number > p.maximum) return "default is out of range";
        return p.type == ParameterType::integer && *number != std::floor(*number)
                   ? "default is no whole number"
                   : "";
    }
    }
}

std::string problemWith(const FailureModeSpec& m) {
    if (m.id.empty() || m.title.empty() || m.help.size() < 10) return "has no id, title or help";
    if (m.source.empty() || !kGrades.contains(m.grade)) return "has no source or grade";
    const auto failure = resolve(m.timeToFailure);
    const auto repair = resolve(m.repair);
    if (!failure || !repair) return "does not resolve";
    if (!(failure->mean() > 0) || !(repair->mean() > 0)) return "has no times";
    if (repair->mean() > failure->mean()) return "is repaired more slowly than it fails";
    if (m.effect == FailureEffect::slow && !(m.slowFactor > 1)) return "is slow without a factor";
    if (m.effect == FailureEffect::errors && !(m.errorShare > 0 && m.errorShare <= 1))
        return "has errors without a share";
    return {};
}

struct Entry {
    const char* family;
    const Descriptor* descriptor;
};

std::vector<Entry> allEntries() {
    const Catalogue& c = Catalogue::builtIn();
    std::vector<Entry> all;
    const auto add = [&](const char* family, const std::vector<Descriptor>& list) {
        for (const Descriptor& d : list)
            all.push_back({family, &d});
    };
    add("kind", c.kinds());
    add("domain", c.domains());
    add("group", c.groups());
    add("link", c.links());
    add("event", c.events());
    add("part", c.parts());
    return all;
}

} // namespace

class TestConformance : public QObject {
    Q_OBJECT

    void addRows() {
        QTest::addColumn<const Descriptor*>("entry");
        for (const Entry& entry : allEntries())
            QTest::addRow("%s %s", entry.family, entry.descriptor->id.c_str()) << entry.descriptor;
    }

private slots:
    void theChecksCanFail() {
        ParameterSpec bad;
        bad.id = "timeout_ms";
        bad.title = "Timeout";
        bad.type = ParameterType::duration;
        bad.unit = "ms";
        bad.help = "How long it waits.";
        bad.source = "nowhere";
        bad.grade = "assumption";
        bad.maximum = 10;
        bad.defaultValue = 11.0;
        QCOMPARE(problemWith(bad), std::string("default is out of range"));
        bad.defaultValue = 5.0;
        QCOMPARE(problemWith(bad), std::string());
        bad.unit = "s";
        QCOMPARE(problemWith(bad), std::string("does not end with its unit"));
        FailureModeSpec mode = Catalogue::builtIn().kind("server")->failureModes.front();
        QCOMPARE(problemWith(mode), std::string());
        std::swap(mode.timeToFailure, mode.repair);
        QCOMPARE(problemWith(mode), std::string("is repaired more slowly than it fails"));
    }

    void describesItself_data() { addRows(); }
    void describesItself() {
        QFETCH(const Descriptor*, entry);
        QVERIFY(!entry->title.empty() && !entry->category.empty() && !entry->icon.empty());
        QVERIFY2(entry->summary.size() >= 15 && entry->summary.back() == '.', entry->summary.c_str());
    }

    void parametersAreComplete_data() { addRows(); }
    void parametersAreComplete() {
        QFETCH(const Descriptor*, entry);
        std::set<std::string> ids;
        for (const auto* list : {&entry->parameters, &entry->deploy})
            for (const ParameterSpec& p : *list) {
                const std::string problem = problemWith(p);
                QVERIFY2(problem.empty(), (p.id + " " + problem).c_str());
                QVERIFY2(list == &entry->deploy || !p.section.empty(), (p.id + " has no section").c_str());
                QVERIFY2(list == &entry->deploy || ids.insert(p.id).second,
                         (p.id + " is there twice").c_str());
            }
    }

    void failureModesAreComplete_data() { addRows(); }
    void failureModesAreComplete() {
        QFETCH(const Descriptor*, entry);
        std::set<std::string> ids;
        for (const FailureModeSpec& m : entry->failureModes) {
            const std::string problem = problemWith(m);
            QVERIFY2(problem.empty(), (m.id + " " + problem).c_str());
            QVERIFY2(ids.insert(m.id).second, m.id.c_str());
        }
        const bool shouldFail = entry->category == "place" || entry->hasRole("balancer") ||
                                entry->hasRole("compute") || entry->hasRole("external") ||
                                entry->hasRole("store") || entry->hasRole("cache") || entry->hasRole("voter");
        QCOMPARE(!entry->failureModes.empty(), shouldFail);
    }

    // get(node, key) and get(group, key) take the key of any kind: one id means one thing in a family.
    void oneIdMeansOneThing() {
        const Catalogue& c = Catalogue::builtIn();
        for (const auto* family : {&c.kinds(), &c.groups(), &c.domains()}) {
            std::map<std::pair<bool, std::string>, const ParameterSpec*> known;
            for (const Descriptor& d : *family)
                for (const auto* list : {&d.parameters, &d.deploy})
                    for (const ParameterSpec& p : *list) {
                        const auto [first, isNew] = known.try_emplace({list == &d.deploy, p.id}, &p);
                        const ParameterSpec& other = *first->second;
                        QVERIFY2(isNew || (p.type == other.type && p.unit == other.unit &&
                                           p.choices == other.choices),
                                 (d.id + " " + p.id + " means something else in another kind").c_str());
                    }
        }
    }

    void failureModesSayWhoEndsThem() {
        const Catalogue& c = Catalogue::builtIn();
        QVERIFY(c.part("crew") && c.part("failure_mode") && !c.part("server"));
        for (const char* kind : {"server", "haproxy", "mysql", "cache", "voter"}) {
            const Descriptor& d = *c.kind(kind);
            QVERIFY2(d.failureMode("crash")->repairedBy == RepairedBy::restart, kind);
            QVERIFY2(d.failureMode("gone")->repairedBy == RepairedBy::crew, kind);
            QCOMPARE(d.failureMode("crash")->restartCoverage, 1.0);
            QVERIFY(resolve(d.failureMode("crash")->crewRepair)->mean() > 1800);
        }
        Node node;
        node.kind = "server";
        node.failureModes = {FailureMode{}, FailureMode{}};
        node.failureModes[0].id = "crash";
        node.failureModes[0].restartCoverage = 0.98;
        node.failureModes[0].crewRepair = Distribution::constantValue(2, "h");
        node.failureModes[1].id = "own";
        node.failureModes[1].timeToFailure = node.failureModes[1].repair =
            Distribution::exponentialMean(1, "h");
        const auto modes = failureModesOf(node);
        QCOMPARE(modes.front().id, std::string("crash"));
        QVERIFY(modes.front().repairedBy == RepairedBy::restart && !modes.front().isDefault);
        QCOMPARE(modes.front().restartCoverage, 0.98);
        QCOMPARE(modes.front().crewRepair.mean(), 7200.0);
        QVERIFY(modes[1].isDefault && modes[1].restartCoverage == 1.0);
        QVERIFY(modes.back().id == "own" &&
                modes.back().repairedBy == RepairedBy::crew); // added ones: by people
        QVERIFY(modes.back().crewRepair.mean() > 1800);
    }

    void thingsAreAskedWithTheirOwnDefaults() {
        Node node;
        node.kind = "mysql";
        QCOMPARE(get(node, key::server::workers), std::int64_t{16});
        QCOMPARE(get(node, key::server::queueLimit), std::optional<std::int64_t>(150));
        QVERIFY(get(node, key::server::writeService).has_value()); // a server has none of its own
        QCOMPARE(get(node, key::server::deploy::port), std::int64_t{3306});
        node.parameters["workers"] = 3.0;
        node.parameters["queue_limit"] = Value{};
        node.deploy["port"] = 3307.0;
        QCOMPARE(get(node, key::server::workers), std::int64_t{3});
        QVERIFY(!get(node, key::server::queueLimit));
        QCOMPARE(get(node, key::server::deploy::port), std::int64_t{3307});
        node.kind = "voter"; // knows nothing of workers: what the key's owner says
        node.parameters.clear();
        QCOMPARE(get(node, key::server::workers), std::int64_t{8});
        Group group;
        group.kind = "vrrp_pair";
        QCOMPARE(get(group, key::group::pool::failoverCoverage).value(), 0.995);
        QVERIFY(get(group, key::group::pool::uncoveredRecovery) && !get(group, key::group::pool::needed));
        group.kind = "pool";
        QCOMPARE(get(group, key::group::vrrpPair::failoverCoverage).value(), 1.0);
        QVERIFY(!get(group, key::group::pool::uncoveredRecovery));
        QVERIFY(hasRole(group, "pool") && hasMechanism(group, "standby") && !hasRole(group, "majority"));
    }

    void iconsAreThere_data() { addRows(); }
    void iconsAreThere() {
        QFETCH(const Descriptor*, entry);
        const std::string path = "icons/" + entry->icon + ".svg";
        QVERIFY2(!resources::find(path).empty(), path.c_str());
    }

    void rolesThatAreCalledExist() {
        std::set<std::string> roles;
        for (const Descriptor& kind : Catalogue::builtIn().kinds())
            roles.insert(kind.roles.begin(), kind.roles.end());
        for (const Descriptor& kind : Catalogue::builtIn().kinds()) {
            QVERIFY2(!kind.roles.empty() && !kind.mechanisms.empty(), kind.id.c_str());
            for (const std::string& role : kind.calls)
                QVERIFY2(roles.contains(role), role.c_str());
            for (const std::string& group : kind.groups)
                QVERIFY2(Catalogue::builtIn().group(group), group.c_str());
        }
        for (const Descriptor& domain : Catalogue::builtIn().domains())
            for (const std::string& parent : domain.parents)
                QVERIFY2(Catalogue::builtIn().domain(parent), parent.c_str());
    }

    // A freshly dropped node is a valid file and comes back unchanged.
    void freshNodesRoundTrip() {
        Design design;
        design.name = "One of each";
        for (const Descriptor& kind : Catalogue::builtIn().kinds()) {
            Node node;
            node.id = NodeId("the-" + kind.id);
            node.kind = kind.id;
            design.nodes.append(node);
        }
        const Result<LoadedDesign> back = parseDesign(serialiseDesign(design), "each.aon.json");
        QVERIFY2(back.ok(), back ? "" : describe(back.error()).c_str());
        QVERIFY(back->design == design);
        QVERIFY(back->warnings.empty());
        for (const Node& node : design.nodes)
            for (const ResolvedFailureMode& mode : failureModesOf(node))
                QVERIFY(mode.isDefault && mode.ratio() > 0 && mode.ratio() < 0.1);
    }
};

ALWAYSON_TEST_MAIN(TestConformance, test_conformance)
#include "test_conformance.moc"

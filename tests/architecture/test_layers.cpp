// Layers and house rules, read from the sources, because link rules alone do not hold.

#include "core/catalogue/catalogue.h"
#include "tests/architecture/source_tree.h"
#include "tests/support/test_support.h"

using alwayson::Catalogue;
using alwayson::Descriptor;
using alwayson::test::includesOf;
using alwayson::test::SourceFile;
using alwayson::test::sources;

namespace {

using Violations = std::vector<std::string>;

// Folder -> what it must not include. The window may include everything.
const std::vector<std::pair<std::string, std::vector<std::string>>> kForbidden{
    {"core", {"simulator/", "exporters/", "app/"}},
    {"simulator", {"exporters/", "app/"}},
    {"exporters", {"simulator/", "app/"}},
    {"app/verbs", {"app/cli/", "app/gui/"}},
    {"app/cli", {"app/gui/"}},
    {"resources", {"core/", "simulator/", "exporters/", "app/"}},
};

bool isQt(const std::string& include) {
    static const std::regex kQt(R"(^(Q[A-Z][A-Za-z]*(/|$)|Qt|q[a-z]+\.h$))");
    return std::regex_search(include, kQt);
}

Violations layerViolations(const SourceFile& file) {
    Violations found;
    for (const std::string& include : includesOf(file)) {
        for (const auto& [folder, forbidden] : kForbidden)
            for (const std::string& prefix : forbidden)
                if (file.isIn(folder) && include.starts_with(prefix))
                    found.push_back(file.path + " includes " + include);
        if (isQt(include) && !file.isIn("app/gui") && !file.isIn("tests"))
            found.push_back(file.path + " includes Qt's " + include);
    }
    return found;
}

// Mechanisms stand where a real program would stand: they see what it could see. Two of them are the world
// itself: fault makes the truth, transport decides what the network does to a message.
Violations truthViolations(const SourceFile& file) {
    Violations found;
    const bool isWorld =
        file.path == "simulator/mechanism/cut.cpp" || file.path == "simulator/mechanism/deployment.cpp" ||
        file.path == "simulator/mechanism/fault.cpp" || file.path == "simulator/mechanism/interruption.cpp" ||
        file.path == "simulator/mechanism/pool_support.h" || file.path == "simulator/mechanism/standby.cpp" ||
        file.path == "simulator/mechanism/transport.cpp";
    if (!file.isIn("simulator/mechanism") || isWorld) return found;
    for (const std::string& include : includesOf(file))
        if (include.starts_with("simulator/") && include.ends_with("/truth.h"))
            found.push_back(file.path + " includes " + include);
    return found;
}

std::string alternatives(const std::vector<Descriptor>& list, std::string text) {
    for (const Descriptor& descriptor : list)
        text += (text.empty() ? "" : "|") + descriptor.id;
    return text;
}

// if (node.kind == "haproxy"): code asks for roles and mechanisms instead.
Violations kindViolations(const SourceFile& file) {
    static const std::string kIds =
        "(" +
        alternatives(
            Catalogue::builtIn().groups(),
            alternatives(Catalogue::builtIn().domains(), alternatives(Catalogue::builtIn().kinds(), {}))) +
        ")";
    static const std::string kLeft = "\\b[kK]ind(Id|\\.id|\\(\\))?\\s*[!=]=\\s*\"" + kIds + "\"";
    static const std::string kRight = "\"" + kIds + "\"\\s*[!=]=\\s*[\\w.>-]*[kK]ind\\b";
    static const std::regex kCompare(kLeft + "|" + kRight);
    Violations found;
    if (file.isIn("exporters") || file.isIn("tests")) return found;
    for (std::sregex_iterator at(file.text.begin(), file.text.end(), kCompare), end; at != end; ++at)
        found.push_back(file.path + " compares a kind: " + at->str());
    return found;
}

Violations styleViolations(const SourceFile& file) {
    static const std::regex kLeftovers("\\b(TO"
                                       "DO|FIX"
                                       "ME|X"
                                       "XX)\\b");
    static const std::regex kRandom(R"(std::(mt19937|random_device|[a-z]+_(int_|real_)?distribution)\b)");
    Violations found;
    if (file.lines() > 600) found.push_back(file.path + " has " + std::to_string(file.lines()) + " lines");
    if (std::regex_search(file.text, kLeftovers))
        found.push_back(file.path + " has a note of unfinished work");
    if (file.path.ends_with(".h") && file.text.find("#pragma once") == std::string::npos)
        found.push_back(file.path + " lacks #pragma once");
    const bool computes = file.isIn("core") || file.isIn("simulator") || file.isIn("exporters");
    if (computes && std::regex_search(file.text, kRandom))
        found.push_back(file.path + " uses random numbers that differ between machines");
    return found;
}

Violations collect(const std::vector<SourceFile>& files, Violations (*rule)(const SourceFile&)) {
    Violations all;
    for (const SourceFile& file : files)
        for (std::string& one : rule(file))
            all.push_back(std::move(one));
    return all;
}

std::string joined(const Violations& violations) {
    std::string text;
    for (const std::string& one : violations)
        text += "\n  " + one;
    return text;
}

} // namespace

#define VERIFY_NONE(violations)                                                                              \
    do {                                                                                                     \
        const Violations found = violations;                                                                 \
        QVERIFY2(found.empty(), joined(found).c_str());                                                      \
    } while (false)

class TestLayers : public QObject {
    Q_OBJECT
    std::vector<SourceFile> m_program;
    std::vector<SourceFile> m_all;

private slots:
    void initTestCase() {
        m_program = sources({"core", "simulator", "exporters", "app", "resources"});
        m_all = sources({"core", "simulator", "exporters", "app", "resources", "tests"});
        QVERIFY(m_program.size() > 50);
    }

    // Every rule finds the fault it is there for.
    void rulesCanFail() {
        QCOMPARE(layerViolations({"core/a.cpp", "#include \"simulator/run/run.h\"\n"}).size(),
                 std::size_t(1));
        QCOMPARE(layerViolations({"simulator/a.h", "  # include \"app/verbs/verbs.h\"\n"}).size(),
                 std::size_t(1));
        QCOMPARE(layerViolations({"exporters/a.cpp", "#include \"simulator/kernel/clock.h\"\n"}).size(),
                 std::size_t(1));
        QCOMPARE(layerViolations({"app/verbs/a.cpp", "#include <QString>\n"}).size(), std::size_t(1));
        QCOMPARE(layerViolations({"app/cli/a.cpp",
                                  "#include <QtCore/QFile>\n#include \"app/gui/window/main_window.h\"\n"})
                     .size(),
                 std::size_t(2));
        QCOMPARE(
            layerViolations({"core/a.cpp", "#include <queue>\n#include \"core/base/quantity.h\"\n"}).size(),
            std::size_t(0));
        QCOMPARE(truthViolations({"simulator/mechanism/retry.cpp", "#include \"simulator/kernel/truth.h\"\n"})
                     .size(),
                 std::size_t(1));
        QCOMPARE(truthViolations({"simulator/run/run.cpp", "#include \"simulator/kernel/truth.h\"\n"}).size(),
                 std::size_t(0));
        QCOMPARE(kindViolations({"app/a.cpp", "if (node.kind == \"haproxy\") f();"}).size(), std::size_t(1));
        QCOMPARE(kindViolations({"core/a.cpp", "while (\"zone\" != domain->kind) f();"}).size(),
                 std::size_t(1));
        QCOMPARE(kindViolations({"app/a.cpp", "if (event.kind == \"failed\") f();"}).size(), std::size_t(0));
        QCOMPARE(kindViolations({"exporters/haproxy/a.cpp", "if (node.kind == \"haproxy\") f();"}).size(),
                 std::size_t(0));
        QCOMPARE(styleViolations({"core/a.cpp", "// TO"
                                                "DO: later\n"})
                     .size(),
                 std::size_t(1));
        QCOMPARE(styleViolations({"core/a.cpp", std::string(601, '\n')}).size(), std::size_t(1));
        QCOMPARE(styleViolations({"core/a.h", "int f();\n"}).size(), std::size_t(1));
        QCOMPARE(styleViolations({"simulator/a.cpp", "std::uniform_real_distribution<double> d;\n"}).size(),
                 std::size_t(1));
    }

    void layersHold() { VERIFY_NONE(collect(m_program, layerViolations)); }
    void mechanismsDoNotSeeTheTruth() { VERIFY_NONE(collect(m_program, truthViolations)); }
    void nobodyComparesKinds() { VERIFY_NONE(collect(m_program, kindViolations)); }
    void houseRulesHold() { VERIFY_NONE(collect(m_all, styleViolations)); }
};

ALWAYSON_TEST_MAIN(TestLayers, test_layers)
#include "test_layers.moc"

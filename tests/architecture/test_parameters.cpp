// What the catalogue calls simulated is read by what computes results, and nothing else is.

#include "tests/architecture/parameter_use.h"
#include "tests/support/test_support.h"

using namespace alwayson;
using namespace alwayson::test;

namespace {

// Findings and exports only talk about parameters, and who copies from whom is only drawn; the rest computes.
bool computes(const SourceFile& file) {
    const bool readsForResults = file.isIn("simulator") || file.isIn("core");
    return readsForResults && !file.isIn("core/validate") && file.path != "core/graph/member_roles.cpp";
}

std::string joined(const std::vector<std::string>& lines) {
    std::string text;
    for (const std::string& line : lines)
        text += "\n  " + line;
    return text;
}

} // namespace

class TestParameters : public QObject {
    Q_OBJECT
    std::vector<SourceFile> m_program;

private slots:
    void initTestCase() { m_program = sources({"core", "simulator"}); }

    void theSearchFindsKeys() {
        QCOMPARE(keyName("check_inter_ms", "ms"), std::string("checkInter"));
        QCOMPARE(keyName("balance", ""), std::string("balance"));
        QVERIFY(reads({"simulator/a.cpp", "get(p, key::haproxy::checkInter)"}, "haproxy", "checkInter"));
        QVERIFY(!reads({"simulator/a.cpp", "get(p, key::haproxy::checkInterval)"}, "haproxy", "checkInter"));
        QVERIFY(!reads({"simulator/a.cpp", "get(p, key::server::checkInter)"}, "haproxy", "checkInter"));
        QVERIFY(readsOfAnyKind({"simulator/a.cpp", "x(); get(node, key::server::workers);"}, "server",
                               "workers"));
        QVERIFY(readsOfAnyKind({"simulator/a.cpp", "get(c.node(i), key::server::workers);"}, "server",
                               "workers"));
        QVERIFY(!readsOfAnyKind({"simulator/a.cpp", "get(node, key::server::workersAtNight);"}, "server",
                                "workers"));
        QVERIFY(!readsOfAnyKind({"simulator/a.cpp", "get(node.parameters, key::server::workers);"}, "server",
                                "workers"));
        const SourceFile asks{"simulator/a.cpp", "get(node, key::server::workers)"};
        const Descriptor& mysql = *Catalogue::builtIn().kind("mysql");
        QVERIFY(readsAs(asks, families().front(), mysql, *mysql.parameter("workers")));
        QVERIFY(!readsAs(asks, families().front(), mysql, *mysql.parameter("service")));
        const SourceFile groups{"simulator/a.cpp", "get(group, key::group::vrrpPair::beta)"};
        const Descriptor& pool = *Catalogue::builtIn().group("pool");
        QVERIFY(readsAs(groups, families()[2], pool, *pool.parameter("beta")));
        QVERIFY(computes({"core/cost/cost.cpp", ""}));
        QVERIFY(!computes({"core/validate/timers.cpp", ""}));
    }

    void simulatedParametersAreRead() {
        std::vector<std::string> unread;
        for (const Family& family : families())
            for (const Descriptor& descriptor : *family.list)
                for (const ParameterSpec& p : descriptor.parameters) {
                    const bool read =
                        std::any_of(m_program.begin(), m_program.end(), [&](const SourceFile& file) {
                            return computes(file) && readsAs(file, family, descriptor, p);
                        });
                    if (p.simulated && !read) unread.push_back(descriptor.id + " " + p.id);
                }
        QVERIFY2(unread.empty(), ("read by nothing:" + joined(unread)).c_str());
    }

    void otherParametersAreNotSimulated() {
        std::vector<std::string> wrong;
        for (const Family& family : families())
            for (const Descriptor& descriptor : *family.list)
                for (const ParameterSpec& p : descriptor.parameters)
                    for (const SourceFile& file : m_program)
                        if (!p.simulated && file.isIn("simulator") && readsAs(file, family, descriptor, p))
                            wrong.push_back(file.path + " reads " + descriptor.id + " " + p.id);
        QVERIFY2(wrong.empty(), joined(wrong).c_str());
    }
};

ALWAYSON_TEST_MAIN(TestParameters, test_parameters)
#include "test_parameters.moc"

// The window checks after every edit: what a check costs must not run away with the size of a design.

#include "app/verbs/verbs.h"
#include "tests/core/structure/design_maker.h"
#include "tests/support/test_support.h"

#include <ctime>

using namespace alwayson;
using alwayson::test::DesignMaker;

namespace {

// A replication set behind a pool, all members alike.
Design setOf(int members) {
    DesignMaker maker;
    maker.readerAndWriter("users", 10, 0.1).group("web");
    maker.server("web1", "web", 100).server("web2", "web", 100);
    maker.groupOf("mysql_replication", "db", {{"replication", std::string("semi_sync")}});
    for (int i = 0; i < members; ++i) {
        const std::string id = "db" + std::to_string(i);
        maker.mysql(id, "db", 100);
        const std::size_t at = maker.design().nodes.indexOf(id);
        Node node = maker.design().nodes.at(at);
        node.defaultFailureModes = true;
        maker.edit().nodes.replace(at, node);
    }
    maker.link("users", "web").link("web", "db");
    return maker.design();
}

// Processor time, which others at work on the machine do not change much; the least of three.
double secondsOf(const Design& design) {
    double least = 1e9;
    for (int i = 0; i < 3; ++i) {
        const std::clock_t start = std::clock();
        const Result<CheckReport> report = verbs::check(design);
        if (!report) qFatal("%s", describe(report.error()).c_str());
        least = std::min(least, static_cast<double>(std::clock() - start) / CLOCKS_PER_SEC);
    }
    return least;
}

} // namespace

class TestCheckWork : public QObject {
    Q_OBJECT

private slots:
    // Five times the members: far from the cube of that, or what twice the orders of failures would be.
    void largeSetsAreChecked() {
        const double small = secondsOf(setOf(8)), large = secondsOf(setOf(40));
        if (large >= 15 * small + 0.05) qWarning("%.3f s and %.3f s", small, large);
        QVERIFY(large < 15 * small + 0.05);
    }
};

ALWAYSON_TEST_MAIN(TestCheckWork, test_check_work)
#include "test_check_work.moc"

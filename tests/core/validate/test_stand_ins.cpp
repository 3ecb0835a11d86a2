// Links that do not stand in for each other, and what is drawn with several links on purpose.

#include "core/edit/document.h"
#include "core/validate/validate.h"
#include "tests/core/validate/design_cases.h"
#include "tests/support/test_support.h"

using namespace alwayson;
using test::Change;
using test::designWith;
using test::link;
using test::node;

class TestStandIns : public QObject {
    Q_OBJECT

    static std::vector<Issue> of(const Design& design, std::string_view code) {
        std::vector<Issue> found;
        for (Issue& issue : validate(design))
            if (issue.code == code) found.push_back(std::move(issue));
        return found;
    }
    // Without the group of the balancers: a link to each.
    static std::vector<Change> linkToEach() {
        return {{"nodes/lb1/group", nullptr},
                {"nodes/lb2/group", nullptr},
                {"groups/lb", nullptr},
                {"links/l1/to", "lb1"},
                {"links/+", link("l9", "shoppers", "lb2")},
                {"links/l2/from", "lb1"},
                {"links/+", link("l10", "lb2", "web")}};
    }
    static void finds(const std::vector<Change>& changes, std::string_view code, std::string_view says) {
        const std::vector<Issue> found = of(designWith(changes), code);
        QCOMPARE(found.size(), 1u);
        QVERIFY(found.front().severity == Severity::warning);
        QVERIFY2(found.front().message.find(says) != std::string::npos, found.front().message.c_str());
    }

private slots:
    void aLinkToEach() {
        finds(linkToEach(), "redundancy.calls_each", "shoppers calls lb1 and lb2 for every request");
        finds({{"links/+", link("l8", "shoppers", "web1")}, {"links/+", link("l9", "shoppers", "web2")}},
              "redundancy.calls_each", "shoppers calls web1 and web2 for every request");
        QVERIFY(of(designWith({}), "redundancy.calls_each").empty());
        // reads here, writes there
        QVERIFY(of(designWith({{"links/+", link("l8", "shoppers", "web1", {{"classes", {"read"}}})},
                               {"links/+", link("l9", "shoppers", "web2", {{"classes", {"write"}}})}}),
                   "redundancy.calls_each")
                    .empty());
    }

    void aLinkBesideTheGroup() {
        const Design same = designWith({{"links/+", link("l9", "lb", "web1")}});
        finds({{"links/+", link("l9", "lb", "web1")}}, "redundancy.link_beside_group",
              "lb has a link to web1 beside the one to web");
        finds({{"links/+", link("l9", "shoppers", "lb2")}}, "redundancy.link_beside_group",
              "shoppers calls lb2 for every request besides calling lb");
        Document document(same);
        QVERIFY(document.apply(of(same, "redundancy.link_beside_group").front().operation.value()).ok());
        QVERIFY(document.design() == designWith({}));
    }

    // What is drawn with several links on purpose.
    void ordinaryLinksAreNoStandIns_data() {
        QTest::addColumn<int>("which");
        for (int i = 0; i < 4; ++i)
            QTest::addRow("%d", i) << i;
    }
    void ordinaryLinksAreNoStandIns() {
        QFETCH(int, which);
        const std::vector<std::vector<Change>> designs{// a server and its cache and database
                                                       {{"nodes/+", node("cache", "server")},
                                                        {"nodes/+", node("db", "server")},
                                                        {"links/+", link("l3", "web", "cache")},
                                                        {"links/+", link("l4", "web", "db")}},
                                                       // shards: every request asks both
                                                       {{"nodes/+", node("db1", "server")},
                                                        {"nodes/+", node("db2", "server")},
                                                        {"links/+", link("l3", "web", "db1")},
                                                        {"links/+", link("l4", "web", "db2")}},
                                                       // two entrances to different things
                                                       {{"nodes/+", node("lb3", "haproxy")},
                                                        {"nodes/+", node("img1", "server")},
                                                        {"links/+", link("l3", "shoppers", "lb3")},
                                                        {"links/+", link("l4", "lb3", "img1")}},
                                                       // a balancer picks one
                                                       {{"nodes/+", node("web5", "server")},
                                                        {"nodes/+", node("web6", "server")},
                                                        {"links/+", link("l3", "lb", "web5")},
                                                        {"links/+", link("l4", "lb", "web6")}}};
        for (const Issue& issue : validate(designWith(designs[static_cast<std::size_t>(which)])))
            QVERIFY2(issue.code != "redundancy.calls_each" && issue.code != "redundancy.link_beside_group",
                     issue.message.c_str());
    }

    // Its callers go past it, if there is somewhere to go.
    void aCacheThatIsLookedAsideIsNoSinglePoint() {
        std::vector<Change> changes{{"nodes/+", node("kv", "cache")},
                                    {"nodes/+", node("db", "server")},
                                    {"links/+", link("l3", "web", "kv")},
                                    {"links/+", link("l4", "kv", "db")}};
        const auto single = [&](const char* id) {
            for (const Issue& issue : of(designWith(changes), "redundancy.single_member"))
                if (issue.where.front() == id) return true;
            return false;
        };
        QVERIFY(single("db") && single("kv")); // its callers wait for it when its machine is gone
        const std::string cure = of(designWith(changes), "timers.cache_lookup").front().fix;
        QVERIFY2(cure.find("50 ms") != std::string::npos, cure.c_str());
        changes[2] = {"links/+", link("l3", "web", "kv", {{"parameters", {{"timeout_ms", 50}}}})};
        QVERIFY(single("db") && !single("kv"));
        QVERIFY(of(designWith(changes), "timers.cache_lookup").empty());
        changes.pop_back();
        QVERIFY(single("kv"));
    }

    // Two links are not a stand-in, a group is: what the cure says, and what its fix does.
    void theCureOfASinglePointMakesAGroup() {
        const Design one = designWith({{"nodes/lb1/group", nullptr},
                                       {"nodes/lb2", nullptr},
                                       {"groups/lb", nullptr},
                                       {"links/l1/to", "lb1"},
                                       {"links/l2/from", "lb1"}});
        const std::string cure = of(one, "redundancy.single_member").front().fix;
        QVERIFY2(cure.find("put both into one group (VRRP pair) and link the callers to the group") !=
                     std::string::npos,
                 cure.c_str());
        const Design links = designWith(linkToEach());
        const Issue each = of(links, "redundancy.calls_each").front();
        QVERIFY(each.operation.has_value());
        Document document(links);
        QVERIFY(document.apply(*each.operation).ok());
        const std::vector<Issue> left = validate(document.design());
        for (const Issue& issue : left)
            QVERIFY2(issue.code != "redundancy.calls_each" && issue.code != "redundancy.single_member" &&
                         issue.severity != Severity::error,
                     issue.message.c_str());
    }
};

ALWAYSON_TEST_MAIN(TestStandIns, test_stand_ins)
#include "test_stand_ins.moc"

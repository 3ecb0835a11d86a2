#include "core/catalogue/catalogue.h"
#include "core/graph/request_graph.h"
#include "tests/core/structure/design_maker.h"
#include "tests/support/test_support.h"

using namespace alwayson;
using alwayson::test::DesignMaker;

class TestLinkRules : public QObject {
    Q_OBJECT
private slots:
    void acceptsWhatTheCatalogueAllows() {
        DesignMaker maker;
        maker.client("shoppers").haproxy("lb1").group("web").server("web1", "web").server("db");
        const Design& design = maker.design();
        QCOMPARE(whyLinkRefused(design, "shoppers", "lb1"), std::string());
        QCOMPARE(whyLinkRefused(design, "lb1", "web"), std::string());
        QCOMPARE(whyLinkRefused(design, "web", "db"), std::string());
    }
    void namesUnknownEnds() {
        DesignMaker maker;
        maker.client("shoppers");
        QVERIFY(contains(whyLinkRefused(maker.design(), "shoppers", "nowhere"),
                         "no node or group named \"nowhere\""));
        QVERIFY(contains(whyLinkRefused(maker.design(), "nowhere", "shoppers"),
                         "no node or group named \"nowhere\""));
    }
    void refusesKindsThatDoNotCallEachOther() {
        DesignMaker maker;
        maker.client("shoppers").server("web1").external("mail").client("others").group("empty");
        const std::string toClient = whyLinkRefused(maker.design(), "web1", "shoppers");
        QVERIFY(contains(toClient, "shoppers (Clients) cannot be called by web1 (Server)"));
        QVERIFY(contains(toClient, "Server can call: HAProxy, Server, MySQL, Cache and External service."));
        QVERIFY(contains(toClient, "Nothing calls Clients: draw the link from there instead."));
        QVERIFY(contains(whyLinkRefused(maker.design(), "mail", "web1"), "calls nothing"));
        QVERIFY(contains(whyLinkRefused(maker.design(), "shoppers", "empty"), "has no members yet"));
    }
    void judgesGroupsByTheirMembers() {
        DesignMaker maker;
        maker.server("web1").group("mails").external("mail1", "mails");
        QCOMPARE(whyLinkRefused(maker.design(), "web1", "mails"), std::string());
        QVERIFY(contains(whyLinkRefused(maker.design(), "mails", "web1"), "mail1 (External service)"));
    }
    void refusesSelfAndDuplicates() {
        DesignMaker maker;
        maker.client("shoppers").server("web1").link("shoppers", "web1");
        QVERIFY(contains(whyLinkRefused(maker.design(), "web1", "web1"), "cannot call itself"));
        QVERIFY(contains(whyLinkRefused(maker.design(), "shoppers", "web1"), "shoppers already calls web1"));
    }
    void oneLinkForReadsAndOneForWrites() {
        DesignMaker maker;
        maker.client("shoppers").server("web1").link("shoppers", "web1");
        const auto why = [&](const char* there, const char* added) {
            Link link = maker.design().links.at(0);
            link.parameters.clear();
            if (*there) link.parameters["access"] = std::string(there);
            maker.edit().links.replace(0, link);
            return whyLinkRefused(maker.design(), "shoppers", "web1",
                                  *added ? Parameters{{"access", std::string(added)}} : Parameters{});
        };
        QCOMPARE(why("read", "write"), std::string());
        QCOMPARE(why("write", "read"), std::string());
        for (const auto& [there, added] : {std::pair{"", ""}, {"read", ""}, {"", "write"}, {"read", "read"}})
            QVERIFY(contains(why(there, added), "shoppers already calls web1"));
    }
    void storesCachesAndVoters() {
        DesignMaker maker;
        maker.client("shoppers").haproxy("lb").server("web1").external("mail");
        for (const char* kind : {"mysql", "cache", "voter"}) {
            Node node;
            node.id = NodeId(kind);
            node.kind = kind;
            maker.edit().nodes.append(node);
        }
        const Design& design = maker.design();
        for (const auto& [from, to] : {std::pair{"shoppers", "mysql"},
                                       {"lb", "mysql"},
                                       {"web1", "mysql"},
                                       {"web1", "cache"},
                                       {"shoppers", "cache"},
                                       {"cache", "mysql"},
                                       {"cache", "web1"},
                                       {"cache", "mail"}})
            QCOMPARE(whyLinkRefused(design, from, to), std::string());
        QVERIFY(contains(whyLinkRefused(design, "mysql", "web1"), "MySQL calls nothing"));
        QVERIFY(contains(whyLinkRefused(design, "lb", "cache"),
                         "cache (Cache) cannot be called by lb (HAProxy)"));
        QVERIFY(contains(whyLinkRefused(design, "web1", "voter"), "Nothing calls Voter"));
        QVERIFY(contains(whyLinkRefused(design, "voter", "web1"), "Voter calls nothing"));
        QVERIFY(contains(whyLinkRefused(design, "mail", "cache"), "calls nothing"));
    }
    // A second way to the same server would get it a double share of the simulated requests, and none in
    // HAProxy.
    void refusesASecondWayToAPoolMember() {
        DesignMaker maker;
        maker.haproxy("lb").group("web").server("web1", "web").server("web2", "web").server("alone");
        maker.link("lb", "web");
        QVERIFY(contains(whyLinkRefused(maker.design(), "lb", "web2"),
                         "lb already reaches web2 through the group web"));
        QCOMPARE(whyLinkRefused(maker.design(), "lb", "alone"), std::string());
        DesignMaker other;
        other.haproxy("lb").group("web").server("web1", "web").link("lb", "web1");
        QVERIFY(contains(whyLinkRefused(other.design(), "lb", "web"),
                         "lb already reaches web1 through a link of its own"));
    }
    void namesTheCycleALinkWouldClose() {
        DesignMaker maker;
        maker.server("web1").server("db").link("web1", "db");
        QVERIFY(contains(whyLinkRefused(maker.design(), "db", "web1"), "request cycle: web1 -> db -> web1."));
        maker.group("web").server("web2", "web").server("web3", "web").link("db", "web");
        QVERIFY(contains(whyLinkRefused(maker.design(), "web", "web1"), "request cycle: web1 -> db -> web"));
        QVERIFY(contains(whyLinkRefused(maker.design(), "web2", "web"), "request cycle: web2 -> web2."));
    }
    void findsNoCycleInALadder() {
        DesignMaker maker;
        for (int i = 0; i < 2000; ++i)
            maker.server("s" + std::to_string(i));
        for (int i = 0; i + 2 < 2000; ++i)
            for (int step = 1; step <= 2; ++step)
                maker.link("s" + std::to_string(i), "s" + std::to_string(i + step));
        QVERIFY(findRequestCycle(maker.design()).empty());
        QCOMPARE(reachableFrom(maker.design(), "s1990").size(), std::size_t{10});
        Link back;
        back.from = "s1999";
        back.to = "s0";
        QVERIFY(findRequestCycle(maker.design(), &back).size() >= 1000);
    }

private:
    static bool contains(const std::string& text, const std::string& part) {
        if (text.find(part) != std::string::npos) return true;
        qWarning("\"%s\" does not contain \"%s\"", text.c_str(), part.c_str());
        return false;
    }
};

ALWAYSON_TEST_MAIN(TestLinkRules, test_link_rules)
#include "test_link_rules.moc"

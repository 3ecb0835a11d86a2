// Every value of the design is in the configuration, and the installed HAProxy accepts it.
#include "exporters/haproxy/build.h"
#include "exporters/haproxy/emit.h"
#include "exporters/verify/haproxy.h"
#include "tests/exporters/exporter_support.h"
#include "tests/support/test_support.h"

using namespace alwayson;
using namespace alwayson::exporters;
using test::change;
using test::deploy;
using test::designFrom;

class TestHaproxyBuild : public QObject {
    Q_OBJECT

    static haproxy::Built built(const Design& design, haproxy::Version version = {2, 6}) {
        auto result = haproxy::build(design, *haproxy::balancersOf(design).front(), "lb", version);
        if (!result) qFatal("%s", describe(result.error()).c_str());
        return std::move(result).value();
    }
    static std::string errorOf(const Design& design) {
        const auto result = haproxy::build(design, *haproxy::balancersOf(design).front(), "lb", {2, 6});
        return result ? "none" : result.error().code;
    }
    static bool has(const std::string& text, const std::string& line) {
        return text.find("    " + line + "\n") != std::string::npos;
    }
    static std::string text(const Design& design) { return haproxy::toText(built(design).config); }

    static void accept(const Design& design) {
        const haproxy::Built one = built(design);
        std::vector<std::string> names;
        for (const haproxy::Variable& variable : one.variables)
            names.push_back(variable.name);
        const std::string config = haproxy::toText(one.config);
        const auto verdict = verify::verifyHaproxy(config, names);
        QVERIFY2(verdict.ok(), "haproxy could not be run");
        QVERIFY2(!verdict->tool.empty(), "haproxy is missing: apt-get install haproxy");
        QVERIFY2(verdict->accepted, (verdict->message + "\n" + config).c_str());
    }
    static bool noted(const haproxy::Built& one, const std::string& part) {
        for (const std::string& note : one.notes)
            if (note.find(part) != std::string::npos) return true;
        return false;
    }

private slots:
    void theArticlesLines() {
        const std::string config = text(designFrom("examples/seed-article.aon.json"));
        QVERIFY(has(config, "bind *:80"));
        QVERIFY(has(config, "balance roundrobin"));
        QVERIFY(has(config, "server web1 192.168.1.100:80 check"));
        QVERIFY(has(config, "server web2 192.168.1.101:80 check"));
        accept(designFrom("examples/seed-article.aon.json"));
    }

    // A pair behind a balancer is one server: the address, whoever holds it.
    void aPairBehindABalancerIsItsAddress() {
        Design design = designFrom("templates/e-commerce.aon.json");
        Node edge;
        edge.id = NodeId("edge");
        edge.kind = "haproxy";
        Link link;
        link.id = LinkId("edge-lb");
        link.from = "edge";
        link.to = "lb";
        design.nodes.append(edge);
        design.links.append(link);
        const auto config = [](const Design& of) {
            const auto built = haproxy::build(of, of.nodes.at(of.nodes.indexOf("edge")), "edge", {2, 6});
            if (!built) qFatal("%s", describe(built.error()).c_str());
            return haproxy::toText(built->config);
        };
        QVERIFY2(has(config(design), "server lb 10.0.0.100:80 check"), config(design).c_str());
        QVERIFY(config(design).find("10.0.0.11") == std::string::npos);
        Group pair = *design.groups.find("lb");
        pair.parameters.erase("virtual_ip");
        design.groups.replace(design.groups.indexOf("lb"), pair);
        QVERIFY2(config(design).find("LB_HOST") != std::string::npos, config(design).c_str());
    }

    // Nobody would say which one may write; test_haproxy_database has the others.
    void databasesOfNoSetAreRefused() {
        Design design = designFrom("templates/web-pair.aon.json");
        const std::size_t at = design.nodes.indexOf("web1");
        QVERIFY(at != Table<Node>::npos);
        Node node = design.nodes.at(at);
        node.kind = "mysql";
        node.parameters.clear();
        design.nodes.replace(at, node);
        QCOMPARE(errorOf(design), std::string("export.haproxy_no_set"));
    }

    void templatesAreAccepted() { accept(designFrom("templates/web-pair.aon.json")); }

    void theSimulatedValueIsTheWrittenValue() {
        Design design = designFrom("templates/web-pair.aon.json");
        change(design, "lb1", "balance", std::string("random"));
        change(design, "lb1", "random_draws", 3.0);
        change(design, "lb1", "retries", 5.0);
        change(design, "lb1", "redispatch", false);
        change(design, "lb1", "cookie", true);
        change(design, "lb1", "check_path", std::string("/healthz"));
        change(design, "lb1", "check_host", std::string("shop.example.com"));
        change(design, "lb1", "check_inter_ms", 1500.0);
        change(design, "lb1", "check_fastinter_ms", 250.0);
        change(design, "lb1", "check_downinter_ms", 60000.0);
        change(design, "lb1", "check_fall", 4.0);
        change(design, "lb1", "check_rise", 7.0);
        change(design, "lb1", "check_timeout_ms", 1000.0);
        change(design, "lb1", "slowstart_ms", 20000.0);
        change(design, "lb1", "on_marked_down", std::string("shutdown-sessions"));
        change(design, "lb1", "timeout_connect_ms", 1001.0);
        change(design, "lb1", "timeout_server_ms", 2002.0);
        change(design, "lb1", "timeout_client_ms", 3003.0);
        change(design, "lb1", "timeout_queue_ms", 4004.0);
        change(design, "lb1", "timeout_http_request_ms", 5005.0);
        change(design, "lb1", "timeout_http_keep_alive_ms", 3600000.0);
        change(design, "lb1", "maxconn", 1234.0);
        change(design, "lb1", "server_maxconn", 77.0);
        change(design, "lb1", "server_maxqueue", 88.0);
        deploy(design, "lb1", "host", std::string("127.0.0.1"));
        deploy(design, "lb1", "port", 8081.0);
        const std::string config = text(design);
        for (const char* line :
             {"balance random(3)",
              "retries 5",
              "no option redispatch",
              "retry-on conn-failure",
              "cookie SERVERID insert indirect nocache httponly",
              "option httpchk",
              "http-check send meth GET uri /healthz ver HTTP/1.1 hdr Host shop.example.com",
              "http-check expect status 200-399",
              "default-server inter 1500ms fastinter 250ms downinter 1m fall 4 rise 7",
              "timeout check 1s",
              "default-server weight 100 maxconn 77 maxqueue 88 slowstart 20s on-marked-down "
              "shutdown-sessions",
              "timeout connect 1001ms",
              "timeout server 2002ms",
              "timeout client 3003ms",
              "timeout queue 4004ms",
              "timeout http-request 5005ms",
              "timeout http-keep-alive 1h",
              "maxconn 1234",
              "bind 127.0.0.1:8081",
              "server web1 10.0.1.11:8080 check cookie web1"})
            QVERIFY2(has(config, line), (std::string(line) + "\n" + config).c_str());
        QVERIFY(config.find("refused connection noticed after 750 ms to 2.25 s") != std::string::npos);
        accept(design);
    }

    void defaultsAreWrittenToo() {
        const std::string config = text(designFrom("examples/seed-article.aon.json"));
        for (const char* line :
             {"option redispatch", "retries 3",
              "default-server inter 2s fastinter 2s downinter 2s fall 3 rise 2",
              "default-server weight 100 maxconn 0 maxqueue 0", "timeout check 2s", "timeout connect 3s",
              "timeout server 30s", "timeout queue 10s", "maxconn 10000", "spread-checks 0", "zero-warning"})
            QVERIFY2(has(config, line), line);
        // Reference rows H1 and H2: U(4, 6) and U(10, 12).
        QVERIFY(config.find("refused connection noticed after 4.00 s to 6.00 s") != std::string::npos ||
                config.find("refused connection noticed after 4 s to 6 s") != std::string::npos);
    }

    void unsetTimersFollowTheInterval() {
        Design design = designFrom("examples/seed-article.aon.json");
        change(design, "haproxy", "check_timeout_ms", std::monostate());
        change(design, "haproxy", "check_inter_ms", 3000.0);
        const std::string config = text(design);
        QVERIFY(has(config, "default-server inter 3s fastinter 3s downinter 3s fall 3 rise 2"));
        QVERIFY(config.find("timeout check") == std::string::npos);
        accept(design);
    }

    void manyCombinationsAreAccepted() {
        for (const char* balance :
             {"roundrobin", "leastconn", "random", "first", "static-rr", "source", "uri"}) {
            for (int bits = 0; bits < 16; ++bits) {
                Design design = designFrom("templates/web-pair.aon.json");
                change(design, "lb1", "balance", std::string(balance));
                change(design, "lb1", "cookie", (bits & 1) != 0);
                change(design, "lb1", "check", (bits & 2) == 0);
                change(design, "lb1", "check_type", std::string(bits & 4 ? "tcp" : "http"));
                change(design, "lb1", "slowstart_ms", bits & 8 ? 10000.0 : 0.0);
                change(design, "lb1", "on_marked_down", std::string(bits & 8 ? "shutdown-sessions" : "none"));
                change(design, "lb1", "server_maxconn", bits & 1 ? 50.0 : 0.0);
                change(design, "lb1", "redispatch", (bits & 4) == 0);
                accept(design);
            }
        }
    }

    void missingAddressBecomesAVariable() {
        Design design = designFrom("templates/web-pair.aon.json");
        deploy(design, "web1", "host", std::monostate());
        const haproxy::Built one = built(design);
        QCOMPARE(one.variables.size(), std::size_t(1));
        QCOMPARE(one.variables.front().name, std::string("WEB1_HOST"));
        QVERIFY(noted(one, "WEB1_HOST"));
        const std::string config = haproxy::toText(one.config);
        QVERIFY(config.find("server web1 \"${WEB1_HOST}:8080\" check") != std::string::npos);
        accept(design);
        // Without the variable HAProxy must refuse, not use an empty address.
        const auto verdict = verify::verifyHaproxy(config, {});
        QVERIFY(verdict.ok() && !verdict->accepted);
        QVERIFY2(verdict->message.find("WEB1_HOST is not set") != std::string::npos,
                 verdict->message.c_str());
    }

    void addressesAreChecked() {
        Design design = designFrom("templates/web-pair.aon.json");
        for (const char* good : {"2001:db8::10", "::1", "localhost", "web1.example.com"}) {
            deploy(design, "web1", "host", std::string(good));
            QCOMPARE(errorOf(design), std::string("none"));
            accept(design);
        }
        for (const std::string& bad : test::hostileTexts()) {
            if (bad == "con") continue; // a fine host name
            if (bad == "..") QCOMPARE(bad, std::string(".."));
            deploy(design, "web1", "host", bad);
            QVERIFY2(errorOf(design) == "export.host", bad.substr(0, 80).c_str());
        }
        for (const char* bad :
             {"1.2.3", "1.2.3.4:80", "1.2.3.256", "0", "a_b-.c", "-a", "a..b", "[::1]", "fe80::1%eth0"}) {
            deploy(design, "web1", "host", std::string(bad));
            QVERIFY2(errorOf(design) == "export.host", bad);
        }
        deploy(design, "web1", "host", std::string("10.0.0.1"));
        deploy(design, "lb1", "host", std::string("no address"));
        QCOMPARE(errorOf(design), std::string("export.host"));
    }

    void unresolvableNamesDoNotFailTheCheck() {
        Design design = designFrom("templates/web-pair.aon.json");
        deploy(design, "web1", "host", std::string("web1.invalid"));
        const std::string config = text(design);
        QVERIFY(
            config.find("server web1 web1.invalid:8080 check resolvers system init-addr last,libc,none\n") !=
            std::string::npos);
        const auto verdict = verify::verifyHaproxy(config, {});
        QVERIFY2(verdict.ok() && verdict->accepted, verdict.ok() ? verdict->message.c_str() : "");
        QVERIFY(verdict->notes.size() >= 1 && verdict->notes.back().find("web1") != std::string::npos);
    }

    void severalLinksMakeOneBackend() {
        Design design = designFrom("templates/web-pair.aon.json");
        Node extra;
        extra.id = NodeId("extra");
        extra.kind = "server";
        extra.deploy["host"] = std::string("10.0.9.9");
        design.nodes.append(extra);
        for (const char* to : {"extra", "web1"}) {
            Link link;
            link.id = LinkId(std::string("more-") + to);
            link.from = "lb1";
            link.to = to;
            link.classes = {"read"};
            design.links.append(link);
        }
        const haproxy::Built one = built(design);
        QCOMPARE(one.config.find("backend")->find("server").size(), std::size_t(3));
        QVERIFY(noted(one, "carries only read"));
        accept(design);
    }

    void balancersMayCallBalancersAndServices() {
        Design design = designFrom("templates/web-pair.aon.json");
        Node pay;
        pay.id = NodeId("pay");
        pay.kind = "external";
        pay.deploy["host"] = std::string("pay.example.com");
        design.nodes.append(pay);
        Node inner = *design.nodes.find("lb1");
        inner.id = NodeId("lb2");
        inner.deploy["port"] = 8082.0;
        inner.deploy["host"] = std::string("10.0.0.2");
        design.nodes.append(inner);
        for (const auto& [from, to] :
             {std::pair("lb1", "lb2"), std::pair("lb1", "pay"), std::pair("lb2", "web")}) {
            Link link;
            link.id = LinkId(std::string(from) + "-to-" + to);
            link.from = from;
            link.to = to;
            design.links.append(link);
        }
        const std::string config = text(design);
        QVERIFY(config.find("server lb2 10.0.0.2:8082 check\n") != std::string::npos);
        QVERIFY(config.find("server pay pay.example.com:443 check resolvers system init-addr last,libc,none "
                            "ssl verify required ca-file @system-ca sni str(pay.example.com)\n") !=
                std::string::npos);
        accept(design);
        QCOMPARE(haproxy::balancersOf(design).size(), std::size_t(2));
    }

    void poolsThatRefuseBelowTheirNeed() {
        Design design = designFrom("templates/web-pair.aon.json");
        Group web = *design.groups.find("web");
        web.parameters["needed"] = 2.0;
        design.groups.replace(0, web);
        QVERIFY(text(design).find("nbsrv") == std::string::npos);
        web.parameters["below_needed"] = std::string("refuse");
        design.groups.replace(0, web);
        QVERIFY(has(text(design), "http-request deny deny_status 503 if { nbsrv(be_web) lt 2 }"));
        accept(design);
    }

    void fractionsOfAMillisecondAreTold() {
        Design design = designFrom("templates/web-pair.aon.json");
        change(design, "lb1", "check_inter_ms", 1500.4);
        const haproxy::Built one = built(design);
        QVERIFY(noted(one, "1500.4 ms in the design"));
        QVERIFY(haproxy::toText(one.config).find("inter 1500ms") != std::string::npos);
    }

    void notesAreHonest() {
        Design design = designFrom("templates/web-pair.aon.json");
        change(design, "lb1", "check_type", std::string("tcp"));
        change(design, "lb1", "check_timeout_ms", 500.0);
        change(design, "lb1", "balance", std::string("first"));
        change(design, "lb1", "slowstart_ms", 1000.0);
        const haproxy::Built one = built(design);
        QVERIFY(noted(one, "hangs is never noticed"));
        QVERIFY(noted(one, "below 1 s are unreliable"));
        QVERIFY(noted(one, "every request to the first server"));
        QVERIFY(noted(one, "slow start has no effect"));
        QVERIFY(!one.figures.hang.has_value());
    }

    void nothingToBalanceIsAnError() {
        Design design = designFrom("templates/web-pair.aon.json");
        design.links.erase(design.links.indexOf("lb1-web"));
        QCOMPARE(errorOf(design), std::string("export.haproxy_no_servers"));
    }

    void versions() {
        for (const char* good : {"2.4", "2.5", "2.6", "2.6.12", "2.8", "2.9", "3.0", "3.1", "3.2"})
            QVERIFY2(haproxy::parseVersion(good).ok(), good);
        for (const char* bad : {"2.3", "1.8", "3.3", "2.10", "3", "", "abc", "2.6x", "2.", "-1.2", "2.6\n"}) {
            QVERIFY2(!haproxy::parseVersion(bad).ok(), bad);
            QCOMPARE(haproxy::parseVersion(bad).error().code, std::string("export.haproxy_version"));
        }
        const Design design = designFrom("templates/web-pair.aon.json");
        QVERIFY(haproxy::toText(built(design, {3, 2}).config).find(".if version_before(3.2)") !=
                std::string::npos);
        // A file for a newer HAProxy is refused by an older one with a sentence.
        const auto verdict = verify::verifyHaproxy(haproxy::toText(built(design, {3, 2}).config), {});
        QVERIFY(verdict.ok());
        if (verdict->tool < "haproxy 3.2")
            QVERIFY(!verdict->accepted &&
                    verdict->message.find("written for HAProxy 3.2") != std::string::npos);
    }
};

ALWAYSON_TEST_MAIN(TestHaproxyBuild, test_haproxy_build)
#include "test_haproxy_build.moc"

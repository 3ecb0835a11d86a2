// Every value of a VRRP pair is in the configurations, the installed keepalived accepts them, and what it
// could not hold is refused.
#include "exporters/haproxy/build.h"
#include "exporters/haproxy/emit.h"
#include "exporters/keepalived/build.h"
#include "exporters/keepalived/emit.h"
#include "exporters/keepalived/scripts.h"
#include "exporters/verify/keepalived.h"
#include "tests/exporters/exporter_support.h"
#include "tests/support/test_support.h"

using namespace alwayson;
using namespace alwayson::exporters;
using test::change;
using test::changeGroup;
using test::deploy;

class TestKeepalivedBuild : public QObject {
    Q_OBJECT

    static Result<std::vector<keepalived::Built>> tried(const Design& design) {
        quoting::Slugs slugs;
        return keepalived::build(design, *design.groups.find("lb"), slugs);
    }
    static std::vector<keepalived::Built> built(const Design& design) {
        auto result = tried(design);
        if (!result) qFatal("%s", describe(result.error()).c_str());
        return std::move(result).value();
    }
    static std::string errorOf(const Design& design) {
        const auto result = tried(design);
        return result ? "none" : result.error().code;
    }
    static std::string text(const Design& design, std::size_t member = 0) {
        return keepalived::toText(built(design)[member].config);
    }
    static bool has(const std::string& text, const std::string& line) {
        return text.find("    " + line + "\n") != std::string::npos;
    }
    static bool noted(const Design& design, const std::string& part) {
        const std::vector<keepalived::Built> all = built(design);
        for (const std::string& note : all.front().notes)
            if (note.find(part) != std::string::npos) return true;
        return false;
    }
    static Design with(const std::string& key, Value value) {
        Design design = test::vrrpDesign();
        changeGroup(design, "lb", key, std::move(value));
        return design;
    }

    // The rest of a test goes on where the real tool cannot be asked.
    static void accept(const Design& design) {
        if (!test::namespacesArePermitted()) QSKIP(test::kNoNamespaces);
        for (const keepalived::Built& one : built(design)) {
            std::vector<std::string> names;
            for (const keepalived::Variable& variable : one.variables)
                names.push_back(variable.name);
            const std::string config = keepalived::toText(one.config);
            const auto verdict = verify::verifyKeepalived(config, keepalived::balancerScript({}), names);
            QVERIFY2(verdict.ok(), "keepalived could not be run");
            QVERIFY2(!verdict->tool.empty(), verdict->message.c_str());
            QVERIFY2(verdict->accepted, (verdict->message + "\n" + config).c_str());
        }
    }

private slots:
    void defaultsAreWritten() {
        const Design design = test::vrrpDesign();
        const std::string first = text(design), second = text(design, 1);
        for (const std::string& config : {first, second})
            for (const char* line :
                 {"state BACKUP", "nopreempt", "vrrp_version 3", "advert_int 1", "interval 1", "timeout 2",
                  "fall 2", "rise 2", "virtual_router_id 51", "interface eth0", "enable_script_security",
                  "script_user keepalived_script", "script \"/etc/keepalived/check-haproxy.sh\"",
                  "    10.0.0.100/24 dev eth0", "vrrp_check_unicast_src"})
                QVERIFY2(has(config, line), (std::string(line) + "\n" + config).c_str());
        QVERIFY(has(first, "priority 150") && has(second, "priority 100"));
        QVERIFY(has(first, "unicast_src_ip 10.0.0.11") && has(first, "    10.0.0.12"));
        QVERIFY(has(second, "unicast_src_ip 10.0.0.12") && has(second, "    10.0.0.11"));
        // H6 and what was measured.
        QVERIFY(first.find("loses the address after 2.61 s to 3.61 s, a clean stop after 0.61 s") !=
                std::string::npos);
        QVERIFY(first.find("dead balancer loses the address after 1.61 s to 2.61 s") != std::string::npos);
        accept(design);
    }

    void theSimulatedValueIsTheWrittenValue() {
        Design design = test::vrrpDesign();
        changeGroup(design, "lb", "advert_ms", 40.0);
        changeGroup(design, "lb", "preempt", true);
        changeGroup(design, "lb", "preempt_delay_s", 7.25);
        changeGroup(design, "lb", "track_interval_ms", 3000.0);
        changeGroup(design, "lb", "track_timeout_ms", 4000.0);
        changeGroup(design, "lb", "track_fall", 5.0);
        changeGroup(design, "lb", "track_rise", 6.0);
        changeGroup(design, "lb", "track_weight", -120.0);
        changeGroup(design, "lb", "interface", std::string("bond0.12"));
        changeGroup(design, "lb", "virtual_router_id", 77.0);
        changeGroup(design, "lb", "virtual_ip", std::string("192.0.2.7/32"));
        change(design, "lb1", "vrrp_priority", 222.0);
        change(design, "lb2", "vrrp_priority", 111.0);
        const std::string config = text(design);
        for (const char* line : {"advert_int 0.04", "preempt_delay 7.25", "interval 3", "timeout 4", "fall 5",
                                 "rise 6", "weight -120", "interface bond0.12", "virtual_router_id 77",
                                 "    192.0.2.7/32 dev bond0.12", "priority 222"})
            QVERIFY2(has(config, line), (std::string(line) + "\n" + config).c_str());
        QVERIFY(!has(config, "nopreempt"));
        QVERIFY(has(text(design, 1), "priority 111"));
        accept(design);
    }

    void manyCombinationsAreAccepted() {
        for (int bits = 0; bits < 32; ++bits) {
            Design design = test::vrrpDesign();
            changeGroup(design, "lb", "version", bits & 1 ? 2.0 : 3.0);
            changeGroup(design, "lb", "preempt", (bits & 2) != 0);
            changeGroup(design, "lb", "track", std::string(bits & 4 ? "none" : "script"));
            changeGroup(design, "lb", "preempt_delay_s", bits & 8 ? 20.0 : 0.0);
            changeGroup(design, "lb", "advert_ms", bits & 8 ? 3000.0 : 1000.0);
            changeGroup(design, "lb", "track_weight", (bits & 2) != 0 ? (bits & 16 ? 60.0 : -60.0) : 0.0);
            if (bits & 16) deploy(design, "lb1", "host", std::monostate());
            accept(design);
        }
    }

    void addressesOfVersionSix() {
        Design design = with("virtual_ip", std::string("2001:db8::100/64"));
        QCOMPARE(errorOf(design), std::string("export.vrrp_family"));
        deploy(design, "lb1", "host", std::string("2001:db8::11"));
        QCOMPARE(errorOf(design), std::string("export.vrrp_family"));
        deploy(design, "lb2", "host", std::string("2001:db8::12"));
        QVERIFY(has(text(design), "    2001:db8::100/64 dev eth0"));
        accept(design);
        changeGroup(design, "lb", "version", 2.0);
        QCOMPARE(errorOf(design), std::string("export.vrrp_family"));
    }

    void missingAddressesBecomeVariables() {
        Design design = with("virtual_ip", std::monostate());
        deploy(design, "lb2", "host", std::monostate());
        const auto all = built(design);
        QCOMPARE(all.front().variables.size(), std::size_t(2));
        QCOMPARE(all.front().variables[0].name, std::string("LB_SHARED_ADDRESS"));
        QCOMPARE(all.front().variables[1].name, std::string("LB2_ADDRESS"));
        const std::string first = keepalived::toText(all[0].config);
        QVERIFY(has(first, "    ${LB_SHARED_ADDRESS} dev eth0") && has(first, "    ${LB2_ADDRESS}"));
        QVERIFY(has(keepalived::toText(all[1].config), "unicast_src_ip ${LB2_ADDRESS}"));
        QVERIFY(noted(design, "LB2_ADDRESS"));
        accept(design);
        // A name, every address and the shared one are no addresses of the machine itself.
        for (const char* host : {"lb2.example.com", "*", "0.0.0.0", "10.0.0.100"}) {
            design = test::vrrpDesign();
            deploy(design, "lb2", "host", std::string(host));
            QCOMPARE(built(design).front().variables.size(), std::size_t(1));
        }
    }
    // Without the definitions keepalived must refuse, not use an empty address.
    void missingVariablesAreRefusedByKeepalived() {
        if (!test::namespacesArePermitted()) QSKIP(test::kNoNamespaces);
        Design design = test::vrrpDesign();
        deploy(design, "lb2", "host", std::monostate());
        const std::string text = keepalived::toText(built(design).front().config);
        QVERIFY(has(text, "${LB2_ADDRESS}"));
        const auto verdict = verify::verifyKeepalived(text, keepalived::balancerScript({}), {});
        QVERIFY(verdict.ok() && !verdict->tool.empty() && !verdict->accepted);
    }

    void addressesAreChecked() {
        std::vector<std::string> bad = test::hostileTexts();
        for (const char* more :
             {"10.0.0", "10.0.0.100/0", "10.0.0.100/33", "10.0.0.100/", "10.0.0.100/+2", "10.0.0.100/24 ",
              "/24", "2001:db8::1/129", "10.0.0.256/24", "vip.example.com"})
            bad.push_back(more);
        for (const std::string& one : bad)
            QVERIFY2(errorOf(with("virtual_ip", one)) == "export.virtual_ip", one.substr(0, 80).c_str());
        for (const std::string& one : test::hostileTexts()) {
            Design design = test::vrrpDesign();
            deploy(design, "lb1", "host", one);
            if (one == "con") continue; // a fine host name
            QVERIFY2(errorOf(design) == "export.host", one.substr(0, 80).c_str());
            QVERIFY2(one == "con" || errorOf(with("interface", one)) == "export.interface",
                     one.substr(0, 80).c_str());
        }
        for (const char* one : {"", "averyverylongname", ".", "..", "-x", "eth0/1", "eth 0"})
            QVERIFY2(errorOf(with("interface", std::string(one))) == "export.interface", one);
        Design same = test::vrrpDesign();
        deploy(same, "lb2", "host", std::string("10.0.0.11"));
        QCOMPARE(errorOf(same), std::string("export.vrrp_same_address"));
        QVERIFY(noted(with("virtual_ip", std::string("10.0.0.100")), "/32 is written"));
    }

    void timersKeepalivedCannotHoldAreRefused() {
        QCOMPARE(errorOf(with("advert_ms", 15.0)), std::string("export.vrrp_seconds"));
        QCOMPARE(errorOf(with("advert_ms", 1234.5)), std::string("export.vrrp_seconds"));
        QCOMPARE(errorOf(with("advert_ms", 40950.0)), std::string("none"));
        QCOMPARE(errorOf(with("advert_ms", 10.0)), std::string("none"));
        QCOMPARE(errorOf(with("track_interval_ms", 1500.0)), std::string("export.vrrp_seconds"));
        QCOMPARE(errorOf(with("track_timeout_ms", 2500.0)), std::string("export.vrrp_seconds"));
        Design design = with("version", 2.0);
        QCOMPARE(errorOf(design), std::string("none"));
        changeGroup(design, "lb", "advert_ms", 500.0);
        const auto half = tried(design);
        QVERIFY(!half.ok());
        QCOMPARE(half.error().code, std::string("export.vrrp_seconds"));
        QVERIFY2(half.error().cure.find("Set it to 1 s") == 0, half.error().cure.c_str());
        QVERIFY(half.error().cure.find("version 3") != std::string::npos);
        // Without a script its timers do not matter.
        design = with("track", std::string("none"));
        changeGroup(design, "lb", "track_interval_ms", 1500.0);
        QCOMPARE(errorOf(design), std::string("none"));
    }

    void weightsNeedPreempting() {
        Design design = with("track_weight", -60.0);
        QCOMPARE(errorOf(design), std::string("export.vrrp_weight"));
        changeGroup(design, "lb", "preempt", true);
        QCOMPARE(errorOf(design), std::string("none"));
        QVERIFY(!noted(design, "does not bring"));
        changeGroup(design, "lb", "track_weight", -50.0);
        QVERIFY(noted(design, "does not bring lb1 below the others"));
        changeGroup(design, "lb", "track", std::string("none"));
        changeGroup(design, "lb", "preempt", false);
        QCOMPARE(errorOf(design), std::string("none"));
    }

    void withoutAScript() {
        const Design design = with("track", std::string("none"));
        const std::string config = text(design);
        for (const char* part :
             {"vrrp_script", "track_script", "script_user", "check-haproxy", "enable_script"})
            QVERIFY2(config.find(part) == std::string::npos, part);
        QVERIFY(noted(design, "no script watches the balancer"));
        accept(design);
    }

    void threeMembers() {
        Design design = test::vrrpDesign();
        Node third = *design.nodes.find("lb2");
        third.id = NodeId("lb3");
        third.deploy["host"] = std::string("10.0.0.13");
        design.nodes.append(third);
        const std::string config = text(design, 1);
        QVERIFY(config.find("        10.0.0.11\n") < config.find("        10.0.0.13\n"));
        QVERIFY(has(text(design, 2), "priority 90"));
        accept(design);
    }

    void whatIsWrongWithThePair() {
        Design alone = test::vrrpDesign();
        alone.nodes.erase(alone.nodes.indexOf("lb2"));
        QCOMPARE(errorOf(alone), std::string("export.vrrp_one_member"));
        Design server = test::vrrpDesign();
        Node web = *server.nodes.find("web1");
        web.group = GroupId("lb");
        server.nodes.replace(server.nodes.indexOf("web1"), web);
        QCOMPARE(errorOf(server), std::string("export.vrrp_member"));
    }

    void notesTellWhatTheFileDoesNot() {
        QVERIFY(noted(test::vrrpDesign(), "keepalived 2.3.3 and later wait"));
        QVERIFY(noted(test::vrrpDesign(), "2 s later than simulated. Before 2.3.3"));
        Design odd = with("track_timeout_ms", 3000.0);
        changeGroup(odd, "lb", "track_interval_ms", 2000.0);
        QVERIFY(noted(odd, "2 s later than simulated. A timeout below"));
        QVERIFY(!noted(with("track_interval_ms", 3000.0), "2.3.3"));
        QVERIFY(!noted(with("track_fall", 1.0), "2.3.3"));
        QVERIFY(noted(test::vrrpDesign(), "protocol 112"));
        QVERIFY(noted(with("arp_update_ms", 5000.0), "property of the network"));
        QVERIFY(noted(with("failover", Distribution::constantValue(30, "s")), "take-over time of its own"));
        Design design = test::vrrpDesign();
        change(design, "lb2", "vrrp_priority", 150.0);
        QVERIFY(noted(design, "the higher IP address decides"));
        change(design, "lb2", "vrrp_priority", 200.0);
        QVERIFY(noted(design, "lb2 has the highest priority (200)"));
        QVERIFY(!built(design)[0].starts && built(design)[1].starts);
        Group other = *design.groups.find("lb");
        other.id = GroupId("inner");
        design.groups.append(other);
        Node member = *design.nodes.find("lb2");
        member.id = NodeId("lb9");
        member.group = GroupId("inner");
        design.nodes.append(member);
        QVERIFY(noted(design, "inner has the same router id, 51"));
    }

    void secretsAreNowhere() {
        const std::string config = text(with("version", 2.0));
        for (const char* word : {"auth", "pass"})
            QVERIFY2(config.find(word) == std::string::npos, word);
    }

    // The other half of the pair: HAProxy answers the script, and at the shared address as well.
    void theBalancersExportFits() {
        Design design = test::vrrpDesign();
        const auto lb = haproxy::build(design, *design.nodes.find("lb1"), "lb1", {2, 6});
        QVERIFY(lb.ok());
        const std::string config = haproxy::toText(lb->config);
        QVERIFY2(has(config, "bind *:80"), config.c_str());
        QVERIFY(has(config, "bind 127.0.0.1:8404") && has(config, "monitor-uri /healthz"));
        QVERIFY(keepalived::balancerScript({}).find("http://127.0.0.1:8404/healthz") != std::string::npos);
        bool handed = false;
        for (const std::string& note : lb->notes)
            handed = handed || note.find("handed over by keepalived") != std::string::npos;
        QVERIFY(handed);
        deploy(design, "lb1", "host", std::string("2001:db8::11"));
        const auto six = haproxy::build(design, *design.nodes.find("lb1"), "lb1", {2, 6});
        QVERIFY(six.ok() && has(haproxy::toText(six->config), "bind [::]:80"));
    }
};

ALWAYSON_TEST_MAIN(TestKeepalivedBuild, test_keepalived_build)
#include "test_keepalived_build.moc"

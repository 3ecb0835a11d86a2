#include "exporters/guide/guide.h"

#include "core/base/ip_network.h"
#include "core/base/units.h"
#include "core/catalogue/catalogue.h"
#include "core/catalogue/keys.h"
#include "core/io/project_file.h"
#include "core/text/sentence.h"
#include "exporters/common/manifest.h"
#include "exporters/guide/traffic.h"
#include "exporters/haproxy/scripts.h"
#include "exporters/mysql/orchestrator.h"
#include "exporters/quoting/markdown.h"
#include "exporters/quoting/slugs.h"

#include <fmt/format.h>

#include <algorithm>

namespace alwayson::exporters::guide {

namespace {

using quoting::markdownCode;
using quoting::markdownText;

Result<Plans> plansOf(const Design& design) {
    Plans plans;
    const Result<haproxy::Version> version = haproxy::parseVersion(design.settings.haproxyVersion);
    if (!version) return version.error();
    quoting::Slugs balancers, members, sets;
    for (const Node* node : haproxy::balancersOf(design)) {
        Result<haproxy::Built> built =
            haproxy::build(design, *node, balancers.name(node->id.str()), *version);
        if (!built) return built.error();
        plans.balancers.push_back(std::move(*built));
    }
    for (const Group* pair : keepalived::pairsOf(design)) {
        Result<std::vector<keepalived::Built>> built = keepalived::build(design, *pair, members);
        if (!built) return built.error();
        std::move(built->begin(), built->end(), std::back_inserter(plans.pairs));
    }
    for (const Group* set : mysql::setsOf(design)) {
        Result<mysql::Plan> plan = mysql::planOf(design, *set, sets.name(set->id.str()));
        if (!plan) return plan.error();
        plans.sets.push_back(std::move(*plan));
    }
    return plans;
}

std::string link(std::string_view folder) {
    return fmt::format("[{0}]({0}/README.md)", folder);
}

class Writer {
public:
    Writer(const Design& design, const Plans& plans) : m_design(design), m_plans(plans) {}

    std::string run(const std::vector<Opening>& openings, const std::vector<std::string>& leftOut) {
        m_out = fmt::format("# Deploying {}\n\n", markdownText(m_design.name));
        m_out +=
            "From the design of that name. Everything here is installed by you, folder by folder: each has "
            "a README with its steps, a\n`check.sh` that changes nothing and an `apply.sh` that keeps what "
            "it replaces. This page says what belongs together.\n\n";
        machines();
        network(openings);
        if (!m_plans.sets.empty()) secrets();
        order();
        check();
        m_out +=
            "## Changing it later\n\nChange the design and export it to the same folder again: files that "
            "you changed yourself are not replaced unasked.\nThen apply what differs, one balancer or "
            "database at a time, the one that serves last; each README says how to roll back.\n";
        if (!leftOut.empty()) m_out += "\n## Not exported\n\n";
        for (const std::string& one : leftOut)
            m_out += fmt::format("* {}\n", markdownText(one, kLongestNote));
        return m_out;
    }

private:
    std::string foldersOf(const Node& node) const {
        std::string out;
        const auto add = [&](const std::string& folder) { out += (out.empty() ? "" : ", ") + link(folder); };
        for (const haproxy::Built& built : m_plans.balancers)
            if (built.balancer == node.id.str()) add("haproxy/" + built.slug);
        for (const keepalived::Built& built : m_plans.pairs)
            if (built.member == node.id.str()) add("keepalived/" + built.slug);
        for (const mysql::Plan& plan : m_plans.sets)
            for (const mysql::Member& member : plan.members)
                if (member.node->id == node.id)
                    add("mysql/" + plan.slug), out += fmt::format(" as {}", markdownCode(member.name));
        if (!out.empty()) return out;
        for (const mysql::Plan& plan : m_plans.sets)
            if (const std::string file = managerFile(plan, node); !file.empty())
                return fmt::format("orchestrator, `{}` of {}", file, link("mysql/" + plan.slug));
        if (hasRole(node, "external")) return "nothing: it is somebody else's";
        return hasRole(node, "compute") ? "your application" : "nothing from here: set it up yourself";
    }

    // The configuration of orchestrator on this node; "" where it does not run.
    std::string managerFile(const mysql::Plan& plan, const Node& node) const {
        std::vector<std::string> notes;
        for (const mysql::OrchestratorFile& one : mysql::orchestratorFiles(m_design, plan, notes))
            if (one.machine == node.id.str() ||
                std::find(one.oneOf.begin(), one.oneOf.end(), node.id.str()) != one.oneOf.end())
                return one.name;
        return {};
    }

    void machines() {
        m_out += "## Machines\n\n| machine | address | place | gets |\n|---|---|---|---|\n";
        for (const Node& node : m_design.nodes) {
            if (hasRole(node, "client")) continue;
            const std::string host = get(node, key::server::deploy::host).value_or("");
            const Domain* place = node.domain ? m_design.domains.find(node.domain->str()) : nullptr;
            m_out += fmt::format("| {} | {} | {} | {} |\n", markdownCode(node.id.str()),
                                 host.empty() ? "not in the design" : markdownCode(host),
                                 place ? markdownText(place->displayName()) : "", foldersOf(node));
        }
        m_out += '\n';
        std::vector<std::string> asking;
        for (const haproxy::Built& built : m_plans.balancers)
            if (!built.variables.empty()) asking.push_back("haproxy/" + built.slug);
        for (const keepalived::Built& built : m_plans.pairs)
            if (!built.variables.empty()) asking.push_back("keepalived/" + built.slug);
        for (const mysql::Plan& plan : m_plans.sets)
            if (!plan.variables.empty()) asking.push_back("mysql/" + plan.slug);
        if (!asking.empty())
            m_out +=
                fmt::format("What the design does not say is asked for by `env.example` in {}: fill it in "
                            "before you start.\n\n",
                            fmt::join(asking, ", "));
    }

    void network(const std::vector<Opening>& openings) {
        m_out += "## Network\n\n";
        for (const Group* pair : keepalived::pairsOf(m_design)) {
            const std::string shared = get(*pair, key::group::vrrpPair::virtualIp).value_or("");
            const std::optional<IpNetwork> in = networkOf(shared);
            m_out += fmt::format("The members of {} need one network{} on their interface {}, also where "
                                 "they stand in different "
                                 "places: the shared\naddress{} goes from one to the other inside of it, and "
                                 "no router passes that "
                                 "on.\n\n",
                                 markdownCode(pair->id.str()),
                                 in && !in->isOneAddress() ? ", " + in->text() + "," : "",
                                 markdownCode(get(*pair, key::group::vrrpPair::interface)),
                                 in ? " " + shared.substr(0, shared.find('/')) : "");
        }
        m_out += "Let this through, and nothing else but your own way in (SSH) and what the machines need of "
                 "outside (time, names, updates).\n`manifest.json` has the same list for programs.\n\n" +
                 shown(openings) + '\n';
        if (!m_plans.balancers.empty())
            m_out += "HAProxy's statistics and metrics (port 8404) and its check by keepalived stay on the "
                     "machine itself.\n\n";
    }

    void secrets() {
        m_out += "## Certificates and passwords\n\nNo file here holds one. Make them before you start:\n\n";
        m_out +=
            "* For each database machine a certificate and its key, signed by an authority of yours (one for "
            "the set alone is enough): where\n  they go and what they must name is in the README of the "
            "set. Whoever connects over TLS needs `ca.pem` too: the machine that you\n  run the scripts "
            "on";
        const bool orchestrator = std::any_of(m_plans.sets.begin(), m_plans.sets.end(),
                                              [](const mysql::Plan& plan) { return plan.orchestrator; });
        m_out += orchestrator ? ", and orchestrator.\n" : ".\n";
        m_out += fmt::format("* The passwords `REPL_PASSWORD` and `FAILOVER_PASSWORD`{}, and those of your "
                             "application's own accounts.\n",
                             orchestrator ? ", `ORCHESTRATOR_PASSWORD`" : "");
        if (!m_plans.balancers.empty())
            m_out +=
                "* For HTTPS a certificate of the name that users call: the design has no TLS, so HAProxy "
                "speaks plain HTTP until you add it\n  to its `bind` line.\n";
        m_out += '\n';
    }

    void step(const std::string& text) { m_out += fmt::format("{}. {}\n", ++m_step, text); }

    void order() {
        m_out += "## Order\n\n";
        step("Machines, network and firewalls as above; addresses that do not answer yet are no fault.");
        for (const mysql::Plan& plan : m_plans.sets)
            databases(plan);
        servers();
        for (const haproxy::Built& built : m_plans.balancers)
            step(fmt::format("HAProxy on {}: {}.", markdownCode(built.balancer),
                             link("haproxy/" + built.slug)));
        keepalived();
        for (const mysql::Plan& plan : m_plans.sets)
            if (plan.orchestrator)
                step(fmt::format(
                    "Last orchestrator, so that it takes nothing under construction for a failure: "
                    "{}{}.",
                    link("mysql/" + plan.slug), guard(plan)));
            else if (plan.guarded())
                step(fmt::format("`guard.sh` on each member of {}: {}.", markdownCode(plan.group->id.str()),
                                 link("mysql/" + plan.slug)));
        m_out += '\n';
    }

    static std::string guard(const mysql::Plan& plan) {
        if (!plan.guarded()) return {};
        std::string out = "; and when it answers, `guard.sh` on each member";
        if (plan.leaseMs > 0)
            out += fmt::format(
                ".\n   From then on whoever stops a majority of the voters for longer than {} stops the "
                "writes, "
                "and a commit that\n   waits at that moment means that the guard ends the server process: "
                "upgrade orchestrator on one machine at a\n   time",
                formatDuration(Duration::milliseconds(double(plan.leaseMs))));
        return out;
    }

    void databases(const mysql::Plan& plan) {
        const std::string first = markdownCode(plan.members.front().name);
        step(fmt::format(
            "The databases of {}, by {}: the option file on every machine, then {} as the source, "
            "then the others.\n   Each has its copy of the data (`seed.sh`) before it follows; an "
            "empty set needs none.",
            markdownCode(plan.group->id.str()), link("mysql/" + plan.slug), first));
        step(fmt::format("On {}: your application's database, its tables and its account.", first));
    }

    // No file here sets these, and every figure of the design stands on them.
    std::string room() const {
        std::vector<std::pair<std::string, std::vector<std::string>>> alike;
        for (const Node& node : m_design.nodes) {
            if (!hasRole(node, "compute")) continue;
            const Parameters& p = node.parameters;
            const std::int64_t workers = get(p, key::server::workers);
            const auto limit = get(p, key::server::queueLimit);
            std::string what;
            if (get(p, key::server::discipline) == key::server::Discipline::ps) {
                what = fmt::format("all requests share {}, ", countOf(std::size_t(workers), "core"));
                what += limit ? fmt::format("at most {} at a time", workers + *limit) : "without a limit";
            } else {
                what = fmt::format("{} at a time, each with a worker for as long as it is served, ",
                                   countOf(std::size_t(workers), "request"));
                what += limit ? fmt::format("and at most {} wait", *limit) : "and any number may wait";
                if (get(p, key::server::queueOrder) == key::server::QueueOrder::lifo)
                    what += ", the newest first in turn";
            }
            if (limit) what += "; any further one is answered 503 at once";
            if (get(p, key::server::cancelsAbandoned)) what += "; those whose caller has gone are dropped";
            const auto same =
                std::find_if(alike.begin(), alike.end(), [&](const auto& one) { return one.first == what; });
            if (same == alike.end())
                alike.push_back({std::move(what), {markdownCode(node.id.str())}});
            else
                same->second.push_back(markdownCode(node.id.str()));
        }
        std::string out;
        for (const auto& [what, names] : alike)
            out += fmt::format("\n   Set it up as it was simulated on {}: {}.", fmt::join(names, ", "), what);
        return out;
    }

    void servers() {
        std::vector<std::string> names;
        for (const Node& node : m_design.nodes)
            if (hasRole(node, "compute"))
                names.push_back(fmt::format("{} (port {})", markdownCode(node.id.str()),
                                            get(node, key::server::deploy::port)));
        if (names.empty()) return;
        std::string text = fmt::format("Your application on {}.", fmt::join(names, ", "));
        std::vector<std::string> told;
        for (const haproxy::Built& built : m_plans.balancers) {
            const std::string must = haproxy::contract(built);
            if (must.empty() || std::find(told.begin(), told.end(), must) != told.end()) continue;
            told.push_back(must);
            std::string indented = "\n   " + must.substr(0, must.size() - 1);
            for (std::size_t at = indented.find('\n', 1); at != std::string::npos;
                 at = indented.find('\n', at + 4))
                indented.insert(at + 1, "   ");
            text += indented;
        }
        text += room();
        for (const mysql::Plan& plan : m_plans.sets)
            text += fmt::format("\n   How it finds the members of {}: {}, \"What the design says\".",
                                markdownCode(plan.group->id.str()), link("mysql/" + plan.slug));
        step(text);
    }

    void keepalived() {
        for (const Group* pair : keepalived::pairsOf(m_design)) {
            std::vector<std::string> folders;
            std::string holder;
            for (const keepalived::Built& built : m_plans.pairs) {
                if (built.group != pair->id.str()) continue;
                folders.push_back(link("keepalived/" + built.slug));
                if (built.starts) holder = markdownCode(built.member);
            }
            step(fmt::format(
                "keepalived on the members of {}, when HAProxy answers on all of them: {}. {} has "
                "the highest priority.",
                markdownCode(pair->id.str()), fmt::join(folders, ", "), holder));
        }
    }

    void check() {
        m_out += "## Does it work\n\n";
        for (const mysql::Plan& plan : m_plans.sets)
            m_out += fmt::format("* `mysql/{}/status.sh` ends with status 0.\n", plan.slug);
        for (const Group* pair : keepalived::pairsOf(m_design)) {
            const std::string shared = get(*pair, key::group::vrrpPair::virtualIp).value_or("");
            m_out += fmt::format("* `ip address show dev {}` on the members of {}: exactly one has {}.\n",
                                 get(*pair, key::group::vrrpPair::interface), markdownCode(pair->id.str()),
                                 shared.empty() ? "the shared address" : markdownCode(shared));
        }
        for (const std::string& url : urls())
            m_out += fmt::format("* `curl -i {}` gets your application's answer.\n", url);
        m_out += "* Then break it on purpose, one thing at a time, before users do: stop a server, a "
                 "balancer, the "
                 "source of a set. How long each\n  should take is in the README of whoever notices it.\n\n";
    }

    // Where users reach the balancers that speak HTTP.
    std::vector<std::string> urls() const {
        std::vector<std::string> all;
        for (const haproxy::Built& built : m_plans.balancers) {
            const Node* node = m_design.nodes.find(built.balancer);
            if (!node || built.ports.empty() || !built.readBackend.empty() || !built.probe) continue;
            std::string host = get(*node, key::haproxy::deploy::host).value_or("");
            const Group* group = node->group ? m_design.groups.find(node->group->str()) : nullptr;
            if (group && hasMechanism(*group, "vrrp"))
                host = get(*group, key::group::vrrpPair::virtualIp).value_or("");
            const std::optional<IpNetwork> known = networkOf(host);
            if (!known) continue;
            host = host.substr(0, host.find('/'));
            const std::int64_t port = built.ports.front().number;
            const std::string url = fmt::format("'http://{}{}/'", known->v6 ? "[" + host + "]" : host,
                                                port == 80 ? "" : fmt::format(":{}", port));
            if (std::find(all.begin(), all.end(), url) == all.end()) all.push_back(url);
        }
        return all;
    }

    const Design& m_design;
    const Plans& m_plans;
    std::string m_out;
    int m_step = 0;
};

} // namespace

Result<std::vector<File>> files(const Design& design, const std::vector<std::string>& leftOut) {
    const Result<Plans> plans = plansOf(design);
    if (!plans) return plans.error();
    const std::vector<Opening> openings = openingsOf(design, *plans);
    std::vector<File> made;
    made.push_back({"README.md", Writer(design, *plans).run(openings, leftOut), {}, false, {}});
    Json manifest = manifestHead(design, designHash(design), "all", "");
    manifest["openings"] = asJson(openings);
    made.push_back({"manifest.json", manifestWith(std::move(manifest), leftOut, made), {}, false, {}});
    return made;
}

} // namespace alwayson::exporters::guide

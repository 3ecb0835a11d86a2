// The live verdict: one edit, then findings, exact availability, single points, cut sets, importance and
// cost. The bound is 100 ms for 100 nodes. Argument: servers behind two balancers in three zones;
// members of a replication set, all of them in one zone or spread over three.

#include "app/verbs/verbs.h"
#include "core/edit/document.h"

#include <benchmark/benchmark.h>

using namespace alwayson;

namespace {

void apply(Document& document, const Operation& operation) {
    if (!document.apply(operation)) std::abort();
}

Document pools(int servers) {
    Document document;
    Domain region{DomainId("eu"), "region", {}, {}, {}, {}, true, {}};
    apply(document, operation::insertDomain(region));
    for (const char* id : {"eu-a", "eu-b", "eu-c"}) {
        Domain zone{DomainId(id), "zone", {}, DomainId("eu"), {}, {}, true, {}};
        apply(document, operation::insertDomain(zone));
    }
    Group pool;
    pool.id = GroupId("web");
    pool.kind = "pool";
    apply(document, operation::insertGroup(pool));
    Node client;
    client.id = NodeId("shoppers");
    client.kind = "client";
    client.parameters["rate_per_s"] = 400.0 * servers;
    apply(document, operation::insertNode(client));
    const auto link = [&](const std::string& from, const std::string& to) {
        Link one;
        one.id = LinkId(from + "-" + to);
        one.from = from;
        one.to = to;
        apply(document, operation::insertLink(one));
    };
    const char* zones[] = {"eu-a", "eu-b", "eu-c"};
    for (int i = 0; i < 2; ++i) {
        Node balancer;
        balancer.id = NodeId("lb" + std::to_string(i));
        balancer.kind = "haproxy";
        balancer.domain = DomainId(zones[i]);
        apply(document, operation::insertNode(balancer));
        link("shoppers", balancer.id.str());
        link(balancer.id.str(), "web");
    }
    for (int i = 0; i < servers; ++i) {
        Node server;
        server.id = NodeId("web" + std::to_string(i));
        server.kind = "server";
        server.domain = DomainId(zones[i % 3]);
        server.group = GroupId("web");
        apply(document, operation::insertNode(server));
    }
    return document;
}

// Behind the servers.
Document replicationSet(int members, int zones) {
    Document document = pools(4);
    Group set;
    set.id = GroupId("db");
    set.kind = "mysql_replication";
    set.parameters["replication"] = std::string("semi_sync");
    apply(document, operation::insertGroup(set));
    const char* places[] = {"eu-a", "eu-b", "eu-c"};
    for (int i = 0; i < members; ++i) {
        Node member;
        member.id = NodeId("db" + std::to_string(i));
        member.kind = "mysql";
        member.domain = DomainId(places[i % zones]);
        member.group = GroupId("db");
        apply(document, operation::insertNode(member));
    }
    Link link;
    link.id = LinkId("web-db");
    link.from = "web";
    link.to = "db";
    apply(document, operation::insertLink(link));
    return document;
}

void editAndCheck(benchmark::State& state, Document document) {
    double workers = 8;
    for (auto _ : state) {
        workers = workers == 8 ? 9 : 8;
        apply(document, operation::setParameter(Collection::nodes, "web0", "workers", workers));
        const Result<CheckReport> report = verbs::check(document.design());
        if (!report || report->flows.empty()) state.SkipWithError("the check failed");
        benchmark::DoNotOptimize(report);
    }
}
void servers(benchmark::State& state) {
    editAndCheck(state, pools(static_cast<int>(state.range(0))));
}
void setInOneZone(benchmark::State& state) {
    editAndCheck(state, replicationSet(static_cast<int>(state.range(0)), 1));
}
void setOverThreeZones(benchmark::State& state) {
    editAndCheck(state, replicationSet(static_cast<int>(state.range(0)), 3));
}
BENCHMARK(servers)->Arg(2)->Arg(10)->Arg(97)->Arg(297)->Arg(497)->Unit(benchmark::kMillisecond);
BENCHMARK(setInOneZone)->Arg(5)->Arg(30)->Arg(60)->Unit(benchmark::kMillisecond);
BENCHMARK(setOverThreeZones)->Arg(5)->Arg(30)->Arg(60)->Unit(benchmark::kMillisecond);

} // namespace

BENCHMARK_MAIN();

#include "core/graph/member_roles.h"
#include "core/graph/round_trip.h"

#include "tests/support/test_support.h"

using namespace alwayson;

namespace {

Node member(const char* id, const char* kind, const char* group) {
    Node node;
    node.id = NodeId(id);
    node.kind = kind;
    node.group = GroupId(group);
    return node;
}

Design designOf(const char* groupKind, const char* memberKind, int members) {
    Design design;
    Group group;
    group.id = GroupId("g");
    group.kind = groupKind;
    design.groups.append(group);
    for (int i = 1; i <= members; ++i)
        design.nodes.append(member(("m" + std::to_string(i)).c_str(), memberKind, "g"));
    return design;
}

std::vector<std::string> rolesIn(const Design& design) {
    std::vector<std::string> roles;
    for (const Node& node : design.nodes)
        roles.emplace_back(toString(roleAtStart(design, node)));
    return roles;
}

std::vector<std::string> streamsIn(const Design& design, const char* source) {
    std::vector<std::string> streams;
    const Group& group = *design.groups.begin();
    for (const ReplicationStream& stream : replicationStreams(design, group, *design.nodes.find(source)))
        streams.push_back(stream.from->id.str() + " " + stream.to->id.str());
    return streams;
}

} // namespace

class TestMemberRoles : public QObject {
    Q_OBJECT
private slots:
    void firstMembersLead();
    void membersOfPoolsAreAlike();
    void starsAndChainsReplicate();
    void onlyReplicationSetsReplicate();
    void changesTravelAlongTheStreams();
};

void TestMemberRoles::firstMembersLead() {
    using Roles = std::vector<std::string>;
    QCOMPARE(rolesIn(designOf("vrrp_pair", "haproxy", 3)), (Roles{"active", "standby", "standby"}));
    QCOMPARE(rolesIn(designOf("mysql_replication", "mysql", 2)), (Roles{"source", "replica"}));
    QCOMPARE(rolesIn(designOf("quorum", "voter", 3)), (Roles{"voter", "voter", "voter"}));
}

// Three zones of one region, 20 ms apart: the second replica of a chain is twice as far as the first.
void TestMemberRoles::changesTravelAlongTheStreams() {
    Design design = designOf("mysql_replication", "mysql", 3);
    Domain region;
    region.id = DomainId("r");
    region.kind = "region";
    region.parameters["rtt_ms"] = 20.0;
    design.domains.append(region);
    for (std::size_t i = 0; i < 3; ++i) {
        Domain zone;
        zone.id = DomainId("z" + std::to_string(i));
        zone.kind = "zone";
        zone.parent = region.id;
        design.domains.append(zone);
        Node node = design.nodes.at(i);
        node.domain = zone.id;
        design.nodes.replace(i, node);
    }
    const auto ways = [&](const char* source) {
        return replicationWays(design, design.groups.at(0), *design.nodes.find(source));
    };
    QCOMPARE(ways("m1"), (std::vector<double>{0, 0.01, 0.01}));
    Group chain = design.groups.at(0);
    chain.parameters["topology"] = std::string("chain");
    design.groups.replace(0, chain);
    QCOMPARE(ways("m1"), (std::vector<double>{0, 0.01, 0.02}));
    QCOMPARE(ways("m2"), (std::vector<double>{0.01, 0, 0.02})); // m2, m1, m3
    chain.kind = "pool";
    design.groups.replace(0, chain);
    QCOMPARE(ways("m1"), (std::vector<double>{0, 0, 0}));
}

void TestMemberRoles::membersOfPoolsAreAlike() {
    Design design = designOf("pool", "server", 1);
    Node alone;
    alone.id = NodeId("alone");
    alone.kind = "haproxy";
    design.nodes.append(alone);
    QCOMPARE(rolesIn(design), (std::vector<std::string>{"", ""}));
}

void TestMemberRoles::starsAndChainsReplicate() {
    using Streams = std::vector<std::string>;
    Design design = designOf("mysql_replication", "mysql", 3);
    QCOMPARE(streamsIn(design, "m1"), (Streams{"m1 m2", "m1 m3"}));
    QCOMPARE(streamsIn(design, "m2"), (Streams{"m2 m1", "m2 m3"}));
    Group chain = *design.groups.begin();
    chain.parameters["topology"] = std::string("chain");
    Design chained = designOf("pool", "mysql", 3);
    chained.groups = {};
    chained.groups.append(chain);
    QCOMPARE(streamsIn(chained, "m1"), (Streams{"m1 m2", "m2 m3"}));
    QCOMPARE(streamsIn(chained, "m3"), (Streams{"m3 m1", "m1 m2"}));
    // Members of a replicating group all hear each other: there is no chain.
    Group together = chain;
    together.parameters["replication"] = std::string("group");
    chained.groups = {};
    chained.groups.append(together);
    QCOMPARE(streamsIn(chained, "m1"), (Streams{"m1 m2", "m1 m3"}));
}

void TestMemberRoles::onlyReplicationSetsReplicate() {
    QVERIFY(streamsIn(designOf("vrrp_pair", "haproxy", 2), "m1").empty());
    QVERIFY(streamsIn(designOf("pool", "server", 2), "m1").empty());
}

ALWAYSON_TEST_MAIN(TestMemberRoles, test_member_roles)
#include "test_member_roles.moc"

#include "exporters/mysql/plan.h"

#include "core/base/hash.h"
#include "core/base/units.h"
#include "core/catalogue/catalogue.h"
#include "core/structure/crash_recovery.h"
#include "core/structure/failover_plan.h"
#include "core/text/sentence.h"
#include "exporters/common/address.h"
#include "exporters/mysql/orchestrator.h"
#include "exporters/quoting/slugs.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <map>

namespace alwayson::exporters::mysql {

namespace {

// What MariaDB takes as "for ever": 49.7 days.
constexpr std::int64_t kLongestMs = 4294967295;

// What guard.sh adds to a take-over's longest time before it opens a source: its own looks, and the pauses
// of a manager that counts in whole seconds.
constexpr double kReopenMarginS = 10;

// As SQL's LIKE: % is any text, _ any one character. After a mismatch the last % takes one character more.
bool fitsHostPattern(std::string_view host, std::string_view pattern) {
    std::size_t h = 0, p = 0, any = std::string_view::npos, from = 0;
    while (h < host.size()) {
        if (p < pattern.size() && pattern[p] == '%') {
            any = p++;
            from = h;
        } else if (p < pattern.size() && (pattern[p] == '_' || pattern[p] == host[h])) {
            ++p;
            ++h;
        } else if (any != std::string_view::npos) {
            p = any + 1;
            h = ++from;
        } else {
            return false;
        }
    }
    return pattern.find_first_not_of('%', p) == std::string_view::npos;
}

// Does an account's host pattern keep this address out? Only said of IPv4 addresses and patterns of their
// digits, without a network mask: what a name stands for is not known here.
bool isShutOut(const std::string& host, std::string_view pattern) {
    const bool digits = pattern.find_first_not_of("0123456789.%_") == std::string_view::npos;
    return digits && classifyHost(host) == HostKind::ipv4 && !fitsHostPattern(host, pattern);
}

// The octets that the IPv4 addresses of all members begin with, and any further ones: "192.168.%".
std::string commonPattern(const std::vector<Member>& members) {
    std::optional<std::string> common;
    for (const Member& member : members) {
        if (classifyHost(member.host) != HostKind::ipv4) continue;
        if (!common) common = member.host.substr(0, member.host.rfind('.') + 1);
        while (!member.host.starts_with(*common)) {
            common->pop_back(); // the dot
            common->resize(common->rfind('.') + 1);
            if (common->empty()) break;
        }
    }
    return common.value_or("") + '%';
}

// From the failure of the source until another one may be promoted, at most, in s. Infinity: no end is known.
double longestTakeOver(const FailoverPlan& plan) {
    if (plan.by == FailoverBy::nobody || plan.by == FailoverBy::human) return 0;
    double longest = 0;
    for (const FailureEffect effect : {FailureEffect::crash, FailureEffect::hang, FailureEffect::cutOff}) {
        if (!isNoticed(plan, effect)) continue;
        const FailoverLaw law = failoverLaw(plan, effect);
        double most = plan.takeOver ? law.total.maxS : law.detection.maxS + law.promotion.maxS;
        if (!std::isfinite(most)) most = failoverQuantile(plan, effect, 0.999);
        longest = std::max(longest, most);
    }
    return longest;
}

std::string called(const std::string& id, const std::string& name) {
    return name.empty() || name == id ? id : fmt::format("{} (\"{}\")", id, shownName(name));
}
std::string called(const Node& node) {
    return called(node.id.str(), node.name);
}
std::string called(const Group& group) {
    return called(group.id.str(), group.name);
}

Error refusal(std::string code, std::string message, std::string cure) {
    return Error{ErrorKind::invalidInput, std::move(code), std::move(message), std::move(cure), {}};
}

bool isExported(const Node& node) {
    const Descriptor* kind = Catalogue::builtIn().kind(node.kind);
    return kind && std::find(kind->exports.begin(), kind->exports.end(), "mysql") != kind->exports.end();
}

class Planner {
public:
    Planner(const Design& design, const Group& group, const std::string& slug)
        : m_design(design), m_group(group), m_parameters(group.parameters) {
        m_plan.group = &group;
        m_plan.slug = slug;
    }

    Result<Plan> run() {
        if (Status status = dialect(); !status) return status.error();
        if (Status status = members(); !status) return status.error();
        if (Status status = network(); !status) return status.error();
        if (Status status = group(); !status) return status.error();
        replication();
        m_plan.balancer = anyBalancer();
        m_plan.orchestrator = !m_plan.groupReplication &&
                              get(m_parameters, group_key::manager) == group_key::Manager::orchestrator;
        guard();
        notes();
        return std::move(m_plan);
    }

private:
    void note(std::string text) { m_plan.notes.push_back(std::move(text)); }

    Status dialect() {
        using group_key::Replication;
        m_plan.flavour = get(m_parameters, group_key::flavour);
        m_plan.groupReplication = get(m_parameters, group_key::replication) == Replication::group;
        if (m_plan.groupReplication && !m_plan.isModern())
            return refusal(
                "export.mysql_group_replication",
                fmt::format(
                    "the set {} replicates as a group, which is written for MySQL 8.0 and later, not for {}.",
                    called(m_group), m_plan.written()),
                "Choose MySQL 8.0 or 8.4, or make it semi-synchronous or asynchronous.");
        m_plan.semiSync = get(m_parameters, group_key::replication) == Replication::semiSync;
        const std::int64_t acks = get(m_parameters, group_key::semisyncAcks);
        m_plan.acks = acks;
        if (m_plan.semiSync && acks != 1 && m_plan.isMaria())
            return refusal(
                "export.mysql_acks",
                fmt::format("in the set {} a commit waits for {} replicas; MariaDB waits for one, never for "
                            "more.",
                            called(m_group), acks),
                "Set its semisync_acks to 1.");
        if (m_plan.semiSync && acks != 1 &&
            get(m_parameters, group_key::topology) == group_key::Topology::chain)
            return refusal(
                "export.mysql_acks",
                fmt::format("in the set {} a commit waits for {} replicas, and in a chain only one of them "
                            "receives from the source: it alone acknowledges.",
                            called(m_group), acks),
                "Set its semisync_acks to 1, or its topology to star.");
        return success();
    }

    Status members() {
        quoting::Slugs names, variables;
        std::map<std::int64_t, const Node*> ids;
        std::int64_t place = 0;
        for (const Node* node : membersOf(m_design, m_group.id)) {
            ++place;
            Member member;
            member.node = node;
            member.name = names.name(node->id.str());
            member.port = get(node->deploy, member_key::deploy::port);
            member.serverId = get(node->deploy, member_key::deploy::serverId).value_or(place);
            member.rule = get(node->parameters, member_key::promotionRule);
            if (Status status = address(member, variables); !status) return status;
            const auto [taken, isNew] = ids.emplace(member.serverId, node);
            if (!isNew)
                return refusal(
                    "export.mysql_server_id",
                    fmt::format("{} and {} have the same server id {}; a replica drops what carries its own "
                                "number.",
                                called(*taken->second), called(*node), member.serverId),
                    "Give each member its own deploy.server_id, or none to any.");
            timers(member);
            m_plan.members.push_back(std::move(member));
        }
        if (m_plan.members.empty())
            return refusal(
                "export.mysql_members",
                fmt::format("the set {} has no members, so there is nothing to write.", called(m_group)),
                "Put MySQL nodes into it.");
        if (m_plan.successors().empty())
            note("No member may become the source (promotion is never for all of them): 03-promote.sh has "
                 "no choice.");
        return success();
    }

    Status address(Member& member, quoting::Slugs& variables) {
        member.host = get(member.node->deploy, member_key::deploy::host).value_or("");
        if (member.host.empty()) {
            member.variable = variables.variable(member.node->id.str() + "_host");
            m_plan.variables.push_back({member.variable, fmt::format("address of {}", called(*member.node))});
        } else if (classifyHost(member.host) == HostKind::invalid)
            return refusal(
                "export.host",
                fmt::format("the address \"{}\" of {} is neither an IP address nor a DNS name.",
                            shownName(member.host), called(*member.node)),
                "Set deploy.host to something like 192.168.1.100, 2001:db8::10 or db1.example.com.");
        return success();
    }

    std::int64_t wholeSeconds(const Member& member, std::string_view what, Duration value) {
        const double rounded = std::max(1.0, std::nearbyint(value.seconds()));
        if (std::abs(rounded - value.seconds()) > 1e-9)
            note(fmt::format(
                "{} of {} is {} in the design; the server counts in whole seconds, so {} s is written.", what,
                member.node->id.str(), formatDuration(value), formatNumber(rounded)));
        return static_cast<std::int64_t>(rounded);
    }

    void timers(Member& member) {
        const Parameters& p = member.node->parameters;
        member.netTimeoutS = wholeSeconds(member, "net_timeout_s", get(p, member_key::netTimeout));
        member.connectRetryS = wholeSeconds(member, "connect_retry_s", get(p, member_key::connectRetry));
        // 4294967 s is the longest period the server takes.
        member.heartbeatS = std::min(static_cast<double>(member.netTimeoutS) / 2, 4294967.0);
    }

    Status network() {
        m_plan.network = get(m_parameters, group_key::userNetwork);
        const bool good = !m_plan.network.empty() && m_plan.network.size() <= 60 &&
                          std::all_of(m_plan.network.begin(), m_plan.network.end(), [](char c) {
                              return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
                                     (c >= '0' && c <= '9') ||
                                     std::string_view("._%:/-").find(c) != std::string_view::npos;
                          });
        if (!good)
            return refusal(
                "export.user_network",
                fmt::format("accounts of the set {} may come from \"{}\", which is no host pattern.",
                            called(m_group), shownName(m_plan.network)),
                "Set user_network to something like 10.%, 192.168.1.0/255.255.255.0 or %.example.com.");
        // One alone logs in nowhere.
        for (const Member& member : m_plan.members)
            if (m_plan.members.size() > 1 && isShutOut(member.host, m_plan.network))
                return refusal(
                    "export.user_network",
                    fmt::format("{} has the address {}, and accounts of the set {} may come from {} only: it "
                                "could not log in to its source.",
                                called(*member.node), member.host, called(m_group), m_plan.network),
                    fmt::format("Set user_network to a pattern that fits all members, such as {}.",
                                commonPattern(m_plan.members)));
        return success();
    }

    // The port is the member's with a 1 behind it, 33061 for 3306, as MySQL's manual has it.
    Status group() {
        if (!m_plan.groupReplication) return success();
        const std::string hash = sha256Hex(m_design.name + '/' + m_group.id.str());
        m_plan.groupName = fmt::format("{}-{}-4{}-8{}-{}", hash.substr(0, 8), hash.substr(8, 4),
                                       hash.substr(12, 3), hash.substr(15, 3), hash.substr(18, 12));
        for (Member& member : m_plan.members) {
            if (member.host.empty())
                return refusal(
                    "export.mysql_group_address",
                    fmt::format("the address of {} is not in the design; every member of a replication "
                                "group needs those of all others in its file.",
                                called(*member.node)),
                    "Set deploy.host of each member.");
            member.groupPort = member.port <= 6553    ? 10 * member.port + 1
                               : member.port <= 55535 ? member.port + 10000
                                                      : member.port - 10000;
            if (member.rule == member_key::PromotionRule::never)
                note(fmt::format(
                    "{} is never to become the source, which a replication group cannot promise: it "
                    "comes last in the election.",
                    called(*member.node)));
        }
        m_plan.expelTimeoutS =
            wholeSeconds(get(m_parameters, group_key::grExpelTimeout), "gr_expel_timeout_s");
        m_plan.majorityTimeoutS = wholeSeconds(get(m_parameters, group_key::grUnreachableMajorityTimeout),
                                               "gr_unreachable_majority_timeout_s");
        if (get(m_parameters, group_key::grDetection) != Duration::seconds(5))
            note(
                fmt::format("A silent member is suspected after 5 s; MySQL does not let one choose the {} of "
                            "gr_detection_s.",
                            formatDuration(get(m_parameters, group_key::grDetection))));
        return success();
    }

    std::int64_t wholeSeconds(Duration value, std::string_view what) {
        const double rounded = std::nearbyint(value.seconds());
        if (std::abs(rounded - value.seconds()) > 1e-9)
            note(
                fmt::format("{} is {} in the design; the server counts in whole seconds, so {} s is written.",
                            what, formatDuration(value), formatNumber(rounded)));
        return static_cast<std::int64_t>(rounded);
    }

    void replication() {
        m_plan.chain =
            !m_plan.groupReplication && get(m_parameters, group_key::topology) == group_key::Topology::chain;
        if (!m_plan.semiSync) return;
        const std::optional<Duration> timeout = get(m_parameters, group_key::semisyncTimeout);
        m_plan.ackTimeoutMs = kLongestMs;
        if (!timeout) {
            note(fmt::format(
                "A commit waits for its acknowledgement for ever in the design; {} is told {} ms, 49.7 "
                "days.",
                m_plan.product(), kLongestMs));
            return;
        }
        const double ms = std::clamp(std::nearbyint(timeout->milliseconds()), 1.0, double(kLongestMs));
        if (std::abs(ms - timeout->milliseconds()) > 1e-6)
            note(fmt::format(
                "semisync_timeout_ms is {} in the design; the server counts in whole milliseconds, so {} is "
                "written.",
                formatNumber(timeout->milliseconds()), formatNumber(ms)));
        m_plan.ackTimeoutMs = static_cast<std::int64_t>(ms);
    }

    // The model's lease: twice the election timeout of the voters that manage it.
    void guard() {
        if (m_plan.groupReplication || m_plan.members.size() < 2) return;
        m_plan.rejoins = get(m_parameters, group_key::rejoin) == group_key::Rejoin::automatic;
        const double longest = longestTakeOver(failoverPlan(m_design, m_group));
        if (std::isfinite(longest)) m_plan.reopenS = std::llround(std::ceil(longest + kReopenMarginS));
        if (!m_plan.orchestrator) return;
        for (const std::string& where : m_group.managerOn) {
            const Group* quorum = m_design.groups.find(where);
            if (!quorum) continue;
            m_plan.voters = orchestratorVoters(m_design, m_group);
            const double ms = 2000 * electionPlan(m_design, *quorum).timeout;
            if (!m_plan.voters.empty()) m_plan.leaseMs = std::max<std::int64_t>(1, std::llround(ms));
        }
        if (m_plan.leaseMs > 0)
            note(fmt::format(
                "In the simulation a source that hears no majority of the voters closes after {}. guard.sh "
                "needs up to a quarter of that more (0.1 s at least), and up to 2 s more where the server is "
                "slow to answer.",
                formatDuration(Duration::milliseconds(double(m_plan.leaseMs)))));
    }

    bool anyBalancer() const {
        for (const Link& link : m_design.links) {
            const Node* to = m_design.nodes.find(link.to);
            const bool here = link.to == m_group.id.str() || (to && to->group && *to->group == m_group.id);
            if (!here) continue;
            for (const Node& node : m_design.nodes)
                if ((node.id.str() == link.from || (node.group && node.group->str() == link.from)) &&
                    hasRole(node, "balancer"))
                    return true;
        }
        return false;
    }

    void notes() {
        namespace g = group_key;
        note("Workers and service times are what the machine does with your queries, not settings; memory "
             "(innodb_buffer_pool_size) is set for the machine, not here.");
        if (!m_plan.isMaria())
            note(fmt::format(
                "The files for MySQL were not checked by a MySQL here: check.sh asks the one on its "
                "machine. They were tried with MySQL 9.7{}.",
                m_plan.flavour == group_key::Flavour::mysql84
                    ? ""
                    : ", which differs from this dialect in a few words"));
        if (!m_plan.groupReplication)
            note(m_plan.guarded()
                     ? fmt::format(
                           "After a restart every member is read-only, so that an old source cannot take "
                           "writes beside a new one; the simulation lets one that comes back before a "
                           "failover go on at once. guard.sh {}",
                           m_plan.reopenS == 0
                               ? std::string("does not open it, as the design knows no end of a take-over "
                                             "that may be under way: 04-reopen.sh does, by hand.")
                               : fmt::format(
                                     "opens it only when all others answered, were read-only and received "
                                     "from a source for {}, longer than a take-over; else 04-reopen.sh "
                                     "(--alone where one does not answer) does, by hand.",
                                     formatDuration(Duration::seconds(double(m_plan.reopenS)))))
                     : std::string(
                           "After a restart every member is read-only, so that an old source cannot take "
                           "writes beside a new one. The simulation lets a source that comes back before a "
                           "failover go on at once; here 04-reopen.sh opens it, by hand or from your "
                           "service manager."));
        if (m_plan.guarded())
            note(std::string(m_plan.leaseMs > 0 ? "That a source which is cut off stops"
                                                : "That an old source rejoins") +
                 " by itself holds as long as guard.sh runs on its machine. A source that was only silent is "
                 "closed within seconds after it hears of the new one; what it committed in between stays "
                 "on it alone, and 05-rejoin.sh refuses it then.");
        if (m_plan.semiSync && !m_plan.isMaria())
            note("A member that crashed keeps its last commits when it starts, also those that no replica "
                 "has: "
                 "05-rejoin.sh then refuses it, and it has to be seeded anew.");
        else if (dropsWaitingCommits(m_group))
            note("A member that crashed drops at its start the commits that were waiting for a replica, so "
                 "that it can follow a new source. Those that a replica has are safe. Those that the source "
                 "had acknowledged alone, because no replica answered in time, it keeps, but for those of "
                 "its last second, which are gone even if nobody took over. Set rejoin to manual to keep all "
                 "of them; the old source then mostly has to be seeded anew.");
        else if (startsAsReplica(m_group))
            note("A member that crashed keeps its commits when it starts, but for those of its last second, "
                 "also those that no replica has: 05-rejoin.sh then refuses it, and it has to be seeded "
                 "anew.");
        if (m_plan.members.size() == 1)
            note("The set has one member: there is nobody to follow it or to take over.");
        if (m_plan.semiSync && m_plan.members.size() == 2)
            note(fmt::format(
                "With one replica the member that is promoted has none until the old source rejoins: its "
                "first commit waits {} ms and then goes on without.",
                m_plan.ackTimeoutMs));
        managerNotes();
        if (m_plan.balancer)
            note("The balancer in front of the set is written by the export for HAProxy: it asks each member "
                 "whether it may write.");
        else if (const std::string_view who = m_plan.foreignProxy(); !who.empty())
            note(fmt::format(
                "The design says that {0} find the members by a proxy, and holds none in front of the set: "
                "nothing is written for it, and it has no account. Put an HAProxy between the callers and "
                "the set and export again; or set up a proxy of your own, which must ask for read_only, "
                "because a port that answers does not say who may write; or let {0} find them by the "
                "connector.",
                who));
        if (get(m_parameters, g::writeRoute) == g::WriteRoute::virtualIp)
            note("Moving the virtual address is not written: name a program in AFTER_PROMOTE that does it.");
        if (get(m_parameters, g::writeRoute) == g::WriteRoute::dns)
            note("Changing the DNS record is not written: name a program in AFTER_PROMOTE that does it.");
        if (m_plan.groupReplication)
            note("The members talk to each other on a port of their own (33061 for 3306): let it through "
                 "between "
                 "them, and to nobody else.");
        else if (get(m_parameters, g::candidateMaxLag))
            note("03-promote.sh replays all that a replica has received before it chooses, however long "
                 "that takes; candidate_max_lag_s is the manager's.");
    }

    void managerNotes() {
        using group_key::Manager;
        const Manager manager = get(m_parameters, group_key::manager);
        if (m_plan.groupReplication || (manager != Manager::orchestrator && manager != Manager::mha)) return;
        for (const std::string& where : m_group.managerOn)
            if (const Group* quorum = m_design.groups.find(where); quorum && m_plan.leaseMs == 0)
                note(fmt::format(
                    "In the simulation a source that hears no majority of {} takes no more writes after {}, "
                    "by "
                    "itself (a lease), so that no two members take writes. Nothing here does that{}. Shut "
                    "the "
                    "old source off before another is promoted ({}FENCE of 03-promote.sh), or let a program "
                    "on each member close it; else a source that is only cut off goes on taking writes, and "
                    "those are lost.",
                    quorum->id.str(),
                    formatDuration(Duration::seconds(2 * electionPlan(m_design, *quorum).timeout)),
                    m_plan.orchestrator ? ": guard.sh does once the design has an IP address for each of them"
                                        : "",
                    m_plan.orchestrator ? "PreFailoverProcesses of orchestrator, " : ""));
        if (manager == Manager::mha)
            note("MHA's configuration is not written, its timers are in the README; nor is its account "
                 "made: it needs all rights (SUPER), and MHA also logs in to the "
                 "machines "
                 "by SSH. It follows positions in the binary log.");
        else if (m_plan.flavour == group_key::Flavour::mysql84)
            note("orchestrator has to speak MySQL 8.4: the last release by openark, 3.2.6, still asks in "
                 "words "
                 "that 8.4 has dropped.");
    }

    const Design& m_design;
    const Group& m_group;
    const Parameters& m_parameters;
    Plan m_plan;
};

} // namespace

std::vector<const Member*> Plan::successors() const {
    std::vector<const Member*> found;
    for (const auto rule : {member_key::PromotionRule::prefer, member_key::PromotionRule::neutral})
        for (const Member& member : members)
            if (member.rule == rule) found.push_back(&member);
    return found;
}

std::string_view Plan::target() const {
    switch (flavour) {
    case group_key::Flavour::mariadb1011:
        return "MariaDB 10.11";
    case group_key::Flavour::mysql57:
        return "MySQL 5.7.8";
    case group_key::Flavour::mysql80:
        return "MySQL 8.0.26";
    case group_key::Flavour::mysql84:
        return "MySQL 8.4";
    }
    return {};
}

std::string_view Plan::written() const {
    switch (flavour) {
    case group_key::Flavour::mariadb1011:
        return "MariaDB 10.11 or later";
    case group_key::Flavour::mysql57:
        return "MySQL 5.7 (5.7.8 or later)";
    case group_key::Flavour::mysql80:
        return "MySQL 8.0 (8.0.26 or later)";
    case group_key::Flavour::mysql84:
        return "MySQL 8.4 or later";
    }
    return {};
}

std::string_view Plan::foreignProxy() const {
    if (balancer) return {};
    const bool writers = get(group->parameters, group_key::writeRoute) == group_key::WriteRoute::proxy;
    const bool readers = get(group->parameters, group_key::readRoute) == group_key::ReadRoute::proxy;
    return writers && readers ? "writers and readers" : writers ? "writers" : readers ? "readers" : "";
}

std::vector<const Group*> setsOf(const Design& design) {
    std::vector<const Group*> found;
    for (const Group& group : design.groups) {
        const std::vector<const Node*> members = membersOf(design, group.id);
        if (group.kind == "mysql_replication" &&
            (members.empty() ||
             std::any_of(members.begin(), members.end(), [](const Node* n) { return isExported(*n); })))
            found.push_back(&group);
    }
    return found;
}

Result<Plan> planOf(const Design& design, const Group& group, const std::string& slug) {
    return Planner(design, group, slug).run();
}

} // namespace alwayson::exporters::mysql

#include "core/graph/call_rules.h"

#include "core/catalogue/catalogue.h"
#include "core/catalogue/keys.h"

#include <algorithm>

namespace alwayson {

namespace {

namespace replication = key::group::mysqlReplication;
using key::mysql::PromotionRule;

std::uint32_t u32(std::int64_t value) {
    return static_cast<std::uint32_t>(std::max<std::int64_t>(0, value));
}

void readPool(const Group& group, StructureGroup& out) {
    const auto size = static_cast<std::int64_t>(out.members.size());
    const std::int64_t standby = get(group, key::group::pool::standby);
    out.serving = u32(std::max(std::min<std::int64_t>(size, 1), size - standby));
    out.needed = u32(get(group, key::group::pool::needed).value_or(0));
}

// Successors by their priority in the election; the first of the design holds the address.
void readPair(const Design& design, StructureGroup& out) {
    std::vector<std::pair<double, std::uint32_t>> successors;
    for (std::size_t i = 1; i < out.members.size(); ++i)
        successors.emplace_back(priorityOf(design, design.nodes.at(out.members[i])), out.members[i]);
    std::stable_sort(successors.begin(), successors.end(),
                     [](const auto& a, const auto& b) { return a.first > b.first; });
    for (std::size_t i = 0; i < successors.size(); ++i)
        out.members[i + 1] = successors[i].second;
}

void readReplication(const Design& design, const Group& group, StructureGroup& out) {
    const auto ruleOf = [&](std::uint32_t n) { return get(design.nodes.at(n), key::mysql::promotionRule); };
    if (!out.members.empty()) {
        const auto successors = out.members.begin() + 1;
        std::stable_sort(successors, out.members.end(),
                         [&](std::uint32_t a, std::uint32_t b) { return ruleOf(a) < ruleOf(b); });
        out.candidates -= u32(std::count_if(successors, out.members.end(), [&](std::uint32_t n) {
            return ruleOf(n) == PromotionRule::never;
        }));
    }
    const auto reads = get(group, replication::readsGoTo);
    out.readsAll = reads == replication::ReadsGoTo::all;
    out.readsSource = reads == replication::ReadsGoTo::source;
    out.needed = 1;
    const auto how = get(group, replication::replication);
    if (how == replication::Replication::group) out.needed = u32(std::int64_t(out.members.size())) / 2 + 1;
    if (how == replication::Replication::semiSync && !get(group, replication::semisyncTimeout))
        out.needed = 1 + u32(get(group, replication::semisyncAcks));
    for (const std::string& where : group.managerOn)
        if (const std::size_t at = design.groups.indexOf(where); at != Table<Group>::npos)
            out.lease = static_cast<std::uint32_t>(at);
}

} // namespace

double priorityOf(const Design& design, const Node& member) {
    if (const std::optional<std::int64_t> own = get(member, key::haproxy::vrrpPriority))
        return std::clamp(static_cast<double>(*own), 1.0, 254.0);
    if (!member.group) return 0;
    const std::vector<const Node*> members = membersOf(design, *member.group);
    const auto at = std::find_if(members.begin(), members.end(),
                                 [&](const Node* other) { return other->id == member.id; });
    const auto position = static_cast<double>(at - members.begin());
    return position == 0 ? 150 : std::clamp(110 - 10 * position, 1.0, 254.0);
}

std::vector<StructureGroup> structureGroups(const Design& design) {
    std::vector<StructureGroup> all;
    for (const Group& group : design.groups) {
        all.emplace_back();
        all.back().id = group.id.str();
    }
    for (std::size_t n = 0; n < design.nodes.size(); ++n) {
        const auto& name = design.nodes.at(n).group;
        const std::size_t g = name ? design.groups.indexOf(name->str()) : Table<Group>::npos;
        if (g != Table<Group>::npos) all[g].members.push_back(static_cast<std::uint32_t>(n));
    }
    for (std::size_t g = 0; g < all.size(); ++g) {
        const Group& group = design.groups.at(g);
        StructureGroup& out = all[g];
        out.candidates = out.serving = static_cast<std::uint32_t>(out.members.size());
        if (hasRole(group, "pool")) readPool(group, out);
        if (hasRole(group, "one_active")) out.rule = GroupRule::oneActive;
        if (hasRole(group, "one_writer")) out.rule = GroupRule::oneWriter;
        if (out.rule != GroupRule::share) out.serving = 1;
        if (out.rule == GroupRule::oneActive) readPair(design, out);
        if (out.rule == GroupRule::oneWriter) readReplication(design, group, out);
        if (out.lease != kNoLease && all[out.lease].members.empty()) out.lease = kNoLease;
        out.quorum = hasRole(group, "majority");
        if (out.quorum) out.needed = static_cast<std::uint32_t>(out.members.size()) / 2 + 1;
    }
    return all;
}

Receivers receivers(const StructureGroup& group, bool writes) {
    const auto size = static_cast<std::uint32_t>(group.members.size());
    const std::uint32_t one = std::min(1U, size);
    switch (group.rule) {
    case GroupRule::oneActive:
        return {0, one};
    case GroupRule::oneWriter:
        if (writes || group.readsSource || size == 1) return {0, one};
        return {group.readsAll ? 0 : one, size};
    case GroupRule::share:
        break;
    }
    return {0, group.serving};
}

bool callWrites(const Link& link, bool callerWrites) {
    using key::link::request::Access;
    const Access access = get(link.parameters, key::link::request::access);
    return access == Access::asRequest ? callerWrites : access == Access::write;
}

bool balancerTakes(const Design& design, std::span<const std::uint32_t> carried, std::uint32_t link,
                   bool writes) {
    const auto fits = [&](std::uint32_t l) { return callWrites(design.links.at(l), writes) == writes; };
    return fits(link) || std::none_of(carried.begin(), carried.end(), [&](std::uint32_t other) {
               return design.links.at(other).to == design.links.at(link).to && fits(other);
           });
}

double meanService(const Node& node, bool writes) {
    if (writes)
        if (const auto own = get(node, key::server::writeService)) return own->mean();
    return get(node, key::server::service).mean();
}

double passedOn(const Node& node, bool writes) {
    if (writes || !hasRole(node, "cache")) return 1;
    return 1 - get(node, key::cache::hitRatio).value();
}

bool isPassedBy(const Node& node) {
    return hasRole(node, "cache") && get(node, key::cache::pattern) == key::cache::Pattern::lookAside;
}

} // namespace alwayson

#include "core/base/result.h"
#include "core/catalogue/keys.h"
#include "core/graph/client_rate.h"
#include "core/graph/held_times.h"
#include "core/graph/request_graph.h"
#include "core/graph/static_load.h"
#include "core/structure/common_cause.h"
#include "core/structure/compiled.h"
#include "core/structure/program_builder.h"

#include <algorithm>
#include <fmt/format.h>
#include <limits>
#include <map>
#include <optional>
#include <tuple>

namespace alwayson {

namespace {

constexpr std::size_t kMostComponents = 2'000'000;

CompiledMode compileMode(const ResolvedFailureMode& mode) {
    switch (mode.effect) {
    case FailureEffect::slow:
        return {NodeCondition::works, 1, 1 / std::max(1.0, mode.slowFactor)};
    case FailureEffect::errors:
        // Every answer wrong: what is sent there is lost, and every check sees it.
        if (mode.errorShare >= 1) return {NodeCondition::errs, 0, 0};
        return {NodeCondition::works, 1 - std::clamp(mode.errorShare, 0.0, 1.0), 1};
    case FailureEffect::crash:
    case FailureEffect::dataLoss:
        return {NodeCondition::refused, 0, 0};
    case FailureEffect::hang:
        return {NodeCondition::hangs, 0, 0};
    case FailureEffect::gone:
    case FailureEffect::cutOff:
    case FailureEffect::outage:
    case FailureEffect::isolation: // for who is outside: nothing gets through
        break;                     // isSilent, with hang
    }
    return {NodeCondition::gone, 0, 0};
}

// What a deployment that went wrong does to a member of a pool. Only deployments bring it about: as a failure
// it never happens by itself.
std::optional<ResolvedFailureMode> badVersionOf(const Design& design, const Node& node) {
    const Group* group = node.group ? design.groups.find(node.group->str()) : nullptr;
    if (!group || !hasRole(*group, "pool") || !(get(*group, key::group::pool::deploysPerWeek) > 0) ||
        !(get(*group, key::group::pool::deployFailure).value() > 0))
        return std::nullopt;
    ResolvedFailureMode mode;
    mode.id = std::string(kBadVersion);
    mode.title = "Bad version";
    mode.effect = FailureEffect::errors;
    mode.errorShare = get(*group, key::group::pool::deployErrorShare).value();
    mode.timeToFailure = {DistributionFamily::exponential, kNeverMean, 0, 0, {}};
    mode.repair = get(*group, key::group::pool::rollback);
    mode.crewRepair = mode.repair;
    mode.repairedBy = RepairedBy::restart;
    return mode;
}

// Returns the faults that groups share: the last components.
std::vector<CommonCause> addComponents(const Design& design, CompiledStructure& out) {
    out.nodeCount = static_cast<std::uint32_t>(design.nodes.size());
    for (const Node& node : design.nodes) {
        out.components.push_back({false, node.id.str(), failureModesOf(node)});
        if (auto bad = badVersionOf(design, node)) out.components.back().modes.push_back(std::move(*bad));
    }
    for (const Domain& domain : design.domains)
        out.components.push_back({true, domain.id.str(), failureModesOf(domain)});
    std::vector<CommonCause> shared = addSharedFaults(design, out.components);
    out.firstMode.push_back(0);
    for (const StructureComponent& component : out.components) {
        for (const ResolvedFailureMode& mode : component.modes)
            out.modes.push_back(compileMode(mode));
        out.firstMode.push_back(static_cast<std::uint32_t>(out.modes.size()));
    }
    return shared;
}

void addPlaces(const Design& design, const std::vector<CommonCause>& shared, CompiledStructure& out) {
    std::vector<std::vector<std::uint32_t>> faults(shared.empty() ? 0 : design.nodes.size());
    const auto firstFault = static_cast<std::uint32_t>(out.components.size() - shared.size());
    for (std::uint32_t s = 0; s < shared.size(); ++s)
        for (const std::uint32_t member : shared[s].members)
            faults[member].push_back(firstFault + s);
    out.firstPlace.push_back(0);
    std::vector<std::uint32_t> mine;
    for (const Node& node : design.nodes) {
        mine.clear();
        const auto addChain = [&](const DomainId& id) {
            for (std::size_t d = design.domains.indexOf(id.str()); d != Table<Domain>::npos;) {
                const auto component = static_cast<std::uint32_t>(out.nodeCount + d);
                if (std::find(mine.begin(), mine.end(), component) != mine.end()) return;
                mine.push_back(component);
                const auto& parent = design.domains.at(d).parent;
                d = parent ? design.domains.indexOf(parent->str()) : Table<Domain>::npos;
            }
        };
        if (node.domain) addChain(*node.domain);
        for (const DomainId& id : node.dependsOn)
            addChain(id);
        if (!faults.empty()) {
            const std::vector<std::uint32_t>& more = faults[design.nodes.indexOf(node.id.str())];
            mine.insert(mine.end(), more.begin(), more.end());
        }
        out.places.insert(out.places.end(), mine.begin(), mine.end());
        out.firstPlace.push_back(static_cast<std::uint32_t>(out.places.size()));
    }
}

// One program per client and different set of links or deadline; one flow per class.
void addFlows(const Design& design, const StructureContext& context, CompiledStructure& out) {
    for (std::uint32_t n = 0; n < out.nodeCount; ++n) {
        const Node& client = design.nodes.at(n);
        if (!hasRole(client, "client")) continue;
        const double rate = offeredRate(client);
        std::map<std::tuple<std::vector<bool>, bool, double>, std::uint32_t> known;
        for (const RequestClass& requestClass : classesOf(client)) {
            std::vector<bool> carried;
            for (const Link& link : design.links)
                carried.push_back(link.carries(requestClass.id));
            const double patience = patienceOf(client, requestClass);
            const bool writes = context.tellsWrites() && requestClass.writes;
            const auto [at, isNew] = known.try_emplace({carried, writes, patience},
                                                       static_cast<std::uint32_t>(out.programs.size()));
            if (isNew) out.programs.push_back(buildProgram(context, n, carried, writes, patience));
            out.programOf.push_back(at->second);
            out.flows.push_back({client.id.str() + ":" + requestClass.id, client.id.str(), requestClass.share,
                                 rate * requestClass.share,
                                 get(client.parameters, key::client::upThreshold).value()});
        }
    }
}

void addGroupLoads(const RequestRates& rates, CompiledStructure& out) {
    for (const StructureGroup& group : out.groups) {
        GroupLoad load;
        for (const std::uint32_t n : group.members) {
            load.writes += rates.writesPerS[n];
            load.reads += rates.requestsPerS[n] - rates.writesPerS[n];
        }
        out.groupLoads.push_back(load);
    }
}

double readsOfGroup(const Design& design, const RequestRates& rates, std::uint32_t node) {
    const auto& group = design.nodes.at(node).group;
    double reads = 0;
    for (std::size_t n = 0; n < design.nodes.size(); ++n)
        if (n == node || (group && design.nodes.at(n).group == group))
            reads += rates.requestsPerS[n] - rates.writesPerS[n];
    return reads;
}

// What the carry of a store is compared with: a set that only reads from replicas, with the reads alone.
void giveBase(const CompiledStructure& out, CompiledSet& set, CompiledPart& part) {
    if (part.rule != GroupRule::oneWriter) return;
    const StructureGroup& group = out.groups[part.group];
    const GroupLoad& load = out.groupLoads[part.group];
    part.base = load.writes + load.reads;
    const bool onlyReads = !part.writes && !group.readsAll && !group.readsSource;
    if (!onlyReads || set.endPart - set.firstPart > 1) return;
    part.base = set.load = load.reads;
}

// Slow modes say how fast a node works itself.
void spareCalls(const std::vector<CarriedRate>& carried, CompiledStructure& out) {
    for (std::uint32_t n = 0; n < out.nodeCount; ++n)
        for (std::uint32_t m = out.firstMode[n]; m < out.firstMode[n + 1]; ++m) {
            double& factor = out.modes[m].capacity;
            factor = capacityAt(factor, carried[n].ownShare);
        }
}

// Loads and capacities of the nodes when everything works, and of the sets from them.
void addLoads(const Design& design, const NormalOperation& normal, CompiledStructure& out) {
    const RequestRates& rates = normal.load;
    const std::vector<CarriedRate>& carried = normal.carried;
    addGroupLoads(rates, out);
    for (std::uint32_t n = 0; n < out.nodeCount; ++n) {
        out.load.push_back(hasRole(design.nodes.at(n), "client") ? 0 : rates.requestsPerS[n]);
        out.capacity.push_back(carried[n].perSecond);
        out.readCapacity.push_back(carried[n].readsPerS);
        out.writeCapacity.push_back(carried[n].writesPerS);
        out.capacityWhy.push_back(carried[n].why);
        out.ownShare.push_back(carried[n].ownShare);
    }
    spareCalls(carried, out);
    for (CompiledProgram& program : out.programs) {
        for (CompiledNode& node : program.nodes) {
            if (!node.passedBy) continue;
            node.reads = rates.requestsPerS[node.component] - rates.writesPerS[node.component];
            node.readsOfGroup = readsOfGroup(design, rates, node.component);
        }
        for (CompiledSet& set : program.sets) {
            for (std::uint32_t m = set.firstMember; m < set.endMember; ++m)
                set.load += out.load[program.nodes[program.members[m].node].component];
            for (std::uint32_t p = set.firstPart; p < set.endPart; ++p)
                giveBase(out, set, program.parts[p]);
        }
        for (CompiledBlock& block : program.blocks) {
            double load = 0;
            for (std::uint32_t m = block.firstMember; m < block.endMember; ++m)
                load += out.load[program.nodes[program.members[m].node].component];
            for (std::uint32_t l = block.firstLimit; l < block.endLimit; ++l) {
                CompiledLimit& limit = program.limits[l];
                const double behind = program.sets[limit.set].load;
                limit.perUnit = behind > 0 ? load / behind : std::numeric_limits<double>::infinity();
            }
        }
    }
}

void addSilence(const std::vector<CommonCause>& shared, CompiledStructure& out) {
    out.tellsSilence.assign(out.components.size(), false);
    for (CompiledProgram& program : out.programs)
        for (CompiledSet& set : program.sets) {
            if (!set.looksAside) continue;
            const bool inTurn = set.endMember - set.firstMember > 1 && set.observer == kNoIndex &&
                                std::any_of(program.parts.begin() + set.firstPart,
                                            program.parts.begin() + set.endPart, asksInTurn);
            set.passesShare = inTurn;
            if (set.survivesSilence) continue;
            set.keepsWaiting = inTurn;
            for (std::uint32_t m = set.firstMember; m < set.endMember; ++m)
                out.tellsSilence[program.nodes[program.members[m].node].component] = true;
        }
    out.refusesWhenOut.assign(out.components.size(), false);
    if (std::find(out.tellsSilence.begin(), out.tellsSilence.end(), true) == out.tellsSilence.end()) return;
    const std::size_t firstFault = out.components.size() - shared.size();
    for (std::size_t s = 0; s < shared.size(); ++s) {
        bool silent = false;
        for (std::size_t i = 0; i < shared[s].members.size(); ++i)
            silent = silent ||
                     isSilent(out.modes[out.firstMode[shared[s].members[i]] + shared[s].modes[i]].condition);
        out.refusesWhenOut[firstFault + s] = !silent;
    }
}

} // namespace

Result<CompiledStructure> compileStructure(const Design& design, const NormalOperation& normal) {
    if (design.nodes.size() + design.domains.size() > kMostComponents)
        return Error{
            ErrorKind::budgetExceeded,
            "structure.too_large",
            fmt::format("The design has {} nodes and places; availability is computed for at most {}.",
                        design.nodes.size() + design.domains.size(), kMostComponents),
            "Split the design.",
            {}};
    const std::vector<std::string> cycle = findRequestCycle(design);
    if (!cycle.empty())
        return Error{ErrorKind::invalidInput,
                     "structure.cycle",
                     fmt::format("Requests go round in a circle: {}.", describeCycle(design, cycle)),
                     "Remove one of these links.",
                     {}};
    CompiledStructure out;
    const std::vector<CommonCause> shared = addComponents(design, out);
    addPlaces(design, shared, out);
    const StructureContext context(design);
    out.views = context.views();
    out.groups = context.groups();
    addFlows(design, context, out);
    addLoads(design, normal, out);
    addSilence(shared, out);
    return out;
}

} // namespace alwayson

#include "core/base/result.h"
#include "core/catalogue/books.h"
#include "core/catalogue/keys.h"
#include "core/graph/request_graph.h"
#include "core/structure/compiled.h"
#include "core/structure/program_builder.h"

#include <algorithm>
#include <fmt/format.h>
#include <limits>
#include <map>

namespace alwayson {

namespace {

constexpr std::size_t kMostComponents = 2'000'000;

CompiledMode compileMode(const ResolvedFailureMode& mode) {
    switch (mode.effect) {
    case FailureEffect::slow:
        return {NodeCondition::works, 1, 1 / std::max(1.0, mode.slowFactor)};
    case FailureEffect::errors:
        // Every answer wrong: what is sent there is lost as surely as in a hang, and every check sees it.
        if (mode.errorShare >= 1) return {NodeCondition::hangs, 0, 0};
        return {NodeCondition::works, 1 - std::clamp(mode.errorShare, 0.0, 1.0), 1};
    case FailureEffect::crash:
    case FailureEffect::dataLoss:
        return {NodeCondition::refused, 0, 0};
    case FailureEffect::hang:
        return {NodeCondition::hangs, 0, 0};
    case FailureEffect::gone:
    case FailureEffect::cutOff:
    case FailureEffect::outage:
        break;
    }
    return {NodeCondition::gone, 0, 0};
}

void addComponents(const Design& design, CompiledStructure& out) {
    out.nodeCount = static_cast<std::uint32_t>(design.nodes.size());
    for (const Node& node : design.nodes)
        out.components.push_back({false, node.id.str(), failureModesOf(node)});
    for (const Domain& domain : design.domains)
        out.components.push_back({true, domain.id.str(), failureModesOf(domain)});
    out.firstMode.push_back(0);
    for (const StructureComponent& component : out.components) {
        for (const ResolvedFailureMode& mode : component.modes)
            out.modes.push_back(compileMode(mode));
        out.firstMode.push_back(static_cast<std::uint32_t>(out.modes.size()));
    }
}

void addPlaces(const Design& design, CompiledStructure& out) {
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
        out.places.insert(out.places.end(), mine.begin(), mine.end());
        out.firstPlace.push_back(static_cast<std::uint32_t>(out.places.size()));
    }
}

struct ClassLoad {
    double rate = 0;
    bool writes = false;
};

// One program per client and different set of links or deadline; one flow per class.
void addFlows(const Design& design, const StructureContext& context, CompiledStructure& out,
              std::vector<ClassLoad>& loads) {
    for (std::uint32_t n = 0; n < out.nodeCount; ++n) {
        const Node& client = design.nodes.at(n);
        if (!hasRole(client, "client")) continue;
        const double rate = get(client.parameters, key::client::rate).perSecond();
        std::map<std::pair<std::vector<bool>, double>, std::uint32_t> known;
        for (const RequestClass& requestClass : classesOf(client)) {
            std::vector<bool> carried;
            for (const Link& link : design.links)
                carried.push_back(link.carries(requestClass.id));
            const double patience = std::min(requestClass.deadline.seconds(),
                                             get(client.parameters, key::client::attemptTimeout).seconds());
            const auto [at, isNew] =
                known.try_emplace({carried, patience}, static_cast<std::uint32_t>(out.programs.size()));
            if (isNew) out.programs.push_back(buildProgram(context, n, carried, patience));
            out.programOf.push_back(at->second);
            out.flows.push_back({client.id.str() + ":" + requestClass.id, client.id.str(), requestClass.share,
                                 rate * requestClass.share,
                                 get(client.parameters, key::client::upThreshold).value()});
            loads.push_back({rate * requestClass.share, requestClass.writes});
        }
    }
}

// Requests per second at every node when everything works; busy: worker-seconds per second, where service
// times matter.
void addLoad(const Design& design, const CompiledProgram& program, const ClassLoad& flow,
             std::vector<double>& load, std::vector<double>& busy) {
    std::vector<double> atNode(program.nodes.size(), 0.0), atSet(program.sets.size(), 0.0);
    const auto callAll = [&](double rate, std::uint32_t first, std::uint32_t end) {
        for (std::uint32_t c = first; c < end; ++c)
            atSet[program.calls[c].set] += rate * program.calls[c].calls;
    };
    callAll(flow.rate, program.firstRootCall, static_cast<std::uint32_t>(program.calls.size()));
    for (auto step = program.allSteps.rbegin(); step != program.allSteps.rend(); ++step) {
        if (step->isSet) {
            const CompiledSet& set = program.sets[step->index];
            const double each = atSet[step->index] / (set.endMember - set.firstMember);
            for (std::uint32_t m = set.firstMember; m < set.endMember; ++m)
                atNode[program.members[m].node] += each;
        } else {
            const CompiledNode& node = program.nodes[step->index];
            callAll(atNode[step->index], node.firstCall, node.endCall);
        }
    }
    for (std::size_t i = 0; i < program.nodes.size(); ++i) {
        const std::uint32_t component = program.nodes[i].component;
        load[component] += atNode[i];
        const Node& node = design.nodes.at(component);
        if (atNode[i] > 0 && hasRole(node, "compute"))
            busy[component] += atNode[i] * meanService(node, flow.writes);
    }
}

void addLoads(const Design& design, const std::vector<ClassLoad>& loads, CompiledStructure& out) {
    out.load.assign(out.nodeCount, 0.0);
    std::vector<double> busy(out.nodeCount, 0.0);
    for (std::size_t f = 0; f < loads.size(); ++f)
        addLoad(design, out.programs[out.programOf[f]], loads[f], out.load, busy);
    for (std::uint32_t n = 0; n < out.nodeCount; ++n) {
        const Node& node = design.nodes.at(n);
        // With several classes the mix at this node decides; the book of capacities knows one service time
        // only.
        if (busy[n] > 0)
            out.capacity.push_back(static_cast<double>(get(node.parameters, key::server::workers)) *
                                   out.load[n] / busy[n]);
        else
            out.capacity.push_back(capacityOf(design, node).perSecond);
    }
    for (CompiledProgram& program : out.programs) {
        for (CompiledSet& set : program.sets)
            for (std::uint32_t m = set.firstMember; m < set.endMember; ++m)
                set.load += out.load[program.nodes[program.members[m].node].component];
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

} // namespace

Result<CompiledStructure> compileStructure(const Design& design) {
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
    addComponents(design, out);
    addPlaces(design, out);
    const StructureContext context(design);
    out.views = context.views();
    std::vector<ClassLoad> loads;
    addFlows(design, context, out, loads);
    addLoads(design, loads, out);
    return out;
}

} // namespace alwayson

#include "simulator/run/failure_model.h"

#include "core/catalogue/keys.h"
#include "core/model/objective_periods.h"
#include "core/structure/failover_laws.h"
#include "simulator/kernel/fixed_math.h"

#include <algorithm>
#include <cmath>
#include <fmt/format.h>

namespace alwayson::sim {

namespace {
constexpr double kMostBusy = 0.9; // share of their time that crews are at work; beyond, warm-up grows no more
} // namespace

ResidualSampler::ResidualSampler(const DistributionShape& shape) : m_sampler(shape) {
    switch (shape.family) {
    case DistributionFamily::exponential:
        return;
    case DistributionFamily::hyperexponential: { // memoryless once the branch is known, which is picked by
                                                 // length
        m_form = Form::mixture;
        const double first = shape.a * shape.b, second = (1 - shape.a) * shape.c;
        m_scale = first / (first + second);
        m_second = shape.c;
        m_sampler = Sampler(DistributionShape{DistributionFamily::exponential, shape.b, 0, 0, {}});
        return;
    }
    case DistributionFamily::constant:
        m_form = Form::biased;
        return;
    case DistributionFamily::lognormal: {
        m_form = Form::biased;
        DistributionShape biased = shape;
        biased.a += shape.b * shape.b;
        m_sampler = Sampler(biased);
        return;
    }
    case DistributionFamily::gamma:
    case DistributionFamily::erlang:
        m_form = Form::biased;
        m_sampler = Sampler(DistributionShape{DistributionFamily::gamma, shape.a + 1, shape.b, 0, {}});
        return;
    case DistributionFamily::weibull: // (x / b)^k is gamma with shape 1 + 1 / k
        m_form = Form::powered;
        m_scale = shape.b;
        m_power = 1 / shape.a;
        m_sampler = Sampler(DistributionShape{DistributionFamily::gamma, 1 + 1 / shape.a, 1, 0, {}});
        return;
    case DistributionFamily::uniform:
        m_form = Form::rejected;
        m_scale = shape.b;
        return;
    case DistributionFamily::triangular:
        m_form = Form::rejected;
        m_scale = shape.c;
        return;
    case DistributionFamily::empirical:
        m_form = Form::rejected;
        m_scale = shape.values.empty() ? 0 : shape.values.back();
        return;
    }
}

double ResidualSampler::seconds(UniformStream& stream, RandomKey key) const {
    switch (m_form) {
    case Form::memoryless:
        return m_sampler.seconds(stream.next(key));
    case Form::mixture: {
        const bool first = stream.next(key) < m_scale;
        const double u = stream.next(key);
        return first ? m_sampler.seconds(u) : -m_second * fixedLog(1.0 - u);
    }
    case Form::biased: {
        const double length = m_sampler.seconds(stream.next(key));
        return length * stream.next(key);
    }
    case Form::powered: {
        const double length = m_scale * fixedPow(m_sampler.seconds(stream.next(key)), m_power);
        return length * stream.next(key);
    }
    case Form::rejected:
        if (!(m_scale > 0)) return 0;
        for (;;) {
            const double length = m_sampler.seconds(stream.next(key));
            if (stream.next(key) * m_scale <= length) return length * stream.next(key);
        }
    }
    return 0;
}

Result<FailureModel> FailureModel::compile(const Design& design) {
    Result<StateFunction> function = StateFunction::compile(design);
    if (!function) return std::move(function).error();
    FailureModel model(std::move(function).value());
    model.addComponents(design);
    model.addPlaces();
    model.addViews(design, true);
    model.addCrews(design);
    model.addShocks(design);
    model.addStandbys(design);
    model.addGroups(design);
    model.addDeployments(design);
    model.addObservables();
    model.addPeriods(design);
    model.estimateWork();
    return model;
}

void FailureModel::addComponents(const Design& design) {
    for (const StructureComponent& part : function.components()) {
        FailureModelComponent component;
        component.id = part.id;
        component.isDomain = part.isDomain;
        component.startStream = streamId(part.id + "/start", Purpose::failure);
        component.restartStream = streamId(part.id, Purpose::restart);
        const Node* node = part.isDomain ? nullptr : design.nodes.find(part.id);
        const Domain* domain = part.isDomain ? design.domains.find(part.id) : nullptr;
        const std::string& name = node ? node->displayName() : domain ? domain->displayName() : part.id;
        const bool isShared = !part.title.empty(); // a fault of all members of a group
        if (node) component.ageing = node->ageing;
        component.modes = {static_cast<std::uint32_t>(modes.size()),
                           static_cast<std::uint32_t>(part.modes.size())};
        for (const ResolvedFailureMode& resolved : part.modes) {
            FailureModelMode mode;
            mode.id = resolved.id;
            mode.cause = isShared ? part.title : fmt::format("{}: {}", name, resolved.title);
            mode.effect = resolved.effect;
            mode.errorShare = resolved.errorShare;
            mode.stops = resolved.id != kBadVersion && !stillServes(resolved.effect, resolved.errorShare);
            component.canStop = component.canStop || mode.stops;
            mode.resumes = resolved.resumes;
            mode.timeToFailure = Sampler(resolved.timeToFailure);
            mode.repair = Sampler(resolved.repair);
            mode.failureResidual = ResidualSampler(resolved.timeToFailure);
            mode.repairResidual = ResidualSampler(resolved.repair);
            mode.ratio = resolved.ratio();
            mode.meanToFailure = resolved.timeToFailure.mean();
            if (resolved.repairedBy == RepairedBy::restart && resolved.restartCoverage < 1) {
                mode.path = RepairPath::restart;
                mode.restartCoverage = resolved.restartCoverage;
                mode.crewRepair = Sampler(resolved.crewRepair);
                mode.coverageStream = streamId(part.id + "/" + resolved.id + "/coverage", Purpose::group);
                mode.crewRepairStream = streamId(part.id + "/" + resolved.id + "/crew", Purpose::repair);
                component.coupled = hasRestartCoverage = true;
            } else if (resolved.repairedBy == RepairedBy::crew) {
                mode.path = RepairPath::people; // until it is known that there is no crew
            }
            mode.failureStream = streamId(part.id + "/" + resolved.id, Purpose::failure);
            mode.repairStream = streamId(part.id + "/" + resolved.id, Purpose::repair);
            modes.push_back(std::move(mode));
        }
        if (domain) {
            const DistributionShape restart =
                get(domain->parameters,
                    ParamKey<DistributionShape>{"domains", domain->kind, "restart_after_outage"});
            component.hasRestart = restart.mean() > 0;
            component.restart = Sampler(restart);
            hasRestarts |= component.hasRestart;
        }
        components.push_back(std::move(component));
    }
}

void FailureModel::addPlaces() {
    std::vector<std::vector<std::uint32_t>> members(components.size());
    for (std::uint32_t i = 0; i < components.size(); ++i) {
        FailureModelComponent& component = components[i];
        component.domains.first = static_cast<std::uint32_t>(indices.size());
        if (component.isDomain) continue;
        const auto around = function.placesOf(i);
        std::vector<std::uint32_t> places(around.begin(), around.end());
        std::sort(places.begin(), places.end());
        for (const std::uint32_t place : places) {
            indices.push_back(place);
            members[place].push_back(i);
        }
        component.domains.count = static_cast<std::uint32_t>(places.size());
    }
    for (std::uint32_t i = 0; i < components.size(); ++i) {
        components[i].members = {static_cast<std::uint32_t>(indices.size()),
                                 static_cast<std::uint32_t>(members[i].size())};
        indices.insert(indices.end(), members[i].begin(), members[i].end());
    }
}

void FailureModel::addViews(const Design& design, bool withViews) {
    if (!withViews) return;
    std::vector<std::vector<std::uint32_t>> ofIt(components.size()), byIt(components.size());
    for (const StructureView& seen : function.views()) {
        const Node* balancer = design.nodes.find(components[seen.observer].id);
        FailureModelView view;
        view.observer = seen.observer;
        view.target = seen.target;
        if (balancer) {
            const Parameters& p = balancer->parameters;
            const auto duration = [](const std::optional<Duration>& value, double other) {
                return value ? value->seconds() : other;
            };
            view.inter = get(p, key::haproxy::checkInter).seconds();
            view.fastinter = duration(get(p, key::haproxy::checkFastinter), view.inter);
            view.downinter = duration(get(p, key::haproxy::checkDowninter), view.inter);
            const auto checkTimeout = get(p, key::haproxy::checkTimeout);
            view.hangDelay = duration(checkTimeout, view.inter);
            view.goneDelay = checkTimeout
                                 ? std::min(get(p, key::haproxy::timeoutConnect).seconds(), view.inter)
                                 : view.inter;
            view.fall = static_cast<std::uint16_t>(get(p, key::haproxy::checkFall));
            view.rise = static_cast<std::uint16_t>(get(p, key::haproxy::checkRise));
            view.http = get(p, key::haproxy::checkType) == key::haproxy::CheckType::http;
        }
        view.stream =
            streamId(components[seen.observer].id + ">" + components[seen.target].id, Purpose::checkPhase);
        ofIt[seen.target].push_back(static_cast<std::uint32_t>(views.size()));
        byIt[seen.observer].push_back(static_cast<std::uint32_t>(views.size()));
        views.push_back(view);
    }
    const auto flatten = [&](const std::vector<std::uint32_t>& list) {
        const IndexRange range{static_cast<std::uint32_t>(indices.size()),
                               static_cast<std::uint32_t>(list.size())};
        indices.insert(indices.end(), list.begin(), list.end());
        return range;
    };
    for (std::size_t i = 0; i < components.size(); ++i) {
        components[i].viewsOfIt = flatten(ofIt[i]);
        components[i].viewsByIt = flatten(byIt[i]);
    }
}

void FailureModel::addObservables() {
    const std::vector<StructureFlow>& flows = function.flows();
    std::vector<FailureModelObservable> clients;
    FailureModelObservable whole;
    whole.id = "design";
    double rate = 0;
    for (const StructureFlow& flow : flows)
        rate += flow.ratePerS;
    for (std::uint32_t f = 0; f < flows.size(); ++f) {
        const StructureFlow& flow = flows[f];
        observables.push_back({flow.id, {f}, {1.0}});
        if (clients.empty() || clients.back().id != flow.client) clients.push_back({flow.client, {}, {}});
        clients.back().flows.push_back(f);
        clients.back().weights.push_back(flow.weight);
        whole.flows.push_back(f);
        whole.weights.push_back(rate > 0 ? flow.ratePerS / rate : 1.0 / static_cast<double>(flows.size()));
    }
    for (FailureModelObservable& client : clients) {
        double sum = 0;
        for (const double weight : client.weights)
            sum += weight;
        for (double& weight : client.weights)
            weight = sum > 0 ? weight / sum : 1.0 / static_cast<double>(client.weights.size());
        observables.push_back(std::move(client));
    }
    observables.push_back(std::move(whole));
}

void FailureModel::addPeriods(const Design& design) {
    for (const Objective& objective : design.objectives) {
        if (!isJudgedByPeriods(objective)) continue;
        const auto found =
            std::find_if(observables.begin(), observables.end(),
                         [&](const FailureModelObservable& o) { return o.id == objective.flow; });
        if (found == observables.end()) continue;
        const double seconds = Duration::hours(24 * *objective.windowDays).seconds();
        periods.push_back({static_cast<std::uint32_t>(found - observables.begin()),
                           objective.metric == "availability_requests", seconds,
                           (1 - *objective.atLeast) * seconds});
        periodObjectives.push_back(objective.id.str());
    }
}

void FailureModel::estimateWork() {
    double restart = 0;
    std::vector<double> busy(crews.size(), 0); // people that are at work on average, if there were enough
    for (const FailureModelComponent& component : components) {
        needsWarmUp |= component.ageing != Ageing::always || component.coupled;
        if (component.hasRestart) restart = std::max(restart, component.restart.mean());
        const double response = component.crew == kNone ? 0 : crews[component.crew].response.mean();
        double perSecond = 0, ratio = 1;
        for (std::uint32_t m = component.modes.first; m < component.modes.first + component.modes.count;
             ++m) {
            const FailureModelMode& mode = modes[m];
            double people = mode.path == RepairPath::people ? response + mode.repair.mean() : 0;
            if (mode.path == RepairPath::restart) people = response + mode.crewRepair.mean();
            perSecond += 1 / mode.meanToFailure;
            ratio += mode.ratio;
            longestMeanRepair = std::max(longestMeanRepair,
                                         people + (mode.path == RepairPath::people ? 0 : mode.repair.mean()));
            if (component.crew != kNone)
                busy[component.crew] += people / mode.meanToFailure *
                                        (mode.path == RepairPath::restart ? 1 - mode.restartCoverage : 1);
        }
        double perFailure = 2;
        const auto addChecks = [&](const IndexRange& range) {
            for (std::uint32_t i = range.first; i < range.first + range.count; ++i)
                perFailure += views[indices[i]].fall + views[indices[i]].rise;
        };
        addChecks(component.viewsOfIt);
        for (std::uint32_t i = component.members.first; i < component.members.first + component.members.count;
             ++i) {
            addChecks(components[indices[i]].viewsOfIt);
            perFailure += component.hasRestart ? 1 : 0;
        }
        if (std::isfinite(perSecond)) eventsPerYear += perSecond / ratio * perFailure * kSecondsOfYear;
    }
    longestMeanRepair += restart;
    needsWarmUp |= hasRestarts;
    for (std::size_t c = 0; c < crews.size(); ++c)
        warmUpFactor = std::max(warmUpFactor, 1 / (1 - std::min(busy[c] / crews[c].size, kMostBusy)));
}

} // namespace alwayson::sim

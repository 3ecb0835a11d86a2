#include "core/graph/held_times.h"

#include "core/base/units.h"
#include "core/catalogue/books.h"
#include "core/catalogue/catalogue.h"
#include "core/catalogue/keys.h"
#include "core/graph/call_rules.h"
#include "core/graph/lookups.h"
#include "core/graph/member_roles.h"
#include "core/graph/round_trip.h"
#include "core/graph/static_load.h"
#include "core/graph/time_moments.h"

#include <algorithm>
#include <cmath>
#include <fmt/format.h>
#include <limits>
#include <optional>
#include <unordered_map>

namespace alwayson {

namespace {

using Index = std::uint32_t;
constexpr double kAlike = 0.1;
constexpr double kFarAway = 6; // standard deviations: what comes after that does not change a mean

// Mean time until a commit of the source of a set has been acknowledged.
double commitWait(const Design& design, const Group& group, const Node& source) {
    namespace r = key::group::mysqlReplication;
    const auto how = get(group, r::replication);
    if (how == r::Replication::async) return 0;
    const std::vector<const Node*> members = membersOf(design, group.id);
    const bool all = how == r::Replication::group;
    std::vector<Delayed> acknowledgers;
    const auto add = [&](const Node& replica) {
        acknowledgers.push_back(
            {roundTripOfPlaces(design, source, replica).seconds(), get(replica, key::mysql::ackTime)});
    };
    if (all) {
        for (const Node* member : members)
            if (member->id != source.id) add(*member);
    } else {
        for (const ReplicationStream& stream : replicationStreams(design, group, source))
            if (stream.from->id == source.id) add(*stream.to);
    }
    const auto wanted =
        all ? static_cast<Index>(members.size() / 2) : static_cast<Index>(get(group, r::semisyncAcks));
    return meanUntil(wanted, acknowledgers);
}

// Of the node itself; of one that gets writes with the wait for its replicas.
TimeMoments ownTime(const Design& design, const Node& node, bool writes, bool commits) {
    if (hasRole(node, "balancer")) {
        const double capacity = capacityOf(design, node).perSecond;
        const double passing = balancerLatency(design, node).seconds() + 1 / capacity;
        return {passing, 0, passing};
    }
    if (hasRole(node, "external")) return momentsOf(get(node, key::external::latency));
    if (!hasMechanism(node, "queue")) return {};
    const auto other = writes ? get(node, key::server::writeService) : std::nullopt;
    TimeMoments time = momentsOf(other ? *other : get(node, key::server::service));
    const Group* group = commits && node.group ? design.groups.find(node.group->str()) : nullptr;
    if (group && hasMechanism(*group, "replication")) time.mean += commitWait(design, *group, node);
    return time;
}

class HeldTimesMaker {
public:
    HeldTimesMaker(const Design& design, const RequestRates& rates, const Disturbance& disturbance)
        : m_design(design), m_lookups(design), m_disturbance(disturbance) {
        for (const bool writes : {false, true}) {
            m_held[writes].assign(design.nodes.size(), 0);
            for (std::size_t n = 0; n < design.nodes.size(); ++n)
                m_own[writes].push_back(
                    ownTime(design, design.nodes.at(n), writes, writes && rates.writesPerS[n] > 0));
        }
        for (const bool writes : {false, true})
            if (disturbance.node < design.nodes.size()) {
                TimeMoments& own = m_own[writes][disturbance.node];
                const double factor = disturbance.refuses ? 0 : disturbance.workFactor;
                own = {factor * own.mean, factor * factor * own.variance, factor * own.least};
            }
        for (const Node& node : design.nodes) {
            m_isBalancer.push_back(hasRole(node, "balancer"));
            m_isClient.push_back(hasRole(node, "client"));
            m_place.push_back(node.domain ? static_cast<Index>(design.domains.indexOf(node.domain->str()))
                                          : kNowhere);
        }
    }

    // Requests x seconds per s, of reads and of writes.
    std::array<std::vector<double>, 2> find() {
        visitCalls(m_design, [this](const RequestClass& requests, const std::vector<ClassCalls>& calls) {
            addClass(requests, calls);
        });
        return std::move(m_held);
    }

private:
    static constexpr Index kNowhere = std::numeric_limits<Index>::max();
    struct Range {
        std::size_t first = 0, end = 0;
    };

    bool looksAside(const ClassCalls& calls) const {
        return !m_isBalancer[calls.from] && m_lookups.isLookup(calls.link);
    }

    void addClass(const RequestClass& requests, const std::vector<ClassCalls>& calls) {
        m_calls = &calls;
        m_requests = &requests;
        m_stays = m_own;
        for (const bool writes : {false, true}) {
            m_ranges[writes].assign(m_design.nodes.size(), {});
            m_aside[writes].assign(m_design.nodes.size(), 0);
        }
        for (std::size_t i = 0; i < calls.size(); ++i) {
            Range& range = m_ranges[calls[i].callerWrites][calls[i].from];
            if (range.end == 0) range.first = i;
            range.end = i + 1;
            if (looksAside(calls[i])) m_aside[calls[i].writes][calls[i].to] += calls[i].callsPerS;
        }
        for (std::size_t i = calls.size(); i > 0;) {
            const ClassCalls& last = calls[i - 1];
            const bool writes = last.callerWrites;
            const Range range = m_ranges[writes][last.from];
            const TimeMoments time =
                timeOfCalls(last.from, writes, last.from, passedOn(m_design.nodes.at(last.from), writes));
            m_stays[writes][last.from] = m_own[writes][last.from] + time;
            if (!m_isClient[last.from])
                m_held[writes][last.from] +=
                    std::max(0.0, last.requestsPerS - m_aside[writes][last.from]) * time.mean;
            i = range.first;
        }
    }

    // Of the calls behind `node`, for one of its requests, made from `caller`: itself, or who looks it aside;
    // for this share of its requests.
    TimeMoments timeOfCalls(Index node, bool writes, Index caller, double made) {
        const Range range = m_ranges[writes][node];
        if (range.end == 0) return {};
        if (m_isBalancer[node]) {
            Mixture one;
            for (std::size_t i = range.first; i < range.end; ++i)
                one.add((*m_calls)[i].callsPerS, timeOf((*m_calls)[i], caller));
            return one.moments();
        }
        const double usual = passedOn(m_design.nodes.at(node), writes);
        TimeMoments all;
        std::vector<SideBySide> sideBySide;
        for (std::size_t i = range.first; i < range.end;) {
            const Index link = (*m_calls)[i].link;
            const double requests = (*m_calls)[i].requestsPerS * usual;
            Mixture each;
            for (; i < range.end && (*m_calls)[i].link == link; ++i)
                each.add((*m_calls)[i].callsPerS, timeOf((*m_calls)[i], caller));
            const double count = each.weight() / requests;
            if (get(m_design.links.at(link).parameters, key::link::request::parallel)) {
                sideBySide.push_back({count, each.moments()});
                continue;
            }
            all = all + lastOf(sideBySide) + times(count, each.moments());
            sideBySide.clear();
        }
        return times(made, all + lastOf(sideBySide));
    }

    // Of one call: the way, and how long its request stays there, as far as the caller waits for it. Who
    // looks a cache aside and gets no answer goes on as after a miss.
    TimeMoments timeOf(const ClassCalls& call, Index caller) {
        const bool aside = looksAside(call);
        const Waited waited = waitedFor(call, aside, roundTrip(call.link, caller, call.to));
        if (!aside) return waited.time;
        const bool answers = !m_disturbance.refuses || call.to != m_disturbance.node;
        const double hit = answers ? 1 - passedOn(m_design.nodes.at(call.to), call.writes) : 0;
        return waited.time + timeOfCalls(call.to, call.writes, caller, 1 - hit * (1 - waited.unanswered));
    }

    Waited waitedFor(const ClassCalls& call, bool aside, double way) const {
        const TimeMoments stays = (aside ? m_own : m_stays)[call.writes][call.to];
        const TimeMoments answer = stays + TimeMoments{way, 0, way};
        const Node& from = m_design.nodes.at(call.from);
        const Parameters& link = m_design.links.at(call.link).parameters;
        double patience = m_requests->deadline.seconds(), attempts = 1;
        if (m_isBalancer[call.from])
            patience = std::min(patience, get(from, key::haproxy::timeoutServer).seconds());
        else if (const auto timeout = get(link, key::link::request::timeout)) {
            patience = std::min(patience, timeout->seconds());
            if (m_requests->isIdempotent())
                attempts = static_cast<double>(get(link, key::link::request::attempts));
        }
        // Most answers come long before: no need to look closer.
        if (answer.mean + kFarAway * std::sqrt(answer.variance) < patience) return {answer, 0};
        const bool callsNothing = m_ranges[call.writes][call.to].end == 0;
        const Node& to = m_design.nodes.at(call.to);
        if ((aside || callsNothing) && call.to != m_disturbance.node)
            if (const std::optional<DistributionShape> own = ownDistribution(to, call.writes))
                return waitFor(*own, way, patience, attempts);
        return waitFor(answer, patience, attempts);
    }

    // Of a node whose own time is that of one distribution.
    static std::optional<DistributionShape> ownDistribution(const Node& node, bool writes) {
        if (hasRole(node, "external")) return get(node, key::external::latency);
        if (!hasMechanism(node, "queue") || (writes && hasMechanism(node, "replication")))
            return std::nullopt;
        const auto other = writes ? get(node, key::server::writeService) : std::nullopt;
        return other ? *other : get(node, key::server::service);
    }

    double roundTrip(Index link, Index from, Index to) {
        const auto find = [&] {
            return roundTripOver(m_design, m_design.links.at(link), m_design.nodes.at(from),
                                 m_design.nodes.at(to))
                .seconds();
        };
        const bool byPlaces = m_place[from] != kNowhere && m_place[to] != kNowhere &&
                              !get(m_design.links.at(link).parameters, key::link::request::latency);
        if (!byPlaces) return find();
        const std::uint64_t places = (std::uint64_t{m_place[from]} << 32) | m_place[to];
        const auto [at, isNew] = m_ways.try_emplace(places, 0.0);
        if (isNew) at->second = find();
        return at->second;
    }

    const Design& m_design;
    Lookups m_lookups;
    Disturbance m_disturbance;
    std::vector<bool> m_isBalancer, m_isClient;
    std::vector<Index> m_place; // per node
    std::unordered_map<std::uint64_t, double> m_ways;
    std::array<std::vector<TimeMoments>, 2> m_own; // [writes][node]
    std::array<std::vector<double>, 2> m_held;
    // Of the class at hand.
    const RequestClass* m_requests = nullptr;
    const std::vector<ClassCalls>* m_calls = nullptr;
    std::array<std::vector<TimeMoments>, 2> m_stays;
    std::array<std::vector<Range>, 2> m_ranges; // in *m_calls
    std::array<std::vector<double>, 2> m_aside; // requests that others make the calls of
};

double rateOf(const RequestRates& rates, bool writes, std::size_t node) {
    return writes ? rates.writesPerS[node] : rates.requestsPerS[node] - rates.writesPerS[node];
}

std::vector<std::vector<std::size_t>> membersByGroup(const Design& design) {
    std::vector<std::vector<std::size_t>> members(design.groups.size());
    for (std::size_t n = 0; n < design.nodes.size(); ++n) {
        const auto& group = design.nodes.at(n).group;
        const std::size_t g = group ? design.groups.indexOf(group->str()) : Table<Group>::npos;
        if (g != Table<Group>::npos) members[g].push_back(n);
    }
    return members;
}

HeldTimes heldTimes(const Design& design, const RequestRates& rates, const Disturbance& disturbance) {
    HeldTimes times{HeldTimesMaker(design, rates, disturbance).find()};
    for (const bool writes : {false, true}) {
        std::vector<double>& held = times.callsS[writes];
        const auto rate = [&](std::size_t n) { return rateOf(rates, writes, n); };
        const std::vector<double> all = held;
        for (std::size_t n = 0; n < held.size(); ++n)
            held[n] = rate(n) > 0 ? all[n] / rate(n) : 0;
        for (const std::vector<std::size_t>& members : membersByGroup(design)) {
            double sum = 0, whole = 0;
            for (const std::size_t n : members) {
                sum += all[n];
                whole += rate(n);
            }
            for (const std::size_t n : members)
                if (whole > 0 && !(rate(n) > 0)) held[n] = sum / whole;
        }
    }
    return times;
}

// Who serves requests with workers: all that decides what it carries.
struct Serving {
    double workers = 0, all = 0, writes = 0;       // requests per s, its group's where it stands by
    std::array<double, 2> workS = {}, callsS = {}; // of reads, of writes
    bool keepsWorkers = false;

    double mixOf(const std::array<double, 2>& seconds) const {
        if (seconds[0] == seconds[1] || !(all > 0)) return seconds[0];
        return ((all - writes) * seconds[0] + writes * seconds[1]) / all;
    }
    double stayOf(bool write) const { return workS[write] + callsS[write]; }
    double stay() const { return mixOf({stayOf(false), stayOf(true)}); }
};

// Members that differ by no more than where they stand get the same times.
void makeAlike(std::vector<Serving*> members) {
    std::erase_if(members, [](const Serving* one) { return one->workers == 0; });
    if (members.size() < 2) return;
    const Serving& first = *members.front();
    Serving mean = first;
    mean.callsS = {};
    double least = first.stay(), most = least;
    for (const Serving* one : members) {
        if (one->workers != first.workers || one->workS != first.workS ||
            one->keepsWorkers != first.keepsWorkers)
            return;
        least = std::min(least, one->stay());
        most = std::max(most, one->stay());
        for (const bool writes : {false, true})
            mean.callsS[writes] += one->callsS[writes] / static_cast<double>(members.size());
    }
    if (least == most || most - least > kAlike * most) return;
    for (Serving* one : members)
        one->callsS = mean.callsS;
}

CarriedRate carriedBy(const Serving& one) {
    const double work = one.mixOf(one.workS), calls = one.mixOf(one.callsS);
    CarriedRate rate{one.workers / one.stay(), one.workers / one.stayOf(false),
                     one.workers / one.stayOf(true), calls > 0 ? work / (work + calls) : 1,
                     "no service time"};
    const std::string workers = fmt::format("{:.0f} worker{}", one.workers, one.workers == 1 ? "" : "s");
    const auto text = [](double seconds) { return formatDuration(Duration::seconds(seconds)); };
    if (calls > 0)
        rate.why = fmt::format("{} / ({} of work + {} of calls)", workers, text(work), text(calls));
    else if (work > 0)
        rate.why = fmt::format("{} / {} mean service", workers, text(work));
    return rate;
}

} // namespace

HeldTimes heldTimes(const Design& design) {
    return heldTimes(design, requestRates(design), {});
}

NormalOperation normalOperation(const Design& design) {
    NormalOperation normal{staticLoad(design), {}};
    normal.carried = carriedRates(design, normal.load);
    return normal;
}

std::vector<CarriedRate> carriedRates(const Design& design) {
    return carriedRates(design, requestRates(design));
}

std::vector<CarriedRate> carriedRates(const Design& design, const RequestRates& rates) {
    return carriedRates(design, rates, Disturbance{});
}

std::vector<CarriedRate> carriedRates(const Design& design, const RequestRates& rates,
                                      const Disturbance& disturbance) {
    const HeldTimes times = heldTimes(design, rates, disturbance);
    std::vector<Serving> serving(design.nodes.size());
    for (std::size_t n = 0; n < design.nodes.size(); ++n) {
        const Node& node = design.nodes.at(n);
        if (!hasMechanism(node, "queue")) continue;
        Serving& one = serving[n];
        one.workers = static_cast<double>(get(node, key::server::workers));
        one.keepsWorkers = get(node, key::server::discipline) == key::server::Discipline::fcfs;
        one.all = rates.requestsPerS[n];
        one.writes = rates.writesPerS[n];
        for (const bool writes : {false, true}) {
            one.workS[writes] = meanService(node, writes);
            if (one.keepsWorkers) one.callsS[writes] = times.callsS[writes][n];
        }
    }
    for (const std::vector<std::size_t>& members : membersByGroup(design)) {
        std::vector<Serving*> group;
        double all = 0, writes = 0;
        for (const std::size_t n : members) {
            group.push_back(&serving[n]);
            all += rates.requestsPerS[n];
            writes += rates.writesPerS[n];
        }
        for (Serving* one : group)
            if (!(one->all > 0)) one->all = all, one->writes = writes;
        makeAlike(std::move(group));
    }
    std::vector<CarriedRate> all;
    for (std::size_t n = 0; n < design.nodes.size(); ++n) {
        if (serving[n].workers > 0) {
            all.push_back(carriedBy(serving[n]));
            continue;
        }
        NodeCapacity book = capacityOf(design, design.nodes.at(n));
        all.push_back({book.perSecond, book.perSecond, book.perSecond, 1, std::move(book.source)});
    }
    return all;
}

} // namespace alwayson

#include "core/graph/lookups.h"

#include "core/catalogue/catalogue.h"
#include "core/catalogue/keys.h"
#include "core/graph/call_rules.h"
#include "core/graph/round_trip.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <map>
#include <set>

namespace alwayson {

namespace {

constexpr double kNever = std::numeric_limits<double>::infinity();

std::uint32_t u32(std::size_t value) {
    return static_cast<std::uint32_t>(value);
}

double ownTime(const Node& node, bool writes) {
    if (hasMechanism(node, "queue")) return meanService(node, writes);
    return hasRole(node, "external") ? get(node, key::external::latency).mean() : 0;
}

} // namespace

Lookups::Lookups(const Design& design) : m_design(design) {
    bool any = false;
    for (const Node& node : design.nodes)
        any = any || isPassedBy(node);
    if (!any) return;
    std::map<std::string, std::vector<std::uint32_t>, std::less<>> members;
    for (std::uint32_t n = 0; n < design.nodes.size(); ++n)
        if (const auto& group = design.nodes.at(n).group) members[group->str()].push_back(n);
    const auto endsOf = [&](const std::string& id) -> std::vector<std::uint32_t> {
        const std::size_t node = design.nodes.indexOf(id);
        if (node != Table<Node>::npos) return {u32(node)};
        const auto found = members.find(id);
        return found == members.end() ? std::vector<std::uint32_t>{} : found->second;
    };
    m_linksOf.resize(design.nodes.size());
    for (std::uint32_t l = 0; l < design.links.size(); ++l) {
        m_targets.push_back(endsOf(design.links.at(l).to));
        for (const std::uint32_t from : endsOf(design.links.at(l).from))
            m_linksOf[from].push_back(l);
    }
    const auto endsBehind = [&](std::uint32_t node) {
        std::vector<std::string> ends;
        for (const std::uint32_t l : m_linksOf[node])
            ends.push_back(design.links.at(l).to);
        return ends;
    };
    for (std::uint32_t l = 0; l < design.links.size(); ++l) {
        const std::vector<std::uint32_t>& to = m_targets[l];
        const bool looksAside = !to.empty() && std::all_of(to.begin(), to.end(), [&](std::uint32_t node) {
            return isPassedBy(design.nodes.at(node)) && !m_linksOf[node].empty() &&
                   (node == to.front() || endsBehind(node) == endsBehind(to.front()));
        });
        m_isLookup.push_back(looksAside);
        m_anyTimeout =
            m_anyTimeout || (looksAside && get(design.links.at(l).parameters, key::link::request::timeout));
    }
    if (m_anyTimeout) findShared();
}

void Lookups::findShared() {
    std::vector<std::set<std::string>> causes; // per node: what makes it silent
    for (const Node& node : m_design.nodes) {
        std::set<std::string>& of = causes.emplace_back();
        std::vector<DomainId> places = node.dependsOn;
        if (node.domain) places.push_back(*node.domain);
        for (const DomainId& id : places)
            for (const Domain* place : domainChain(m_design, id))
                if (!failureModesOf(*place).empty()) of.insert("place " + place->id.str());
        for (const ResolvedFailureMode& mode : failureModesOf(node))
            if (isSilent(mode.effect))
                of.insert(node.group ? "group " + node.group->str() : "node " + node.id.str());
    }
    const auto ofAll = [&](const std::vector<std::uint32_t>& nodes) {
        std::set<std::string> all = nodes.empty() ? std::set<std::string>{} : causes[nodes.front()];
        for (const std::uint32_t node : nodes)
            std::erase_if(all, [&](const std::string& cause) { return !causes[node].contains(cause); });
        return all;
    };
    std::vector<std::vector<std::uint32_t>> callers(m_design.links.size());
    for (std::uint32_t n = 0; n < m_linksOf.size(); ++n)
        for (const std::uint32_t l : m_linksOf[n])
            callers[l].push_back(n);
    std::map<std::string, std::vector<std::uint32_t>> silentBy;
    for (std::uint32_t l = 0; l < m_isLookup.size(); ++l) {
        if (!m_isLookup[l]) continue;
        const bool byClient = hasRole(m_design.nodes.at(callers[l].front()), "client");
        const std::set<std::string> withCallers = byClient ? std::set<std::string>{} : ofAll(callers[l]);
        for (const std::string& cause : ofAll(m_targets[l]))
            if (!withCallers.contains(cause)) silentBy[cause].push_back(l);
    }
    std::set<std::vector<std::uint32_t>> known;
    for (const auto& [cause, links] : silentBy)
        if (links.size() > 1 && known.insert(links).second) m_together.push_back(links);
}

// What is left of the patience of one kind of requests, wherever they get.
class SilentLookups {
public:
    // `silent`, per link: lookups that wait for their timeouts; empty: none.
    SilentLookups(const Lookups& lookups, const std::vector<bool>& carried, bool writes,
                  std::vector<bool> silent = {})
        : m_lookups(lookups), m_design(lookups.m_design), m_carried(carried), m_silent(std::move(silent)),
          m_writes(writes), m_time(m_design.nodes.size(), 0), m_behind(m_design.nodes.size(), 0),
          m_left(m_design.nodes.size(), kNever), m_longest(m_design.links.size(), kNever) {}

    // Per link: a timeout of a lookup has to be shorter, s.
    std::vector<double> find(std::uint32_t client, double patienceS) {
        order(client);
        for (const std::uint32_t node : m_order)
            addTime(node);
        m_left[client] = patienceS;
        for (auto node = m_order.rbegin(); node != m_order.rend(); ++node)
            passOn(*node);
        return std::move(m_longest);
    }

private:
    const Parameters& parametersOf(std::uint32_t link) const { return m_design.links.at(link).parameters; }

    // What is called comes before its callers. Calls that close a circle are left out.
    void order(std::uint32_t client) {
        struct Frame {
            std::uint32_t node;
            std::size_t link = 0, target = 0;
        };
        std::vector<bool> seen(m_design.nodes.size(), false);
        std::vector<Frame> stack{{client}};
        seen[client] = true;
        while (!stack.empty()) {
            Frame& frame = stack.back();
            const auto& links = m_lookups.m_linksOf[frame.node];
            if (frame.link == links.size()) {
                m_order.push_back(frame.node);
                stack.pop_back();
                continue;
            }
            const auto& targets = m_lookups.m_targets[links[frame.link]];
            if (!m_carried[links[frame.link]] || frame.target == targets.size()) {
                ++frame.link;
                frame.target = 0;
                continue;
            }
            const std::uint32_t next = targets[frame.target++];
            if (seen[next]) continue;
            seen[next] = true;
            stack.push_back({next});
        }
    }

    double attemptsOf(std::uint32_t link) const {
        return static_cast<double>(get(parametersOf(link), key::link::request::attempts));
    }
    // Mean time of one call over the link.
    double callTime(std::uint32_t from, std::uint32_t link) const {
        double longest = 0;
        if (!m_silent.empty() && m_silent[link]) {
            for (const std::uint32_t to : m_lookups.m_targets[link])
                longest = std::max(longest, m_behind[to]);
            return longest +
                   attemptsOf(link) * get(parametersOf(link), key::link::request::timeout)->seconds();
        }
        for (const std::uint32_t to : m_lookups.m_targets[link])
            longest = std::max(longest, m_time[to]);
        if (m_lookups.m_targets[link].empty()) return longest;
        return longest + roundTripOver(m_design, m_design.links.at(link), m_design.nodes.at(from),
                                       m_design.nodes.at(m_lookups.m_targets[link].front()))
                             .seconds();
    }
    // Mean times of all calls over each link of the node, and of all links. Calls side by side take as long
    // as the longest.
    double timesOf(std::uint32_t node, std::vector<double>& times) const {
        double sum = 0;
        bool sideBySide = false;
        for (const std::uint32_t link : m_lookups.m_linksOf[node]) {
            times.push_back(0);
            if (!m_carried[link]) continue;
            const Parameters& parameters = parametersOf(link);
            const double calls = get(parameters, key::link::request::callsPerRequest);
            const bool parallel = get(parameters, key::link::request::parallel);
            times.back() = (parallel ? std::min(calls, 1.0) : calls) * callTime(node, link);
            if (parallel && sideBySide) {
                const double before = times[times.size() - 2];
                sum += std::max(0.0, times.back() - before);
                times.back() = std::max(times.back(), before);
            } else {
                sum += times.back();
            }
            sideBySide = parallel;
        }
        return sum;
    }
    void addTime(std::uint32_t n) {
        const Node& node = m_design.nodes.at(n);
        std::vector<double> times;
        m_behind[n] = timesOf(n, times);
        if (hasRole(node, "balancer")) // one of them
            m_behind[n] = times.empty() ? 0 : *std::max_element(times.begin(), times.end());
        m_time[n] = ownTime(node, m_writes) + passedOn(node, m_writes) * m_behind[n];
    }

    // What the calls of a node may take, each of them.
    void passOn(std::uint32_t n) {
        const Node& node = m_design.nodes.at(n);
        const bool balancer = hasRole(node, "balancer");
        std::vector<double> times;
        timesOf(n, times);
        double left = m_left[n] - ownTime(node, m_writes);
        if (balancer)
            left = std::min(left, get(node.parameters, key::haproxy::timeoutServer).seconds());
        else
            left -= m_behind[n];
        for (std::size_t i = 0; i < times.size(); ++i) {
            const std::uint32_t link = m_lookups.m_linksOf[n][i];
            if (!m_carried[link]) continue;
            const Parameters& parameters = parametersOf(link);
            const double calls = get(parameters, key::link::request::callsPerRequest);
            const bool parallel = get(parameters, key::link::request::parallel);
            if (!(calls > 0)) continue;
            const double each = (left + (balancer ? 0 : times[i])) / (parallel ? 1 : std::ceil(calls));
            const auto given = get(parameters, key::link::request::timeout);
            const double timeout = given && !balancer ? given->seconds() : kNever;
            if (!balancer && m_lookups.isLookup(link)) {
                lookup(link, each);
                continue;
            }
            for (const std::uint32_t to : m_lookups.m_targets[link])
                m_left[to] = std::min({m_left[to], each, timeout});
        }
    }
    // The caller makes the calls behind it itself, so the timeout is that of the answer of the cache only.
    void lookup(std::uint32_t link, double left) {
        for (const std::uint32_t cache : m_lookups.m_targets[link]) {
            m_left[cache] = std::min(m_left[cache], left);
            m_longest[link] = std::min(m_longest[link], (left - m_behind[cache]) / attemptsOf(link));
        }
    }

    const Lookups& m_lookups;
    const Design& m_design;
    const std::vector<bool>& m_carried;
    std::vector<bool> m_silent;
    bool m_writes;
    std::vector<std::uint32_t> m_order;
    std::vector<double> m_time,
        m_behind;                  // per node: of one request, s; of all its calls when nobody has hits
    std::vector<double> m_left;    // per node: how soon it must answer, s
    std::vector<double> m_longest; // per link
};

bool Lookups::isBelow(std::uint32_t link, double longestS) const {
    const auto timeout = get(m_design.links.at(link).parameters, key::link::request::timeout);
    return isLookup(link) && timeout && timeout->seconds() < longestS;
}

std::vector<double> Lookups::longest(std::uint32_t client, const std::vector<bool>& carried, bool writes,
                                     double patienceS) const {
    std::vector<double> longest = SilentLookups(*this, carried, writes).find(client, patienceS);
    const std::vector<double> alone = longest;
    for (const std::vector<std::uint32_t>& links : m_together) {
        std::vector<bool> silent(m_design.links.size(), false);
        for (const std::uint32_t l : links)
            silent[l] = carried[l] && alone[l] < kNever && isBelow(l, alone[l]);
        if (std::count(silent.begin(), silent.end(), true) == 0) continue;
        // A lookup does not count its own wait, whether or not it is one of them.
        const std::vector<double> together =
            SilentLookups(*this, carried, writes, silent).find(client, patienceS);
        for (const std::uint32_t l : links)
            longest[l] = std::min(longest[l], together[l]);
    }
    return longest;
}

std::vector<bool> Lookups::survivesSilence(std::uint32_t client, const std::vector<bool>& carried,
                                           bool writes, double patienceS) const {
    if (std::find(m_isLookup.begin(), m_isLookup.end(), true) == m_isLookup.end()) return {};
    std::vector<bool> survives(m_design.links.size(), false);
    if (!m_anyTimeout) return survives;
    const std::vector<double> limits = longest(client, carried, writes, patienceS);
    for (std::uint32_t l = 0; l < survives.size(); ++l)
        survives[l] = isBelow(l, limits[l]);
    return survives;
}

std::vector<double> Lookups::longestTimeouts() const {
    if (std::find(m_isLookup.begin(), m_isLookup.end(), true) == m_isLookup.end()) return {};
    std::vector<double> all(m_design.links.size(), kNever);
    for (std::uint32_t n = 0; n < m_design.nodes.size(); ++n) {
        const Node& client = m_design.nodes.at(n);
        if (!hasRole(client, "client")) continue;
        for (const RequestClass& requestClass : classesOf(client)) {
            std::vector<bool> carried;
            for (const Link& link : m_design.links)
                carried.push_back(link.carries(requestClass.id));
            const std::vector<double> one =
                longest(n, carried, requestClass.writes, patienceOf(client, requestClass));
            for (std::size_t l = 0; l < all.size(); ++l)
                if (m_isLookup[l]) all[l] = std::min(all[l], one[l]);
        }
    }
    return all;
}

double patienceOf(const Node& client, const RequestClass& requestClass) {
    return std::min(requestClass.deadline.seconds(),
                    get(client.parameters, key::client::attemptTimeout).seconds());
}

} // namespace alwayson

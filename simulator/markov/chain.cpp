#include "simulator/markov/chain.h"

#include <algorithm>
#include <boost/graph/compressed_sparse_row_graph.hpp>
#include <boost/graph/strong_components.hpp>
#include <cmath>
#include <fmt/format.h>
#include <limits>

namespace alwayson::sim {

namespace {

Error invalid(std::string code, std::string message, std::string cure) {
    return Error{ErrorKind::invalidInput, std::move(code), std::move(message), std::move(cure), {}};
}

Status checkTransitions(std::size_t states, std::span<const Transition> transitions) {
    for (const Transition& t : transitions) {
        if (t.from >= states || t.to >= states)
            return invalid(
                "markov.state_range",
                fmt::format("A transition goes from state {} to state {}, but the chain has {} states.",
                            t.from, t.to, states),
                "Number the states from 0.");
        if (!(t.rate >= 0) || std::isinf(t.rate))
            return invalid("markov.rate",
                           fmt::format("The rate from state {} to state {} is {}.", t.from, t.to, t.rate),
                           "A rate is finite and not negative.");
    }
    return success();
}

} // namespace

RateMatrix RateMatrix::transposed() const {
    RateMatrix result;
    result.start.assign(start.size(), 0);
    for (const StateIndex to : column)
        ++result.start[to + 1];
    for (std::size_t i = 1; i < result.start.size(); ++i)
        result.start[i] += result.start[i - 1];
    result.column.resize(column.size());
    result.value.resize(value.size());
    std::vector<std::size_t> next(result.start.begin(), result.start.end() - 1);
    for (std::size_t row = 0; row < rows(); ++row)
        for (std::size_t at = start[row]; at < start[row + 1]; ++at) {
            const std::size_t place = next[column[at]]++;
            result.column[place] = static_cast<StateIndex>(row);
            result.value[place] = value[at];
        }
    return result;
}

Result<MarkovChain> MarkovChain::make(std::size_t states, std::span<const Transition> transitions) {
    if (states == 0) return invalid("markov.no_states", "A Markov chain needs at least one state.", {});
    if (states >= std::numeric_limits<StateIndex>::max())
        return invalid("markov.state_range", fmt::format("{} states are too many for one chain.", states),
                       {});
    if (Status checked = checkTransitions(states, transitions); !checked) return std::move(checked).error();

    MarkovChain chain;
    std::vector<std::size_t> start(states + 1, 0);
    for (const Transition& t : transitions)
        ++start[t.from + 1];
    for (std::size_t i = 1; i <= states; ++i)
        start[i] += start[i - 1];
    std::vector<Transition> sorted(transitions.size());
    std::vector<std::size_t> next(start.begin(), start.end() - 1);
    for (const Transition& t : transitions)
        sorted[next[t.from]++] = t;

    chain.m_exit.assign(states, 0);
    chain.m_rates.start.assign(1, 0);
    chain.m_rates.start.reserve(states + 1);
    for (std::size_t state = 0; state < states; ++state) {
        const auto begin = sorted.begin() + static_cast<std::ptrdiff_t>(start[state]);
        const auto end = sorted.begin() + static_cast<std::ptrdiff_t>(start[state + 1]);
        std::stable_sort(begin, end, [](const Transition& a, const Transition& b) { return a.to < b.to; });
        const std::size_t first = chain.m_rates.column.size();
        for (auto t = begin; t != end; ++t) {
            if (t->rate <= 0 || t->to == state) continue;
            if (chain.m_rates.column.size() > first && chain.m_rates.column.back() == t->to)
                chain.m_rates.value.back() += t->rate;
            else {
                chain.m_rates.column.push_back(t->to);
                chain.m_rates.value.push_back(t->rate);
            }
        }
        for (std::size_t at = first; at < chain.m_rates.value.size(); ++at)
            chain.m_exit[state] += chain.m_rates.value[at];
        chain.m_rates.start.push_back(chain.m_rates.column.size());
    }
    return chain;
}

double MarkovChain::maxExitRate() const {
    return m_exit.empty() ? 0 : *std::max_element(m_exit.begin(), m_exit.end());
}

SubChain restrictTo(const MarkovChain& chain, std::vector<StateIndex> members) {
    constexpr StateIndex kOutside = std::numeric_limits<StateIndex>::max();
    std::vector<StateIndex> number(chain.size(), kOutside);
    for (std::size_t i = 0; i < members.size(); ++i)
        number[members[i]] = static_cast<StateIndex>(i);
    SubChain part;
    part.leaving.assign(members.size(), 0);
    part.inside.start.reserve(members.size() + 1);
    std::vector<std::pair<StateIndex, double>> row;
    for (std::size_t i = 0; i < members.size(); ++i) {
        const auto targets = chain.targets(members[i]);
        const auto rates = chain.ratesFrom(members[i]);
        row.clear();
        for (std::size_t t = 0; t < targets.size(); ++t) {
            if (number[targets[t]] == kOutside)
                part.leaving[i] += rates[t];
            else
                row.emplace_back(number[targets[t]], rates[t]);
        }
        std::sort(row.begin(), row.end(), [](const auto& a, const auto& b) { return a.first < b.first; });
        for (const auto& [to, rate] : row) {
            part.inside.column.push_back(to);
            part.inside.value.push_back(rate);
        }
        part.inside.start.push_back(part.inside.column.size());
    }
    part.members = std::move(members);
    return part;
}

std::size_t ChainClasses::closedCount() const {
    return static_cast<std::size_t>(std::count(closed.begin(), closed.end(), true));
}

std::vector<StateIndex> ChainClasses::membersOf(std::uint32_t wanted) const {
    std::vector<StateIndex> members;
    for (std::size_t state = 0; state < classOf.size(); ++state)
        if (classOf[state] == wanted) members.push_back(static_cast<StateIndex>(state));
    return members;
}

ChainClasses classify(const MarkovChain& chain) {
    using Graph = boost::compressed_sparse_row_graph<boost::directedS, boost::no_property, boost::no_property,
                                                     boost::no_property, StateIndex, std::size_t>;
    const RateMatrix& rates = chain.rates();
    std::vector<std::pair<StateIndex, StateIndex>> edges;
    edges.reserve(rates.column.size());
    for (std::size_t from = 0; from < chain.size(); ++from)
        for (const StateIndex to : rates.columnsOf(from))
            edges.emplace_back(static_cast<StateIndex>(from), to);
    const Graph graph(boost::edges_are_sorted, edges.begin(), edges.end(),
                      static_cast<StateIndex>(chain.size()));
    std::vector<StateIndex> component(chain.size());
    const auto index = boost::get(boost::vertex_index, graph);
    const std::size_t count =
        boost::strong_components(graph, boost::make_iterator_property_map(component.begin(), index));

    ChainClasses classes;
    classes.count = count;
    classes.closed.assign(count, true);
    classes.classOf.resize(chain.size());
    constexpr std::uint32_t kNew = std::numeric_limits<std::uint32_t>::max();
    std::vector<std::uint32_t> number(count, kNew);
    std::uint32_t used = 0;
    for (std::size_t state = 0; state < chain.size(); ++state) {
        std::uint32_t& mine = number[component[state]];
        if (mine == kNew) mine = used++;
        classes.classOf[state] = mine;
    }
    for (const auto& [from, to] : edges)
        if (classes.classOf[from] != classes.classOf[to]) classes.closed[classes.classOf[from]] = false;
    return classes;
}

std::vector<bool> reachable(const RateMatrix& rates, const std::vector<bool>& from,
                            const std::vector<bool>& stopAt) {
    std::vector<bool> seen = from;
    std::vector<StateIndex> work;
    for (std::size_t state = 0; state < from.size(); ++state)
        if (from[state]) work.push_back(static_cast<StateIndex>(state));
    while (!work.empty()) {
        const StateIndex state = work.back();
        work.pop_back();
        if (!stopAt.empty() && stopAt[state]) continue;
        for (const StateIndex to : rates.columnsOf(state))
            if (!seen[to]) {
                seen[to] = true;
                work.push_back(to);
            }
    }
    return seen;
}

Status checkDistribution(const MarkovChain& chain, std::span<const double> distribution) {
    double sum = 0;
    bool fine = distribution.size() == chain.size();
    for (const double weight : distribution) {
        fine = fine && weight >= 0;
        sum += weight;
    }
    if (fine && std::abs(sum - 1) <= 1e-9) return success();
    return invalid("markov.distribution",
                   fmt::format("The distribution over {} states has {} weights that add up to {}.",
                               chain.size(), distribution.size(), sum),
                   "Give one weight per state, none negative, that add up to 1.");
}

} // namespace alwayson::sim

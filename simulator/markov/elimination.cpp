#include "simulator/markov/elimination.h"

#include <Eigen/OrderingMethods>
#include <Eigen/SparseCore>
#include <algorithm>
#include <fmt/format.h>

namespace alwayson::sim {

namespace {

Error tooDense(std::size_t states) {
    return Error{
        ErrorKind::budgetExceeded,
        "markov.too_dense",
        fmt::format("Eliminating the {} states of this Markov chain one by one would take too long.", states),
        "Solve it by iteration, or make it smaller by lumping equal parts.",
        {}};
}

constexpr double kLarge = 1e200;

Error stopped() {
    return Error{ErrorKind::cancelled, "markov.cancelled", "Solving the Markov chain was stopped.", {}, {}};
}

} // namespace

Result<Elimination> Elimination::run(const SubChain& part, const Limits& limits) {
    Elimination e;
    if (part.members.empty()) return e;
    const RateMatrix incoming = part.inside.transposed();
    if (Status s = e.orderStates(part.inside, incoming); !s) return std::move(s).error();
    if (Status s = e.findPattern(part.inside, incoming, limits); !s) return std::move(s).error();
    e.load(part, incoming);
    if (Status s = e.eliminate(limits); !s) return std::move(s).error();
    return e;
}

Status Elimination::orderStates(const RateMatrix& inside, const RateMatrix& incoming) {
    const std::size_t n = inside.rows();
    if (n > 20'000'000) return tooDense(n);
    using Matrix = Eigen::SparseMatrix<double, Eigen::ColMajor, int>;
    std::vector<Eigen::Triplet<double, int>> entries;
    entries.reserve(2 * inside.column.size() + n);
    for (std::size_t row = 0; row < n; ++row) {
        for (const RateMatrix* side : {&inside, &incoming})
            for (const StateIndex column : side->columnsOf(row))
                entries.emplace_back(static_cast<int>(row), static_cast<int>(column), 1.0);
        entries.emplace_back(static_cast<int>(row), static_cast<int>(row), 1.0);
    }
    Matrix pattern(static_cast<int>(n), static_cast<int>(n));
    pattern.setFromTriplets(entries.begin(), entries.end());
    Eigen::PermutationMatrix<Eigen::Dynamic, Eigen::Dynamic, int> permutation;
    Eigen::AMDOrdering<int>()(pattern.selfadjointView<Eigen::Lower>(), permutation);
    m_order.resize(n);
    m_rank.resize(n);
    for (std::size_t rank = 0; rank < n; ++rank) {
        m_order[rank] = static_cast<StateIndex>(permutation.indices()[static_cast<int>(rank)]);
        m_rank[m_order[rank]] = static_cast<StateIndex>(rank);
    }
    return success();
}

// Which rates will ever be there. A state's later neighbours become neighbours of each other; it is enough to
// hand them to the first of them (the elimination tree).
Status Elimination::findPattern(const RateMatrix& inside, const RateMatrix& incoming, const Limits& limits) {
    const std::size_t n = m_order.size();
    constexpr StateIndex kNone = static_cast<StateIndex>(-1);
    std::vector<StateIndex> firstChild(n, kNone), nextSibling(n, kNone), mark(n, kNone);
    m_start.assign(1, 0);
    for (std::size_t k = 0; k < n; ++k) {
        const auto self = static_cast<StateIndex>(k);
        mark[k] = self;
        const auto add = [&](StateIndex rank) {
            if (rank <= self || mark[rank] == self) return;
            mark[rank] = self;
            m_later.push_back(rank);
        };
        for (const RateMatrix* side : {&inside, &incoming})
            for (const StateIndex member : side->columnsOf(m_order[k]))
                add(m_rank[member]);
        for (StateIndex child = firstChild[k]; child != kNone; child = nextSibling[child])
            for (std::size_t at = m_start[child]; at < m_start[child + 1]; ++at)
                add(m_later[at]);
        const auto begin = m_later.begin() + static_cast<std::ptrdiff_t>(m_start[k]);
        std::sort(begin, m_later.end());
        const double count = static_cast<double>(m_later.end() - begin);
        m_operations += count * count;
        if (m_operations > limits.operations || m_later.size() > limits.entries) return tooDense(n);
        if (begin != m_later.end()) {
            nextSibling[k] = firstChild[*begin];
            firstChild[*begin] = self;
        }
        m_start.push_back(m_later.size());
    }
    return success();
}

void Elimination::load(const SubChain& part, const RateMatrix& incoming) {
    const std::size_t n = m_order.size();
    m_out.assign(m_later.size(), 0);
    m_in.assign(m_later.size(), 0);
    m_leaving = toRanks(part.leaving);
    m_total.assign(n, 0);
    std::vector<std::size_t> place(n, 0);
    for (std::size_t k = 0; k < n; ++k) {
        for (std::size_t at = m_start[k]; at < m_start[k + 1]; ++at)
            place[m_later[at]] = at;
        const StateIndex member = m_order[k];
        const auto fill = [&](const RateMatrix& side, std::vector<double>& target) {
            const auto columns = side.columnsOf(member);
            const auto values = side.valuesOf(member);
            for (std::size_t i = 0; i < columns.size(); ++i)
                if (m_rank[columns[i]] > k) target[place[m_rank[columns[i]]]] = values[i];
        };
        fill(part.inside, m_out);
        fill(incoming, m_in);
    }
}

Status Elimination::eliminate(const Limits& limits) {
    const std::size_t n = m_order.size();
    std::vector<std::size_t> place(n, 0);
    for (std::size_t k = 0; k < n; ++k) {
        if (k % 64 == 0 && limits.stop.stop_requested()) return stopped();
        const std::size_t first = m_start[k], last = m_start[k + 1];
        double total = m_leaving[k];
        for (std::size_t at = first; at < last; ++at)
            total += m_out[at];
        m_total[k] = total;
        if (total <= 0) continue; // only the last state of a closed class
        for (std::size_t at = first; at < last; ++at)
            m_in[at] /= total;
        for (std::size_t a = first; a < last; ++a) {
            const StateIndex i = m_later[a];
            const double into = m_in[a], back = m_out[a];
            m_leaving[i] += into * m_leaving[k];
            for (std::size_t at = m_start[i]; at < m_start[i + 1]; ++at)
                place[m_later[at]] = at;
            for (std::size_t b = a + 1; b < last; ++b) {
                const std::size_t at = place[m_later[b]];
                m_out[at] += into * m_out[b]; // i -> k -> j
                m_in[at] += m_in[b] * back;   // j -> k -> i
            }
        }
    }
    return success();
}

std::vector<double> Elimination::toRanks(const std::vector<double>& byMember) const {
    std::vector<double> byRank(byMember.size());
    for (std::size_t k = 0; k < byRank.size(); ++k)
        byRank[k] = byMember[m_order[k]];
    return byRank;
}

std::vector<double> Elimination::toMembers(const std::vector<double>& byRank) const {
    std::vector<double> byMember(byRank.size());
    for (std::size_t k = 0; k < byRank.size(); ++k)
        byMember[m_order[k]] = byRank[k];
    return byMember;
}

std::vector<double> Elimination::stationary() const {
    const std::size_t n = m_order.size();
    std::vector<double> pi(n, 0);
    if (n == 0) return pi;
    pi[n - 1] = 1;
    double sum = 1;
    for (std::size_t k = n - 1; k-- > 0;) {
        for (std::size_t at = m_start[k]; at < m_start[k + 1]; ++at)
            pi[k] += pi[m_later[at]] * m_in[at];
        sum += pi[k];
        if (sum < kLarge) continue;
        for (std::size_t i = k; i < n; ++i) // the last state is so rare that the others would overflow
            pi[i] /= kLarge;
        sum /= kLarge;
    }
    for (double& p : pi)
        p /= sum;
    return toMembers(pi);
}

std::vector<double> Elimination::untilLeft(std::vector<double> reward) const {
    const std::size_t n = m_order.size();
    std::vector<double> x = toRanks(reward);
    for (std::size_t k = 0; k < n; ++k)
        for (std::size_t at = m_start[k]; at < m_start[k + 1]; ++at)
            x[m_later[at]] += m_in[at] * x[k];
    for (std::size_t k = n; k-- > 0;) {
        for (std::size_t at = m_start[k]; at < m_start[k + 1]; ++at)
            x[k] += m_out[at] * x[m_later[at]];
        x[k] /= m_total[k];
    }
    return toMembers(x);
}

std::vector<double> Elimination::timeIn(std::vector<double> initial) const {
    const std::size_t n = m_order.size();
    std::vector<double> y = toRanks(initial);
    for (std::size_t k = 0; k < n; ++k) {
        y[k] /= m_total[k];
        for (std::size_t at = m_start[k]; at < m_start[k + 1]; ++at)
            y[m_later[at]] += y[k] * m_out[at];
    }
    for (std::size_t k = n; k-- > 0;)
        for (std::size_t at = m_start[k]; at < m_start[k + 1]; ++at)
            y[k] += y[m_later[at]] * m_in[at];
    return toMembers(y);
}

} // namespace alwayson::sim

#pragma once
// State reduction without subtraction: Grassmann, Taksar and Heyman, Operations Research 33 (1985) 1107, on a
// sparse chain. A state is taken out and its visits become direct rates between the states that are left; a
// sum of positive numbers stands wherever Gaussian elimination would subtract, so that every result keeps
// nearly full relative accuracy, however small it is (O'Cinneide, Numerische Mathematik 65 (1993) 109). Rates
// to the outside are kept apart and never enter a difference either, which is what a mean time of 1e15 h
// needs.

#include "simulator/markov/chain.h"

#include <span>
#include <stop_token>

namespace alwayson::sim {

class Elimination {
public:
    struct Limits {
        double operations = 3e9;          // multiplications, about a nanosecond each
        std::size_t entries = 60'000'000; // stored rates, 20 bytes each
        std::stop_token stop;
    };

    // Eliminates all states of the part, in an order that keeps the rates sparse (approximate minimum degree,
    // Amestoy, Davis and Duff 1996, from Eigen). Nobody outside the part is entered again. Every member must
    // reach the outside, or the part must be one closed class.
    // Errors: "markov.too_dense" (budgetExceeded; known before the work starts), "markov.cancelled".
    static Result<Elimination> run(const SubChain& part, const Limits& limits);

    // Long-run probabilities of a closed class, in the order of its members; sum 1.
    std::vector<double> stationary() const;
    // (-T)^-1 reward: what is earned until the part is left, from each start; reward per unit of time, >= 0.
    std::vector<double> untilLeft(std::vector<double> reward) const;
    // initial (-T)^-1: expected time in each state until the part is left.
    std::vector<double> timeIn(std::vector<double> initial) const;

    double operations() const { return m_operations; }

private:
    // All by rank, the order of elimination. later[start[k] .. start[k + 1]): neighbours of k that were
    // still there when k was taken out.
    std::vector<StateIndex> m_rank;  // member -> rank
    std::vector<StateIndex> m_order; // rank -> member
    std::vector<std::size_t> m_start;
    std::vector<StateIndex> m_later;
    std::vector<double> m_out;     // rate k -> later
    std::vector<double> m_in;      // rate later -> k, over m_total[k]
    std::vector<double> m_leaving; // rate to the outside
    std::vector<double> m_total;   // rate out of k when it was taken out
    double m_operations = 0;

    Status orderStates(const RateMatrix& inside, const RateMatrix& incoming);
    Status findPattern(const RateMatrix& inside, const RateMatrix& incoming, const Limits& limits);
    void load(const SubChain& part, const RateMatrix& incoming);
    Status eliminate(const Limits& limits);
    std::vector<double> toRanks(const std::vector<double>& byMember) const;
    std::vector<double> toMembers(const std::vector<double>& byRank) const;
};

} // namespace alwayson::sim

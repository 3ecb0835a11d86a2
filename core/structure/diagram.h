#pragma once
// An ordered multi-valued decision diagram of "the goals of a System are missed" (private to core/structure).
//
// It is built from the top, layer by layer: a node is the partial result after the variables so far (counts
// and sums of pools, places that are out and still matter), and equal partial results share one node, which
// makes k-of-n and weighted thresholds polynomial. Probabilities run down (reach) and up (down), so that the
// derivative with respect to every level of every variable costs one pass. All sums are of positive terms:
// unavailability keeps its relative accuracy.

#include "core/structure/system.h"

#include <cstdint>
#include <stop_token>
#include <vector>

namespace alwayson {

class Diagram {
public:
    enum class Outcome : std::uint8_t { done, tooLarge, cancelled };

    // States less likely than `leaveOut` are not followed; at most `budget` nodes are made.
    Outcome build(const System& system, double leaveOut, std::size_t budget, const std::stop_token& stop);

    double down() const { return m_down; } // probability that a goal is missed, at least
    double leftOut() const {
        return m_leftOut;
    } // probability that was not followed: down() + leftOut() is an upper bound
    std::size_t size() const { return m_prefix.empty() ? 0 : m_prefix.back(); }

    // P(down | variable of this layer at `level`) - P(down | it is at `from`, by default: it works), over the
    // states in which it matters.
    double difference(std::size_t layer, std::size_t level, std::size_t from = 0) const;

private:
    static constexpr std::uint32_t kDown = 0xfffffffeU;
    static constexpr std::uint32_t kCut = 0xfffffffdU; // not followed
    static constexpr std::uint32_t kUp = 0xfffffffcU;
    void propagateUp(const System& system);
    double valueOf(std::uint32_t child) const {
        return child < kUp ? m_value[child] : child == kDown ? 1 : 0;
    }

    std::vector<std::size_t> m_prefix;  // first node of each layer; one more at the end
    std::vector<std::size_t> m_edgesAt; // first edge of each layer
    std::vector<std::size_t> m_levels;  // per layer
    std::vector<std::uint32_t> m_children;
    std::vector<double> m_reach; // per node: probability to come here
    std::vector<double> m_value; // per node: probability of down from here
    double m_down = 0;
    double m_leftOut = 0;
    double m_downAtStart = 0;
};

} // namespace alwayson

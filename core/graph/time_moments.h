#pragma once
// Times that requests take, as far as mean and variance tell, and how long several of them side by side take.

#include "core/model/distribution.h"

#include <cstdint>
#include <vector>

namespace alwayson {

struct TimeMoments {
    double mean = 0;     // s
    double variance = 0; // s squared
    double least = 0;    // s: it never takes less; 0 is always right
};

TimeMoments momentsOf(const DistributionShape& shape);
// One after the other, independent of each other.
TimeMoments operator+(const TimeMoments& a, const TimeMoments& b);
// So many one after the other; of a fraction there is one more with that chance. 0.5: one of two times.
TimeMoments times(double count, const TimeMoments& each);

// One of them, by weight.
class Mixture {
public:
    void add(double weight, const TimeMoments& time);
    double weight() const { return m_weight; }
    TimeMoments moments() const; // of no weight: 0

private:
    double m_weight = 0, m_first = 0, m_second = 0, m_least = 0;
};

// `count` calls side by side, each of which takes `each`.
struct SideBySide {
    double count = 1;
    TimeMoments each;
};
// Until the last of all has answered. Each is taken for a constant and an exponential time with the same mean
// and variance (varying more than an exponential time: for a lognormal one beyond its least), independent of
// the others. Exact for constants and exponential times, and for lognormal ones that vary so much, up to 1 %.
TimeMoments lastOf(const std::vector<SideBySide>& calls);

// What a caller waits for an answer: not longer than `timeout`, s, each time, and again so long as there are
// attempts left and none has answered.
struct Waited {
    TimeMoments time;
    double unanswered = 0; // chance that no attempt brings an answer
};
// An answer of which only moments are known, taken for such times as in lastOf().
Waited waitFor(const TimeMoments& answer, double timeout, double attempts);
// One that takes `way` seconds and a time of this distribution: by its integral.
Waited waitFor(const DistributionShape& answer, double way, double timeout, double attempts);

// Mean time, s, until `wanted` of these have come, each after its delay and a time of its distribution;
// 0 when that many are not there.
struct Delayed {
    double delay = 0; // s
    DistributionShape after;
};
double meanUntil(std::uint32_t wanted, const std::vector<Delayed>& answers);

} // namespace alwayson

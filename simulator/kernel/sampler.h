#pragma once
// Durations by inversion: one uniform number, one sample, monotone in it. Made once when a design is
// compiled.

#include "core/model/distribution.h"
#include "simulator/kernel/sim_time.h"

#include <cstdint>
#include <vector>

namespace alwayson::sim {

class Sampler {
public:
    Sampler() = default;
    // gamma and Erlang build a table of their inverse here (some 100 us, relative error below 1e-6); the rest
    // is closed form.
    explicit Sampler(const DistributionShape& shape);

    // Seconds, 0 < u < 1; increasing in u.
    double seconds(double u) const;
    // Seconds, from a unit exponential number e = -ln(u); meaningful only when isExponential() or
    // isWeibull-like closed forms.
    bool isConstant() const { return m_shape.family == DistributionFamily::constant; }
    bool isExponential() const { return m_shape.family == DistributionFamily::exponential; }
    double mean() const { return m_mean; } // seconds
    const DistributionShape& shape() const { return m_shape; }

private:
    double gammaSeconds(double u) const;
    DistributionShape m_shape;
    double m_mean = 0;
    std::vector<double> m_table; // ln(quantile / scale) at equal steps of the normal quantile of u
};

} // namespace alwayson::sim

#pragma once
// Elementary functions made of IEEE +, -, *, / and sqrt only, so that every compiler, level and machine gives
// the same bits (the build forbids contraction). Accuracy is a few units in the last place, far below any
// sampling error.

#include <bit>
#include <cmath>
#include <cstdint>

namespace alwayson::sim {

// Natural logarithm of a positive normal number (method: W. Kahan / fdlibm e_log, argument in [sqrt(1/2),
// sqrt(2))). Works on double and on GCC vectors of double with the matching vector of int64.
template <class D, class I>
__attribute__((always_inline)) inline void logLanes(const D& x, D& out) {
    const I bits = __builtin_bit_cast(I, x);
    const I shifted = bits - 0x3fe6a09e667f3bcdLL; // sqrt(1/2)
    const I exponent = shifted >> 52;
    const D m = __builtin_bit_cast(D, bits - (exponent << 52));
    // int64 -> double by the 1.5 * 2^52 trick, the same in every lane width
    const D k = __builtin_bit_cast(D, exponent + 0x4338000000000000LL) - 6755399441055744.0;
    const D f = m - 1.0;
    const D s = f / (2.0 + f);
    const D z = s * s;
    const D w = z * z;
    const D t1 =
        w * (3.999999999940941908e-01 + w * (2.222219843214978396e-01 + w * 1.531383769920937332e-01));
    const D t2 =
        z * (6.666666666666735130e-01 +
             w * (2.857142874366239149e-01 + w * (1.818357216161805012e-01 + w * 1.479819860511658591e-01)));
    const D half = 0.5 * f * f;
    out = k * 6.93147180369123816490e-01 -
          ((half - (s * (half + (t1 + t2)) + k * 1.90821492927058770002e-10)) - f);
}
inline double fixedLog(double x) {
    double out = 0;
    logLanes<double, std::int64_t>(x, out);
    return out;
}

// e^x, 0 below -708, saturated above 709 (method: fdlibm e_exp).
inline double fixedExp(double x) {
    if (x < -708.0) return 0;
    if (x > 709.0) x = 709.0;
    const double shifted = x * 1.44269504088896338700 + 6755399441055744.0;
    const std::int64_t k = __builtin_bit_cast(std::int64_t, shifted) - 0x4338000000000000LL;
    const double kd = shifted - 6755399441055744.0;
    const double hi = x - kd * 6.93147180369123816490e-01;
    const double lo = kd * 1.90821492927058770002e-10;
    const double r = hi - lo;
    const double t = r * r;
    const double c = r - t * (1.66666666666666019037e-01 +
                              t * (-2.77777777770155933842e-03 +
                                   t * (6.61375632143793436117e-05 +
                                        t * (-1.65339022054652515390e-06 + t * 4.13813679705723846039e-08))));
    const double y = 1.0 - ((lo - (r * c) / (2.0 - c)) - hi);
    return __builtin_bit_cast(double, __builtin_bit_cast(std::int64_t, y) + (k << 52));
}

// x^y for x > 0.
inline double fixedPow(double x, double y) {
    return fixedExp(y * fixedLog(x));
}

// Standard normal quantile, 0 < p < 1, relative error about 1e-16 (Wichura 1988, algorithm AS 241, PPND16).
double normalQuantile(double p);

// ln(gamma(x)), x > 0 (Lanczos, g = 7, n = 9).
double fixedLogGamma(double x);

// The continued fraction of the upper incomplete gamma function, x >= a + 1: Q(a, x) = x^a e^-x / gamma(a)
// times it (method: Lentz). Relative error about 1e-15.
double upperGammaFraction(double a, double x);

// Regularised lower incomplete gamma P(a, x), a > 0, x >= 0: series below a + 1, continued fraction above.
double gammaP(double a, double x);

} // namespace alwayson::sim

#include "simulator/kernel/fixed_math.h"

namespace alwayson::sim {
namespace {

double horner(double x, const double (&c)[8]) {
    double y = c[7];
    for (int i = 6; i >= 0; --i)
        y = y * x + c[i];
    return y;
}

const double kA[8]{3.3871328727963666080e0,  1.3314166789178437745e+2, 1.9715909503065514427e+3,
                   1.3731693765509461125e+4, 4.5921953931549871457e+4, 6.7265770927008700853e+4,
                   3.3430575583588128105e+4, 2.5090809287301226727e+3};
const double kB[8]{1.0,
                   4.2313330701600911252e+1,
                   6.8718700749205790830e+2,
                   5.3941960214247511077e+3,
                   2.1213794301586595867e+4,
                   3.9307895800092710610e+4,
                   2.8729085735721942674e+4,
                   5.2264952788528545610e+3};
const double kC[8]{1.42343711074968357734e0,  4.63033784615654529590e0, 5.76949722146069140550e0,
                   3.64784832476320460504e0,  1.27045825245236838258e0, 2.41780725177450611770e-1,
                   2.27238449892691845833e-2, 7.74545014278341407640e-4};
const double kD[8]{1.0,
                   2.05319162663775882187e0,
                   1.67638483018380384940e0,
                   6.89767334985100004550e-1,
                   1.48103976427480074590e-1,
                   1.51986665636164571966e-2,
                   5.47593808499534494600e-4,
                   1.05075007164441684324e-9};
const double kE[8]{6.65790464350110377720e0,  5.46378491116411436990e0,  1.78482653991729133580e0,
                   2.96560571828504891230e-1, 2.65321895265761230930e-2, 1.24266094738807843860e-3,
                   2.71155556874348757815e-5, 2.01033439929228813265e-7};
const double kF[8]{1.0,
                   5.99832206555887937690e-1,
                   1.36929880922735805310e-1,
                   1.48753612908506148525e-2,
                   7.86869131145613259100e-4,
                   1.84631831751005468180e-5,
                   1.42151175831644588870e-7,
                   2.04426310338993978564e-15};

} // namespace

double normalQuantile(double p) {
    const double q = p - 0.5;
    if (q > -0.425 && q < 0.425) {
        const double r = 0.180625 - q * q;
        return q * horner(r, kA) / horner(r, kB);
    }
    const double tail = q < 0 ? p : 1.0 - p;
    double r = std::sqrt(-fixedLog(tail));
    double z = 0;
    if (r <= 5.0) {
        r -= 1.6;
        z = horner(r, kC) / horner(r, kD);
    } else {
        r -= 5.0;
        z = horner(r, kE) / horner(r, kF);
    }
    return q < 0 ? -z : z;
}

double fixedLogGamma(double x) {
    static const double kLanczos[9]{0.99999999999980993,  676.5203681218851,     -1259.1392167224028,
                                    771.32342877765313,   -176.61502916214059,   12.507343278686905,
                                    -0.13857109526572012, 9.9843695780195716e-6, 1.5056327351493116e-7};
    if (x < 1.0) return fixedLogGamma(x + 1.0) - fixedLog(x);
    const double y = x - 1.0;
    double sum = kLanczos[0];
    for (int i = 1; i < 9; ++i)
        sum += kLanczos[i] / (y + i);
    const double t = y + 7.5;
    return 0.91893853320467274178 + (y + 0.5) * fixedLog(t) - t + fixedLog(sum);
}

double upperGammaFraction(double a, double x) {
    double b = x + 1.0 - a;
    double c = 1e300;
    double d = 1.0 / b;
    double h = d;
    for (int i = 1; i < 2000; ++i) {
        const double an = -i * (i - a);
        b += 2.0;
        d = 1.0 / (an * d + b);
        c = b + an / c;
        const double factor = c * d;
        h *= factor;
        if (factor > 1.0 - 1e-15 && factor < 1.0 + 1e-15) break;
    }
    return h;
}

double gammaP(double a, double x) {
    if (x <= 0) return 0;
    const double scale = fixedExp(a * fixedLog(x) - x - fixedLogGamma(a));
    if (x >= a + 1.0) return 1.0 - scale * upperGammaFraction(a, x);
    double term = 1.0 / a;
    double sum = term;
    for (int n = 1; n < 2000; ++n) {
        term *= x / (a + n);
        sum += term;
        if (term < sum * 1e-17) break;
    }
    return sum * scale;
}

} // namespace alwayson::sim

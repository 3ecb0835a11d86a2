// Rows of the reference numbers that a Markov chain answers, fed to the engine directly. (The design files of
// the rows go through the program's own path elsewhere; K1 has no design file: inspection by one repair unit
// that several failed classes race for, and "connected" as its meaning of up, cannot be drawn.)

#include "simulator/markov/group_chain.h"
#include "tests/simulator/markov/markov_support.h"

using namespace alwayson;
using namespace alwayson::sim;
using namespace alwayson::test;

namespace {

constexpr double kMinutesPerYear = 525600;

GroupParameters group(int units, int needed, double failure, double repair, int crews = 0) {
    GroupParameters p;
    p.units = units;
    p.needed = needed;
    p.modes = {{failure, repair}};
    p.crews = crews;
    return p;
}

// A pair with failover: `active` of the two interrupt when they fail. Hours.
GroupParameters pair(int active, double mtbf, double mttr, double coverage, double failover, double restart,
                     bool frozen) {
    GroupParameters p = group(2, 1, 1 / mtbf, 1 / mttr, 1);
    p.active = active;
    p.failover.stages = {{failover, 1}};
    p.failover.coverage = coverage;
    p.failover.uncoveredRecovery = 1 / restart;
    p.failover.frozen = frozen;
    return p;
}

OutageFigures figures(const GroupParameters& p) {
    Result<OutageFigures> result = groupFigures(p);
    if (!result) qFatal("%s", describe(result.error()).c_str());
    return std::move(result).value();
}

// To half a unit of the last of `digits` decimals, and a little for the rounding of the printed number.
bool printedAs(double value, double wanted, int digits) {
    return std::abs(value - wanted) <= .5000001 * std::pow(10.0, -digits);
}

// Independent components of given unavailability, each repaired at rate 1 by its own crew.
double enumerated(const std::vector<double>& down, bool (*works)(StateView)) {
    const std::vector<std::int32_t> first(down.size(), 1);
    const auto space = explore(first, [&](StateView s, TransitionSink& out) {
        for (std::size_t i = 0; i < s.size(); ++i) {
            std::vector<std::int32_t> next(s.begin(), s.end());
            next[i] = 1 - s[i];
            out.to(next, s[i] ? down[i] / (1 - down[i]) : 1);
        }
    });
    std::vector<bool> up;
    for (std::size_t i = 0; i < space->size(); ++i)
        up.push_back(works(space->state(i)));
    return outageFigures(space->chain, up, 0)->unavailability;
}

// PRISM's workstation cluster: left, right, left switch, right switch, backbone, and what the repair unit
// does (0 inspects, 1 + class: repairs it).
Result<StateSpace> cluster(std::int32_t n) {
    const std::vector<std::int32_t> first{n, n, 1, 1, 1, 0};
    return explore(first, [n](StateView s, TransitionSink& out) {
        const double fails[] = {1. / 500, 1. / 500, 1. / 4000, 1. / 4000, 1. / 5000};
        const double repairs[] = {2, 2, .25, .25, .125};
        const std::int32_t all[] = {n, n, 1, 1, 1};
        for (std::size_t i = 0; i < 5; ++i) {
            std::vector<std::int32_t> next(s.begin(), s.end());
            if (s[i] > 0) {
                --next[i];
                out.to(next, fails[i] * s[i]);
                next[i] = s[i];
            }
            if (s[5] == 0 && s[i] < all[i]) {
                next[5] = static_cast<std::int32_t>(i) + 1;
                out.to(next, 10);
            } else if (s[5] == static_cast<std::int32_t>(i) + 1) {
                ++next[i];
                next[5] = 0;
                out.to(next, repairs[i]);
            }
        }
    });
}

std::vector<bool> connected(const StateSpace& space, std::int32_t wanted) {
    std::vector<bool> enough;
    for (std::size_t i = 0; i < space.size(); ++i) {
        const StateView s = space.state(i);
        enough.push_back((s[0] >= wanted && s[2]) || (s[1] >= wanted && s[3]) ||
                         (s[0] + s[1] >= wanted && s[2] && s[3] && s[4]));
    }
    return enough;
}

// Mean of a birth-death queue with room for `room`: rate in, rates out by number present.
struct Queue {
    double busy = 0, length = 0, waiting = 0, lost = 0;
};
Queue queue(std::size_t room, double arrival, std::size_t servers) {
    std::vector<double> in(room, arrival), out;
    for (std::size_t i = 1; i <= room; ++i)
        out.push_back(double(std::min(i, servers)));
    const auto p = steadyState(birthDeath(in, out))->probability;
    Queue q;
    for (std::size_t i = 0; i <= room; ++i) {
        q.length += double(i) * p[i];
        if (i >= servers) q.busy += p[i], q.waiting += double(i - servers) * p[i];
    }
    q.lost = p[room];
    return q;
}

} // namespace

class TestMarkovReference : public QObject {
    Q_OBJECT

private slots:
    void combinatorialRows() {
        const auto own = [](int n, int k, double down) {
            return figures(group(n, k, down / (1 - down), 1)).unavailability;
        };
        QVERIFY(relativeError(own(3, 2, .01), 1 - .999702) < 1e-9);    // C1
        QVERIFY(relativeError(own(5, 3, .005), 1.24064375e-6) < 1e-9); // C2: 1 - 0.99999875935625
        const double c3 = enumerated({.01, .05, .05, .03, .03, .03}, [](StateView s) {
            return s[0] && (s[1] || s[2]) && s[3] + s[4] + s[5] >= 2;
        });
        QVERIFY(relativeError(c3, .01508799115) < 1e-9);
        const double c4 = enumerated({.03, .02, .05}, [](StateView s) { return s[0] || (s[1] && s[2]); });
        QVERIFY(relativeError(c4, .00207) < 1e-9);
        const double c5 = enumerated({.1, .2, .3}, [](StateView s) { return s[0] + s[1] + s[2] >= 2; });
        QVERIFY(relativeError(c5, .098) < 1e-9);
        QVERIFY(printedAs(figures(group(1, 1, 1. / 3600, 1)).availability, .99972229936, 11)); // C8
    }
    void repairable_data() {
        QTest::addColumn<int>("n");
        QTest::addColumn<int>("k");
        QTest::addColumn<int>("crews");
        QTest::addColumn<double>("availability");
        QTest::addColumn<int>("digits");
        QTest::addColumn<double>("mttff");
        QTest::addColumn<double>("outage");
        QTest::addColumn<double>("minutes");
        QTest::newRow("R1") << 1 << 1 << 1 << .990099009901 << 12 << 1000. << 10. << 5203.9604;
        QTest::newRow("R2") << 2 << 1 << 2 << .999901970395059 << 15 << 51500. << 5. << 51.52436;
        QTest::newRow("R3") << 2 << 1 << 1 << .999803960007842 << 15 << 51500. << 10. << 103.03862;
        QTest::newRow("R4") << 3 << 2 << 3 << .999707852365474 << 15 << 17500. << 5.0166667 << 153.5528;
        QTest::newRow("R5") << 3 << 1 << 1 << .999994178182545 << 15 << 1735166.67 << 10. << 3.05995;
    }
    void repairable() {
        QFETCH(int, n);
        QFETCH(int, k);
        QFETCH(int, crews);
        QFETCH(double, availability);
        QFETCH(int, digits);
        QFETCH(double, mttff);
        QFETCH(double, outage);
        QFETCH(double, minutes);
        const OutageFigures f = figures(group(n, k, 1e-3, .1, crews));
        QVERIFY(std::abs(f.availability - availability) <= .5 * std::pow(10.0, -digits) + 2.3e-16);
        QVERIFY(relativeError(f.meanTimeToFirst, mttff) < (mttff == std::floor(mttff) ? 1e-12 : 5e-9));
        QVERIFY(relativeError(f.meanOutage, outage) < (outage == std::floor(outage) ? 1e-12 : 1e-8));
        QVERIFY(relativeError(f.unavailability * kMinutesPerYear, minutes) < 1.7e-6);
        // the row's law to full relative accuracy, from the small side
        std::vector<double> pi{1};
        for (int j = 0; j < n; ++j)
            pi.push_back(pi.back() * (n - j) * 1e-3 / (std::min(j + 1, crews) * .1));
        const double down = std::accumulate(pi.begin() + (n - k + 1), pi.end(), 0.0);
        QVERIFY(relativeError(f.unavailability, down / std::accumulate(pi.begin(), pi.end(), 0.0)) < 1e-13);
    }
    void r6() {
        const OutageFigures f = figures(group(2, 1, 1. / 4380, 2, 2));
        QVERIFY(std::abs(f.unavailability - 1.3028446662e-8) <= .5e-18);
        QVERIFY(printedAs(f.meanTimeToFirst, 19190970, 0));
        QVERIFY(printedAs(f.unavailability * kMinutesPerYear * 60, .41, 2));
    }
    void f1() {
        const std::tuple<double, double, double, double> rows[] = {{1, .999803960008, 51500, 1e-12},
                                                                   {.99, .999607996864, 25745, 2e-5},
                                                                   {.9, .997847779300, 4672.727273, 1e-9}};
        for (const auto& [coverage, availability, mttff, tolerance] : rows) {
            GroupParameters p = group(2, 1, 1e-3, .1, 1);
            p.failover.coverage = coverage;
            const OutageFigures f = figures(p);
            QVERIFY(printedAs(f.availability, availability, 12));
            QVERIFY2(relativeError(f.meanTimeToFirst, mttff) < tolerance,
                     std::to_string(f.meanTimeToFirst).c_str());
        }
    }
    void f2() {
        const double l = 1. / 5000, m = 1. / 4, c = .9, delta = 120, beta = 6;
        const GroupParameters p = pair(2, 5000, 4, c, 1 / delta, 1 / beta, true);
        const OutageFigures f = figures(p);
        const double down = 2 * l * l / m / m + 2 * l * c / delta + 2 * l * (1 - c) / beta;
        QVERIFY(relativeError(f.unavailability, down / (1 + 2 * l / m + down)) < 1e-12);
        QVERIFY(std::abs(f.availability - .999989070939467) <= .5e-15 + 1.2e-16);
        // by cause: the parts add up to the whole
        const auto chain = makeGroupChain(p);
        double failover = 0, uncovered = 0, both = 0;
        for (std::size_t i = 0; i < chain->space.size(); ++i)
            if (!chain->up[i])
                (chain->stage(i) == 1   ? failover
                 : chain->stage(i) == 2 ? uncovered
                                        : both) += f.probability[i];
        QVERIFY(printedAs(failover * kMinutesPerYear, 1.57426, 5));
        QVERIFY(printedAs(uncovered * kMinutesPerYear, 3.49836, 5));
        QVERIFY(printedAs(both * kMinutesPerYear, .671686, 6));
        QVERIFY(printedAs(f.unavailability * kMinutesPerYear, 5.74431, 5));
    }
    void f3() {
        for (const bool frozen : {true, false}) {
            const double lb = figures(pair(1, 8760, 1, .99, .001, .25, frozen)).unavailability;
            const double web = figures(group(3, 2, 1. / 720, 6)).unavailability;
            const double db = figures(pair(1, 2190, 4, .95, 1. / 120, .5, frozen)).unavailability;
            const double total = lb + web + db - lb * web - lb * db - web * db + lb * web * db;
            QVERIFY(printedAs(1 - web, .999999839348, 12));
            QVERIFY(printedAs(1 - lb, frozen ? .999999575632 : .99999963281492, frozen ? 12 : 14));
            QVERIFY(printedAs(1 - db, frozen ? .999978376929 : .99997964992448, frozen ? 12 : 14));
            QVERIFY(printedAs(total * kMinutesPerYear, frozen ? 11.672566 : 10.97343, frozen ? 6 : 5));
            if (frozen) QVERIFY(printedAs(1 - total, .999977791922, 12));
        }
    }
    void f2b() {
        const OutageFigures f = figures(pair(2, 5000, 4, .9, 1. / 120, 1. / 6, false));
        QVERIFY(printedAs(f.availability, .99998934351080, 14));
        QVERIFY(printedAs(f.unavailability * kMinutesPerYear, 5.60105, 5));
    }
    void f4() { // one failover of d seconds per year of operation
        for (const double d : {5., 12., 30., 90., 600.}) {
            GroupParameters p = group(2, 1, 1. / 8760, 1e9); // the old primary returns as a spare at once
            p.active = 1;
            p.spareHazard = 0;
            p.modes[0].repair = 1; // within the hour, well after the failover
            p.failover.stages = {{d / 3600, 1}};
            p.failover.frozen = true;
            const OutageFigures f = figures(p);
            // per year of operation; what is left is both down at once, 1e-8 of the time and 0.4 s a year
            QVERIFY(relativeError(f.unavailability / f.availability * 8760 * 3600, d) < .1);
            const auto chain = makeGroupChain(p);
            double failover = 0;
            for (std::size_t i = 0; i < chain->space.size(); ++i)
                if (chain->stage(i) > 0) failover += f.probability[i];
            const double perPrimaryHour = failover / f.probability[0];
            QVERIFY(relativeError(perPrimaryHour * 8760 * 3600, d) < 1e-12);
        }
    }
    void storage() {
        const double l = 1e-6, m = 1. / 24;
        QVERIFY(relativeError(figures(group(2, 1, l, m)).meanTimeToFirst, 2.083483333333333e10) <
                1e-12); // S3
        QVERIFY(relativeError(figures(group(3, 1, l, m)).meanTimeToFirst, 5.787523166e14) <
                1e-10); // S4 parallel
        QVERIFY(relativeError(figures(group(3, 1, l, m, 1)).meanTimeToFirst, 2.893796315e14) <
                1e-9); // S4 serial
    }
    void s1AndS2() {
        const auto own = [](int k) { return figures(group(3, k, .01 / .99, 1)).unavailability; };
        QVERIFY(relativeError(own(1), 1e-6) < 1e-9);
        QVERIFY(relativeError(own(2), .000298) < 1e-9);
        QVERIFY(relativeError(own(3), .029701) < 1e-9);
        // S2: replicas are read one after the other; each is one of the W with the newest write or not.
        const auto missed = [](int n, int w, int r) {
            const std::vector<std::int32_t> first{0, 0}; // read, found
            const auto space = explore(first, [=](StateView s, TransitionSink& out) {
                if (s[0] == r || s[1]) return;
                const double left = n - s[0];
                out.to(std::vector<std::int32_t>{s[0] + 1, 1}, w / left);
                out.to(std::vector<std::int32_t>{s[0] + 1, 0}, (left - w) / left);
            });
            std::vector<bool> end;
            for (std::size_t i = 0; i < space->size(); ++i)
                end.push_back(space->chain.exitRate(i) <= 0);
            const auto reads = absorption(space->chain, certainly(space->chain, 0), end);
            const auto stale = space->find(std::vector<std::int32_t>{r, 0});
            return stale ? reads->reached[*stale] : 0.0;
        };
        QVERIFY(printedAs(missed(3, 1, 1), .6667, 4));
        QVERIFY(relativeError(missed(5, 2, 2), .3) < 1e-14); // C(3,2) / C(5,2)
        QCOMPARE(missed(3, 2, 2), 0.0);
    }
    void k1() {
        const auto space = cluster(2);
        QCOMPARE(space->size(), std::size_t(276));
        const auto premium = connected(*space, 2), minimum = connected(*space, 1); // floor(.75 x 2) = 1
        const auto steady = outageFigures(space->chain, premium, 0);
        QVERIFY(relativeError(steady->unavailability, 1 - .9999615335623628) < 1e-9);
        QVERIFY(std::abs(steady->availability - .9999615335623628) <= 1.2e-16);
        const auto below = intervalUnavailability(space->chain, minimum, 0, 2000);
        // The row prints .004659192406; 50 digits by the deviation from the long run give .00465919240547462.
        QVERIFY(relativeError(*below * 2000, .00465919240547462) < 1e-11);
        QVERIFY(relativeError(*below * 2000, .004659192406) < 1e-9);
        auto first = timeToFirstOutage(space->chain, minimum, 0);
        QVERIFY(std::abs(first->at(2000)->cdf - .001158395575) <= .5e-12);
    }
    void queues() { // Q1 to Q5 with room for so many that nobody is lost
        QVERIFY(relativeError(queue(400, .5, 1).length / .5, 2) < 1e-12);
        QVERIFY(relativeError(queue(400, .8, 1).length / .8, 5) < 1e-12);
        QVERIFY(relativeError(queue(600, .9, 1).length / .9, 10) < 1e-12);
        const Queue two = queue(600, 1.8, 2), four = queue(600, 3.2, 4), ten = queue(600, 9, 10);
        QVERIFY(printedAs(two.busy, .852631578947, 12) && printedAs(two.waiting / 1.8, 4.26315789474, 11));
        QVERIFY(printedAs(four.busy, .596432471787, 12) && printedAs(four.waiting / 3.2, .745540589734, 12));
        QVERIFY(printedAs(ten.busy, .668731524108, 12) && printedAs(ten.waiting / 9, .668731524108, 12));
        QVERIFY(printedAs(queue(10, 8, 10).lost, .121661064253, 12));
    }
    void q9() { // 20 users think 1 s and visit two stations of .05 and .03 s
        const std::vector<std::int32_t> first{0, 0};
        const auto space = explore(first, [](StateView s, TransitionSink& out) {
            const auto to = [&](int first_, int second, double rate) {
                out.to(std::vector<std::int32_t>{s[0] + first_, s[1] + second}, rate);
            };
            if (s[0] + s[1] < 20) to(1, 0, 20 - s[0] - s[1]);
            if (s[0] > 0) to(-1, 1, 1 / .05);
            if (s[1] > 0) to(0, -1, 1 / .03);
        });
        QCOMPARE(space->size(), std::size_t(231));
        const auto p = steadyState(space->chain)->probability;
        double throughput = 0;
        for (std::size_t i = 0; i < p.size(); ++i)
            if (space->state(i)[1] > 0) throughput += p[i] / .03;
        QVERIFY(printedAs(throughput, 16.2551673151, 10));
        QVERIFY(printedAs(20 / throughput - 1, .2303779846, 10));
    }
    void q10() { // M/M/1 that breaks down, idle or busy
        const std::vector<std::int32_t> first{0, 1};
        const auto space = explore(first, [](StateView s, TransitionSink& out) {
            if (s[0] < 1500) out.to(std::vector<std::int32_t>{s[0] + 1, s[1]}, .5);
            if (s[0] > 0 && s[1]) out.to(std::vector<std::int32_t>{s[0] - 1, 1}, 1);
            out.to(std::vector<std::int32_t>{s[0], 1 - s[1]}, s[1] ? .01 : .1);
        });
        for (const ChainMethod method : {ChainMethod::elimination, ChainMethod::gaussSeidel}) {
            SteadyStateOptions options;
            options.method = method;
            const auto steady = steadyState(space->chain, options);
            QVERIFY(steady.ok());
            double length = 0;
            for (std::size_t i = 0; i < space->size(); ++i)
                length += space->state(i)[0] * steady->probability[i];
            QVERIFY(printedAs(length, 2.2323232323, 10));
            QVERIFY(printedAs(length / .5, 4.4646464646, 10));
        }
    }
};

ALWAYSON_TEST_MAIN(TestMarkovReference, test_markov_reference)
#include "test_markov_reference.moc"

// Closed networks against row Q9 of the reference numbers and against birth and death.

#include "simulator/exact/closed_network.h"
#include "tests/support/test_support.h"

#include <cmath>
#include <numeric>

using namespace alwayson;

namespace {

bool close(double value, double wanted, double relative = 1e-9) {
    return std::abs(value - wanted) <= relative * std::abs(wanted);
}

// N users who think 1/a, c servers of rate mu: a birth-death chain (machine repair).
double throughputOfRepair(std::uint32_t users, double a, std::uint32_t servers, double mu) {
    std::vector<double> weight{1};
    for (std::uint32_t n = 0; n < users; ++n)
        weight.push_back(weight.back() * (users - n) * a / (std::min(n + 1, servers) * mu));
    const double sum = std::accumulate(weight.begin(), weight.end(), 0.0);
    double rate = 0;
    for (std::uint32_t n = 1; n <= users; ++n)
        rate += weight[n] / sum * std::min(n, servers) * mu;
    return rate;
}

} // namespace

class TestClosedNetwork : public QObject {
    Q_OBJECT

private slots:
    void referenceRow() { // Q9
        const sim::ClosedFigures q9 = sim::closedNetwork(20, 1, {{0.05, 1}, {0.03, 1}});
        QVERIFY2(close(q9.throughput, 16.2551673151), qPrintable(QString::number(q9.throughput, 'g', 15)));
        QVERIFY2(close(q9.response, 0.2303779846), qPrintable(QString::number(q9.response, 'g', 15)));
        QVERIFY(close(20, q9.throughput * (1 + q9.response), 1e-12)); // Little
        QVERIFY(close(q9.present[0] + q9.present[1] + q9.throughput * 1, 20, 1e-12));
        QVERIFY(close(q9.utilisation[0], q9.throughput * 0.05, 1e-12));
    }

    void severalServers_data() {
        QTest::addColumn<int>("users");
        QTest::addColumn<int>("servers");
        for (const int users : {1, 2, 5, 40})
            for (const int servers : {1, 2, 3, 8})
                QTest::addRow("%d users, %d servers", users, servers) << users << servers;
    }
    void severalServers() {
        QFETCH(int, users);
        QFETCH(int, servers);
        const auto n = static_cast<std::uint32_t>(users), c = static_cast<std::uint32_t>(servers);
        const double wanted = throughputOfRepair(n, 0.5, c, 1 / 0.7);
        const double got = sim::closedNetwork(n, 2, {{0.7, c}}).throughput;
        QVERIFY2(close(got, wanted, 1e-9), qPrintable(QString("%1, not %2").arg(got).arg(wanted)));
    }

    void edges() {
        QVERIFY(close(sim::closedNetwork(7, 2, {{0.5, 0}}).throughput, 7 / 2.5, 1e-12)); // never waits
        QVERIFY(close(sim::closedNetwork(1000, 0, {{0.5, 1}}).throughput, 2, 1e-9));     // all wait
        QVERIFY(close(sim::closedNetwork(3, 1.5, {}).throughput, 2, 1e-12));
        QVERIFY(std::isinf(sim::closedNetwork(3, 0, {}).throughput));
        const double most = sim::closedNetwork(300, 1, {{1, 100}}).throughput; // many users and servers
        QVERIFY2(close(most, throughputOfRepair(300, 1, 100, 1)), qPrintable(QString::number(most)));
    }
};

ALWAYSON_TEST_MAIN(TestClosedNetwork, test_closed_network)
#include "test_closed_network.moc"

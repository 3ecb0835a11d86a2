// Distributions as people enter them, and their moments, quantiles and limits.
#include "core/base/json.h"
#include "core/model/codec.h"
#include "core/model/distribution.h"
#include "tests/support/test_support.h"

#include <cmath>

using namespace alwayson;

namespace {

Distribution distributionOf(const char* json) {
    return distributionFromJson(Json::parse(json), "/d").value();
}

std::string codeOf(const char* json) {
    const Result<Distribution> read = distributionFromJson(Json::parse(json), "/d");
    return read.ok() ? "" : read.error().code;
}

bool near(double a, double b, double relative = 1e-9) {
    return std::fabs(a - b) <= relative * std::max(std::fabs(a), std::fabs(b));
}

} // namespace

class TestDistribution : public QObject {
    Q_OBJECT
private slots:
    void moments_data();
    void moments();
    void quantileInvertsCdf();
    void lognormalFromMeanAndPercentile();
    void refused_data();
    void refused();
    void roundTrip();
    void describes();
};

void TestDistribution::moments_data() {
    QTest::addColumn<QByteArray>("json");
    QTest::addColumn<double>("mean");         // s
    QTest::addColumn<double>("secondMoment"); // s^2
    const auto row = [](const char* json, double mean, double second) {
        QTest::newRow(json) << QByteArray(json) << mean << second;
    };
    row(R"({"dist":"constant","value_ms":250})", 0.25, 0.0625);
    row(R"({"dist":"exponential","mean_min":2})", 120, 28800);
    row(R"({"dist":"weibull","shape":1,"scale_s":3})", 3, 18);
    row(R"({"dist":"weibull","shape":2,"mean_s":1})", 1, 4 / 3.14159265358979323846);
    row(R"({"dist":"lognormal","median_s":2,"sigma":1})", 2 * std::exp(0.5), 4 * std::exp(2.0));
    row(R"({"dist":"gamma","shape":2.5,"mean_s":5})", 5, 35);
    row(R"({"dist":"erlang","stages":4,"mean_s":2})", 2, 5);
    row(R"({"dist":"uniform","min_s":1,"max_s":3})", 2, 13.0 / 3);
    row(R"({"dist":"triangular","min_s":0,"mode_s":1,"max_s":2})", 1, 7.0 / 6);
    row(R"({"dist":"hyperexponential","p1":0.25,"mean1_s":4,"mean2_s":1})", 1.75, 9.5);
    row(R"({"dist":"empirical","values_s":[3,1,2]})", 2, 14.0 / 3);
}

void TestDistribution::moments() {
    QFETCH(QByteArray, json);
    QFETCH(double, mean);
    QFETCH(double, secondMoment);
    const DistributionShape shape = resolve(distributionOf(json.constData())).value();
    QVERIFY2(near(shape.mean(), mean), qPrintable(QString::number(shape.mean(), 'g', 17)));
    QVERIFY2(near(shape.secondMoment(), secondMoment),
             qPrintable(QString::number(shape.secondMoment(), 'g', 17)));
}

void TestDistribution::quantileInvertsCdf() {
    for (const char* json :
         {R"({"dist":"exponential","mean_s":2})", R"({"dist":"weibull","shape":0.7,"scale_s":3})",
          R"({"dist":"lognormal","median_s":2,"p95_s":9})", R"({"dist":"gamma","shape":0.5,"mean_s":5})",
          R"({"dist":"erlang","stages":3,"mean_s":5})", R"({"dist":"uniform","min_s":1,"max_s":3})",
          R"({"dist":"triangular","min_s":0,"mode_s":0.5,"max_s":2})",
          R"({"dist":"hyperexponential","p1":0.1,"mean1_s":40,"mean2_s":1})"}) {
        const DistributionShape shape = resolve(distributionOf(json)).value();
        double last = 0;
        for (const double p : {0.001, 0.25, 0.5, 0.9, 0.999}) {
            const double x = shape.quantile(p);
            QVERIFY2(x > last && near(shape.cdf(x), p, 1e-9), json);
            last = x;
        }
        QCOMPARE(shape.cdf(-1), 0.0);
    }
    const DistributionShape steps =
        resolve(distributionOf(R"({"dist":"empirical","values_s":[4,1,3,2]})")).value();
    QCOMPARE(steps.quantile(0.25), 1.0);
    QCOMPARE(steps.quantile(0.26), 2.0);
    QCOMPARE(steps.cdf(2.5), 0.5);
    QCOMPARE(resolve(distributionOf(R"({"dist":"constant","value_s":5})")).value().quantile(0.9), 5.0);
}

void TestDistribution::lognormalFromMeanAndPercentile() {
    const DistributionShape shape =
        resolve(distributionOf(R"({"dist":"lognormal","mean_ms":12,"p99_ms":60})")).value();
    QVERIFY(near(shape.mean(), 0.012));
    QVERIFY(near(shape.quantile(0.99), 0.06));
    const DistributionShape other =
        resolve(distributionOf(R"({"dist":"lognormal","median_min":120,"p95_min":720})")).value();
    QVERIFY(near(other.quantile(0.5), 7200));
    QVERIFY(near(other.quantile(0.95), 43200));
    // The largest ratio of p99 and mean that a lognormal has is exp(z^2 / 2) = 14.97.
    QCOMPARE(codeOf(R"({"dist":"lognormal","mean_s":1,"p99_s":14.9})"), std::string());
    QCOMPARE(codeOf(R"({"dist":"lognormal","mean_s":1,"p99_s":15})"), std::string("distribution.range"));
}

void TestDistribution::refused_data() {
    QTest::addColumn<QByteArray>("json");
    QTest::addColumn<QByteArray>("code");
    const auto row = [](const char* json, const char* code) {
        QTest::newRow(json) << QByteArray(json) << QByteArray(code);
    };
    row(R"(12)", "design.type");
    row(R"({})", "distribution.family");
    row(R"({"dist":"normal","mean_s":1})", "distribution.family");
    row(R"({"dist":"exponential"})", "distribution.entries");
    row(R"({"dist":"exponential","mean":1})", "distribution.entries");
    row(R"({"dist":"exponential","mean_s":"1"})", "design.type");
    row(R"({"dist":"exponential","mean_s":1,"p99_s":2})", "distribution.entries");
    row(R"({"dist":"exponential","mean_s":1,"mean_ms":1000})", "distribution.entries");
    row(R"({"dist":"exponential","mean_s":0})", "distribution.range");
    row(R"({"dist":"constant","value_s":-1})", "distribution.range");
    row(R"({"dist":"weibull","shape":2,"scale_s":1,"mean_s":1})", "distribution.entries");
    row(R"({"dist":"weibull","shape":-2,"scale_s":1})", "distribution.range");
    row(R"({"dist":"weibull","shape":0.001,"scale_s":1})", "distribution.range"); // its mean is not finite
    row(R"({"dist":"lognormal","median_s":1,"sigma":1000})", "distribution.range");
    row(R"({"dist":"lognormal","mean_s":1,"median_s":1,"sigma":1})", "distribution.entries");
    row(R"({"dist":"lognormal","mean_s":5,"p99_s":1})", "distribution.range");
    row(R"({"dist":"erlang","stages":1.5,"mean_s":1})", "distribution.range");
    row(R"({"dist":"uniform","min_s":3,"max_s":1})", "distribution.range");
    row(R"({"dist":"triangular","min_s":1,"mode_s":1,"max_s":1})", "distribution.range");
    row(R"({"dist":"hyperexponential","p1":1.5,"mean1_s":1,"mean2_s":1})", "distribution.range");
    row(R"({"dist":"empirical","values_s":[]})", "distribution.entries");
    row(R"({"dist":"empirical","values":[1]})", "distribution.entries");
    row(R"({"dist":"empirical","values_s":[1,-1]})", "distribution.range");
    row(R"({"dist":"empirical","values_s":[1,"2"]})", "design.type");
    row(R"({"dist":"exponential","mean_s":1e300,"x/y_s":1})", "distribution.entries");
    row(R"({"dist":"exponential","mean_y":1e305})", "distribution.range");
}

void TestDistribution::refused() {
    QFETCH(QByteArray, json);
    QFETCH(QByteArray, code);
    QCOMPARE(QByteArray::fromStdString(codeOf(json.constData())), code);
}

void TestDistribution::roundTrip() {
    for (const char* json : {R"({"dist":"lognormal","mean_ms":12,"p99_ms":60.5})",
                             R"({"dist":"empirical","values_min":[1,2.5]})",
                             R"({"dist":"hyperexponential","p1":0.1,"mean1_s":40,"mean2_s":1})"}) {
        const Distribution distribution = distributionOf(json);
        QCOMPARE(toJson(distribution).dump(), std::string(json));
        QVERIFY(distributionFromJson(toJson(distribution), "").value() == distribution);
    }
}

void TestDistribution::describes() {
    QCOMPARE(describe(distributionOf(R"({"dist":"lognormal","mean_ms":12,"p99_ms":60})")),
             std::string("lognormal mean 12 ms, p99 60 ms"));
    QCOMPARE(describe(distributionOf(R"({"dist":"empirical","values_s":[1,2]})")),
             std::string("empirical, 2 values"));
}

ALWAYSON_TEST_MAIN(TestDistribution, test_distribution)
#include "test_distribution.moc"

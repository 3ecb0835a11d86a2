#include "app/gui/panels/parameter_text.h"
#include "core/catalogue/catalogue.h"
#include "tests/support/test_support.h"

using namespace alwayson;
using namespace alwayson::gui;

namespace {

ParameterSpec spec(ParameterType type, const char* unit = "", double low = 0, double high = 0) {
    ParameterSpec result;
    result.type = type;
    result.unit = unit;
    result.minimum = low;
    result.maximum = high;
    return result;
}

QString plain(QString text) {
    return text.replace(QChar(0x2009), QLatin1Char(' '));
}

} // namespace

class TestParameterText : public QObject {
    Q_OBJECT
private slots:
    void quantities_data() {
        QTest::addColumn<int>("type");
        QTest::addColumn<QString>("unit");
        QTest::addColumn<QString>("typed");
        QTest::addColumn<double>("stored");
        QTest::addColumn<QString>("shown");
        const auto row = [](const char* name, ParameterType type, const char* unit, const char* typed,
                            double stored, const char* shown) {
            QTest::newRow(name) << int(type) << QString::fromLatin1(unit) << QString::fromUtf8(typed)
                                << stored << QString::fromUtf8(shown);
        };
        row("ms", ParameterType::duration, "ms", "250 ms", 250, "250 ms");
        row("bare number", ParameterType::duration, "ms", "250", 250, "250 ms");
        row("seconds into ms", ParameterType::duration, "ms", "2s", 2000, "2 s");
        row("a part of a second", ParameterType::duration, "ms", "1.5 s", 1500, "1.5 s");
        row("comma", ParameterType::duration, "ms", "1,5 s", 1500, "1.5 s");
        row("hours", ParameterType::duration, "s", "8h", 28800, "8 h");
        row("90 s stays", ParameterType::duration, "s", "90 s", 90, "90 s");
        row("grouped", ParameterType::duration, "h", "2 100 h", 2100, "2100 h");
        row("five digits", ParameterType::duration, "h", "12100 h", 12100, "12 100 h");
        row("small", ParameterType::duration, "ms", "0.2", 0.2, "0.2 ms");
        row("percent", ParameterType::probability, "", "99.9 %", 0.999, "99.9 %");
        row("tight percent", ParameterType::probability, "", "99.95%", 0.9995, "99.95 %");
        row("share", ParameterType::probability, "", "0.07", 0.07, "7 %");
        row("rate", ParameterType::rate, "per_s", "400 /s", 400, "400 /s");
        row("rate per minute", ParameterType::rate, "per_s", "24 000/min", 400, "400 /s");
        row("rate in k", ParameterType::rate, "per_s", "10k", 10000, "10 000 /s");
        row("price", ParameterType::money, "usd_per_h", "$0.096/h", 0.096, "$0.096 /h");
        row("price per month", ParameterType::money, "usd_per_h", "$73 per month", 0.1, "$0.1 /h");
        row("size", ParameterType::bytes, "kb", "2 MB", 2000, "2000 kB");
        row("integer", ParameterType::integer, "", "1 000", 1000, "1000");
    }
    void quantities() {
        QFETCH(int, type);
        QFETCH(QString, unit);
        QFETCH(QString, typed);
        QFETCH(double, stored);
        QFETCH(QString, shown);
        const ParameterSpec one = spec(ParameterType(type), qPrintable(unit));
        const Typed result = parseValue(one, typed);
        QVERIFY2(result.what == Typed::What::value, qPrintable(result.error));
        QCOMPARE(result.value.get<double>(), stored);
        QCOMPARE(plain(valueText(one, stored)), shown);
        // What is shown reads back as the same value.
        const Typed again = parseValue(one, valueText(one, stored));
        QVERIFY2(again.what == Typed::What::value, qPrintable(again.error));
        QCOMPARE(again.value.get<double>(), stored);
    }

    void mistakesSayWhatToWrite_data() {
        QTest::addColumn<int>("type");
        QTest::addColumn<QString>("typed");
        QTest::addColumn<QString>("says");
        QTest::newRow("no time") << int(ParameterType::duration) << "soon"
                                 << "250 ms";
        QTest::newRow("no unit") << int(ParameterType::duration) << "5 parsecs"
                                 << "parsecs";
        QTest::newRow("more than one") << int(ParameterType::probability) << "99.9"
                                       << "99.9 %";
        QTest::newRow("more than all") << int(ParameterType::probability) << "200"
                                       << "at most 100 %.";
        QTest::newRow("fraction") << int(ParameterType::integer) << "2.5"
                                  << "whole";
        QTest::newRow("rest") << int(ParameterType::number) << "5 apples"
                              << "apples";
        QTest::newRow("price") << int(ParameterType::money) << "cheap"
                               << "/h";
        QTest::newRow("empty") << int(ParameterType::number) << ""
                               << "value";
    }
    void mistakesSayWhatToWrite() {
        QFETCH(int, type);
        QFETCH(QString, typed);
        QFETCH(QString, says);
        const Typed result = parseValue(spec(ParameterType(type), "ms"), typed);
        QVERIFY(result.what == Typed::What::wrong);
        QVERIFY2(result.error.contains(says), qPrintable(result.error));
    }

    void rangesAreNamedInTheUnitsOfTheField() {
        const ParameterSpec one = spec(ParameterType::duration, "ms", 10, 60000);
        QVERIFY(parseValue(one, QStringLiteral("1 ms")).error.contains(QStringLiteral("10 ms")));
        QVERIFY(parseValue(one, QStringLiteral("2 h")).error.contains(QStringLiteral("1 min")));
        QVERIFY(parseValue(spec(ParameterType::probability), QStringLiteral("120 %")).what ==
                Typed::What::wrong);
    }

    void everyDefaultOfTheCatalogueReadsBack() {
        const Catalogue& catalogue = Catalogue::builtIn();
        int seen = 0;
        for (const auto* list : {&catalogue.kinds(), &catalogue.domains(), &catalogue.groups(),
                                 &catalogue.links(), &catalogue.events()})
            for (const Descriptor& descriptor : *list)
                for (const auto* fields : {&descriptor.parameters, &descriptor.deploy})
                    for (const ParameterSpec& one : *fields) {
                        const QString text = valueText(one, one.defaultValue);
                        const Typed result = parseValue(one, text);
                        const QByteArray name = QByteArray::fromStdString(descriptor.id + "." + one.id) +
                                                ": " + text.toUtf8() + ": " + result.error.toUtf8();
                        if (std::holds_alternative<std::monostate>(one.defaultValue))
                            QVERIFY2(result.what == Typed::What::unset, name.constData());
                        else {
                            QVERIFY2(result.what == Typed::What::value, name.constData());
                            if (one.type != ParameterType::distribution)
                                QVERIFY2(result.value == valueJson(one.defaultValue), name.constData());
                        }
                        ++seen;
                    }
        QVERIFY(seen > 80);
    }

    void distributions_data() {
        QTest::addColumn<QString>("typed");
        QTest::addColumn<int>("family");
        QTest::addColumn<double>("meanS");
        QTest::newRow("constant") << "40 s" << int(DistributionFamily::constant) << 40.0;
        QTest::newRow("mean") << "mean 2 h" << int(DistributionFamily::exponential) << 7200.0;
        QTest::newRow("every") << "every 2 100 h" << int(DistributionFamily::exponential) << 2100 * 3600.0;
        QTest::newRow("uniform") << "1 s to 3 s" << int(DistributionFamily::uniform) << 2.0;
        QTest::newRow("lognormal") << "lognormal, mean 12 ms, p99 60 ms" << int(DistributionFamily::lognormal)
                                   << 0.012;
        QTest::newRow("weibull") << "weibull, shape 1, mean 10 s" << int(DistributionFamily::weibull) << 10.0;
        QTest::newRow("gamma") << "gamma shape 2 mean 10 s" << int(DistributionFamily::gamma) << 10.0;
        QTest::newRow("erlang") << "erlang stages 3, mean 6 s" << int(DistributionFamily::erlang) << 6.0;
        QTest::newRow("triangular") << "triangular min 1 s, mode 2 s, max 3 s"
                                    << int(DistributionFamily::triangular) << 2.0;
        QTest::newRow("hyper") << "p1 0.5, mean1 1 s, mean2 3 s" << int(DistributionFamily::hyperexponential)
                               << 2.0;
    }
    void distributions() {
        QFETCH(QString, typed);
        QFETCH(int, family);
        QFETCH(double, meanS);
        const Result<Distribution> result = parseDistribution(typed);
        QVERIFY2(result.ok(), result.ok() ? "" : result.error().message.c_str());
        QCOMPARE(int(result->family), family);
        QVERIFY(std::abs(resolve(*result)->mean() - meanS) < 1e-6 * meanS);
        const Result<Distribution> again = parseDistribution(distributionText(*result));
        QVERIFY2(again.ok(), qPrintable(distributionText(*result)));
        QCOMPARE(int(again->family), family);
        QVERIFY(std::abs(resolve(*again)->mean() - meanS) < 1e-6 * meanS);
    }

    void wrongDistributionsAreRefused_data() {
        QTest::addColumn<QString>("typed");
        for (const char* typed : {"", "often", "40", "median 40 s", "mean 40", "median 40 s, p95 10 s",
                                  "mean 10 s, p99 10000 s", "shape 2 s, mean 1 s", "mean 1 s nonsense"})
            QTest::newRow(typed) << QString::fromLatin1(typed);
    }
    void wrongDistributionsAreRefused() {
        QFETCH(QString, typed);
        const Result<Distribution> result = parseDistribution(typed);
        QVERIFY(!result.ok());
        QVERIFY(!result.error().message.empty());
    }
};

ALWAYSON_TEST_MAIN(TestParameterText, test_parameter_text)
#include "test_parameter_text.moc"

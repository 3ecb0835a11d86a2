// Price and capacity books, and what a node can carry.

#include "core/catalogue/books.h"
#include "core/catalogue/catalogue.h"
#include "tests/support/test_support.h"

#include <cmath>

using namespace alwayson;

namespace {

Node nodeOf(const char* kind, Parameters parameters = {}) {
    Node node;
    node.id = NodeId("n");
    node.kind = kind;
    node.parameters = std::move(parameters);
    return node;
}

} // namespace

class TestBooks : public QObject {
    Q_OBJECT

private slots:
    void bothBooksAreThere() {
        for (const char* id : {"realistic", "seed"}) {
            QVERIFY(priceBook(id));
            QVERIFY(capacityBook(id));
            QCOMPARE(priceBook(id)->id, std::string(id));
        }
        QVERIFY(!priceBook("none"));
        QVERIFY(!capacityBook(""));
    }

    void everyPriceHasASource() {
        for (const PriceBook& book : priceBooks()) {
            QVERIFY(!book.title.empty() && !book.note.empty() && !book.instanceTypesFrom.grade.empty());
            for (const auto& [type, price] : book.instanceTypes)
                QVERIFY2(price.usd() > 0 && price.usd() < 100, type.c_str());
            for (const auto& [kind, price] : book.kinds) {
                QVERIFY2(Catalogue::builtIn().kind(kind), kind.c_str());
                QVERIFY2(price.instanceType.has_value() != price.usdPerHour.has_value(), kind.c_str());
                QVERIFY2(!price.instanceType || book.instanceTypes.contains(*price.instanceType),
                         kind.c_str());
                QVERIFY(!price.from.source.empty() && !price.from.grade.empty());
            }
            if (!book.traffic) continue;
            QVERIFY(!book.traffic->egress.empty() &&
                    !book.traffic->egress.back().upToTbPerMonth); // the last tier is open
            for (std::size_t i = 1; i < book.traffic->egress.size(); ++i)
                QVERIFY(book.traffic->egress[i].usdPerGb <= book.traffic->egress[i - 1].usdPerGb);
        }
        for (const CapacityBook& book : capacityBooks())
            for (const auto& [kind, entry] : book.kinds) {
                QVERIFY2(Catalogue::builtIn().kind(kind), kind.c_str());
                QVERIFY(!entry.from.source.empty() && !entry.from.grade.empty());
            }
    }

    void capacities() {
        Design design;
        QVERIFY(std::abs(capacityOf(design, nodeOf("server")).perSecond - 8 / 0.012) < 1e-6);
        const Node four =
            nodeOf("server", {{"workers", 4.0}, {"service", Distribution::constantValue(10, "ms")}});
        QCOMPARE(capacityOf(design, four).perSecond, 400.0);
        QCOMPARE(capacityOf(design, four).source, std::string("4 workers / 10 ms mean service"));
        QVERIFY(std::abs(capacityOf(design, nodeOf("mysql")).perSecond - 16 / 0.002) < 1e-3);
        QVERIFY(std::abs(capacityOf(design, nodeOf("cache")).perSecond - 8 / 0.0003) < 1e-2);
        QCOMPARE(capacityOf(design, nodeOf("haproxy")).perSecond, 97000.0);
        design.settings.capacityBook = "seed";
        QCOMPARE(capacityOf(design, nodeOf("haproxy")).perSecond, 10000.0);
        QCOMPARE(balancerLatency(design, nodeOf("haproxy")).milliseconds(), 1.0);
        QCOMPARE(balancerLatency(design, nodeOf("server")).seconds(), 0.0);
        QCOMPARE(capacityOf(design, nodeOf("haproxy", {{"capacity_per_s", 123.0}})).perSecond, 123.0);
        QCOMPARE(capacityOf(design, nodeOf("external", {{"capacity_per_s", 50.0}})).perSecond, 50.0);
        for (const char* kind : {"external", "client", "voter"})
            QVERIFY(std::isinf(capacityOf(design, nodeOf(kind)).perSecond));
        design.settings.capacityBook = "unknown";
        QVERIFY(std::isinf(capacityOf(design, nodeOf("haproxy")).perSecond));
    }
};

ALWAYSON_TEST_MAIN(TestBooks, test_books)
#include "test_books.moc"

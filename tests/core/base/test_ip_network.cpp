// Networks with a prefix length: what they hold and what is none.
#include "core/base/ip_network.h"
#include "tests/support/test_support.h"

#include <QtTest/QtTest>

using namespace alwayson;

class TestIpNetwork : public QObject {
    Q_OBJECT

private slots:
    void holds_data() {
        QTest::addColumn<QString>("network");
        QTest::addColumn<QString>("address");
        QTest::addColumn<bool>("held");
        QTest::newRow("first") << "10.0.0.100/24"
                               << "10.0.0.0" << true;
        QTest::newRow("last") << "10.0.0.100/24"
                              << "10.0.0.255" << true;
        QTest::newRow("before") << "10.0.1.100/24"
                                << "10.0.0.255" << false;
        QTest::newRow("behind") << "10.0.0.100/24"
                                << "10.0.1.0" << false;
        QTest::newRow("odd length") << "10.0.0.100/22"
                                    << "10.0.3.9" << true;
        QTest::newRow("odd length, behind") << "10.0.0.100/22"
                                            << "10.0.4.9" << false;
        QTest::newRow("alone") << "10.0.0.100"
                               << "10.0.0.100" << true;
        QTest::newRow("alone, another") << "10.0.0.100/32"
                                        << "10.0.0.101" << false;
        QTest::newRow("IPv6") << "2001:db8::100/64"
                              << "2001:db8::ffff:1" << true;
        QTest::newRow("IPv6, another") << "2001:db8::100/64"
                                       << "2001:db8:0:1::1" << false;
        QTest::newRow("the other kind") << "10.0.0.100/24"
                                        << "::10.0.0.1" << false;
        QTest::newRow("a name") << "10.0.0.100/24"
                                << "lb1.example.com" << false;
    }
    void holds() {
        QFETCH(QString, network);
        QFETCH(QString, address);
        QFETCH(bool, held);
        const auto known = networkOf(network.toStdString());
        QVERIFY(known.has_value());
        QCOMPARE(known->holds(address.toStdString()), held);
    }

    void texts() {
        QCOMPARE(networkOf("10.0.0.100/24")->text(), std::string("10.0.0.0/24"));
        QCOMPARE(networkOf("2001:db8::100/64")->text(), std::string("2001:db8::/64"));
        QVERIFY(networkOf("10.0.0.100")->isOneAddress());
        QVERIFY(!networkOf("10.0.0.100/31")->isOneAddress());
    }

    void noNetworks() {
        for (const char* text : {"", "/24", "10.0.0/24", "10.0.0.1/0", "10.0.0.1/33", "10.0.0.1/", "::1/129",
                                 "10.0.0.1/2x", "10.0.0.1/24/24", "lb1/24", "*"})
            QVERIFY2(!networkOf(text), text);
    }
};

ALWAYSON_TEST_MAIN(TestIpNetwork, test_ip_network)
#include "test_ip_network.moc"

// Text for people: what nobody would see is written out.

#include "core/base/json.h"
#include "core/base/units.h"
#include "core/text/sentence.h"
#include "core/text/utf8.h"
#include "tests/support/test_support.h"

using namespace alwayson;

class TestText : public QObject {
    Q_OBJECT

private slots:
    void hiddenCharactersAreWrittenOut_data() {
        QTest::addColumn<QByteArray>("text");
        QTest::addColumn<QByteArray>("shown");
        const auto row = [](const char* name, const QByteArray& text, const QByteArray& shown) {
            QTest::newRow(name) << text << shown;
        };
        row("plain", "Web 1, caf\xc3\xa9 \xe2\x82\xac \xf0\x9f\x92\xbb",
            "Web 1, caf\xc3\xa9 \xe2\x82\xac \xf0\x9f\x92\xbb");
        row("line feed", "a\nb\r\tc", R"(a\nb\r\tc)");
        row("escape", "\x1b[2J", R"(\u001b[2J)");
        row("zero", QByteArray("a\0b", 3), R"(a\u0000b)");
        row("delete", "\x7f", R"(\u007f)");
        row("C1 control", QByteArray("\xc2\x9b") + "31m", R"(\u009b31m)");
        row("bidirectional override", QByteArray("\xe2\x80\xae") + "fdp.exe", R"(\u202efdp.exe)");
        row("bidirectional isolate", "\xe2\x81\xa6x", R"(\u2066x)");
        row("Arabic letter mark", "\xd8\x9c", R"(\u061c)");
        row("line separator", "\xe2\x80\xa8", R"(\u2028)");
        row("byte order mark", "\xef\xbb\xbfx", R"(\ufeffx)");
        row("tag", "\xf3\xa0\x80\x81", R"(\udb40\udc01)");
        row("joiners", "\xd9\x85\xe2\x80\x8c\xd8\xae", "\xd9\x85\xe2\x80\x8c\xd8\xae");
        row("not UTF-8", "a\xff\xc3", R"(a\xff\xc3)");
        row("overlong", "\xc0\x8a", R"(\xc0\x8a)");
        row("cut off", "\xe2\x80", R"(\xe2\x80)");
    }
    void hiddenCharactersAreWrittenOut() {
        QFETCH(QByteArray, text);
        QFETCH(QByteArray, shown);
        QCOMPARE(QByteArray::fromStdString(visible(text.toStdString())), shown);
    }

    void layoutCanBeKept() { QCOMPARE(visible("a\n\tb\x1b", Lines::keep), std::string("a\n\tb\\u001b")); }

    void jsonKeepsItsMeaning() {
        QString all;
        for (char16_t code = 0; code < 0x3000; ++code)
            all += QChar(code);
        all += QString::fromUtf8("\xf3\xa0\x80\x81");
        const std::string name = all.toStdString();
        const Json json{{"name", name}, {name, 1}};
        const std::string text = visible(json.dump(2), Lines::keep);
        QVERIFY(Json::parse(text) == json);
        QVERIFY(text.find("\xe2\x80\xae") == std::string::npos && text.find('\x7f') == std::string::npos);
    }

    void thousandsAreGroupedFromFiveDigitsOn() {
        const std::pair<const char*, const char*> pairs[] = {
            {"", ""},
            {"7", "7"},
            {"9999", "9999"},
            {"10000", "10 000"},
            {"123456", "123 456"},
            {"1234567", "1 234 567"},
            {"-12345.678901", "-12 345.678901"},
            {"0.000012345", "0.000012345"},
            {"$12345", "$12 345"},
            {"1e+07", "1e+07"},
            {"never", "never"},
            {"18446744073709551615", "18 446 744 073 709 551 615"}};
        for (const auto& [plain, shown] : pairs)
            QCOMPARE(grouped(plain), std::string(shown));
        QCOMPARE(countOf(12345, "member"), std::string("12 345 members"));
        QCOMPARE(formatSignificant(65758.4), std::string("65 758"));
        QCOMPARE(formatSignificant(5e8), std::string("500 000 000"));
        QCOMPARE(formatSignificant(-1.23456e9), std::string("-1 230 000 000"));
        QCOMPARE(formatAvailability(0), std::string("0 %"));
        QCOMPARE(formatAvailability(1e-9), std::string("below 0.01 %"));
        QCOMPARE(formatAvailability(0.0034), std::string("0.34 %"));
        QCOMPARE(formatAvailability(0.5), std::string("50 %"));
        QCOMPARE(formatAvailability(0.99923), std::string("99.923 %"));
        QCOMPARE(roundSignificant(65758.4), 65758.0);
        QCOMPARE(roundSignificant(0.012345), 0.0123);
        QCOMPARE(roundSignificant(1.2345e9), 1.23e9);
        QCOMPARE(formatMoney(Money(12345.6)), std::string("$12 346"));
        QCOMPARE(formatDuration(Duration::hours(12345)), std::string("12 345 h"));
        QCOMPARE(formatNumber(123456), std::string("123456"));
    }

    void longNamesAreCutAtACharacter() {
        std::string name = "x";
        for (int i = 0; i < 40; ++i)
            name += "\xc3\xa9";
        QCOMPARE(shownName(name), name.substr(0, 59) + "...");
        QCOMPARE(shownName(name.substr(0, 59)), name.substr(0, 59));
        QCOMPARE(shownName("a\nb"), std::string("a\\nb"));
        QVERIFY(cutAtCharacter("\xe2\x82\xac", 2).empty());
    }
};

ALWAYSON_TEST_MAIN(TestText, test_text)
#include "test_text.moc"

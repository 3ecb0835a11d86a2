// Which texts are JSON for this program: the categories of the public JSON test suites (y_ must be accepted,
// n_ must be refused, i_ decided by us), and the stricter rules of core/io/json_reader.h. "" means accepted,
// else the error's code.
#include "core/base/json.h"
#include "core/io/json_reader.h"
#include "tests/support/test_support.h"

#include <string>

using namespace alwayson;

namespace {

struct Case {
    const char* name;
    std::string text;
    const char* code;
};

template <std::size_t N>
std::string bytes(const char (&literal)[N]) {
    return std::string(literal, N - 1); // keeps NUL bytes
}

std::vector<Case> structureCases() {
    return {
        {"empty array", "[]", ""},
        {"empty object", "{}", ""},
        {"array with spaces", "[[]   ]", ""},
        {"array ending with newline", "[\"a\"\n]", ""},
        {"array with leading space", " [1]", ""},
        {"array with trailing space", "[2] ", ""},
        {"array heterogeneous", "[null, 1, \"1\", {}]", ""},
        {"array several nulls", "[1,null,null,null,2]", ""},
        {"lonely null", "null", ""},
        {"lonely true", "true", ""},
        {"lonely false", "false", ""},
        {"lonely string", "\"asd\"", ""},
        {"lonely negative number", "-0.1", ""},
        {"lonely integer", "42", ""},
        {"whitespace of all sorts", " \t\r\n[ \t\r\n]\r\n", ""},
        {"object one key", "{\"a\":\"b\"}", ""},
        {"object empty key", "{\"\":0}", ""},
        {"object same value twice", "{\"a\":\"b\",\"b\":\"b\"}", ""},
        {"object with newlines", "{\n\"a\": \"b\"\n}", ""},
        {"object same key in different objects", "[{\"a\":1},{\"a\":2},{\"b\":{\"a\":1},\"a\":0}]", ""},
        {"byte order mark", "\xEF\xBB\xBF{}", ""},
        {"two byte order marks", "\xEF\xBB\xBF\xEF\xBB\xBF{}", "json.syntax"},
        {"byte order mark alone", "\xEF\xBB\xBF", "json.empty"},
        {"half a byte order mark", "\xEF\xBB{}", "json.syntax"},
        {"nothing", "", "json.empty"},
        {"only spaces", " \n\t ", "json.empty"},
        {"UTF-16 LE", bytes("\xFF\xFE[\0]\0"), "json.syntax"},
        {"UTF-16 BE", bytes("\0[\0]"), "json.syntax"},
        {"array extra comma", "[\"\",]", "json.syntax"},
        {"array double comma", "[1,,2]", "json.syntax"},
        {"array extra commas at end", "[\"x\",,]", "json.syntax"},
        {"array just comma", "[,]", "json.syntax"},
        {"array comma first", "[,1]", "json.syntax"},
        {"array missing value", "[   , \"\"]", "json.syntax"},
        {"array missing comma", "[1 true]", "json.syntax"},
        {"array items by newline", "[1\n2]", "json.syntax"},
        {"array colon for comma", "[\"\": 1]", "json.syntax"},
        {"array unclosed", "[\"\"", "json.syntax"},
        {"array unclosed with comma", "[1,", "json.syntax"},
        {"array unclosed with newlines", "[1,\n1\n,1", "json.syntax"},
        {"array closed twice", "[1]]", "json.syntax"},
        {"array opened only", "[", "json.syntax"},
        {"array closed by brace", "[1}", "json.syntax"},
        {"array closed only", "]", "json.syntax"},
        {"array star inside", "[*]", "json.syntax"},
        {"array inner missing comma", "[3[4]]", "json.syntax"},
        {"object opened only", "{", "json.syntax"},
        {"object closed by bracket", "{\"a\":1]", "json.syntax"},
        {"object trailing comma", "{\"id\":0,}", "json.syntax"},
        {"object two trailing commas", "{\"id\":0,,}", "json.syntax"},
        {"object double colon", "{\"x\"::\"b\"}", "json.syntax"},
        {"object comma for colon", "{\"x\", null}", "json.syntax"},
        {"object missing colon", "{\"a\" \"b\"}", "json.syntax"},
        {"object missing value", "{\"a\":", "json.syntax"},
        {"object missing value, closed", "{\"a\":}", "json.syntax"},
        {"object missing key", "{:\"b\"}", "json.syntax"},
        {"object only a key", "{\"a\"}", "json.syntax"},
        {"object key without quotes", "{a: \"b\"}", "json.syntax"},
        {"object single quotes", "{'a':0}", "json.syntax"},
        {"object number as key", "{1:1}", "json.syntax"},
        {"object null as key", "{null:null}", "json.syntax"},
        {"object array as key", "{[]:0}", "json.syntax"},
        {"object bracketed key", "{[: \"x\"}\n", "json.syntax"},
        {"object unterminated value", "{\"a\":\"a", "json.syntax"},
        {"object garbage at end", "{\"a\":\"a\" 123}", "json.syntax"},
        {"object with comment after", "{\"a\":\"b\"}/**/", "json.syntax"},
        {"object with line comment", "{\"a\":\"b\"}//", "json.syntax"},
        {"object with hash comment", "{\"a\":\"b\"}#{}", "json.syntax"},
        {"comment inside", "{\"a\":/*comment*/\"b\"}", "json.syntax"},
        {"two documents", "{}{}", "json.syntax"},
        {"two documents by newline", "{}\n{}", "json.syntax"},
        {"trailing NUL", bytes("[]\0"), "json.syntax"},
        {"NUL instead of a value", bytes("[\0]"), "json.syntax"},
        {"form feed as space", "[\f]", "json.syntax"},
        {"vertical tab as space", "[\v]", "json.syntax"},
        {"no-break space", "[\xC2\xA0]", "json.syntax"},
        {"word joiner", "[\xE2\x81\xA0]", "json.syntax"},
        {"HTML", "<html></html>", "json.syntax"},
        {"YAML", "format: alwayson-design\n", "json.syntax"},
        {"duplicate key", "{\"a\":1,\"a\":2}", "json.duplicate_key"},
        {"duplicate key, same value", "{\"a\":1,\"a\":1}", "json.duplicate_key"},
        {"duplicate key by escape", "{\"ab\":1,\"a\\u0062\":2}", "json.duplicate_key"},
        {"duplicate key after object", "{\"a\":{\"a\":1},\"b\":0,\"a\":2}", "json.duplicate_key"},
        {"duplicate empty key", "{\"\":1,\"\":2}", "json.duplicate_key"},
        {"duplicate slash by escape", "{\"\\/\":1,\"/\":2}", "json.duplicate_key"},
    };
}

std::vector<Case> literalAndNumberCases() {
    return {
        {"true cut off", "[tru]", "json.syntax"},
        {"false cut off", "[fals]", "json.syntax"},
        {"null cut off", "[nul", "json.syntax"},
        {"true in capitals", "[True]", "json.syntax"},
        {"null in capitals", "[NULL]", "json.syntax"},
        {"true and more", "[truex]", "json.syntax"},
        {"NaN", "[NaN]", "json.syntax"},
        {"nan", "[nan]", "json.syntax"},
        {"Infinity", "[Infinity]", "json.syntax"},
        {"minus Infinity", "[-Infinity]", "json.syntax"},
        {"undefined", "[undefined]", "json.syntax"},
        {"zero", "[0]", ""},
        {"minus zero", "[-0]", ""},
        {"negative", "[-123]", ""},
        {"fraction", "[123.456789]", ""},
        {"exponent", "[1E22]", ""},
        {"negative exponent", "[1e-2]", ""},
        {"positive exponent", "[1E+2]", ""},
        {"zero with exponent", "[0e+1]", ""},
        {"zero with huge exponent", "[0e99999]", ""},
        {"fraction and exponent", "[123.456e78]", ""},
        {"close to zero",
         "[-0.000000000000000000000000000000000000000000000000000000000000000000000000000001]", ""},
        {"smallest denormal", "[5e-324]", ""},
        {"largest double", "[1.7976931348623157e308]", ""},
        {"2^53", "[9007199254740992]", ""},
        {"-2^53", "[-9007199254740992]", ""},
        {"2^53 + 1", "[9007199254740993]", "json.number"},
        {"-2^53 - 1", "[-9007199254740993]", "json.number"},
        {"2^64", "[18446744073709551616]", "json.number"},
        {"2^64 with fraction", "[18446744073709551616.0]", ""},
        {"thousand digits", "[" + std::string(1000, '9') + "]", "json.number"},
        {"million digits", "[0." + std::string(1000000, '1') + "]", "json.number"},
        {"too large", "[1e400]", "json.number"},
        {"too large, negative", "[-1.8e308]", "json.number"},
        {"huge exponent", "[1e999999999999999999999]", "json.number"},
        {"rounds to zero", "[1e-400]", "json.number"},
        {"plus sign", "[+1]", "json.syntax"},
        {"two signs", "[--1]", "json.syntax"},
        {"minus alone", "[-]", "json.syntax"},
        {"minus space", "[- 1]", "json.syntax"},
        {"leading zero", "[012]", "json.number"},
        {"negative leading zero", "[-012]", "json.number"},
        {"two zeros", "[00]", "json.number"},
        {"starts with point", "[.5]", "json.syntax"},
        {"negative starts with point", "[-.5]", "json.syntax"},
        {"ends with point", "[1.]", "json.syntax"},
        {"point before exponent", "[1.e3]", "json.syntax"},
        {"two points", "[1.2.3]", "json.syntax"},
        {"exponent without digits", "[1e]", "json.syntax"},
        {"exponent with sign only", "[1e+]", "json.syntax"},
        {"exponent twice", "[1e1e1]", "json.syntax"},
        {"exponent with fraction", "[1e1.5]", "json.syntax"},
        {"hexadecimal", "[0x1F]", "json.syntax"},
        {"expression", "[1+2]", "json.syntax"},
        {"thousands separator", "[1 000]", "json.syntax"},
        {"decimal comma", "[1,5e]", "json.syntax"},
        {"letter after number", "[1a]", "json.syntax"},
        {"full-width digit", "[\xEF\xBC\x91]", "json.syntax"},
    };
}

std::vector<Case> stringCases() {
    return {
        {"plain", "[\"asd\"]", ""},
        {"empty", "[\"\"]", ""},
        {"escapes", "[\"\\\"\\\\\\/\\n\\r\\t\"]", ""},
        {"unicode escape", "[\"\\u0061\\u30af\"]", ""},
        {"unicode escape in both cases", "[\"\\u00e9\\u00E9\"]", ""},
        {"surrogate pair", "[\"\\ud83d\\ude39\"]", ""},
        {"two surrogate pairs", "[\"\\uD801\\udc37\\uD834\\uDD1E\"]", ""},
        {"UTF-8 of 2 bytes", "[\"\xC3\xA9\"]", ""},
        {"UTF-8 of 3 bytes", "[\"\xE2\x82\xAC\"]", ""},
        {"UTF-8 of 4 bytes", "[\"\xF0\x9F\x98\xB9\"]", ""},
        {"last code point", "[\"\xF4\x8F\xBF\xBF\"]", ""},
        {"non-character", "[\"\xEF\xBF\xBF\"]", ""},
        {"byte order mark inside", "[\"\xEF\xBB\xBF\"]", ""},
        {"line separator U+2028", "[\"\xE2\x80\xA8\"]", ""},
        {"delete", "[\"a\x7F\"]", ""},
        {"escaped tab and line breaks", "[\"\\u0009\\u000a\\u000D\"]", ""},
        {"comment inside a string", "[\"a/*b*/c/*d//e\"]", ""},
        {"backslash before quote", "[\"\\\\\"]", ""},
        {"raw newline", "[\"a\nb\"]", "json.control"},
        {"raw tab", "[\"\t\"]", "json.control"},
        {"raw NUL", bytes("[\"a\0b\"]"), "json.control"},
        {"raw escape character", "[\"\x1B\"]", "json.control"},
        {"escaped NUL", "[\"\\u0000\"]", "json.control"},
        {"escaped control", "[\"\\u001b\"]", "json.control"},
        {"escaped NUL in key", "{\"a\\u0000\":1}", "json.control"},
        {"backspace", "[\"\\b\"]", "json.control"},
        {"form feed", "[\"\\f\"]", "json.control"},
        {"next line U+0085", "[\"\xC2\x85\"]", "json.control"},
        {"escaped next line", "[\"\\u0085\"]", "json.control"},
        {"unknown escape a", "[\"\\a\"]", "json.escape"},
        {"unknown escape x", "[\"\\x00\"]", "json.escape"},
        {"capital U", "[\"\\UA66D\"]", "json.escape"},
        {"escaped emoji", "[\"\\\xF0\x9F\x8C\x80\"]", "json.escape"},
        {"escape cut off", "[\"\\", "json.escape"},
        {"unicode escape cut off", "[\"\\u00A", "json.escape"},
        {"unicode escape short", "[\"\\u00A\"]", "json.escape"},
        {"unicode escape with letter", "[\"\\uqqqq\"]", "json.escape"},
        {"unicode escape with sign", "[\"\\u+123\"]", "json.escape"},
        {"high surrogate alone", "[\"\\uD800\"]", "json.escape"},
        {"low surrogate alone", "[\"\\uDC00\"]", "json.escape"},
        {"surrogates swapped", "[\"\\uDd1e\\uD834\"]", "json.escape"},
        {"high surrogate twice", "[\"\\uD800\\uD800\"]", "json.escape"},
        {"high surrogate then letter", "[\"\\uD800\\u0061\"]", "json.escape"},
        {"high surrogate then newline", "[\"\\uD800\\n\"]", "json.escape"},
        {"high surrogate cut off", "[\"\\uD834\\uDd", "json.escape"},
        {"surrogate as UTF-8", "[\"\xED\xA0\x80\"]", "json.utf8"},
        {"overlong 2 bytes", "[\"\xC0\xAF\"]", "json.utf8"},
        {"overlong 3 bytes", "[\"\xE0\x80\xAF\"]", "json.utf8"},
        {"overlong 4 bytes", "[\"\xF0\x80\x80\xAF\"]", "json.utf8"},
        {"overlong NUL", "[\"\xC0\x80\"]", "json.utf8"},
        {"beyond U+10FFFF", "[\"\xF4\x90\x80\x80\"]", "json.utf8"},
        {"six bytes", "[\"\xFC\x83\xBF\xBF\xBF\xBF\"]", "json.utf8"},
        {"continuation alone", "[\"\x80\"]", "json.utf8"},
        {"byte FF", "[\"\xFF\"]", "json.utf8"},
        {"Latin-1", "[\"\xE9\"]", "json.utf8"},
        {"cut off in a character", "[\"\xE2\x82", "json.utf8"},
        {"character cut by the quote", "[\"\xE2\x82\"]", "json.utf8"},
        {"no closing quote", "[\"asd]", "json.syntax"},
        {"only a quote", "\"", "json.syntax"},
        {"quote escaped away", "[\"\\\"]", "json.syntax"},
        {"single quotes", "['x']", "json.syntax"},
        {"no quotes", "[asd]", "json.syntax"},
        {"typographic quotes", "[\xE2\x80\x9Cx\xE2\x80\x9D]", "json.syntax"},
        {"escape outside a string", "[\\u0061]", "json.syntax"},
    };
}

void addRows(const std::vector<Case>& cases) {
    QTest::addColumn<QByteArray>("text");
    QTest::addColumn<QByteArray>("code");
    for (const Case& one : cases)
        QTest::newRow(one.name) << QByteArray::fromStdString(one.text) << QByteArray(one.code);
}

void checkRow() {
    QFETCH(QByteArray, text);
    QFETCH(QByteArray, code);
    const std::string bytesOfRow = text.toStdString();
    const Result<Json> read = readJson(bytesOfRow, "case.json");
    if (code.isEmpty()) {
        QVERIFY2(read.ok(), read.ok() ? "" : describe(read.error()).c_str());
        const std::string_view plain =
            std::string_view(bytesOfRow).substr(text.startsWith("\xEF\xBB\xBF") ? 3 : 0);
        QCOMPARE(*read, Json::parse(plain)); // what an independent tree builder makes of it
        return;
    }
    QVERIFY(!read.ok());
    const Error& error = read.error();
    QCOMPARE(QByteArray::fromStdString(error.code), code);
    QVERIFY(error.kind == ErrorKind::invalidInput);
    QCOMPARE(error.place.file, std::string("case.json"));
    QVERIFY(error.place.line >= 1 && error.place.column >= 1);
    QVERIFY(!error.message.empty() && !error.cure.empty());
}

} // namespace

class TestJsonSuite : public QObject {
    Q_OBJECT
private slots:
    void structure_data() { addRows(structureCases()); }
    void structure() { checkRow(); }
    void literalsAndNumbers_data() { addRows(literalAndNumberCases()); }
    void literalsAndNumbers() { checkRow(); }
    void strings_data() { addRows(stringCases()); }
    void strings() { checkRow(); }
};

ALWAYSON_TEST_MAIN(TestJsonSuite, test_json_suite)
#include "test_json_suite.moc"

#include "app/gui/theme/style_sheet.h"
#include "app/gui/theme/theme.h"
#include "core/catalogue/catalogue.h"
#include "resources/resources.h"
#include "tests/support/test_support.h"

#include <QApplication>
#include <QDirIterator>
#include <QIcon>
#include <QPushButton>
#include <QRegularExpression>

using namespace alwayson;
using namespace alwayson::gui;

namespace {

double luminance(const QColor& color) {
    const auto channel = [](float value) {
        const double v = double(value);
        return v <= 0.03928 ? v / 12.92 : std::pow((v + 0.055) / 1.055, 2.4);
    };
    return 0.2126 * channel(color.redF()) + 0.7152 * channel(color.greenF()) +
           0.0722 * channel(color.blueF());
}

double contrast(const QColor& a, const QColor& b) {
    const double high = std::max(luminance(a), luminance(b));
    const double low = std::min(luminance(a), luminance(b));
    return (high + 0.05) / (low + 0.05);
}

QImage imageOf(const QIcon& icon) {
    return icon.pixmap(QSize(20, 20)).toImage();
}

} // namespace

class TestTheme : public QObject {
    Q_OBJECT
private slots:
    void everyTokenIsThereInBothThemes() {
        for (const ThemeChoice choice : {ThemeChoice::light, ThemeChoice::dark}) {
            Theme theme;
            theme.setChoice(choice);
            for (int i = 0; i < int(Tone::count); ++i)
                QVERIFY2(theme.color(Tone(i)).isValid(), toneName(Tone(i)));
            QCOMPARE(theme.isDark(), choice == ThemeChoice::dark);
            QVERIFY(!styleSheet(theme).contains(QLatin1Char('@')));
        }
    }

    void textCanBeRead() {
        for (const ThemeChoice choice : {ThemeChoice::light, ThemeChoice::dark}) {
            Theme theme;
            theme.setChoice(choice);
            for (const Tone plane :
                 {Tone::window, Tone::surface, Tone::canvas, Tone::field, Tone::accentSoft}) {
                QVERIFY(contrast(theme.color(Tone::text), theme.color(plane)) >= 4.5);
                QVERIFY(contrast(theme.color(Tone::secondary), theme.color(plane)) >= 4.5);
            }
            QVERIFY(contrast(theme.color(Tone::onAccent), theme.color(Tone::accent)) >= 4.5);
        }
    }

    void aSwitchIsLiveForPaletteStyleAndIcons() {
        Theme theme;
        theme.setChoice(ThemeChoice::light);
        theme.applyTo(*qApp);
        QSignalSpy changed(&theme, &Theme::changed);
        const QIcon icon = theme.icon(QStringLiteral("server"), Tone::text); // made once, before the switch
        const QImage light = imageOf(icon);
        QCOMPARE(qApp->palette().color(QPalette::Window), theme.color(Tone::window));
        theme.setChoice(ThemeChoice::dark);
        QCOMPARE(changed.count(), 1);
        QCOMPARE(qApp->palette().color(QPalette::Window), theme.color(Tone::window));
        QVERIFY(qApp->palette().color(QPalette::Window).lightness() < 60);
        QVERIFY(imageOf(icon) != light);
        QVERIFY(qApp->styleSheet().contains(theme.color(Tone::surface).name(QColor::HexArgb)));
        theme.setChoice(ThemeChoice::dark);
        QCOMPARE(changed.count(), 1);
        theme.setChoice(ThemeChoice::light);
        QCOMPARE(imageOf(icon), light);
    }

    void iconsAreCrispAtAnyRatio() {
        Theme theme;
        const QPixmap sharp =
            theme.icons().pixmap(QStringLiteral("server"), theme.color(Tone::text), {20, 20}, 1.5);
        QCOMPARE(sharp.size(), QSize(30, 30));
        QCOMPARE(sharp.deviceIndependentSize(), QSizeF(20, 20));
        bool drawn = false;
        const QImage image = sharp.toImage();
        for (int x = 0; x < image.width(); ++x)
            drawn = drawn || qAlpha(image.pixel(x, 10)) > 0;
        QVERIFY(drawn);
    }

    void everyKindHasItsIcon() {
        const Catalogue& catalogue = Catalogue::builtIn();
        for (const auto* list : {&catalogue.kinds(), &catalogue.domains(), &catalogue.groups(),
                                 &catalogue.links(), &catalogue.events(), &catalogue.parts()})
            for (const Descriptor& descriptor : *list)
                QVERIFY2(IconCache::exists(QString::fromStdString(descriptor.icon)), descriptor.id.c_str());
    }

    void iconsAreOfOneFamily() {
        for (const std::string& path : resources::list("icons/")) {
            if (path == "icons/alwayson.svg") continue; // the program's mark
            const std::string svg(resources::find(path));
            QVERIFY2(svg.find("viewBox=\"0 0 20 20\"") != std::string::npos, path.c_str());
            QVERIFY2(svg.find("stroke-width=\"1.6\"") != std::string::npos, path.c_str());
            QVERIFY2(svg.find("currentColor") != std::string::npos, path.c_str());
        }
    }

    void noColourIsNamedOutsideTheThemes() {
        const QRegularExpression literal(
            QStringLiteral("\"#[0-9A-Fa-f]{3,8}\"|Qt::(white|black|red|green|blue|gray)\\b"));
        QDirIterator files(QStringLiteral(ALWAYSON_SOURCE_DIR "/app/gui"),
                           {QStringLiteral("*.cpp"), QStringLiteral("*.h")}, QDir::Files,
                           QDirIterator::Subdirectories);
        int seen = 0;
        while (files.hasNext()) {
            QFile file(files.next());
            QVERIFY(file.open(QIODevice::ReadOnly));
            ++seen;
            const QRegularExpressionMatch match = literal.match(QString::fromUtf8(file.readAll()));
            QVERIFY2(!match.hasMatch(),
                     qPrintable(file.fileName() + QStringLiteral(": ") + match.captured()));
        }
        QVERIFY(seen > 20);
    }
};

ALWAYSON_TEST_MAIN(TestTheme, test_theme)
#include "test_theme.moc"

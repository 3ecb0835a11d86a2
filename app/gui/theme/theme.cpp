#include "app/gui/theme/theme.h"

#include "app/gui/theme/style_sheet.h"
#include "resources/resources.h"

#include <QApplication>
#include <QFontDatabase>
#include <QFontMetricsF>
#include <QGuiApplication>
#include <QIconEngine>
#include <QJsonDocument>
#include <QJsonObject>
#include <QPainter>
#include <QPalette>
#include <QStyle>
#include <QStyleFactory>

namespace alwayson::gui {

namespace {

constexpr const char* kToneNames[] = {
    "window",     "surface",   "canvas",   "field",          "line",   "grid",
    "text",       "secondary", "faint",    "hover",          "accent", "accentHover",
    "accentSoft", "onAccent",  "ok",       "warn",           "bad",    "recovering",
    "okSoft",     "warnSoft",  "badSoft",  "recoveringSoft", "zone",   "zoneLine",
    "region",     "client",    "balancer", "compute",        "data",   "cloud",
    "tileIcon",   "shadow",
};
static_assert(std::size(kToneNames) == static_cast<std::size_t>(Tone::count));

// Asks the theme for its colour at each drawing, so that icons in actions and buttons follow a switch.
class ThemedIconEngine : public QIconEngine {
public:
    ThemedIconEngine(const Theme& theme, QString name, Tone tone)
        : m_theme(theme), m_name(std::move(name)), m_tone(tone) {}
    void paint(QPainter* painter, const QRect& rect, QIcon::Mode mode, QIcon::State) override {
        painter->save();
        painter->setRenderHint(QPainter::Antialiasing);
        const int side = qMin(rect.width(), rect.height());
        const QRectF square(rect.x() + (rect.width() - side) / 2.0, rect.y() + (rect.height() - side) / 2.0,
                            side, side);
        m_theme.icons().paint(*painter, m_name, square, colorFor(mode));
        painter->restore();
    }
    QPixmap pixmap(const QSize& size, QIcon::Mode mode, QIcon::State state) override {
        return scaledPixmap(size, mode, state, 1);
    }
    // Qt passes the size in device pixels here.
    QPixmap scaledPixmap(const QSize& size, QIcon::Mode mode, QIcon::State, qreal) override {
        return m_theme.icons().pixmap(m_name, colorFor(mode), size, 1);
    }
    QIconEngine* clone() const override { return new ThemedIconEngine(m_theme, m_name, m_tone); }
    QString key() const override { return QStringLiteral("alwayson"); }

private:
    QColor colorFor(QIcon::Mode mode) const {
        if (mode != QIcon::Disabled) return m_theme.color(m_tone);
        return m_theme.color(Tone::faint, 0.7);
    }
    const Theme& m_theme;
    QString m_name;
    Tone m_tone;
};

double pixels(Type type) {
    switch (type) {
    case Type::tag:
        return 9.5;
    case Type::caption:
        return 10;
    case Type::small:
        return 11;
    case Type::secondary:
        return 11.5;
    case Type::control:
        return 12;
    case Type::body:
        return 12.5;
    case Type::title:
        return 15;
    case Type::figure:
        return 21;
    }
    return 12.5;
}

// Qt 6.4 does not tell the desktop's colour scheme; a dark palette of the platform does.
bool systemIsDark() {
    if (qApp == nullptr) return false;
    static const bool dark = [] {
        const QPalette palette;
        return palette.color(QPalette::WindowText).lightness() > palette.color(QPalette::Window).lightness();
    }();
    return dark;
}

} // namespace

const char* toneName(Tone tone) {
    return kToneNames[static_cast<std::size_t>(tone)];
}

QString toString(ThemeChoice choice) {
    switch (choice) {
    case ThemeChoice::light:
        return QStringLiteral("light");
    case ThemeChoice::dark:
        return QStringLiteral("dark");
    case ThemeChoice::system:
        break;
    }
    return QStringLiteral("system");
}

ThemeChoice themeChoiceFromString(const QString& text) {
    if (text == QLatin1String("light")) return ThemeChoice::light;
    if (text == QLatin1String("dark")) return ThemeChoice::dark;
    return ThemeChoice::system;
}

Theme::Theme(QObject* parent) : QObject(parent), m_icons(std::make_unique<IconCache>()) {
    systemIsDark(); // before the first palette of ours hides the platform's
    m_family = QFontDatabase::hasFamily(QStringLiteral("Inter")) ? QStringLiteral("Inter")
                                                                 : QGuiApplication::font().family();
    load();
}

Theme::~Theme() = default;

void Theme::load() {
    m_dark = m_choice == ThemeChoice::dark || (m_choice == ThemeChoice::system && systemIsDark());
    const std::string_view bytes = resources::find(m_dark ? "themes/dark.json" : "themes/light.json");
    const QJsonObject json =
        QJsonDocument::fromJson(QByteArray(bytes.data(), static_cast<qsizetype>(bytes.size()))).object();
    const QJsonObject colors = json.value(QLatin1String("colors")).toObject();
    for (std::size_t i = 0; i < m_colors.size(); ++i) {
        m_colors[i] = QColor(colors.value(QLatin1String(kToneNames[i])).toString());
        Q_ASSERT(m_colors[i].isValid());
    }
    m_tileOpacity = json.value(QLatin1String("tileOpacity")).toDouble();
    m_groupOpacity = json.value(QLatin1String("groupOpacity")).toDouble();
}

void Theme::setChoice(ThemeChoice choice) {
    if (choice == m_choice) return;
    m_choice = choice;
    const bool before = m_dark;
    load();
    if (m_dark == before) return;
    m_icons->clear();
    if (m_application != nullptr) applyTo(*m_application);
    emit changed();
}

QColor Theme::color(Tone tone, double opacity) const {
    QColor result = color(tone);
    result.setAlphaF(static_cast<float>(double(result.alphaF()) * opacity));
    return result;
}

QColor Theme::category(std::string_view category) const {
    if (category == "traffic" || category == "client") return color(Tone::client);
    if (category == "balancer") return color(Tone::balancer);
    if (category == "compute") return color(Tone::compute);
    if (category == "data") return color(Tone::data);
    if (category == "cloud") return color(Tone::cloud);
    return color(Tone::secondary);
}

QColor Theme::tileFill(std::string_view name) const {
    QColor fill = category(name);
    fill.setAlphaF(static_cast<float>(m_tileOpacity));
    return fill;
}

QColor Theme::tileIcon(std::string_view name) const {
    const QColor shared = color(Tone::tileIcon);
    return shared.alpha() == 0 ? category(name) : shared;
}

QColor Theme::groupFill(std::string_view name) const {
    QColor fill = category(name);
    fill.setAlphaF(static_cast<float>(m_groupOpacity));
    return fill;
}

QColor Theme::load(double share) const {
    return color(share > 0.9 ? Tone::bad : share > 0.7 ? Tone::warn : Tone::ok);
}

QFont Theme::font(Type type, QFont::Weight weight) const {
    QFont font(m_family);
    // Points of 96 to the inch: pixels at scale 1, larger when the desktop asks for larger text.
    font.setPointSizeF(pixels(type) * 0.75);
    font.setWeight(weight);
    font.setHintingPreference(QFont::PreferVerticalHinting);
    return font;
}

double Theme::tabularWidth(const QFont& font, const QString& text) {
    const QFontMetricsF metrics(font);
    const double digit = metrics.horizontalAdvance(QLatin1Char('0'));
    double width = 0;
    for (const QChar c : text)
        width += c.isDigit() ? digit : metrics.horizontalAdvance(c);
    return width;
}

void Theme::drawTabular(QPainter& painter, QPointF baseline, const QString& text) {
    const QFontMetricsF metrics(painter.font());
    const double digit = metrics.horizontalAdvance(QLatin1Char('0'));
    for (const QChar c : text) {
        const double own = metrics.horizontalAdvance(c);
        const double advance = c.isDigit() ? digit : own;
        painter.drawText(QPointF(baseline.x() + (advance - own) / 2, baseline.y()), QString(c));
        baseline.rx() += advance;
    }
}

QIcon Theme::icon(const QString& name, Tone tone) const {
    return QIcon(new ThemedIconEngine(*this, name, tone));
}

bool Theme::reducedMotion() const {
    return qEnvironmentVariableIntValue("QT_REDUCED_MOTION") != 0 ||
           QGuiApplication::platformName() == QLatin1String("offscreen") ||
           (m_application != nullptr && !QApplication::isEffectEnabled(Qt::UI_General));
}

void Theme::applyTo(QApplication& application) {
    QPalette palette;
    const auto set = [&](QPalette::ColorRole role, Tone tone) { palette.setColor(role, color(tone)); };
    set(QPalette::Window, Tone::window);
    set(QPalette::WindowText, Tone::text);
    set(QPalette::Base, Tone::surface);
    set(QPalette::AlternateBase, Tone::field);
    set(QPalette::Text, Tone::text);
    set(QPalette::PlaceholderText, Tone::faint);
    set(QPalette::Button, Tone::surface);
    set(QPalette::ButtonText, Tone::text);
    set(QPalette::BrightText, Tone::bad);
    set(QPalette::ToolTipBase, Tone::surface);
    set(QPalette::ToolTipText, Tone::text);
    set(QPalette::Highlight, Tone::accent);
    set(QPalette::HighlightedText, Tone::onAccent);
    set(QPalette::Link, Tone::accent);
    set(QPalette::LinkVisited, Tone::accent);
    set(QPalette::Light, Tone::surface);
    set(QPalette::Midlight, Tone::hover);
    set(QPalette::Mid, Tone::line);
    set(QPalette::Dark, Tone::zoneLine);
    set(QPalette::Shadow, Tone::line);
    for (const QPalette::ColorRole role : {QPalette::WindowText, QPalette::Text, QPalette::ButtonText})
        palette.setColor(QPalette::Disabled, role, color(Tone::faint));
    if (m_application == nullptr) application.setStyle(QStyleFactory::create(QStringLiteral("Fusion")));
    m_application = &application;
    application.setPalette(palette);
    application.setFont(font(Type::body));
    application.setStyleSheet(styleSheet(*this));
}

} // namespace alwayson::gui

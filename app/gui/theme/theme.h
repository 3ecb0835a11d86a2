#pragma once
// The one visual language: colours from resources/themes/*.json, fonts, spacing and icons. One Theme object
// lives as long as the window; widgets, canvas and charts take a reference and read from it when they paint.
// Nothing else names a colour.

#include "app/gui/theme/icons.h"

#include <QColor>
#include <QFont>
#include <QObject>
#include <QString>

#include <array>
#include <memory>
#include <string_view>

class QApplication;

namespace alwayson::gui {

// Tokens of resources/themes/*.json; the enumerators in lowerCamel are the keys there.
enum class Tone {
    window,
    surface,
    canvas,
    field,
    line,
    grid,
    text,
    secondary,
    faint,
    hover,
    accent,
    accentHover,
    accentSoft,
    onAccent,
    ok,
    warn,
    bad,
    recovering,
    okSoft,
    warnSoft,
    badSoft,
    recoveringSoft,
    zone,
    zoneLine,
    region,
    client,
    balancer,
    compute,
    data,
    cloud,
    tileIcon, // of icons inside category tiles; fully transparent: the category's own colour
    shadow,
    count
};

enum class ThemeChoice { system, light, dark };

// Sizes in pixels at scale 1 (8-look): 9.5, 10, 11, 11.5, 12, 12.5, 15, 21.
enum class Type { tag, caption, small, secondary, control, body, title, figure };

namespace space {
inline constexpr int kGrid = 4;
inline constexpr int kPanel = 18;   // padding of panels
inline constexpr int kRow = 31;     // height of an inspector row
inline constexpr int kControl = 28; // height of buttons and combos
inline constexpr int kField = 24;   // height of value fields
inline constexpr int kRadius = 7;   // of controls
inline constexpr int kFieldRadius = 6;
inline constexpr int kCardWidth = 172; // of a node on the canvas
inline constexpr int kCardHeight = 62;
inline constexpr int kCardRadius = 10;
inline constexpr int kMotionMs = 140;
} // namespace space

class Theme : public QObject {
    Q_OBJECT
public:
    explicit Theme(QObject* parent = nullptr);
    ~Theme() override;

    // Remembers nothing: the window stores the choice in its settings.
    void setChoice(ThemeChoice choice);
    ThemeChoice choice() const { return m_choice; }
    bool isDark() const { return m_dark; }

    QColor color(Tone tone) const { return m_colors[static_cast<std::size_t>(tone)]; }
    QColor color(Tone tone, double opacity) const;
    // Of a catalogue category: traffic, balancer, compute, data, cloud; secondary for places, groups, links.
    QColor category(std::string_view category) const;
    QColor tileFill(std::string_view category) const; // the translucent square behind an icon
    QColor tileIcon(std::string_view category) const; // the icon on it
    QColor groupFill(std::string_view category) const;
    // Colour of a load bar: ok up to 70 %, warn up to 90 %, bad above.
    QColor load(double share) const;

    QFont font(Type type, QFont::Weight weight = QFont::Normal) const;
    // Width of one line in that font with every digit as wide as the widest: for figures that change while
    // they are read.
    static void drawTabular(QPainter& painter, QPointF baseline, const QString& text);
    static double tabularWidth(const QFont& font, const QString& text);

    // Icons of resources/icons by name; QIcons follow a theme switch by themselves (repaint is enough).
    QIcon icon(const QString& name, Tone tone = Tone::secondary) const;
    IconCache& icons() const { return *m_icons; }

    // True when animations should be left out (QT_REDUCED_MOTION, the desktop's setting or no screen).
    bool reducedMotion() const;

    // Palette, fonts and style sheet for the whole program; called again by every switch.
    void applyTo(QApplication& application);

signals:
    void changed(); // after a switch; repaint, drop caches

private:
    void load();
    ThemeChoice m_choice = ThemeChoice::light;
    bool m_dark = false;
    double m_tileOpacity = 0;
    double m_groupOpacity = 0;
    std::array<QColor, static_cast<std::size_t>(Tone::count)> m_colors;
    QString m_family;
    std::unique_ptr<IconCache> m_icons;
    QApplication* m_application = nullptr;
};

const char* toneName(Tone tone); // the key in resources/themes
QString toString(ThemeChoice choice);
ThemeChoice themeChoiceFromString(const QString& text); // system when unknown

} // namespace alwayson::gui

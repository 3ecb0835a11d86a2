#include "app/gui/theme/style_sheet.h"

#include "app/gui/theme/theme.h"
#include "resources/resources.h"

namespace alwayson::gui {

QString styleSheet(const Theme& theme) {
    const std::string_view bytes = resources::find("themes/style.qss");
    QString sheet = QString::fromUtf8(bytes.data(), static_cast<qsizetype>(bytes.size()));
    for (int i = 0; i < static_cast<int>(Tone::count); ++i) {
        const Tone tone = static_cast<Tone>(i);
        sheet.replace(QLatin1Char('@') + QLatin1String(toneName(tone)) + QLatin1Char('@'),
                      theme.color(tone).name(QColor::HexArgb));
    }
    return sheet;
}

} // namespace alwayson::gui

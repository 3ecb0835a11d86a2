#pragma once
#include <QString>

namespace alwayson::gui {

class Theme;

// resources/themes/style.qss with @token@ replaced by the theme's colours.
QString styleSheet(const Theme& theme);

} // namespace alwayson::gui

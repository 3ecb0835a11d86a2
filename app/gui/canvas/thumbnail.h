#pragma once
// A design as a small picture: places, groups, cards and links without words, for choosing among designs.

#include "core/model/design.h"

class QPainter;
class QRectF;

namespace alwayson::gui {

class Theme;

// Fits the whole design into `area`, at most at half its size on the canvas. An empty design draws nothing.
void paintThumbnail(QPainter& painter, const Theme& theme, const Design& design, const QRectF& area);

} // namespace alwayson::gui

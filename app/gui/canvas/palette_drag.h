#pragma once
// What is being dragged in from the palette, as a ghost on the canvas.

#include "app/gui/canvas/canvas_view.h"

#include <QRectF>
#include <QString>

#include <string>

namespace alwayson::gui {

struct CanvasView::PaletteDrag {
    std::string path; // "kinds/haproxy"
    QRectF box;       // in the scene
    QString words;    // "joins web in zone a"; "" says nothing
};

} // namespace alwayson::gui

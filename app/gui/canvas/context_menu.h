#pragma once
#include <QPointF>

#include <string>

class QMenu;

namespace alwayson::gui {

class CanvasView;

// The menu for a thing ("" for the empty canvas) at a place of the scene: kill and heal, rename, delete,
// group, link, ... The caller owns it.
QMenu* makeContextMenu(CanvasView& view, const std::string& id, QPointF scenePos);

} // namespace alwayson::gui

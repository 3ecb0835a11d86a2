#pragma once

namespace alwayson::gui {

// Makes the calling thread, and those it starts from now on, yield to the window: on a machine with much else
// to do, menus close and pictures move before the next result is there.
void yieldToTheWindow();

} // namespace alwayson::gui

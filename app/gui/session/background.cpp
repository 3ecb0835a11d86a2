#include "app/gui/session/background.h"

#ifdef __linux__
#include <sys/resource.h>
#endif

namespace alwayson::gui {

void yieldToTheWindow() {
#ifdef __linux__
    // Of a thread here, not of the process; refused is no harm.
    constexpr int kNicer = 5;
    (void)setpriority(PRIO_PROCESS, 0, kNicer);
#endif
}

} // namespace alwayson::gui

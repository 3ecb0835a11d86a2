#include "simulator/version.h"

namespace alwayson::sim {

std::string_view engineVersion() {
    return ALWAYSON_VERSION;
}

} // namespace alwayson::sim

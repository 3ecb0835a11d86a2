#include "exporters/targets.h"

namespace alwayson::exporters {

static constexpr std::string_view kTargets[] = {"haproxy", "keepalived", "mysql"};

std::span<const std::string_view> targets() {
    return kTargets;
}

} // namespace alwayson::exporters

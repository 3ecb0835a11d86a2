#pragma once
#include "exporters/mysql/plan.h"

#include <string>

namespace alwayson::exporters::mysql {

std::string readme(const Design& design, const Plan& plan, const Paths& paths);

} // namespace alwayson::exporters::mysql

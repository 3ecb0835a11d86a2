#pragma once
#include "exporters/mysql/prediction.h"

#include <string>

namespace alwayson::exporters::mysql {

std::string readme(const Design& design, const Plan& plan, const Prediction& prediction, const Paths& paths);

} // namespace alwayson::exporters::mysql

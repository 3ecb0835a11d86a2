#pragma once
#include "exporters/mysql/orchestrator.h"
#include "exporters/mysql/prediction.h"

#include <string>

namespace alwayson::exporters::mysql {

std::string readme(const Design& design, const Plan& plan, const Prediction& prediction,
                   const std::vector<OrchestratorFile>& manager, const Paths& paths);

} // namespace alwayson::exporters::mysql

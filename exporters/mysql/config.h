#pragma once
#include "exporters/mysql/option_file.h"
#include "exporters/mysql/plan.h"

namespace alwayson::exporters::mysql {

// The option file of one member. Adds to `notes` what it rounds or leaves out.
OptionFile configOf(const Plan& plan, const Member& member, const Paths& paths,
                    std::vector<std::string>& notes);

} // namespace alwayson::exporters::mysql

#pragma once
#include "exporters/mysql/plan.h"

#include <string>
#include <string_view>

namespace alwayson::exporters::mysql {

// lib.sh: names, addresses and timers of the set, and what the scripts share. Text of the design goes through
// quoting/shell.h.
std::string library(const Plan& plan, const Paths& paths);

// The scripts beside it, the same for every set.
struct Script {
    std::string_view name;
    std::string_view text;
};
inline constexpr std::size_t kScripts = 9;
// apply.sh, check.sh, seed.sh, 01-source.sh to 05-rejoin.sh, status.sh.
const Script* scripts();

std::string envExample(const Plan& plan);

} // namespace alwayson::exporters::mysql

#pragma once
#include "exporters/mysql/plan.h"

#include <string>
#include <string_view>

namespace alwayson::exporters::mysql {

// lib.sh: names, addresses and timers of the set, and what the scripts share. Text of the design goes through
// quoting/shell.h.
std::string library(const Plan& plan, const Paths& paths);

// What lib.sh says in the words of the set's server: names of programs and columns, and what differs between
// MariaDB, MySQL 5.7 and MySQL from 8.0 on.
std::string dialectLibrary(const Plan& plan);

// The scripts beside it, the same for every set of a product.
struct Script {
    std::string_view name;
    std::string_view text;
};
// Group replication has its own: 01-source.sh to 05-rejoin.sh, status.sh, and what lib.sh says more for them.
std::vector<Script> groupScripts();
std::string_view groupLibrary();
// guard.sh: a source that hears no majority of the voters is closed, and one that is back follows or goes on.
std::string_view guardScript();
// apply.sh, check.sh, seed.sh, 01-source.sh to 05-rejoin.sh, status.sh, guard.sh where the plan has a guard.
std::vector<Script> scripts(const Plan& plan);

std::string envExample(const Plan& plan);

} // namespace alwayson::exporters::mysql

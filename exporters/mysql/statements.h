#pragma once
#include "exporters/mysql/plan.h"

#include <string>
#include <vector>

namespace alwayson::exporters::mysql {

// One .sql file. It holds no password and no address: the script that feeds it sets them as @variables, from
// hex literals on standard input.
struct SqlFile {
    std::string name; // "01-source.sql"
    std::string text;
};

// 01-source (accounts, the first source), 02-replica (follow a source), 03-promote, 04-reopen (a source that
// restarted), 05-rejoin (an old source follows). Errors: those of quoting/sql.h.
Result<std::vector<SqlFile>> statementsOf(const Plan& plan);

} // namespace alwayson::exporters::mysql

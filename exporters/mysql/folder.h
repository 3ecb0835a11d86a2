#pragma once
#include "core/base/result.h"
#include "core/model/design.h"
#include "exporters/common/file.h"
#include "exporters/mysql/plan.h"

#include <vector>

namespace alwayson::exporters::mysql {

// mysql/<slug>/ for each replication set of the design: <member>.cnf for each member, the runbook (01-source
// to 05-rejoin as .sql and .sh, lib.sh, seed.sh, status.sh), apply.sh, check.sh, README.md, env.example (only
// with variables) and manifest.json. No file holds a secret. Deterministic: same design, same bytes. Option
// files are parsed back and compared before they are handed out. Errors: "export.nothing_to_export" (no set),
// those of planOf, "export.round_trip" (a bug).
Result<std::vector<File>> exportFolders(const Design& design, const Paths& paths = {});

} // namespace alwayson::exporters::mysql

#pragma once
#include "core/base/result.h"
#include "core/model/design.h"
#include "exporters/common/file.h"
#include "exporters/keepalived/build.h"

#include <vector>

namespace alwayson::exporters::keepalived {

// keepalived/<slug>/ with keepalived.conf, check-haproxy.sh (only when a script watches), README.md,
// check.sh, apply.sh, env.example (only with variables) and manifest.json, for each member of each VRRP pair.
// Deterministic: same design, same bytes. The configuration is parsed back and compared before it is handed
// out. Errors: "export.nothing_to_export" (no VRRP pair with members), those of build, "export.round_trip" (a
// bug).
Result<std::vector<File>> exportFolders(const Design& design, const Paths& paths = {});

// The check script that belongs to a configuration of `files`; "" when it has none.
std::string scriptBeside(const File& config, const std::vector<File>& files);

} // namespace alwayson::exporters::keepalived

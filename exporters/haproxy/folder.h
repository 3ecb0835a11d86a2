#pragma once
#include "core/base/result.h"
#include "core/model/design.h"
#include "exporters/common/file.h"
#include "exporters/haproxy/build.h"

#include <vector>

namespace alwayson::exporters::haproxy {

// haproxy/<slug>/ with haproxy.cfg, README.md, check.sh, apply.sh, env.example (only with variables) and
// manifest.json, for each balancer of the design. Deterministic: same design, same bytes. The configuration
// is parsed back and compared before it is handed out. Errors: "export.nothing_to_export" (no balancer),
// those of parseVersion and build, "export.round_trip" (a bug).
Result<std::vector<File>> exportFolders(const Design& design, const Paths& paths = {});

} // namespace alwayson::exporters::haproxy

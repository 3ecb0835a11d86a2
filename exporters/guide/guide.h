#pragma once
// The README.md on top of an export of everything: which machine gets what, the network and its firewalls,
// certificates and passwords, in which order, and how to see that it works. Its manifest.json lists the
// openings of firewalls for programs.

#include "core/base/result.h"
#include "core/model/design.h"
#include "exporters/common/file.h"

#include <string>
#include <vector>

namespace alwayson::exporters::guide {

// README.md and manifest.json of the folder that holds those of the exporters. `leftOut`: what was not
// exported, and why. Errors: those of the exporters.
Result<std::vector<File>> files(const Design& design, const std::vector<std::string>& leftOut);

} // namespace alwayson::exporters::guide

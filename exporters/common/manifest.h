#pragma once
#include "core/base/json.h"
#include "core/model/design.h"
#include "exporters/common/file.h"

#include <string>
#include <string_view>
#include <vector>

namespace alwayson::exporters {

// Characters of a note, in a README and a manifest alike.
inline constexpr std::size_t kLongestNote = 1000;

// Text of a design inside a manifest: valid UTF-8 on one line, whatever the design holds.
std::string manifestText(const std::string& raw);

// What every manifest.json says first: format, program, target with its version, the design and its hash.
Json manifestHead(const Design& design, const std::string& hash, std::string_view target,
                  std::string_view targetVersion);

// The last part: notes and the files of the folder with their hashes. The whole as text.
std::string manifestWith(Json manifest, const std::vector<std::string>& notes,
                         const std::vector<File>& files);

} // namespace alwayson::exporters

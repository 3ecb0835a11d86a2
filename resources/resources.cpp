#include "resources/resources.h"

#include "resources/embedded_table.h"

#include <algorithm>

namespace alwayson::resources {

std::string_view find(std::string_view path) {
    for (const EmbeddedFile& file : embeddedFiles())
        if (path == file.path) return {file.begin, static_cast<std::size_t>(file.end - file.begin)};
    return {};
}

std::vector<std::string> list(std::string_view prefix) {
    std::vector<std::string> paths;
    for (const EmbeddedFile& file : embeddedFiles())
        if (std::string_view(file.path).starts_with(prefix)) paths.emplace_back(file.path);
    std::sort(paths.begin(), paths.end());
    return paths;
}

} // namespace alwayson::resources

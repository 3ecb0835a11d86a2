// Files and templates.

#include "app/verbs/verbs.h"
#include "core/base/json.h"
#include "core/base/nearest.h"
#include "core/io/project_file.h"
#include "core/text/sentence.h"
#include "resources/resources.h"

#include <fmt/format.h>

namespace alwayson::verbs {

Result<Opened> open(const std::filesystem::path& file) {
    Result<LoadedDesign> loaded = loadDesign(file);
    if (!loaded) return std::move(loaded).error();
    return Opened{std::move(loaded->design), std::move(loaded->warnings)};
}

Status save(const Design& design, const std::filesystem::path& file) {
    return saveDesign(design, file);
}

std::vector<TemplateInfo> templates() {
    std::vector<TemplateInfo> all;
    const Json index = Json::parse(resources::find("templates/index.json"));
    for (const Json& one : index.at("templates"))
        all.push_back({one.at("id"), one.at("title"), one.at("description")});
    return all;
}

Result<Design> newFromTemplate(std::string_view id) {
    const std::string path = fmt::format("templates/{}.aon.json", id);
    const std::string_view text = resources::find(path);
    if (text.empty()) {
        std::vector<std::string> known;
        for (const TemplateInfo& one : templates())
            known.push_back(one.id);
        std::string cure = didYouMean(id, known);
        if (cure.empty()) cure = fmt::format("Known are {}.", fmt::join(known, ", "));
        return Error{ErrorKind::usage,
                     "template.unknown",
                     fmt::format("there is no template \"{}\".", shownName(id)),
                     cure,
                     {}};
    }
    Result<LoadedDesign> loaded = parseDesign(text, path);
    if (!loaded) return std::move(loaded).error();
    return std::move(loaded->design);
}

} // namespace alwayson::verbs

#include "exporters/common/manifest.h"

#include "core/base/hash.h"
#include "exporters/quoting/text.h"

namespace alwayson::exporters {

std::string manifestText(const std::string& raw) {
    return quoting::oneLine(raw, 400);
}

Json manifestHead(const Design& design, const std::string& hash, std::string_view target,
                  std::string_view targetVersion) {
    Json json;
    json["format"] = "alwayson-export";
    json["version"] = 1;
    json["program"] = {{"name", "Always On"}, {"version", ALWAYSON_VERSION}};
    json["target"] = target;
    json["target_version"] = targetVersion;
    json["design"] = {{"name", manifestText(design.name)},
                      {"sha256", hash},
                      {"price_book", manifestText(design.settings.priceBook)},
                      {"capacity_book", manifestText(design.settings.capacityBook)}};
    return json;
}

std::string manifestWith(Json manifest, const std::vector<std::string>& notes,
                         const std::vector<File>& files) {
    manifest["notes"] = Json::array();
    for (const std::string& note : notes)
        manifest["notes"].push_back(quoting::oneLine(note, kLongestNote));
    manifest["files"] = Json::array();
    for (const File& file : files)
        manifest["files"].push_back(
            {{"path", file.path.substr(file.path.rfind('/') + 1)}, {"sha256", sha256Hex(file.bytes)}});
    return manifest.dump(2) + "\n";
}

} // namespace alwayson::exporters

#include "exporters/keepalived/folder.h"

#include "core/base/json.h"
#include "core/io/project_file.h"
#include "exporters/common/manifest.h"
#include "exporters/keepalived/emit.h"
#include "exporters/keepalived/parse.h"
#include "exporters/keepalived/scripts.h"
#include "exporters/quoting/slugs.h"

#include <fmt/format.h>

#include <cmath>
#include <iterator>

namespace alwayson::exporters::keepalived {

namespace {

Json windowJson(const PhaseLaw& law) {
    if (!std::isfinite(law.maxS)) return nullptr;
    return Json::array({law.minS, law.maxS});
}

std::string manifest(const Design& design, const Built& built, const std::string& hash,
                     const std::vector<File>& files) {
    Json json = manifestHead(design, hash, "keepalived", kOldest);
    json["pair"] = built.group;
    json["member"] = built.member;
    json["priority"] = built.priority;
    json["takeover"] = {{"machine_gone_s", windowJson(built.figures.machineGone)},
                        {"stopped_s", windowJson(built.figures.stopped)},
                        {"balancer_killed_s", windowJson(built.figures.balancerDead)},
                        {"balancer_hung_s", windowJson(built.figures.balancerHung)},
                        {"balancer_hung_from_2_3_3_s", windowJson(built.figures.balancerHungNewer)}};
    Json variables = Json::object();
    for (const Variable& variable : built.variables)
        variables[variable.name] = manifestText(variable.meaning);
    json["variables"] = variables;
    return manifestWith(std::move(json), built.notes, files);
}

Result<std::vector<File>> folderOf(const Design& design, const Built& built, const std::string& hash,
                                   const Paths& paths) {
    const std::string folder = "keepalived/" + built.slug + "/";
    std::string text = toText(built.config);
    const Result<Config> back = parse(text);
    if (!back || !(*back == built.config))
        return Error{
            ErrorKind::internal,
            "export.round_trip",
            fmt::format("the configuration written for {} does not read back as the same configuration.",
                        built.member),
            "This is a bug in Always On; please report it with the design.",
            {}};
    std::vector<File> files;
    files.push_back({folder + "keepalived.conf", std::move(text), built.notes, true, {}});
    for (const Variable& variable : built.variables)
        files.back().variables.push_back(variable.name);
    if (built.tracked)
        files.push_back({folder + std::string(kCheckScript), balancerScript(paths), {}, false, {}});
    files.push_back({folder + "README.md", readme(design, built, paths), {}, false, {}});
    files.push_back({folder + "check.sh", checkScript(built), {}, false, {}});
    files.push_back({folder + "apply.sh", applyScript(built, paths), {}, false, {}});
    if (!built.variables.empty()) files.push_back({folder + "env.example", envExample(built), {}, false, {}});
    files.push_back({folder + "manifest.json", manifest(design, built, hash, files), {}, false, {}});
    return files;
}

} // namespace

Result<std::vector<File>> exportFolders(const Design& design, const Paths& paths) {
    const std::vector<const Group*> pairs = pairsOf(design);
    if (pairs.empty())
        return Error{ErrorKind::invalidInput,
                     "export.nothing_to_export",
                     "the design has no VRRP pair, so there is nothing to write for keepalived.",
                     "Group two balancers as a VRRP pair.",
                     {}};
    const std::string hash = designHash(design);
    quoting::Slugs slugs;
    std::vector<File> all;
    for (const Group* pair : pairs) {
        const Result<std::vector<Built>> members = build(design, *pair, slugs, paths);
        if (!members) return members.error();
        for (const Built& built : *members) {
            Result<std::vector<File>> files = folderOf(design, built, hash, paths);
            if (!files) return files.error();
            all.insert(all.end(), std::make_move_iterator(files->begin()),
                       std::make_move_iterator(files->end()));
        }
    }
    return all;
}

std::string scriptBeside(const File& config, const std::vector<File>& files) {
    const std::string path = config.path.substr(0, config.path.rfind('/') + 1) + std::string(kCheckScript);
    for (const File& file : files)
        if (file.path == path) return file.bytes;
    return {};
}

} // namespace alwayson::exporters::keepalived

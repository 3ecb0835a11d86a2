#include "exporters/haproxy/folder.h"

#include "core/base/json.h"
#include "core/io/project_file.h"
#include "exporters/common/manifest.h"
#include "exporters/haproxy/emit.h"
#include "exporters/haproxy/parse.h"
#include "exporters/haproxy/scripts.h"
#include "exporters/quoting/slugs.h"

#include <fmt/format.h>

namespace alwayson::exporters::haproxy {

namespace {

Json windowJson(const std::optional<Window>& window) {
    if (!window) return nullptr;
    return Json::array({window->from.seconds(), window->to.seconds()});
}

std::string manifest(const Design& design, const Built& built, Version version, const std::string& hash,
                     const std::vector<File>& files) {
    Json json = manifestHead(design, hash, "haproxy", version.text());
    json["balancer"] = built.balancer;
    Json servers = Json::object();
    for (const ServerName& server : built.servers)
        servers[server.node] = built.backend + "/" + server.name;
    json["servers"] = servers;
    if (!built.readBackend.empty()) json["reads"] = built.readBackend;
    json["simulated"] = {{"refused_noticed_after_s", windowJson(built.figures.refused)},
                         {"hang_noticed_after_s", windowJson(built.figures.hang)},
                         {"gone_noticed_after_s", windowJson(built.figures.gone)},
                         {"recovery_noticed_after_s", windowJson(built.figures.back)}};
    Json variables = Json::object();
    for (const Variable& variable : built.variables)
        variables[variable.name] = manifestText(variable.meaning);
    json["variables"] = variables;
    return manifestWith(std::move(json), built.notes, files);
}

} // namespace

Result<std::vector<File>> exportFolders(const Design& design, const Paths& paths) {
    const Result<Version> version = parseVersion(design.settings.haproxyVersion);
    if (!version) return version.error();
    const std::vector<const Node*> balancers = balancersOf(design);
    if (balancers.empty())
        return Error{ErrorKind::invalidInput,
                     "export.nothing_to_export",
                     "the design has no balancer, so there is nothing to write for HAProxy.",
                     "Add an HAProxy and link it to its servers.",
                     {}};
    const std::string hash = designHash(design);
    quoting::Slugs slugs;
    std::vector<File> all;
    for (const Node* balancer : balancers) {
        Result<Built> built = build(design, *balancer, slugs.name(balancer->id.str()), *version, paths);
        if (!built) return built.error();
        const std::string folder = "haproxy/" + built->slug + "/";
        std::string text = toText(built->config);
        const Result<Config> back = parse(text);
        if (!back || !(*back == built->config))
            return Error{
                ErrorKind::internal,
                "export.round_trip",
                fmt::format("the configuration written for {} does not read back as the same configuration.",
                            balancer->id.str()),
                "This is a bug in Always On; please report it with the design.",
                {}};
        std::vector<File> files;
        files.push_back({folder + "haproxy.cfg", std::move(text), built->notes, true, {}});
        for (const Variable& variable : built->variables)
            files.back().variables.push_back(variable.name);
        files.push_back({folder + "README.md", readme(design, *built, *version), {}, false, {}});
        files.push_back({folder + "check.sh", checkScript(*built), {}, false, {}});
        files.push_back({folder + "apply.sh", applyScript(*built), {}, false, {}});
        if (!built->variables.empty())
            files.push_back({folder + "env.example", envExample(*built), {}, false, {}});
        files.push_back(
            {folder + "manifest.json", manifest(design, *built, *version, hash, files), {}, false, {}});
        all.insert(all.end(), std::make_move_iterator(files.begin()), std::make_move_iterator(files.end()));
    }
    return all;
}

} // namespace alwayson::exporters::haproxy

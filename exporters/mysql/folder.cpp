#include "exporters/mysql/folder.h"

#include "core/base/json.h"
#include "core/io/project_file.h"
#include "exporters/common/manifest.h"
#include "exporters/mysql/config.h"
#include "exporters/mysql/orchestrator.h"
#include "exporters/mysql/readme.h"
#include "exporters/mysql/scripts.h"
#include "exporters/mysql/statements.h"
#include "exporters/quoting/slugs.h"

#include <fmt/format.h>

namespace alwayson::exporters::mysql {

namespace {

std::string manifest(const Design& design, const Plan& plan, const Prediction& prediction,
                     const std::string& hash, const std::vector<File>& files) {
    Json json = manifestHead(design, hash, "mysql", plan.target());
    json["group"] = plan.group->id.str();
    Json members = Json::object();
    for (const Member& member : plan.members)
        members[member.node->id.str()] = {{"file", member.name + ".cnf"}, {"server_id", member.serverId}};
    json["members"] = members;
    json["simulated"] = {{"replication", plan.groupReplication ? "group"
                                         : plan.semiSync       ? "semi_sync"
                                                               : "async"},
                         {"commit_waits_at_most_ms", plan.semiSync ? Json(plan.ackTimeoutMs) : Json()},
                         {"time_without_source_s", asJson(prediction)},
                         {"lost_commits_s", prediction.lostS}};
    Json variables = Json::object();
    for (const Variable& variable : plan.variables)
        variables[variable.name] = manifestText(variable.meaning);
    json["variables"] = variables;
    return manifestWith(std::move(json), plan.notes, files);
}

Error roundTrip(const Member& member) {
    return Error{ErrorKind::internal,
                 "export.round_trip",
                 fmt::format("the option file written for {} does not read back as the same settings.",
                             member.node->id.str()),
                 "This is a bug in Always On; please report it with the design.",
                 {}};
}

Result<std::vector<File>> filesOf(const Design& design, Plan plan, const Paths& paths,
                                  const std::string& hash) {
    const std::string folder = "mysql/" + plan.slug + "/";
    std::vector<File> files;
    for (const Member& member : plan.members) {
        const OptionFile config = configOf(plan, member, paths, plan.notes);
        Result<std::string> text = toText(config);
        if (!text) return text.error();
        const Result<OptionFile> back = parseOptionFile(*text);
        if (!back || !(*back == config)) return roundTrip(member);
        files.push_back({folder + member.name + ".cnf", std::move(*text), {}, plan.isMaria(), {}});
        if (!member.variable.empty()) files.back().variables = {member.variable};
    }
    const std::vector<OrchestratorFile> manager = orchestratorFiles(design, plan, plan.notes);
    files.front().notes = plan.notes;
    Result<std::vector<SqlFile>> statements = statementsOf(plan);
    if (!statements) return statements.error();
    for (SqlFile& one : *statements)
        files.push_back({folder + one.name, std::move(one.text), {}, plan.isMaria(), {}});
    files.push_back({folder + "lib.sh", library(plan, paths), {}, false, {}});
    for (const Script& script : scripts(plan)) {
        files.push_back({folder + std::string(script.name), std::string(script.text), {}, false, {}});
        files.back().executable = true;
    }
    for (const OrchestratorFile& one : manager)
        files.push_back({folder + one.name, one.text, {}, false, {}});
    const Prediction prediction = predictionOf(design, plan);
    files.push_back({folder + "README.md", readme(design, plan, prediction, manager, paths), {}, false, {}});
    if (!plan.variables.empty()) files.push_back({folder + "env.example", envExample(plan), {}, false, {}});
    files.push_back(
        {folder + "manifest.json", manifest(design, plan, prediction, hash, files), {}, false, {}});
    return files;
}

} // namespace

Result<std::vector<File>> exportFolders(const Design& design, const Paths& paths) {
    const std::vector<const Group*> sets = setsOf(design);
    if (sets.empty())
        return Error{ErrorKind::invalidInput,
                     "export.nothing_to_export",
                     "the design has no replication set, so there is nothing to write for MariaDB or MySQL.",
                     "Add MySQL nodes and group them as MySQL replication.",
                     {}};
    const std::string hash = designHash(design);
    quoting::Slugs slugs;
    std::vector<File> all;
    for (const Group* set : sets) {
        Result<Plan> plan = planOf(design, *set, slugs.name(set->id.str()));
        if (!plan) return plan.error();
        Result<std::vector<File>> files = filesOf(design, std::move(*plan), paths, hash);
        if (!files) return files.error();
        all.insert(all.end(), std::make_move_iterator(files->begin()), std::make_move_iterator(files->end()));
    }
    return all;
}

} // namespace alwayson::exporters::mysql

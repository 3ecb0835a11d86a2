// Configuration for real systems: made in memory, then written as a whole or not at all.

#include "app/verbs/verbs.h"
#include "core/base/hash.h"
#include "core/text/sentence.h"
#include "core/validate/validate.h"
#include "exporters/guide/guide.h"
#include "exporters/haproxy/folder.h"
#include "exporters/keepalived/folder.h"
#include "exporters/mysql/folder.h"
#include "exporters/targets.h"
#include "exporters/verify/haproxy.h"
#include "exporters/verify/keepalived.h"
#include "exporters/verify/mariadb.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace alwayson::verbs {

namespace {

using Verdicts = std::vector<exporters::verify::Verdict>; // one per file; without a tool where nothing checks

// Asks about each checkable file of `made`.
Result<Verdicts>
verifyEach(const std::vector<exporters::File>& made, const std::stop_token& stop,
           Result<exporters::verify::Verdict> (*ask)(const exporters::File& file,
                                                     const std::vector<exporters::File>& made,
                                                     const std::stop_token& stop)) {
    Verdicts verdicts(made.size());
    for (std::size_t i = 0; i < made.size(); ++i) {
        if (!made[i].checkable) continue;
        Result<exporters::verify::Verdict> verdict = ask(made[i], made, stop);
        if (!verdict) return verdict.error();
        verdicts[i] = std::move(*verdict);
    }
    return verdicts;
}

Result<Verdicts> verifyHaproxyFiles(const std::vector<exporters::File>& made, std::stop_token stop) {
    return verifyEach(made, stop,
                      [](const exporters::File& file, const std::vector<exporters::File>&,
                         const std::stop_token& stopping) {
                          return exporters::verify::verifyHaproxy(file.bytes, file.variables, stopping);
                      });
}

Result<Verdicts> verifyKeepalivedFiles(const std::vector<exporters::File>& made, std::stop_token stop) {
    return verifyEach(made, stop,
                      [](const exporters::File& file, const std::vector<exporters::File>& all,
                         const std::stop_token& stopping) {
                          return exporters::verify::verifyKeepalived(
                              file.bytes, exporters::keepalived::scriptBeside(file, all), file.variables,
                              stopping);
                      });
}

// What an exporter is to this verb: `verify` asks the target's real tool.
struct Exporter {
    std::string_view target;
    Result<std::vector<exporters::File>> (*make)(const Design& design);
    Result<Verdicts> (*verify)(const std::vector<exporters::File>& made, std::stop_token stop);
};

constexpr Exporter kExporters[] = {
    {"haproxy", [](const Design& design) { return exporters::haproxy::exportFolders(design); },
     verifyHaproxyFiles},
    {"keepalived", [](const Design& design) { return exporters::keepalived::exportFolders(design); },
     verifyKeepalivedFiles},
    {"mysql", [](const Design& design) { return exporters::mysql::exportFolders(design); },
     exporters::verify::verifyMariadb},
};

Result<std::vector<ExportedFile>> exportWith(const Exporter& exporter, const Design& design, bool verify,
                                             std::stop_token stop) {
    const Result<std::vector<exporters::File>> made = exporter.make(design);
    if (!made) return made.error();
    if (stop.stop_requested())
        return Error{ErrorKind::cancelled, "export.stopped", "the export was stopped.", "", {}};
    Verdicts verdicts(made->size());
    if (verify) {
        Result<Verdicts> asked = exporter.verify(*made, stop);
        if (!asked) return asked.error();
        verdicts = std::move(*asked);
    }
    // The export is what was drawn; what is wrong with that is said beside it.
    std::vector<std::string> errors;
    for (const Issue& issue : validate(design))
        if (issue.severity == Severity::error) errors.push_back("The design has an error: " + issue.message);
    std::vector<ExportedFile> files;
    for (std::size_t i = 0; i < made->size(); ++i) {
        const exporters::File& one = (*made)[i];
        ExportedFile file;
        file.path = one.path;
        file.target = exporter.target;
        file.bytes = one.bytes;
        file.sha256 = sha256Hex(one.bytes);
        file.executable = one.executable;
        file.notes = one.notes;
        if (one.checkable) file.notes.insert(file.notes.begin(), errors.begin(), errors.end());
        file.verifiedBy = verdicts[i].tool;
        file.verdict = verdicts[i].message;
        file.accepted = verdicts[i].accepted;
        file.notes.insert(file.notes.end(), verdicts[i].notes.begin(), verdicts[i].notes.end());
        files.push_back(std::move(file));
    }
    return files;
}

Result<std::vector<ExportedFile>> exportTarget(std::string_view target, const Design& design, bool verify,
                                               std::stop_token stop) {
    for (const Exporter& exporter : kExporters)
        if (exporter.target == target) return exportWith(exporter, design, verify, stop);
    return Error{
        ErrorKind::internal, "export.no_exporter", fmt::format("target {} has no exporter.", target), "", {}};
}

} // namespace

Result<std::vector<ExportedFile>> exportDesign(const Design& design, const ExportOptions& options,
                                               std::stop_token stop) {
    const auto known = exporters::targets();
    const bool all = options.target == "all";
    if (!all && std::find(known.begin(), known.end(), options.target) == known.end())
        return Error{ErrorKind::usage,
                     "export.unknown_target",
                     fmt::format("there is no export target \"{}\".", shownName(options.target)),
                     fmt::format("Known are {} and all.", fmt::join(known, ", ")),
                     {}};
    std::vector<ExportedFile> files;
    std::vector<std::string> skipped;
    for (const std::string_view target : known) {
        if (!all && target != options.target) continue;
        Result<std::vector<ExportedFile>> made = exportTarget(target, design, options.verify, stop);
        if (!made && (!all || made.error().code != "export.nothing_to_export")) return made.error();
        if (made)
            files.insert(files.end(), std::make_move_iterator(made->begin()),
                         std::make_move_iterator(made->end()));
        else
            skipped.push_back(fmt::format("{} was skipped: {}", target, made.error().message));
    }
    if (files.empty())
        return Error{
            ErrorKind::invalidInput,
            "export.nothing_to_export",
            fmt::format("no target applies to this design: {}", fmt::join(skipped, " ")),
            "Add an HAProxy and link it to its servers, or MySQL nodes and group them as MySQL replication.",
            {}};
    files.front().notes.insert(files.front().notes.end(), skipped.begin(), skipped.end());
    if (!all) return files;
    Result<std::vector<exporters::File>> guide = exporters::guide::files(design, skipped);
    if (!guide) return guide.error();
    for (exporters::File& one : *guide) {
        ExportedFile file;
        file.path = std::move(one.path);
        file.target = options.target;
        file.sha256 = sha256Hex(one.bytes);
        file.bytes = std::move(one.bytes);
        files.push_back(std::move(file));
    }
    return files;
}

} // namespace alwayson::verbs

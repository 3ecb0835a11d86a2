// Configuration for real systems: made in memory, then written as a whole or not at all.

#include "app/verbs/verbs.h"
#include "core/base/hash.h"
#include "core/text/sentence.h"
#include "core/validate/validate.h"
#include "exporters/haproxy/folder.h"
#include "exporters/targets.h"
#include "exporters/verify/haproxy.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace alwayson::verbs {

namespace {

// What an exporter is to this verb. `verify` asks the target's real tool about one checkable file of `made`.
struct Exporter {
    std::string_view target;
    Result<std::vector<exporters::File>> (*make)(const Design& design);
    Result<exporters::verify::Verdict> (*verify)(const exporters::File& file,
                                                 const std::vector<exporters::File>& made,
                                                 std::stop_token stop);
};

constexpr Exporter kExporters[] = {
    {"haproxy", [](const Design& design) { return exporters::haproxy::exportFolders(design); },
     [](const exporters::File& file, const std::vector<exporters::File>&, std::stop_token stop) {
         return exporters::verify::verifyHaproxy(file.bytes, file.variables, std::move(stop));
     }},
};

Result<std::vector<ExportedFile>> exportWith(const Exporter& exporter, const Design& design, bool verify,
                                             std::stop_token stop) {
    const Result<std::vector<exporters::File>> made = exporter.make(design);
    if (!made) return made.error();
    // The export is what was drawn; what is wrong with that is said beside it.
    std::vector<std::string> errors;
    for (const Issue& issue : validate(design))
        if (issue.severity == Severity::error) errors.push_back("The design has an error: " + issue.message);
    std::vector<ExportedFile> files;
    for (const exporters::File& one : *made) {
        if (stop.stop_requested())
            return Error{ErrorKind::cancelled, "export.stopped", "the export was stopped.", "", {}};
        ExportedFile file;
        file.path = one.path;
        file.target = exporter.target;
        file.bytes = one.bytes;
        file.sha256 = sha256Hex(one.bytes);
        file.notes = one.notes;
        if (one.checkable) file.notes.insert(file.notes.begin(), errors.begin(), errors.end());
        if (verify && one.checkable) {
            Result<exporters::verify::Verdict> verdict = exporter.verify(one, *made, stop);
            if (!verdict) return verdict.error();
            file.verifiedBy = verdict->tool;
            file.verdict = verdict->message;
            file.accepted = verdict->accepted;
            file.notes.insert(file.notes.end(), verdict->notes.begin(), verdict->notes.end());
        }
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
        return Error{ErrorKind::invalidInput,
                     "export.nothing_to_export",
                     fmt::format("no target applies to this design: {}", fmt::join(skipped, " ")),
                     "Add an HAProxy and link it to its servers.",
                     {}};
    files.front().notes.insert(files.front().notes.end(), skipped.begin(), skipped.end());
    return files;
}

} // namespace alwayson::verbs

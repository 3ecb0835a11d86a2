#include "app/cli/commands.h"

#include "app/cli/texts.h"
#include "app/verbs/exit_code.h"
#include "core/base/json.h"
#include "core/base/nearest.h"
#include "core/catalogue/catalogue.h"
#include "core/io/atomic_save.h"
#include "core/io/project_file.h"
#include "core/io/schema.h"
#include "core/text/sentence.h"

#include <algorithm>
#include <filesystem>
#include <fmt/format.h>
#include <fmt/ranges.h>
#include <map>

namespace alwayson::cli {

namespace {

Error usageError(std::string code, std::string message, std::string cure) {
    return Error{ErrorKind::usage, std::move(code), std::move(message), std::move(cure), {}};
}

// Opens the design of the command and prints its warnings.
Result<Design> load(const CommandOptions& options, Output& out) {
    Result<verbs::Opened> opened = verbs::open(options.file);
    if (!opened) return std::move(opened).error();
    out.warnings(opened->warnings, options.file);
    return std::move(opened->design);
}

bool reaches(Severity severity, FailOn level) {
    return level != FailOn::never && static_cast<int>(severity) <= static_cast<int>(level);
}

// Options that the chosen mode does not look at are said to be idle, not silently ignored.
void noteIdleOptions(const verbs::SimulateOptions& s, Output& out) {
    const bool requests =
        s.mode == verbs::Mode::requests || (s.mode == verbs::Mode::automatic && !s.scenario.empty());
    const auto idle = [&](bool given, const char* option, const char* needs) {
        if (given) out.note(fmt::format("note: {} has no effect here; it belongs to {}.", option, needs));
    };
    idle(s.years > 0 && (requests || s.mode == verbs::Mode::exact), "--years", "--mode availability");
    idle(s.durationS > 0 && (s.mode == verbs::Mode::availability || s.mode == verbs::Mode::exact),
         "--duration", "--mode requests");
    idle(s.replications > 0 && s.mode == verbs::Mode::exact, "--replications", "the simulating modes");
    idle(s.precision && (requests || s.mode == verbs::Mode::exact || s.years > 0 || s.replications > 0),
         "--precision", "--mode availability without --years and --replications");
}

// Text or JSON to stdout, or to the file of -o.
int deliver(const CommandOptions& options, Output& out, const std::string& text, int code) {
    if (options.output.empty()) {
        out.data(std::string_view(text));
        return out.finish(code);
    }
    if (const Status saved = atomicSave(options.output, text); !saved) return out.fail(saved.error());
    out.note("wrote " + options.output);
    return out.finish(code);
}

} // namespace

int newDesign(const CommandOptions& options, Output& out) {
    const Result<Design> design = verbs::newFromTemplate(options.name);
    if (!design) return out.fail(design.error());
    if (options.output.empty()) {
        out.data(std::string_view(serialiseDesign(*design)));
        return out.finish(verbs::kDone);
    }
    if (!options.force && std::filesystem::exists(options.output))
        return out.fail(Error{ErrorKind::io,
                              "io.exists",
                              fmt::format("{} exists already.", options.output),
                              "Choose another name, or replace it with --force.",
                              {}});
    if (const Status saved = verbs::save(*design, options.output); !saved) return out.fail(saved.error());
    if (out.json)
        out.data(Json{{"schema", "alwayson-new/1"}, {"file", options.output}, {"template", options.name}});
    else
        out.note(fmt::format("wrote {}. Next: alwayson-cli check {}", options.output, options.output));
    return out.finish(verbs::kDone);
}

int listTemplates(const CommandOptions&, Output& out) {
    Json all = Json::array();
    std::vector<std::vector<std::string>> rows;
    for (const verbs::TemplateInfo& one : verbs::templates()) {
        all.push_back({{"id", one.id}, {"title", one.title}, {"description", one.description}});
        rows.push_back({one.id, one.title, one.description});
    }
    if (out.json)
        out.data(Json{{"schema", "alwayson-templates/1"}, {"templates", all}});
    else
        out.data(std::string_view(table(rows, 0)));
    return out.finish(verbs::kDone);
}

int listKinds(const CommandOptions& options, Output& out) {
    const Catalogue& catalogue = Catalogue::builtIn();
    if (options.name.empty()) {
        if (out.json)
            out.data(kindsJson());
        else
            out.data(std::string_view(kindsText()));
        return out.finish(verbs::kDone);
    }
    std::vector<std::string> known;
    for (const auto* family : {&catalogue.kinds(), &catalogue.domains(), &catalogue.groups(),
                               &catalogue.links(), &catalogue.events(), &catalogue.parts()})
        for (const Descriptor& descriptor : *family) {
            known.push_back(descriptor.id);
            if (descriptor.id != options.name) continue;
            if (!out.json)
                out.data(std::string_view(kindText(descriptor)));
            else {
                Json json = kindsJson();
                for (const char* part : {"kinds", "domains", "groups", "links", "events", "parts"}) {
                    Json kept = Json::array();
                    for (const Json& one : json[part])
                        if (one["id"] == options.name) kept.push_back(one);
                    json[part] = kept;
                }
                out.data(json);
            }
            return out.finish(verbs::kDone);
        }
    std::string cure = didYouMean(options.name, known);
    if (cure.empty()) cure = fmt::format("Known are {}.", fmt::join(known, ", "));
    return out.fail(
        usageError("kind.unknown", fmt::format("there is no kind \"{}\".", shownName(options.name)), cure));
}

int check(const CommandOptions& options, Output& out, std::stop_token stop) {
    const Result<Design> design = load(options, out);
    if (!design) return out.fail(design.error());
    const Result<CheckReport> report = verbs::checkWithRun(*design, stop);
    if (!report) return out.fail(report.error());
    const bool bad = std::any_of(report->issues.begin(), report->issues.end(),
                                 [&](const Issue& issue) { return reaches(issue.severity, options.failOn); });
    const std::string text =
        out.json ? toJson(*report).dump(2) + "\n" : checkText(*report) + scenariosText(*design);
    return deliver(options, out, text, bad ? verbs::kMissed : verbs::kDone);
}

int simulate(const CommandOptions& options, Output& out, std::stop_token stop) {
    const Result<Design> design = load(options, out);
    if (!design) return out.fail(design.error());
    const std::string& scenario = options.simulate.scenario;
    if (!scenario.empty() && !design->scenarios.contains(scenario)) {
        std::vector<std::string> known;
        for (const Scenario& one : design->scenarios)
            known.push_back(one.id.str());
        std::string cure = didYouMean(scenario, known);
        if (cure.empty())
            cure = known.empty() ? "The design has no scenarios."
                                 : fmt::format("It has {}.", fmt::join(known, ", "));
        return out.fail(usageError("scenario.unknown",
                                   fmt::format("the design has no scenario \"{}\".", shownName(scenario)),
                                   cure));
    }
    verbs::SimulateOptions simulation = options.simulate;
    noteIdleOptions(simulation, out);
    simulation.designFile = options.file;
    simulation.progress = [&out](const verbs::Progress& progress) { out.progress(progress); };
    const Result<SimulationResult> result = verbs::simulate(*design, simulation, stop);
    out.endProgress();
    if (!result) return out.fail(result.error());
    // What this mode does not compute is undecided, too, but no precision would decide it.
    const auto verdictIs = [&](std::optional<bool> met) {
        return std::any_of(result->objectives.begin(), result->objectives.end(),
                           [&](const ObjectiveResult& o) { return o.met == met && o.isJudged(); });
    };
    int code = verbs::kDone;
    if (result->partial || verdictIs(std::nullopt)) code = verbs::kBudget;
    if (verdictIs(false)) code = verbs::kMissed;
    if (result->partial) out.note("partial result: " + result->partialReason);
    const std::string text = out.json ? toJson(*result).dump(2) + "\n" : simulationText(*result);
    return deliver(options, out, text, code);
}

// Each note once, below the folder it is about: members of a group mostly have the same ones.
std::string notesText(const std::vector<verbs::ExportedFile>& files) {
    struct Note {
        std::string text;
        std::vector<std::string> about;
    };
    std::map<std::string, std::vector<Note>> byTarget;
    for (const verbs::ExportedFile& file : files) {
        const std::string part = std::filesystem::path(file.path).parent_path().filename().string();
        for (const std::string& text : file.notes) {
            std::vector<Note>& notes = byTarget[file.target];
            const auto same =
                std::find_if(notes.begin(), notes.end(), [&](const Note& n) { return n.text == text; });
            Note& note = same == notes.end() ? notes.emplace_back(Note{text, {}}) : *same;
            if (note.about.empty() || note.about.back() != part) note.about.push_back(part);
        }
    }
    std::string out;
    for (const auto& [target, notes] : byTarget) {
        out += fmt::format("\nTo know about {}\n", target);
        for (const Note& note : notes)
            out += fmt::format("  {}: {}\n", fmt::join(note.about, ", "), visible(note.text));
    }
    return out;
}

int exportDesign(const CommandOptions& options, Output& out, std::stop_token stop) {
    const Result<Design> design = load(options, out);
    if (!design) return out.fail(design.error());
    const verbs::ExportOptions exporting{options.name, options.verify, options.force};
    const Result<std::vector<verbs::ExportedFile>> files = verbs::exportDesign(*design, exporting, stop);
    if (!files) return out.fail(files.error());
    if (const Status written = verbs::writeExport(*files, options.output, options.force); !written)
        return out.fail(written.error());
    Json list = Json::array();
    std::vector<std::vector<std::string>> rows;
    std::string notes;
    bool accepted = true;
    for (const verbs::ExportedFile& file : *files) {
        accepted = accepted && file.accepted;
        list.push_back({{"path", file.path},
                        {"target", file.target},
                        {"sha256", file.sha256},
                        {"verified_by", file.verifiedBy.empty() ? Json(nullptr) : Json(file.verifiedBy)},
                        {"verdict", file.verdict.empty() ? Json(nullptr) : Json(file.verdict)},
                        {"notes", file.notes}});
        const bool oneLine = file.verdict.find('\n') == std::string::npos;
        rows.push_back({(std::filesystem::path(options.output) / file.path).string(),
                        file.verifiedBy.empty()
                            ? ""
                            : fmt::format("{}: {}", file.verifiedBy, oneLine ? file.verdict : "see below")});
        if (!oneLine) notes += fmt::format("\n{} on {}:\n{}\n", file.verifiedBy, file.path, file.verdict);
    }
    notes += notesText(*files);
    if (options.name == "all")
        notes +=
            fmt::format("\nStart with {}\n", (std::filesystem::path(options.output) / "README.md").string());
    if (out.json)
        out.data(Json{{"schema", "alwayson-export/1"}, {"files", list}});
    else
        out.data(std::string_view(table(rows, 0) + notes));
    return out.finish(accepted ? verbs::kDone : verbs::kMissed);
}

int schema(const CommandOptions& options, Output& out) {
    return deliver(options, out, designSchema().dump(2) + "\n", verbs::kDone);
}

} // namespace alwayson::cli

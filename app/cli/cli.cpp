#include "app/cli/cli.h"

#include "app/cli/commands.h"
#include "app/cli/interrupt.h"
#include "app/verbs/exit_code.h"
#include "core/base/nearest.h"
#include "core/base/units.h"
#include "core/text/sentence.h"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <charconv>
#include <cstring>
#include <fmt/format.h>
#include <functional>
#include <optional>
#include <sstream>

namespace alwayson::cli {

namespace {

const std::map<std::string, verbs::Mode> kModes{{"auto", verbs::Mode::automatic},
                                                {"exact", verbs::Mode::exact},
                                                {"availability", verbs::Mode::availability},
                                                {"requests", verbs::Mode::requests}};
const std::map<std::string, FailOn> kFailOn{
    {"error", FailOn::error}, {"warning", FailOn::warning}, {"hint", FailOn::hint}, {"never", FailOn::never}};

// What the user asked for: the command that will run, once parsing is done.
struct Request {
    CommandOptions options;
    std::function<int(Output&, std::stop_token)> command;
};

// Turns a word into its value, with a message people can read.
template <class T>
CLI::Validator oneOf(const std::map<std::string, T>& words) {
    return CLI::Validator(
        [&words](std::string& text) {
            const auto found = words.find(text);
            if (found == words.end()) {
                std::vector<std::string> known;
                for (const auto& [word, value] : words)
                    known.push_back(word);
                return fmt::format("\"{}\" is none of {}.", shownName(text), fmt::join(known, ", "));
            }
            text = std::to_string(static_cast<int>(found->second));
            return std::string();
        },
        "");
}

enum class Digits : std::uint8_t { whole, any };

CLI::Validator between(double low, double high, Digits digits = Digits::any) {
    return CLI::Validator(
        [=](std::string& text) {
            double value = 0;
            const auto parsed = std::from_chars(text.data(), text.data() + text.size(), value);
            const bool read = parsed.ec == std::errc() && parsed.ptr == text.data() + text.size();
            const bool whole = text.find_first_not_of("0123456789") == std::string::npos;
            if (read && value >= low && value <= high && (whole || digits == Digits::any))
                return std::string();
            return fmt::format("\"{}\" is not a {}number from {} to {}.", shownName(text),
                               digits == Digits::whole ? "whole " : "",
                               low > 0 && low < 1 ? fmt::format("{:f}", low) : formatSignificant(low),
                               grouped(fmt::format("{:.0f}", high)));
        },
        "");
}

CLI::App* addCommand(CLI::App& app, const char* name, const char* description, const char* example,
                     Output& out) {
    CLI::App* command = app.add_subcommand(name, description);
    command->add_flag("--json", out.json, "machine-readable output on stdout");
    command->add_flag("-q,--quiet", out.quiet, "no notes or progress on stderr");
    command->footer(std::string("Example:\n  ") + example);
    return command;
}

void addFooter(CLI::App* command, const char* text) {
    command->footer(std::string(text) + "\n\n" + command->get_footer());
}

void addDesign(CLI::App* command, CommandOptions& options) {
    command->add_option("DESIGN", options.file, "the design file")->required();
}

// Reads "2h", "90 s" or plain seconds.
void addDuration(CLI::App* command, const char* name, double& seconds, const char* description) {
    command->add_option_function<std::string>(
        name,
        [&seconds, name](const std::string& text) {
            const Result<Duration> duration = parseDuration(text, "s");
            if (!duration) throw CLI::ValidationError(name, describe(duration.error()));
            seconds = duration->seconds();
            if (!(seconds >= verbs::kShortestDurationS && seconds <= verbs::kLongestDurationS))
                throw CLI::ValidationError(
                    name, fmt::format("\"{}\" is not a time from 1 ms to {} s.", shownName(text),
                                      grouped(fmt::format("{:.0f}", verbs::kLongestDurationS))));
        },
        description);
}

double precisionFrom(const std::string& text) {
    double plain = 0;
    const auto parsed = std::from_chars(text.data(), text.data() + text.size(), plain);
    if (parsed.ec == std::errc() && parsed.ptr == text.data() + text.size() && plain >= 1 && plain <= 100)
        throw CLI::ValidationError(
            "--precision",
            fmt::format("a plain number is a share, so {} means {} %. Did you mean {}% or {}?", text,
                        formatNumber(plain * 100), formatNumber(plain), formatNumber(plain / 100)));
    const Result<Probability> precision = parseProbability(text);
    if (!precision || !(precision->value() > 0))
        throw CLI::ValidationError(
            "--precision",
            fmt::format("\"{}\" is not a share above 0 and up to 100%: write 5% or 0.05.", shownName(text)));
    return precision->value();
}

void addSimulate(CLI::App& app, Request& request, Output& out) {
    CommandOptions& o = request.options;
    verbs::SimulateOptions& s = o.simulate;
    CLI::App* command =
        addCommand(app, "simulate", "run it: availability over years, or requests through a scenario",
                   "alwayson-cli simulate shop.aon.json --scenario kill-web2 --json", out);
    addDesign(command, o);
    command->add_option("--scenario", s.scenario, "id of a scenario of the design")
        ->check([](const std::string& id) {
            return std::string(id.empty() ? "name a scenario of the design" : "");
        });
    command->add_option("--mode", s.mode, "auto (default), exact, availability or requests")
        ->transform(oneOf(kModes));
    command
        ->add_option("--years", s.years,
                     "years to simulate, up to 10 000 000 (mode availability; default: until precise enough)")
        ->check(between(1e-6, verbs::kMostYears));
    addDuration(command, "--duration", s.durationS,
                "time to simulate: 300, 90s, 2h (default: the scenario's, or 5 min)");
    command->add_option("--replications", s.replications, "independent repetitions")
        ->check(between(1, verbs::kMostReplications, Digits::whole));
    command->add_option_function<std::string>(
        "--precision", [&s](const std::string& text) { s.precision = precisionFrom(text); },
        "stop when the unavailability is known to within this share of it; exit 6 when it is not reached "
        "(default 5%, no promise)");
    command->add_option("--seed", s.seed, "same seed, same bytes (default 1)")
        ->check(between(0, verbs::kLargestSeed, Digits::whole));
    command->add_option("--threads", s.threads, "threads (default: all); never changes the result")
        ->check(between(1, verbs::kMostThreads, Digits::whole));
    command->add_option("-o,--output", o.output, "write the report to a file");
    addFooter(
        command,
        "availability, time: share of time in which at least the wanted share of requests can "
        "be served; availability,\n"
        "requests: share of requests that succeed; good requests: share that succeed within "
        "the latency objective\n"
        "of their class; not served: time in which more of the requests begun fail than the wanted share "
        "leaves.");
    command->callback([&request] {
        request.command = [&request](Output& to, std::stop_token stop) {
            return simulate(request.options, to, stop);
        };
    });
}

void addCheckAndExport(CLI::App& app, Request& request, Output& out) {
    CommandOptions& o = request.options;
    CLI::App* check =
        addCommand(app, "check", "findings, single points of failure, cut sets, exact availability, cost",
                   "alwayson-cli check shop.aon.json", out);
    addDesign(check, o);
    check
        ->add_option("--fail-on", o.failOn,
                     "exit 1 from this level of findings on: error (default), warning, hint, never")
        ->transform(oneOf(kFailOn));
    check->add_option("-o,--output", o.output, "write the report to a file");
    addFooter(
        check,
        "Availability: share of time in which at least the wanted share of requests can be served.\n"
        "Latency p99: of 20 minutes of normal operation, simulated; behind a single queue a formula gives "
        "it. For that, and for\n"
        "objectives that only requests tell, check makes a short run, some seconds of work. No findings "
        "follow from\n"
        "missed objectives: alwayson-cli simulate ends with 1 when one is missed.\n"
        "What to improve first: \"in a failure mode\" is the share of time in which any failure mode "
        "of the part is active, also one\n"
        "that brings nothing down, such as slow; Birnbaum is how much of that time is downtime because "
        "of the part; Fussell-Vesely\n"
        "the share of the downtime in which a minimal cut set with the part is down; RAW how many "
        "times the downtime if the part\n"
        "were always in its failure modes.\n"
        "Books say where prices and capacities come from: \"realistic\" (the default: published prices "
        "and measurements) or \"seed\"\n"
        "(the figures of the article this program began with, not validated). In the design: "
        "\"settings\": { \"price_book\": \"seed\" }.");
    check->callback([&request] {
        request.command = [&request](Output& to, std::stop_token stop) {
            return cli::check(request.options, to, stop);
        };
    });

    CLI::App* exporting = addCommand(app, "export", "write configuration that deploys it",
                                     "alwayson-cli export shop.aon.json --to haproxy -o out --verify", out);
    addDesign(exporting, o);
    exporting->add_option("--to", o.name, "haproxy, keepalived, mysql, or all")->required();
    exporting->add_option("-o,--output", o.output, "folder to write to")->required();
    exporting->add_flag("--verify", o.verify, "ask the real tool, when it is installed");
    exporting->add_flag("--force", o.force, "replace files that are not ours");
    addFooter(exporting,
              "The HAProxy version it is written for is set in the design, 2.4 to 3.2, 2.6 when it is not:\n"
              "  \"settings\": { \"haproxy_version\": \"2.8\" }");
    exporting->callback([&request] {
        request.command = [&request](Output& to, std::stop_token stop) {
            return cli::exportDesign(request.options, to, stop);
        };
    });
}

void addStartingPoints(CLI::App& app, Request& request, Output& out) {
    CommandOptions& o = request.options;
    CLI::App* fresh = addCommand(app, "new", "start from a template",
                                 "alwayson-cli new --template web-pair -o shop.aon.json", out);
    fresh->add_option("--template", o.name, "id of a template (see: alwayson-cli templates)")->required();
    fresh->add_option("-o,--output,DESIGN", o.output,
                      "the file to write; without it the design goes to stdout");
    fresh->add_flag("--force", o.force, "replace an existing file");
    fresh->callback([&request] {
        request.command = [&request](Output& to, std::stop_token) { return newDesign(request.options, to); };
    });

    CLI::App* templates =
        addCommand(app, "templates", "list the templates", "alwayson-cli templates --json", out);
    templates->callback([&request] {
        request.command = [&request](Output& to, std::stop_token) {
            return listTemplates(request.options, to);
        };
    });

    CLI::App* kinds = addCommand(app, "kinds", "list the kinds, or explain one with defaults and sources",
                                 "alwayson-cli kinds haproxy", out);
    kinds->add_option("KIND", o.name, "a kind, place, group, link or event");
    kinds->callback([&request] {
        request.command = [&request](Output& to, std::stop_token) { return listKinds(request.options, to); };
    });

    CLI::App* schemaCommand = addCommand(app, "schema", "print the JSON Schema of design files",
                                         "alwayson-cli schema -o alwayson-design.schema.json", out);
    schemaCommand->add_option("-o,--output", o.output, "write it to a file");
    schemaCommand->callback([&request] {
        request.command = [&request](Output& to, std::stop_token) { return schema(request.options, to); };
    });
}

// The parser would name another word, or none: the command is the first word that is no option.
std::optional<Error> unknownCommand(const CLI::App& app, int argc, char** argv) {
    std::vector<std::string> known;
    for (const CLI::App* command : app.get_subcommands(nullptr))
        known.push_back(command->get_name());
    const auto isOption = [](const char* word) { return word[0] == '-'; };
    char** const word = std::find_if_not(argv + 1, argv + argc, isOption);
    const bool asksForHelp = std::any_of(argv + 1, word, [](std::string_view option) {
        return option == "-h" || option == "--help" || option == "--version";
    });
    if (asksForHelp || (word != argv + argc && std::find(known.begin(), known.end(), *word) != known.end()))
        return std::nullopt;
    const std::string message = word == argv + argc
                                    ? "there is no command."
                                    : fmt::format("there is no command \"{}\".", shownName(*word));
    std::string cure = word == argv + argc ? "" : didYouMean(*word, known);
    if (cure.empty()) cure = fmt::format("Known are {}. See alwayson-cli --help.", fmt::join(known, ", "));
    return Error{ErrorKind::usage, "usage.command", message, cure, {}};
}

// The parser counts values where people count options.
std::string messageOf(const CLI::ParseError& error) {
    const std::string message = error.what();
    const std::string_view mark = ": At Most 1 required but received ";
    const std::size_t at = message.find(mark);
    if (at == std::string::npos) return message;
    return fmt::format("{} is given {} times, but only once is possible: run one after the other.",
                       message.substr(0, at), message.substr(at + mark.size()));
}

Error usageError(const CLI::App& app, const CLI::ParseError& error) {
    std::string message = messageOf(error);
    if (!message.ends_with('.') && !message.ends_with('?')) message += ".";
    const auto used = app.get_subcommands();
    return Error{
        ErrorKind::usage,
        "usage",
        message,
        fmt::format("See alwayson-cli {}--help.", used.empty() ? "" : used.front()->get_name() + " "),
        {}};
}

int runParsed(int argc, char** argv, Output& out) {
    CLI::App app{"Always On: draw a high-availability system, make it fail, export what deploys it.",
                 "alwayson-cli"};
    app.set_version_flag("--version", ALWAYSON_VERSION);
    app.require_subcommand(1);
    app.footer(
        "Exit codes: 0 done, 1 objective missed or findings, 2 usage, 3 invalid input, 4 input/output,\n"
        "5 format version not supported, 6 budget exceeded or undecided, 70 a bug, 130/143 interrupted.\n"
        "A scenario is judged by its latencies, recovery times and lost writes; of an objective for a year or a "
        "window it tells the\nshare of the error budget that it uses, and misses it when that is more than all of it.\n"
        "A report that cannot be written is 4, also into a pipe that was closed (| head); a message to a "
        "closed stderr is lost and\n"
        "changes no exit code.");
    Request request;
    addStartingPoints(app, request, out);
    addCheckAndExport(app, request, out);
    addSimulate(app, request, out);
    // Parsing may stop before it sees --json.
    const bool wantsJson =
        std::any_of(argv, argv + argc, [](const char* arg) { return std::strcmp(arg, "--json") == 0; });
    if (const std::optional<Error> error = unknownCommand(app, argc, argv)) {
        out.json = wantsJson;
        return out.fail(*error);
    }
    try {
        app.parse(argc, argv);
    } catch (const CLI::Success& e) { // --help, --version
        std::ostringstream text;
        app.exit(e, text, text);
        out.data(std::string_view(text.str()));
        return out.finish(verbs::kDone);
    } catch (const CLI::ParseError& e) {
        out.json = wantsJson;
        return out.fail(usageError(app, e));
    }
    const Interrupt interrupt;
    const int code = request.command(out, interrupt.token());
    return interrupt.exitCode() ? interrupt.exitCode() : code;
}

} // namespace

int run(int argc, char** argv) {
    prepareStreams();
    Output out;
    try {
        return runParsed(argc, argv, out);
    } catch (const std::bad_alloc&) {
        return out.fail(Error{ErrorKind::budgetExceeded,
                              "memory",
                              "there is not enough memory for this.",
                              "Use a smaller design.",
                              {}});
    } catch (const std::exception& e) {
        return out.fail(Error{ErrorKind::internal,
                              "bug",
                              fmt::format("this is a bug in Always On: {}", e.what()),
                              "Please report it with the design.",
                              {}});
    }
}

} // namespace alwayson::cli

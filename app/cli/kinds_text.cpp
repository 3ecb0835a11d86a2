#include "app/cli/texts.h"
#include "core/base/json.h"
#include "core/base/units.h"
#include "core/catalogue/catalogue.h"
#include "core/model/codec.h"
#include "core/model/object_reader.h"
#include "core/text/sentence.h"

#include <fmt/format.h>

namespace alwayson::cli {

namespace {

constexpr std::string_view kTypeNames[] = {"number", "integer", "duration", "rate", "probability", "bytes",
                                           "money",  "boolean", "choice",   "text", "distribution"};

std::string defaultText(const ParameterSpec& spec) {
    if (std::holds_alternative<std::monostate>(spec.defaultValue)) return "unset";
    if (const auto* distribution = std::get_if<Distribution>(&spec.defaultValue))
        return describe(*distribution);
    const Json json = toJson(spec.defaultValue);
    const std::string unit = spec.unit == "per_s"       ? "/s"
                             : spec.unit == "usd_per_h" ? " USD/h"
                             : spec.unit.empty()        ? ""
                                                        : " " + spec.unit;
    return (json.is_string() ? json.get<std::string>() : grouped(json.dump())) + unit;
}

std::string wrapped(const std::string& text, std::size_t indent) {
    std::string out, line(indent, ' ');
    std::size_t start = 0;
    while (start < text.size()) {
        std::size_t end = text.find(' ', start);
        if (end == std::string::npos) end = text.size();
        if (line.size() + end - start > 100 && line.size() > indent) {
            out += line + "\n";
            line.assign(indent, ' ');
        }
        line += (line.size() > indent ? " " : "") + text.substr(start, end - start);
        start = end + 1;
    }
    return out + line + "\n";
}

std::string parametersText(const char* title, const std::vector<ParameterSpec>& specs) {
    if (specs.empty()) return "";
    std::string text = fmt::format("\n{}\n", title);
    std::string section;
    for (const ParameterSpec& spec : specs) {
        if (spec.section != section) text += fmt::format("\n  {}\n", section = spec.section);
        text += fmt::format("    {:<28} {}   default {}{}\n", spec.id, spec.title, defaultText(spec),
                            spec.simulated ? "" : "   (not simulated)");
        text += wrapped(spec.help, 8);
        if (!spec.choices.empty())
            text += wrapped(fmt::format("One of {}.", fmt::join(spec.choices, ", ")), 8);
        text += wrapped(fmt::format("Source: {} ({})", spec.source, spec.grade), 8);
    }
    return text;
}

Json parametersJson(const std::vector<ParameterSpec>& specs) {
    Json all = Json::array();
    for (const ParameterSpec& spec : specs) {
        Json one = {{"id", spec.id},
                    {"title", spec.title},
                    {"type", kTypeNames[static_cast<std::size_t>(spec.type)]},
                    {"unit", spec.unit},
                    {"default", toJson(spec.defaultValue)},
                    {"min", nullptr},
                    {"max", nullptr},
                    {"help", spec.help},
                    {"source", spec.source},
                    {"grade", spec.grade},
                    {"optional", spec.optional},
                    {"simulated", spec.simulated}};
        if (spec.maximum > spec.minimum) {
            one["min"] = numberToJson(spec.minimum);
            one["max"] = numberToJson(spec.maximum);
        }
        if (!spec.choices.empty()) one["choices"] = spec.choices;
        if (!spec.choiceTitles.empty()) one["choice_titles"] = spec.choiceTitles;
        all.push_back(std::move(one));
    }
    return all;
}

Json descriptorJson(const Descriptor& d) {
    Json modes = Json::array();
    for (const FailureModeSpec& mode : d.failureModes)
        modes.push_back({{"id", mode.id},
                         {"title", mode.title},
                         {"effect", toString(mode.effect)},
                         {"slow_factor",
                          mode.effect == FailureEffect::slow ? numberToJson(mode.slowFactor) : Json(nullptr)},
                         {"error_share", mode.effect == FailureEffect::errors ? numberToJson(mode.errorShare)
                                                                              : Json(nullptr)},
                         {"time_to_failure", toJson(mode.timeToFailure)},
                         {"repair", toJson(mode.repair)},
                         {"help", mode.help},
                         {"source", mode.source},
                         {"grade", mode.grade}});
    return {{"id", d.id},
            {"title", d.title},
            {"category", d.category},
            {"summary", d.summary},
            {"roles", d.roles},
            {"mechanisms", d.mechanisms},
            {"parameters", parametersJson(d.parameters)},
            {"deploy", parametersJson(d.deploy)},
            {"failure_modes", modes},
            {"links", d.calls},
            {"groups", d.groups},
            {"exports", d.exports}};
}

Json familyJson(const std::vector<Descriptor>& family) {
    Json all = Json::array();
    for (const Descriptor& d : family)
        all.push_back(descriptorJson(d));
    return all;
}

// How slow, or how many errors; "" for the others.
std::string effectText(const FailureModeSpec& mode) {
    if (mode.effect == FailureEffect::slow)
        return fmt::format(", {} times as slow", formatSignificant(mode.slowFactor));
    if (mode.effect == FailureEffect::errors && mode.errorShare > 0)
        return fmt::format(", errors in {} % of its answers", formatSignificant(mode.errorShare * 100));
    return "";
}

} // namespace

std::string kindsText() {
    const Catalogue& catalogue = Catalogue::builtIn();
    std::vector<std::vector<std::string>> rows;
    for (const auto* family : {&catalogue.kinds(), &catalogue.domains(), &catalogue.groups(),
                               &catalogue.links(), &catalogue.events(), &catalogue.parts()})
        for (const Descriptor& d : *family)
            rows.push_back({d.id, d.category, d.title, d.summary});
    return table(rows, 0);
}

std::string kindText(const Descriptor& d) {
    std::string text = fmt::format("{}  ({}, {})\n{}\n", d.title, d.id, d.category, d.summary);
    if (!d.calls.empty()) text += fmt::format("May call: {}.\n", fmt::join(d.calls, ", "));
    if (!d.groups.empty()) text += fmt::format("May join: {}.\n", fmt::join(d.groups, ", "));
    if (!d.parents.empty()) text += fmt::format("May lie in: {}.\n", fmt::join(d.parents, ", "));
    if (!d.exports.empty()) text += fmt::format("Exported to: {}.\n", fmt::join(d.exports, ", "));
    text += parametersText("Parameters", d.parameters);
    if (!d.failureModes.empty()) text += "\nFailure modes\n\n";
    for (const FailureModeSpec& mode : d.failureModes) {
        text += fmt::format("    {:<28} {}   every {}, repaired {}{}\n", mode.id, mode.title,
                            formatDuration(Duration::seconds(resolve(mode.timeToFailure)->mean())),
                            describe(mode.repair), effectText(mode));
        text += wrapped(mode.help, 8) + wrapped(fmt::format("Source: {} ({})", mode.source, mode.grade), 8);
    }
    return text + parametersText("Deployment", d.deploy);
}

Json kindsJson() {
    const Catalogue& catalogue = Catalogue::builtIn();
    return {{"schema", "alwayson-kinds/1"},
            {"catalogue", catalogue.version()},
            {"kinds", familyJson(catalogue.kinds())},
            {"domains", familyJson(catalogue.domains())},
            {"groups", familyJson(catalogue.groups())},
            {"links", familyJson(catalogue.links())},
            {"events", familyJson(catalogue.events())},
            {"parts", familyJson(catalogue.parts())}};
}

} // namespace alwayson::cli

// JSON of the parts that entities are made of: distributions, failure modes, crews, request classes.

#include "core/model/codec_parts.h"

#include "core/base/json_tree.h"
#include "core/base/units.h"
#include "core/catalogue/catalogue.h"

#include <algorithm>
#include <fmt/format.h>

namespace alwayson {

namespace {

// "p99_ms" -> {"p99", "ms"}; plain names keep an empty unit.
DistributionEntry entryFromKey(const std::string& key, double value) {
    const auto underscore = key.rfind('_');
    if (underscore != std::string::npos) {
        const std::string unit = key.substr(underscore + 1);
        if (secondsPer(unit) > 0) return {key.substr(0, underscore), unit, value};
    }
    return {key, "", value};
}

Error at(std::string code, const std::string& pointer, std::string message, std::string cure) {
    Place place;
    place.pointer = pointer;
    return Error{ErrorKind::invalidInput, std::move(code), std::move(message), std::move(cure),
                 std::move(place)};
}

bool isPlainEntry(std::string_view name) {
    return name == "shape" || name == "sigma" || name == "p1" || name == "stages";
}

} // namespace

Result<Distribution> distributionFromJson(const Json& json, const std::string& pointer) {
    static const std::string kCure =
        "Write for example { \"dist\": \"lognormal\", \"mean_ms\": 12, \"p99_ms\": 60 }.";
    if (!json.is_object()) return at("design.type", pointer, "a distribution must be an object.", kCure);
    const auto family = json.find("dist");
    Distribution distribution;
    if (family == json.end() || !family->is_string() ||
        !familyFromString(family->get_ref<const std::string&>(), distribution.family))
        return at("distribution.family", pointer,
                  "a distribution needs \"dist\": constant, exponential, weibull, lognormal, gamma, erlang, "
                  "uniform, "
                  "triangular, hyperexponential or empirical.",
                  kCure);
    for (const auto& [key, value] : json.items()) {
        if (key == "dist") continue;
        const std::string here = pointer + "/" + escapePointer(key);
        const DistributionEntry entry = entryFromKey(key, 0);
        if (value.is_array() && entry.name == "values" &&
            distribution.family == DistributionFamily::empirical) {
            distribution.valuesUnit = entry.unit;
            for (const Json& one : value) {
                if (!one.is_number()) return at("design.type", here, "values must be numbers.", "");
                distribution.values.push_back(one.get<double>());
            }
            if (entry.unit.empty())
                return at("distribution.entries", here, "values need a unit.",
                          "Write values_ms or values_s.");
            continue;
        }
        if (!value.is_number())
            return at("design.type", here, fmt::format("\"{}\" must be a number.", key), kCure);
        if (entry.unit.empty() != isPlainEntry(entry.name))
            return at("distribution.entries", here,
                      fmt::format("\"{}\" is not an entry of a distribution.", key),
                      "Times carry a unit of time in their name: mean_ms, p95_min, value_h.");
        distribution.entries.push_back({entry.name, entry.unit, value.get<double>()});
    }
    const Result<DistributionShape> shape = resolve(distribution);
    if (!shape) return at(shape.error().code, pointer, shape.error().message, shape.error().cure);
    return distribution;
}

Json toJson(const Distribution& distribution) {
    Json json = {{"dist", toString(distribution.family)}};
    for (const DistributionEntry& entry : distribution.entries)
        json[entry.unit.empty() ? entry.name : entry.name + "_" + entry.unit] = numberToJson(entry.value);
    if (distribution.family == DistributionFamily::empirical) {
        Json values = Json::array();
        for (double value : distribution.values)
            values.push_back(numberToJson(value));
        json["values_" + distribution.valuesUnit] = std::move(values);
    }
    return json;
}

namespace {

// "mttf_h": exponential mean, or "time_to_failure": {dist}.
std::optional<Distribution> timeFrom(ObjectReader& in, const std::string& shortKey,
                                     const std::string& longKey) {
    const std::optional<double> mean = in.optionalNumber(shortKey, 1e-12, 1e12);
    std::optional<Distribution> distribution = in.optionalDistribution(longKey);
    if (mean && distribution)
        in.context().fail("design.conflict", in.pointerTo(shortKey),
                          fmt::format("give \"{}\" or \"{}\", not both.", shortKey, longKey));
    return mean ? Distribution::exponentialMean(*mean, "h") : distribution;
}

void timeTo(Json& json, const std::optional<Distribution>& time, const char* shortKey, const char* longKey) {
    if (!time) return;
    const bool plain = time->family == DistributionFamily::exponential && time->entries.size() == 1 &&
                       time->entries[0].unit == "h";
    if (plain)
        json[shortKey] = numberToJson(time->entries[0].value);
    else
        json[longKey] = toJson(*time);
}

} // namespace

FailureMode failureModeFrom(const Json& json, const std::string& pointer, DecodeContext& context) {
    ObjectReader in(json, pointer, "failure mode", context);
    FailureMode mode;
    mode.id = in.requiredId("id");
    mode.removed = in.boolean("removed", false);
    if (in.find("title")) mode.title = in.text("title");
    if (in.find("effect")) {
        FailureEffect effect{};
        if (!effectFromString(in.text("effect"), effect))
            context.fail("design.choice", in.pointerTo("effect"), "no such effect.",
                         "Choose crash, hang, gone, slow, errors, data_loss, cut_off, outage or isolation.");
        mode.effect = effect;
    }
    mode.timeToFailure = timeFrom(in, "mttf_h", "time_to_failure");
    if (mode.timeToFailure && !context.failed() && !(resolve(*mode.timeToFailure)->mean() > 0))
        context.fail("design.range", in.pointerTo("time_to_failure"), "the mean time to failure is 0.",
                     "Give a positive time.");
    mode.repair = timeFrom(in, "mttr_h", "repair");
    mode.slowFactor = in.optionalNumber("slow_factor", 1, 1e4);
    mode.errorShare = in.optionalNumber("error_share", 0, 1);
    mode.resumes = in.optionalBoolean("resumes");
    if (in.find("repaired_by")) {
        RepairedBy by{};
        if (!repairedByFromString(in.text("repaired_by"), by))
            context.fail("design.choice", in.pointerTo("repaired_by"), "no such way to end a failure.",
                         "Choose restart or crew.");
        mode.repairedBy = by;
    }
    mode.restartCoverage = in.optionalNumber("restart_coverage", 0, 1);
    mode.crewRepair = in.optionalDistribution("crew_repair");
    in.takeUnknown(mode.unknown);
    return mode;
}

Json toJson(const FailureMode& mode) {
    Json json = {{"id", mode.id}};
    if (mode.removed) json["removed"] = true;
    if (mode.title) json["title"] = *mode.title;
    if (mode.effect) json["effect"] = toString(*mode.effect);
    timeTo(json, mode.timeToFailure, "mttf_h", "time_to_failure");
    timeTo(json, mode.repair, "mttr_h", "repair");
    if (mode.slowFactor) json["slow_factor"] = numberToJson(*mode.slowFactor);
    if (mode.errorShare) json["error_share"] = numberToJson(*mode.errorShare);
    if (mode.resumes) json["resumes"] = *mode.resumes;
    if (mode.repairedBy) json["repaired_by"] = toString(*mode.repairedBy);
    if (mode.restartCoverage) json["restart_coverage"] = numberToJson(*mode.restartCoverage);
    if (mode.crewRepair) json["crew_repair"] = toJson(*mode.crewRepair);
    writeUnknown(json, mode.unknown);
    return json;
}

Crew crewFrom(const Json& json, const std::string& pointer, DecodeContext& context) {
    ObjectReader in(json, pointer, "crew", context);
    Crew crew;
    crew.id = in.requiredId("id");
    const Parameters read = in.inlineParameters(Catalogue::builtIn().part("crew")->parameters);
    if (const auto size = read.find("size"); size != read.end())
        crew.size = static_cast<int>(std::get<double>(size->second));
    if (const auto response = read.find("response"); response != read.end())
        crew.response = std::get<Distribution>(response->second);
    in.takeUnknown(crew.unknown);
    return crew;
}

Json toJson(const Crew& crew) {
    static const Crew kDefault;
    Json json = {{"id", crew.id}};
    if (crew.size != kDefault.size) json["size"] = crew.size;
    if (crew.response != kDefault.response) json["response"] = toJson(crew.response);
    writeUnknown(json, crew.unknown);
    return json;
}

RequestClass requestClassFrom(const Json& json, const std::string& pointer, DecodeContext& context) {
    ObjectReader in(json, pointer, "request class", context);
    RequestClass one;
    one.id = in.requiredId("id");
    one.share = in.number("share", 1, 0, 1);
    one.writes = in.boolean("writes", false);
    one.idempotent = in.optionalBoolean("idempotent");
    one.deadline = Duration::milliseconds(in.number("deadline_ms", 3000, 1e-6, 1e15));
    if (const auto objective = in.optionalNumber("latency_objective_ms", 1e-6, 1e15))
        one.latencyObjective = Duration::milliseconds(*objective);
    if (const auto staleness = in.optionalNumber("max_staleness_ms", 0, 1e15))
        one.maxStaleness = Duration::milliseconds(*staleness);
    in.takeUnknown(one.unknown);
    return one;
}

// Milliseconds as they were written: the round trip through seconds may cost the last bit.
static Json millisecondsToJson(Duration duration) {
    return numberToJson(std::stod(fmt::format("{:.15g}", duration.milliseconds())));
}

Json toJson(const RequestClass& one) {
    Json json = {{"id", one.id}, {"share", numberToJson(one.share)}};
    if (one.writes) json["writes"] = true;
    if (one.idempotent) json["idempotent"] = *one.idempotent;
    json["deadline_ms"] = millisecondsToJson(one.deadline);
    if (one.latencyObjective) json["latency_objective_ms"] = millisecondsToJson(*one.latencyObjective);
    if (one.maxStaleness) json["max_staleness_ms"] = millisecondsToJson(*one.maxStaleness);
    writeUnknown(json, one.unknown);
    return json;
}

namespace {

std::string unescapeStep(std::string_view step) {
    std::string key;
    for (std::size_t i = 0; i < step.size(); ++i) {
        if (step[i] == '~' && i + 1 < step.size())
            key += step[++i] == '1' ? '/' : '~';
        else
            key += step[i];
    }
    return key;
}

// Puts unknown fields back into one object. They differ from each other, so each is compared with the known
// ones only.
class UnknownWriter {
public:
    explicit UnknownWriter(Json& object) : m_object(&object), m_known(object.size()) {}
    void write(std::string key, Json value) {
        auto member = m_object->get_ref<Json::object_t&>().begin();
        for (std::size_t i = 0; i < m_known; ++i, ++member)
            if (member->first == key) return;
        appendMember(*m_object, std::move(key), std::move(value));
    }

private:
    Json* m_object;
    std::size_t m_known;
};

} // namespace

void writeUnknown(Json& json, const UnknownFields& unknown) {
    UnknownWriter own(json);
    // Pointers have one step, or two for fields inside "parameters", "deploy" or "canvas"; sorted, so that
    // those of one object follow each other. Not written through json_pointer: that makes arrays of keys that
    // are numbers.
    for (const auto& [pointer, text] : unknown) {
        const std::size_t slash = pointer.find('/', 1);
        if (slash == std::string::npos)
            own.write(unescapeStep(std::string_view(pointer).substr(1)), treeOf(text).value_or(nullptr));
    }
    std::string outer;
    std::optional<UnknownWriter> inner;
    for (const auto& [pointer, text] : unknown) {
        const std::size_t slash = pointer.find('/', 1);
        if (slash == std::string::npos) continue;
        std::string parent = unescapeStep(std::string_view(pointer).substr(1, slash - 1));
        if (!inner || parent != outer) {
            Json& object = json[parent];
            if (object.is_null()) object = Json::object();
            if (!object.is_object()) continue;
            inner.emplace(object);
            outer = std::move(parent);
        }
        inner->write(unescapeStep(std::string_view(pointer).substr(slash + 1)),
                     treeOf(text).value_or(nullptr));
    }
}

Json toJson(const Parameters& parameters) {
    Json json = Json::object();
    for (const auto& [key, value] : parameters)
        json[key] = toJson(value);
    return json;
}

} // namespace alwayson

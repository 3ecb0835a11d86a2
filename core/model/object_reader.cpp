#include "core/model/object_reader.h"

#include "core/base/ids.h"
#include "core/base/nearest.h"
#include "core/base/units.h"
#include "core/text/sentence.h"

#include <cmath>
#include <fmt/format.h>

namespace alwayson {

void DecodeContext::fail(std::string code, const std::string& pointer, std::string message, std::string cure,
                         ErrorKind kind) {
    if (error) return;
    Place place;
    place.pointer = pointer;
    if (cure.empty()) cure = "Correct it, or leave the field out to get its default.";
    error = Error{kind, std::move(code), std::move(message), std::move(cure), std::move(place)};
}

std::string escapePointer(std::string_view key) {
    std::string escaped;
    for (char c : key) {
        if (c == '~')
            escaped += "~0";
        else if (c == '/')
            escaped += "~1";
        else
            escaped += c;
    }
    return escaped;
}

ObjectReader::ObjectReader(const Json& json, std::string pointer, std::string what, DecodeContext& context)
    : m_json(json), m_pointer(std::move(pointer)), m_what(std::move(what)), m_context(context) {
    if (json.is_object()) return;
    const std::string given = json.is_array()  ? "a list"
                              : json.is_null() ? "null"
                                               : fmt::format("a {}", json.type_name());
    m_context.fail("design.type", m_pointer, fmt::format("a {} must be an object, not {}.", m_what, given),
                   m_pointer.empty() ? "Write { \"format\": \"alwayson-design\", \"version\": 1, ... }."
                                     : "Write { \"id\": ... }.");
}

const Json* ObjectReader::find(const std::string& key) {
    if (m_context.failed()) return nullptr;
    m_known.insert(key);
    const auto found = m_json.find(key);
    return found == m_json.end() ? nullptr : &*found;
}

void ObjectReader::wrongType(const std::string& key, const char* wanted) {
    m_context.fail("design.type", pointerTo(key),
                   fmt::format("\"{}\" of this {} must be {}, not {}.", key, m_what, wanted,
                               m_json.at(key).type_name()));
}

std::string ObjectReader::text(const std::string& key, std::string fallback, std::size_t maxBytes) {
    const Json* json = find(key);
    if (!json) return fallback;
    if (!json->is_string()) {
        wrongType(key, "a string");
        return fallback;
    }
    std::string value = json->get<std::string>();
    if (value.size() > maxBytes)
        m_context.fail(
            "design.range", pointerTo(key),
            fmt::format("\"{}\" has {} bytes; at most {} are allowed.", key, value.size(), maxBytes),
            "Shorten it.");
    return value;
}

std::string ObjectReader::requiredText(const std::string& key) {
    if (!find(key))
        m_context.fail("design.missing", m_pointer, fmt::format("this {} has no \"{}\".", m_what, key),
                       fmt::format("Add \"{}\": \"...\".", key));
    return text(key);
}

std::optional<std::string> ObjectReader::optionalId(const std::string& key) {
    if (!find(key)) return std::nullopt;
    std::string value = text(key);
    if (!m_context.failed() && !isValidId(value))
        m_context.fail("design.id", pointerTo(key), fmt::format("\"{}\" is not an id.", shownName(value)),
                       "Use 1 to 64 characters of A-Z a-z 0-9 _ and -.");
    return value;
}

std::string ObjectReader::requiredId(const std::string& key) {
    if (!find(key)) requiredText(key);
    return optionalId(key).value_or("");
}

std::optional<bool> ObjectReader::optionalBoolean(const std::string& key) {
    const Json* json = find(key);
    if (!json) return std::nullopt;
    if (!json->is_boolean()) {
        wrongType(key, "true or false");
        return std::nullopt;
    }
    return json->get<bool>();
}

bool ObjectReader::boolean(const std::string& key, bool fallback) {
    return optionalBoolean(key).value_or(fallback);
}

std::optional<double> ObjectReader::readNumber(const Json& json, const std::string& pointer, double low,
                                               double high, const std::string& unit) {
    if (!json.is_number()) {
        m_context.fail("design.type", pointer,
                       fmt::format("this must be a number, not {}.", json.type_name()));
        return std::nullopt;
    }
    const double value = json.get<double>();
    if (!(value >= low && value <= high)) { // catches NaN too
        const std::string suffix = unit.empty() ? "" : " " + unit;
        m_context.fail("design.range", pointer,
                       fmt::format("{}{} is out of range.", formatNumber(value), suffix),
                       high >= kLargestNumber ? fmt::format("It must be at least {}.", formatNumber(low))
                                              : fmt::format("It must be from {} to {}{}.", formatNumber(low),
                                                            formatNumber(high), suffix));
        return std::nullopt;
    }
    return value == 0 ? 0.0 : value; // no negative zero
}

std::optional<double> ObjectReader::optionalNumber(const std::string& key, double low, double high) {
    const Json* json = find(key);
    if (!json) return std::nullopt;
    return readNumber(*json, pointerTo(key), low, high, "");
}

double ObjectReader::number(const std::string& key, double fallback, double low, double high) {
    return optionalNumber(key, low, high).value_or(fallback);
}

std::optional<Distribution> ObjectReader::optionalDistribution(const std::string& key) {
    const Json* json = find(key);
    if (!json) return std::nullopt;
    Result<Distribution> distribution = distributionFromJson(*json, pointerTo(key));
    if (distribution) return std::move(distribution).value();
    if (!m_context.error) m_context.error = std::move(distribution).error();
    return std::nullopt;
}

std::vector<std::pair<const Json*, std::string>> ObjectReader::elements(const std::string& key) {
    std::vector<std::pair<const Json*, std::string>> all;
    const Json* json = find(key);
    if (!json) return all;
    if (!json->is_array()) {
        wrongType(key, "a list");
        return all;
    }
    all.reserve(json->size());
    for (std::size_t i = 0; i < json->size(); ++i)
        all.emplace_back(&(*json)[i], fmt::format("{}/{}", pointerTo(key), i));
    return all;
}

std::vector<std::string> ObjectReader::idList(const std::string& key) {
    std::vector<std::string> ids;
    for (const auto& [json, pointer] : elements(key)) {
        if (!json->is_string() || !isValidId(json->get_ref<const std::string&>())) {
            m_context.fail("design.id", pointer, "this must be an id.",
                           "Use 1 to 64 characters of A-Z a-z 0-9 _ and -.");
            return {};
        }
        ids.push_back(json->get<std::string>());
    }
    return ids;
}

static const char* wantedFor(ParameterType type) {
    switch (type) {
    case ParameterType::boolean:
        return "true or false";
    case ParameterType::choice:
    case ParameterType::text:
        return "a string";
    case ParameterType::distribution:
        return "a distribution { \"dist\": ... }";
    default:
        return "a number";
    }
}

std::optional<Value> ObjectReader::readParameter(const Json& json, const std::string& pointer,
                                                 const ParameterSpec& spec) {
    const auto fail = [&](const char* code, std::string message, std::string cure = {}) {
        m_context.fail(code, pointer, std::move(message), std::move(cure));
        return std::nullopt;
    };
    const auto typeError = [&] {
        return fail("design.type", fmt::format("\"{}\" must be {}{}, not {}.", spec.id, wantedFor(spec.type),
                                               spec.optional ? " or null" : "", json.type_name()));
    };
    if (json.is_null()) {
        if (!spec.optional) return typeError();
        return Value{};
    }
    switch (spec.type) {
    case ParameterType::boolean:
        if (!json.is_boolean()) return typeError();
        return json.get<bool>();
    case ParameterType::choice: {
        if (!json.is_string()) return typeError();
        std::string value = json.get<std::string>();
        if (std::find(spec.choices.begin(), spec.choices.end(), value) == spec.choices.end())
            return fail("design.choice",
                        fmt::format("\"{}\" is not a choice for \"{}\".", shownName(value), spec.id),
                        fmt::format("Choose one of {}.", fmt::join(spec.choices, ", ")));
        return value;
    }
    case ParameterType::text: {
        if (!json.is_string()) return typeError();
        std::string value = json.get<std::string>();
        if (value.size() > spec.maxLength)
            return fail("design.range",
                        fmt::format("\"{}\" has {} bytes; at most {} are allowed.", spec.id, value.size(),
                                    spec.maxLength),
                        "Shorten it.");
        return value;
    }
    case ParameterType::distribution: {
        if (!json.is_object()) return typeError();
        Result<Distribution> distribution = distributionFromJson(json, pointer);
        if (!distribution) {
            if (!m_context.error) m_context.error = std::move(distribution).error();
            return std::nullopt;
        }
        const double mean = resolve(*distribution)->mean();
        if (!(mean >= spec.minimum && mean <= spec.maximum))
            return fail(
                "design.range",
                fmt::format("the mean of \"{}\" is {}.", spec.id, formatDuration(Duration::seconds(mean))),
                fmt::format("It must be from {} to {}.", formatDuration(Duration::seconds(spec.minimum)),
                            formatDuration(Duration::seconds(spec.maximum))));
        return Value(std::move(distribution).value());
    }
    default:
        break;
    }
    if (!json.is_number()) return typeError();
    const std::optional<double> value =
        readNumber(json, pointer, spec.minimum, spec.maximum, spec.unit == "per_s" ? "per s" : spec.unit);
    if (value && spec.type == ParameterType::integer && *value != std::floor(*value))
        return fail("design.type", fmt::format("\"{}\" must be a whole number.", spec.id));
    return value ? std::optional<Value>(*value) : std::nullopt;
}

static std::vector<std::string> idsOf(const std::vector<ParameterSpec>& specs) {
    std::vector<std::string> ids;
    for (const ParameterSpec& spec : specs)
        ids.push_back(spec.id);
    return ids;
}

static const ParameterSpec* specFor(const std::vector<ParameterSpec>& specs, std::string_view id) {
    for (const ParameterSpec& spec : specs)
        if (spec.id == id) return &spec;
    return nullptr;
}

Parameters ObjectReader::parameters(const std::string& key, const std::vector<ParameterSpec>& specs,
                                    UnknownFields& unknown) {
    Parameters read;
    const Json* json = find(key);
    if (!json) return read;
    if (!json->is_object()) {
        wrongType(key, "an object");
        return read;
    }
    for (const auto& [name, value] : json->items()) {
        if (m_context.failed()) return read;
        const std::string pointer = pointerTo(key) + "/" + escapePointer(name);
        const ParameterSpec* spec = specFor(specs, name);
        if (!spec) {
            unknown["/" + key + "/" + escapePointer(name)] = value.dump();
            warnUnknown(name, pointer, idsOf(specs));
            continue;
        }
        const std::optional<Value> parameter = readParameter(value, pointer, *spec);
        if (parameter && !isDefault(*parameter, *spec)) read[name] = *parameter;
    }
    return read;
}

Parameters ObjectReader::inlineParameters(const std::vector<ParameterSpec>& specs) {
    Parameters read;
    for (const ParameterSpec& spec : specs) {
        const Json* json = find(spec.id);
        if (!json) continue;
        const std::optional<Value> parameter = readParameter(*json, pointerTo(spec.id), spec);
        if (parameter && !isDefault(*parameter, spec)) read[spec.id] = *parameter;
    }
    return read;
}

void ObjectReader::warnUnknown(const std::string& key, const std::string& pointer,
                               const std::vector<std::string>& known) {
    constexpr std::size_t kMaxWarnings = 1000;
    if (!m_context.warnings || m_context.warnings->size() >= kMaxWarnings) return;
    std::string message =
        fmt::format("\"{}\" is not known here and is ignored; it stays in the file.", shownName(key));
    const std::string hint = didYouMean(key, known);
    m_context.warnings->push_back(
        {"design.unknown_field", hint.empty() ? message : message + " " + hint, pointer});
}

void ObjectReader::takeUnknown(UnknownFields& unknown) {
    if (m_context.failed() || !m_json.is_object()) return;
    for (const auto& [key, value] : m_json.items()) {
        if (m_known.count(key)) continue;
        unknown["/" + escapePointer(key)] = value.dump();
        warnUnknown(key, pointerTo(key), std::vector<std::string>(m_known.begin(), m_known.end()));
    }
}

bool isDefault(const Value& value, const ParameterSpec& spec) {
    return value == spec.defaultValue;
}

Json numberToJson(double value) {
    if (value == std::floor(value) && std::fabs(value) < 9007199254740992.0)
        return static_cast<std::int64_t>(value);
    return value;
}

Json toJson(const Value& value) {
    if (const bool* flag = std::get_if<bool>(&value)) return *flag;
    if (const double* number = std::get_if<double>(&value)) return numberToJson(*number);
    if (const std::string* text = std::get_if<std::string>(&value)) return *text;
    if (const Distribution* distribution = std::get_if<Distribution>(&value)) return toJson(*distribution);
    return nullptr;
}

} // namespace alwayson

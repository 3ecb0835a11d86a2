#include "tests/core/io/schema_validator.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <regex>
#include <set>

namespace alwayson::test {

namespace {

const std::regex& compiled(const std::string& pattern) {
    static std::map<std::string, std::regex> all;
    const auto known = all.find(pattern);
    return known != all.end() ? known->second : all.emplace(pattern, std::regex(pattern)).first->second;
}

class Validator {
public:
    explicit Validator(const Json& root) : m_root(root) {}

    std::string check(const Json& schema, const Json& instance, const std::string& at) {
        if (schema.is_boolean()) return schema.get<bool>() ? "" : at + ": nothing is allowed here";
        for (const auto& [keyword, value] : schema.items()) {
            const std::string fault = apply(keyword, value, schema, instance, at);
            if (!fault.empty()) return fault;
        }
        return "";
    }

private:
    std::string apply(const std::string& keyword, const Json& value, const Json& schema, const Json& instance,
                      const std::string& at) {
        static const std::set<std::string> kAnnotations{"$schema",     "$id",     "$defs", "title",
                                                        "description", "default", "then"};
        if (kAnnotations.count(keyword)) return "";
        if (keyword == "$ref")
            return check(m_root.at(Json::json_pointer(value.get<std::string>().substr(1))), instance, at);
        if (keyword == "type") return hasType(value, instance) ? "" : at + ": not of type " + value.dump();
        if (keyword == "const") return value == instance ? "" : at + ": not " + value.dump();
        if (keyword == "enum")
            return std::find(value.begin(), value.end(), instance) != value.end()
                       ? ""
                       : at + ": not in " + value.dump();
        if (keyword == "minimum")
            return !instance.is_number() || instance.get<double>() >= value.get<double>()
                       ? ""
                       : at + ": too small";
        if (keyword == "maximum")
            return !instance.is_number() || instance.get<double>() <= value.get<double>()
                       ? ""
                       : at + ": too large";
        if (keyword == "maxLength")
            return !instance.is_string() || characters(instance) <= value.get<std::size_t>()
                       ? ""
                       : at + ": too long";
        if (keyword == "pattern")
            return !instance.is_string() || matches(instance, value) ? "" : at + ": pattern " + value.dump();
        if (keyword == "minItems")
            return !instance.is_array() || instance.size() >= value.get<std::size_t>() ? ""
                                                                                       : at + ": too few";
        if (keyword == "maxItems")
            return !instance.is_array() || instance.size() <= value.get<std::size_t>() ? ""
                                                                                       : at + ": too many";
        if (keyword == "allOf" || keyword == "anyOf" || keyword == "oneOf")
            return combine(keyword, value, instance, at);
        if (keyword == "if")
            return check(value, instance, at).empty() ? check(schema.at("then"), instance, at) : "";
        if (keyword == "items") return items(value, instance, at);
        if (keyword == "required") return required(value, instance, at);
        if (keyword == "properties" || keyword == "patternProperties" || keyword == "additionalProperties")
            return keyword == "properties" || !schema.contains("properties") ? members(schema, instance, at)
                                                                             : "";
        return at + ": the keyword " + keyword + " is not known to the test";
    }

    static bool hasType(const Json& type, const Json& instance) {
        const std::string name = type.get<std::string>();
        if (name == "integer")
            return instance.is_number() && std::floor(instance.get<double>()) == instance.get<double>();
        return name == (instance.is_number() ? "number" : instance.type_name());
    }
    static std::size_t characters(const Json& text) {
        const std::string bytes = text.get<std::string>();
        return static_cast<std::size_t>(
            std::count_if(bytes.begin(), bytes.end(), [](char c) { return (c & 0xC0) != 0x80; }));
    }
    static bool matches(const std::string& text, const Json& pattern) {
        return std::regex_search(text, compiled(pattern.get<std::string>()));
    }
    std::string combine(const std::string& keyword, const Json& schemas, const Json& instance,
                        const std::string& at) {
        std::size_t good = 0;
        std::string first;
        for (const Json& one : schemas) {
            const std::string fault = check(one, instance, at);
            good += fault.empty();
            if (first.empty()) first = fault;
        }
        const bool fine = keyword == "allOf"   ? good == schemas.size()
                          : keyword == "anyOf" ? good > 0
                                               : good == 1;
        return fine ? "" : at + ": " + keyword + " (" + first + ")";
    }
    std::string items(const Json& schema, const Json& instance, const std::string& at) {
        if (!instance.is_array()) return "";
        for (std::size_t i = 0; i < instance.size(); ++i) {
            const std::string fault = check(schema, instance[i], at + "/" + std::to_string(i));
            if (!fault.empty()) return fault;
        }
        return "";
    }
    static std::string required(const Json& names, const Json& instance, const std::string& at) {
        if (!instance.is_object()) return "";
        for (const Json& name : names)
            if (!instance.contains(name.get<std::string>())) return at + ": no " + name.dump();
        return "";
    }
    std::string members(const Json& schema, const Json& instance, const std::string& at) {
        if (!instance.is_object()) return "";
        for (const auto& [key, value] : instance.items()) {
            bool evaluated = false;
            if (schema.contains("properties") && schema["properties"].contains(key)) {
                evaluated = true;
                const std::string fault = check(schema["properties"][key], value, at + "/" + key);
                if (!fault.empty()) return fault;
            }
            if (schema.contains("patternProperties"))
                for (const auto& [pattern, one] : schema["patternProperties"].items()) {
                    if (!std::regex_search(key, compiled(pattern))) continue;
                    evaluated = true;
                    const std::string fault = check(one, value, at + "/" + key);
                    if (!fault.empty()) return fault;
                }
            if (!evaluated && schema.contains("additionalProperties")) {
                const std::string fault = check(schema["additionalProperties"], value, at + "/" + key);
                if (!fault.empty()) return fault;
            }
        }
        return "";
    }

    const Json& m_root;
};

} // namespace

std::string schemaFault(const Json& schema, const Json& instance) {
    return Validator(schema).check(schema, instance, "");
}

} // namespace alwayson::test

// Build tool: reads resources/catalogue/<family>/*.json and writes the header of typed parameter keys.
//   alwayson_keygen CATALOGUE_DIR OUTPUT

#include <algorithm>
#include <cctype>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <map>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

namespace {

using nlohmann::json;

std::string camel(const std::string& text, bool upper) {
    std::string out;
    bool raise = upper;
    for (char c : text) {
        if (c == '_' || c == '-')
            raise = true;
        else {
            out += raise ? static_cast<char>(std::toupper(c)) : c;
            raise = false;
        }
    }
    return out;
}

std::string nameWithoutUnit(const json& parameter) {
    std::string id = parameter.at("id");
    const std::string unit = parameter.value("unit", "");
    const std::string suffix = "_" + unit;
    if (!unit.empty()) {
        if (!id.ends_with(suffix)) throw std::runtime_error("parameter " + id + " must end with " + suffix);
        id.resize(id.size() - suffix.size());
    }
    return camel(id, false);
}

const std::map<std::string, std::string> kScales{{"ns", "1e-9"}, {"us", "1e-6"},  {"ms", "1e-3"},
                                                 {"s", "1.0"},   {"min", "60.0"}, {"h", "3600.0"},
                                                 {"kb", "1e3"}};

std::string typeOf(const json& parameter) {
    static const std::map<std::string, std::string> kTypes{{"number", "double"},
                                                           {"integer", "std::int64_t"},
                                                           {"duration", "Duration"},
                                                           {"rate", "Rate"},
                                                           {"probability", "Probability"},
                                                           {"bytes", "Bytes"},
                                                           {"money", "Money"},
                                                           {"boolean", "bool"},
                                                           {"text", "std::string"},
                                                           {"distribution", "DistributionShape"}};
    const std::string type = parameter.at("type");
    if (type == "choice") return camel(nameWithoutUnit(parameter), true);
    return kTypes.at(type);
}

void writeKey(std::ostream& out, const std::string& family, const std::string& owner, const json& parameter,
              bool deploy) {
    const std::string name = nameWithoutUnit(parameter);
    const std::string type = typeOf(parameter);
    std::string choices = "{}";
    if (parameter.at("type") == "choice") {
        std::string enumerators, texts;
        for (const std::string choice : parameter.at("choices")) {
            enumerators += (enumerators.empty() ? "" : ", ") + camel(choice, false);
            texts += (texts.empty() ? "\"" : ", \"") + choice + "\"";
        }
        out << "enum class " << type << " : std::uint8_t { " << enumerators << " };\n";
        out << "inline constexpr std::string_view k" << type << "Names[] = {" << texts << "};\n";
        choices = "k" + type + "Names";
    }
    const auto scale = kScales.find(parameter.value("unit", ""));
    const std::string key = "ParamKey<" + type + ">{\"" + family + "\", \"" + owner + "\", \"" +
                            parameter.at("id").get<std::string>() + "\", " + (deploy ? "true" : "false") +
                            ", " + (scale == kScales.end() ? "1.0" : scale->second) + ", " + choices + "}";
    out << "// " << parameter.at("title").get<std::string>() << ": "
        << parameter.at("help").get<std::string>() << "\n";
    if (parameter.value("optional", false))
        out << "inline constexpr OptionalParamKey<" << type << "> " << name << "{" << key << "};\n";
    else
        out << "inline constexpr ParamKey<" << type << "> " << name << " = " << key << ";\n";
}

void writeOwner(std::ostream& out, const std::string& family, const json& descriptor) {
    const std::string owner = descriptor.at("id");
    out << "namespace " << camel(owner, false) << " {\n";
    for (const json& parameter : descriptor.at("parameters"))
        writeKey(out, family, owner, parameter, false);
    if (descriptor.contains("deploy") && !descriptor.at("deploy").empty()) {
        out << "namespace deploy {\n";
        for (const json& field : descriptor.at("deploy"))
            writeKey(out, family, owner, field, true);
        out << "} // namespace deploy\n";
    }
    out << "} // namespace " << camel(owner, false) << "\n";
}

void writeHeader(const std::filesystem::path& catalogue, std::ostream& out) {
    out << "#pragma once\n// Generated from resources/catalogue/ by core/catalogue/keygen. Do not edit.\n\n"
           "#include \"core/catalogue/param_key.h\"\n\nnamespace alwayson::key {\n";
    // Links, groups, places, events and parts live in namespaces of their own: key::link::request::latency.
    const std::pair<const char*, const char*> kFamilies[] = {{"kinds", ""},       {"domains", "domain"},
                                                             {"groups", "group"}, {"links", "link"},
                                                             {"events", "event"}, {"parts", "part"}};
    for (const auto& [family, space] : kFamilies) {
        std::vector<std::filesystem::path> files;
        for (const auto& entry : std::filesystem::directory_iterator(catalogue / family))
            files.push_back(entry.path());
        std::sort(files.begin(), files.end());
        if (*space) out << "namespace " << space << " {\n";
        for (const auto& file : files) {
            std::ifstream in(file);
            try {
                writeOwner(out, family, json::parse(in));
            } catch (const std::exception& e) {
                throw std::runtime_error(file.string() + ": " + e.what());
            }
        }
        if (*space) out << "} // namespace " << space << "\n";
    }
    out << "} // namespace alwayson::key\n";
}

} // namespace

int main(int argc, char** argv) {
    if (argc != 3) {
        std::cerr << "usage: alwayson_keygen CATALOGUE_DIR OUTPUT\n";
        return 2;
    }
    try {
        std::filesystem::create_directories(std::filesystem::path(argv[2]).parent_path());
        std::ofstream out(argv[2]);
        writeHeader(argv[1], out);
        return out.good() ? 0 : 1;
    } catch (const std::exception& e) {
        std::cerr << "alwayson_keygen: " << e.what() << "\n";
        return 1;
    }
}

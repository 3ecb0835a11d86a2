#include "tests/core/io/design_support.h"

#include "resources/resources.h"
#include "tests/core/io/save_support.h"

#include <fmt/format.h>

namespace alwayson::test {

std::string fullDesign() {
    return bytesOf(std::string(ALWAYSON_TEST_DATA) + "/json/full.aon.json");
}

std::string groupsDesign() {
    return bytesOf(std::string(ALWAYSON_TEST_DATA) + "/json/groups.aon.json");
}

std::vector<std::pair<std::string, std::string>> sampleDesigns() {
    std::vector<std::pair<std::string, std::string>> samples{{"full.aon.json", fullDesign()},
                                                             {"groups.aon.json", groupsDesign()}};
    for (const char* folder : {"templates/", "examples/"})
        for (const std::string& path : resources::list(folder))
            if (path.size() > 9 && path.substr(path.size() - 9) == ".aon.json")
                samples.emplace_back(path, std::string(resources::find(path)));
    return samples;
}

void forEachMutation(const Json& document,
                     const std::function<void(const Json&, const std::string&)>& visit) {
    static const std::vector<Json> kReplacements{nullptr,
                                                 true,
                                                 0,
                                                 -1,
                                                 0.5,
                                                 1e300,
                                                 9007199254740992.0,
                                                 "",
                                                 "eu",
                                                 "a b",
                                                 std::string(70, 'x'),
                                                 Json::array(),
                                                 Json::array({1, "x", nullptr}),
                                                 Json::object(),
                                                 Json{{"id", "web1"}, {"kind", "server"}},
                                                 Json{{"dist", "constant"}}};
    std::vector<std::string> pointers{""};
    const auto step = [](std::string key) {
        std::string escaped;
        for (const char c : key)
            escaped += c == '~' ? "~0" : c == '/' ? "~1" : std::string(1, c);
        return "/" + escaped;
    };
    for (std::size_t i = 0; i < pointers.size(); ++i) {
        const Json& at = document.at(Json::json_pointer(pointers[i]));
        if (!at.is_structured()) continue;
        std::size_t index = 0;
        for (const auto& [key, value] : at.items())
            pointers.push_back(pointers[i] + (at.is_object() ? step(key) : "/" + std::to_string(index++)));
    }
    Json mutated = document;
    for (const std::string& pointer : pointers) {
        Json& place = mutated.at(Json::json_pointer(pointer));
        const Json original = place;
        for (const Json& replacement : kReplacements) {
            place = replacement;
            visit(mutated, pointer);
        }
        place = original;
    }
}

std::string largeDesign(std::size_t nodes, std::size_t links) {
    std::string text =
        R"({"format":"alwayson-design","version":1,"name":"large","domains":[{"id":"r","kind":"region"})";
    for (int z = 0; z < 10; ++z)
        text += fmt::format(R"(,{{"id":"z{}","kind":"zone","parent":"r"}})", z);
    text += R"(],"nodes":[)";
    for (std::size_t i = 0; i < nodes; ++i)
        text += fmt::format(
            R"({}{{"id":"web{}","kind":"server","name":"Web server {}","domain":"z{}","group":"g{}","parameters":{{"workers":{},)"
            R"("service":{{"dist":"lognormal","mean_ms":{},"p99_ms":90}}}},"deploy":{{"host":"10.1.{}.{}","port":8081}}}})",
            i ? "," : "", i, i, i % 10, i / 10, i % 7 + 1, i % 20 + 10.5, i / 250, i % 250);
    text += R"(],"groups":[)";
    for (std::size_t g = 0; g * 10 < nodes; ++g)
        text += fmt::format(R"({}{{"id":"g{}","kind":"pool"}})", g ? "," : "", g);
    text += R"(],"links":[)";
    for (std::size_t l = 0; l < links; ++l)
        text +=
            fmt::format(R"({}{{"id":"l{}","from":"web{}","to":"web{}","parameters":{{"timeout_ms":{}}}}})",
                        l ? "," : "", l, l % nodes, (l * 7 + 1) % nodes, l % 500 + 100);
    text += R"(],"canvas":{"nodes":{)";
    for (std::size_t i = 0; i < nodes; ++i)
        text += fmt::format(R"({}"web{}":[{},{}])", i ? "," : "", i, i % 100 * 120, i / 100 * 80);
    return text + "}}}";
}

} // namespace alwayson::test

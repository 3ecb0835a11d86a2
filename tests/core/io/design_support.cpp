#include "tests/core/io/design_support.h"

#include "resources/resources.h"

#include <fmt/format.h>

namespace alwayson::test {

std::string fullDesign() {
    return R"({
  "format": "alwayson-design", "version": 1, "catalogue": 1, "name": "Everything \u00e9 \ud83d\ude39",
  "settings": { "price_book": "seed", "capacity_book": "realistic", "haproxy_version": "2.8", "x_setting": [1, 2] },
  "domains": [
    { "id": "eu", "kind": "region", "name": "Europe" },
    { "id": "eu-a", "kind": "zone", "parent": "eu", "failure_modes": [
      { "id": "outage", "mttf_h": 87600, "repair": { "dist": "lognormal", "median_min": 120, "p95_min": 720 } } ],
      "default_failure_modes": false, "x_domain": null },
    { "id": "feed", "kind": "zone", "parent": "eu" }
  ],
  "nodes": [
    { "id": "shoppers", "kind": "client", "name": "Shoppers", "parameters": { "rate_per_s": 400 }, "classes": [
      { "id": "read", "share": 0.9, "deadline_ms": 3000, "latency_objective_ms": 250.5, "idempotent": true },
      { "id": "write", "share": 0.1, "writes": true, "deadline_ms": 0.1, "x_class": "kept" } ] },
    { "id": "lb1", "kind": "haproxy", "domain": "eu-a", "depends_on": ["feed"], "ageing": "while_powered",
      "parameters": { "balance": "leastconn", "check_inter_ms": 500, "check_timeout_ms": null, "redispatch": false, "x_parameter": { "deep": [[1.5], { "a": -2e-3 }] } },
      "deploy": { "host": "10.0.0.1", "port": 8080, "x_deploy": "kept" } },
    { "id": "web1", "kind": "server", "name": "Web 1", "domain": "eu-a", "group": "web",
      "parameters": { "workers": 3, "service": { "dist": "lognormal", "mean_ms": 12.5, "p99_ms": 60 } },
      "failure_modes": [
        { "id": "crash", "removed": true },
        { "id": "own", "title": "Own mode", "effect": "slow", "time_to_failure": { "dist": "weibull", "shape": 1.5, "scale_h": 1000 },
          "mttr_h": 0.25, "slow_factor": 4.5, "x_mode": false },
        { "id": "odd", "effect": "errors", "mttf_h": 100, "repair": { "dist": "empirical", "values_min": [1, 2.5, 10] }, "error_share": 0.25 },
        { "id": "freeze", "effect": "hang", "mttf_h": 100, "repair": { "dist": "hyperexponential", "p1": 0.5, "mean1_s": 1, "mean2_s": 2 }, "resumes": true } ],
      "x_node": { "a": 1, "b": [true, false, null] } },
    { "id": "web2", "kind": "server", "group": "web" }
  ],
  "groups": [ { "id": "web", "kind": "pool", "name": "Web", "x_group": 0 } ],
  "links": [
    { "id": "l1", "from": "shoppers", "to": "lb1", "classes": ["read", "write"] },
    { "id": "l2", "from": "lb1", "to": "web", "parameters": { "latency_ms": 0.5, "optional": true }, "x_link": "kept" }
  ],
  "objectives": [
    { "id": "o1", "flow": "shoppers:read", "metric": "availability_requests", "at_least": 0.9995, "x_objective": 1 },
    { "id": "o2", "flow": "design", "metric": "cost_usd_per_month", "at_most": 1e3 }
  ],
  "scenarios": [ { "id": "kill", "name": "Kill", "duration_s": 300, "seed": 7, "background_failures": true, "events": [
    { "at_s": 60, "do": "fail", "what": "web1", "mode": "own", "slow_factor": 3, "x_event": 1 },
    { "at_s": 90.5, "do": "repair", "what": "web1" },
    { "at_s": 100, "do": "load", "what": "shoppers", "factor": 2 } ], "x_scenario": {} } ],
  "variants": [ { "id": "v1", "name": "More", "operations": [ { "op": "anything", "n": 1 } ], "x_variant": 1 } ],
  "attachments": { "haproxy": { "lines": ["option foo", "  tab\there"] }, "mysql": null },
  "canvas": { "nodes": { "web1": [320, 160], "lb1": [-1.5, 0] }, "domains": { "eu": [0, 0, 640, 480.25] }, "groups": { "web": [1, 2] } },
  "x_design": { "b": 1, "a": "~/" , "n": 1e300 }, "x~/": 1
}
)";
}

std::vector<std::pair<std::string, std::string>> sampleDesigns() {
    std::vector<std::pair<std::string, std::string>> samples{{"full.aon.json", fullDesign()}};
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

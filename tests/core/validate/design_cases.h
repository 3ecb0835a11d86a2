#pragma once
// A sound design and small changes to it, for tests of findings.

#include "core/base/json.h"
#include "core/io/project_file.h"

#include <QtGlobal>

#include <string>
#include <vector>

namespace alwayson::test {

// Two balancers and four servers over two zones with room to lose a zone; validate() has nothing to warn of.
inline Json soundDesign() {
    return Json::parse(R"({
      "format": "alwayson-design", "version": 1, "catalogue": 1, "name": "Sound",
      "domains": [
        {"id": "eu", "kind": "region"}, {"id": "eu-a", "kind": "zone", "parent": "eu"}, {"id": "eu-b", "kind": "zone", "parent": "eu"},
        {"id": "rack1", "kind": "rack", "parent": "eu-a"}],
      "nodes": [
        {"id": "shoppers", "kind": "client", "parameters": {"rate_per_s": 400, "attempt_timeout_ms": 1000}},
        {"id": "lb1", "kind": "haproxy", "domain": "eu-a", "group": "lb", "parameters": {"timeout_connect_ms": 300, "check_inter_ms": 500, "check_fall": 2, "check_timeout_ms": 1000}},
        {"id": "lb2", "kind": "haproxy", "domain": "eu-b", "group": "lb", "parameters": {"timeout_connect_ms": 300, "check_inter_ms": 500, "check_fall": 2, "check_timeout_ms": 1000}},
        {"id": "web1", "kind": "server", "domain": "eu-a", "group": "web", "deploy": {"host": "10.0.0.1"}},
        {"id": "web2", "kind": "server", "domain": "eu-a", "group": "web", "deploy": {"host": "10.0.0.2"}},
        {"id": "web3", "kind": "server", "domain": "eu-b", "group": "web", "deploy": {"host": "10.0.0.3"}},
        {"id": "web4", "kind": "server", "domain": "eu-b", "group": "web", "deploy": {"host": "10.0.0.4"}}],
      "groups": [{"id": "lb", "kind": "pool"}, {"id": "web", "kind": "pool"}],
      "links": [{"id": "l1", "from": "shoppers", "to": "lb"}, {"id": "l2", "from": "lb", "to": "web"}],
      "objectives": [{"id": "o1", "flow": "shoppers:read", "metric": "availability_time", "at_least": 0.999}],
      "scenarios": [{"id": "s1", "duration_s": 60, "events": [{"at_s": 10, "do": "fail", "what": "web1", "mode": "crash"}]}],
      "variants": []
    })");
}

// "nodes/web1/parameters/workers": list items are found by their id; "nodes/+" appends; a null value removes.
struct Change {
    std::string path;
    Json value;
};

inline void apply(Json& json, const Change& change) {
    Json* at = &json;
    std::string rest = change.path;
    while (true) {
        const std::size_t slash = rest.find('/');
        const std::string step = rest.substr(0, slash);
        const bool last = slash == std::string::npos;
        if (at->is_array() && step == "+") {
            at->push_back(change.value);
            return;
        }
        if (at->is_array()) {
            std::size_t found = 0;
            while (found < at->size() && (*at)[found].value("id", "") != step)
                ++found;
            if (found == at->size()) qFatal("no item %s", step.c_str());
            if (last) {
                at->erase(found);
                return;
            }
            at = &(*at)[found];
        } else if (last) {
            // A removed field is its default; an explicit null means "unset", so it is written as {"unset":
            // true}.
            if (change.value.is_null())
                at->erase(step);
            else
                (*at)[step] = change.value == Json{{"unset", true}} ? Json(nullptr) : change.value;
            return;
        } else
            at = &(*at)[step];
        rest = rest.substr(slash + 1);
    }
}

inline Json node(const char* id, const char* kind, Json more = Json::object()) {
    Json json{{"id", id}, {"kind", kind}};
    json.update(more);
    return json;
}

inline Json link(const char* id, const char* from, const char* to, Json more = Json::object()) {
    Json json{{"id", id}, {"from", from}, {"to", to}};
    json.update(more);
    return json;
}

inline Design designWith(const std::vector<Change>& changes, Json json = soundDesign()) {
    for (const Change& change : changes)
        apply(json, change);
    Result<LoadedDesign> loaded = parseDesign(json.dump(), "case.aon.json");
    if (!loaded) qFatal("%s", describe(loaded.error()).c_str());
    return std::move(loaded->design);
}

} // namespace alwayson::test

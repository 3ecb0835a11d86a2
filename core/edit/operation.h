#pragma once
// The only way to change a design. An Operation is a value with one JSON form, used for undo, journals,
// variants and quick fixes. Its inverse is what Document::apply returns.
//
// JSON:  {"op":"insert","in":"nodes","value":{...},"at":3}     "at" optional: at the end
//        {"op":"remove","in":"nodes","id":"web1"}
//        {"op":"set","in":"nodes","id":"web1","path":"/parameters/workers","value":16}    value null: back to
//        default
//        {"op":"batch","label":"Delete web1","operations":[...]}
// "in" is nodes, domains, groups, links, objectives, scenarios, variants, canvas, settings, attachments or
// design (design: path "/name"). For canvas, id is the thing's id and value [x, y] or [x, y, w, h].

#include "core/base/json.h"
#include "core/base/result.h"
#include "core/model/design.h"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace alwayson {

enum class Collection : std::uint8_t {
    nodes,
    domains,
    groups,
    links,
    objectives,
    scenarios,
    variants,
    canvas,
    settings,
    attachments,
    design
};
std::string_view toString(Collection collection);

struct Operation {
    enum class Type : std::uint8_t { insert, remove, set, batch };
    Type type = Type::batch;
    Collection collection = Collection::nodes;
    std::string id;                // remove, set
    std::string path;              // set: JSON pointer inside the entity ("/parameters/workers", "/name")
    Json value;                    // insert: the entity; set: the new value, null removes it
    bool literalNull = false;      // set: value null means an explicit null ("unset"), not removal
    std::optional<std::size_t> at; // insert: position
    std::string label;             // for people: "Move web1"
    std::vector<Operation> children;
};

Json toJson(const Operation& operation);
Result<Operation> operationFromJson(const Json& json, const std::string& pointer);

namespace operation {

Operation insertNode(const Node& node);
Operation insertDomain(const Domain& domain);
Operation insertGroup(const Group& group);
Operation insertLink(const Link& link);
Operation insertScenario(const Scenario& scenario);
Operation insertObjective(const Objective& objective);
Operation set(Collection in, std::string id, std::string path, Json value, std::string label);
// value in JSON as the file would hold it; null: back to the catalogue default; unset: explicit null.
Operation setParameter(Collection in, std::string id, std::string_view parameter, Json value);
Operation unsetParameter(Collection in, std::string id, std::string_view parameter);
Operation rename(Collection in, std::string id, std::string name);
Operation place(std::string id, CanvasBox box); // on the canvas
Operation batch(std::string label, std::vector<Operation> operations);

// Removes things with all that hangs on them: links of removed nodes and groups, scenario events and
// objectives that name them, canvas boxes; managers no longer run on them; children of a removed domain move
// to its parent, members of a removed group stay without one.
Operation removeAll(const Design& design, const std::vector<std::string>& ids);

} // namespace operation

} // namespace alwayson

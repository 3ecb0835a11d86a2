#include "core/edit/operation.h"

#include "core/base/nearest.h"
#include "core/catalogue/keys.h"
#include "core/model/codec.h"
#include "core/model/object_reader.h"

#include <algorithm>
#include <array>
#include <fmt/format.h>
#include <set>

namespace alwayson {

namespace {

constexpr std::array<std::string_view, 11> kCollections{"nodes",      "domains",     "groups",   "links",
                                                        "objectives", "scenarios",   "variants", "canvas",
                                                        "settings",   "attachments", "design"};
constexpr std::array<std::string_view, 4> kTypes{"insert", "remove", "set", "batch"};
constexpr int kMaxBatchDepth = 16;

Result<Operation> decode(const Json& json, const std::string& pointer, int depth);

Status decodeChildren(const Json& json, const std::string& pointer, int depth, Operation& operation) {
    DecodeContext context;
    ObjectReader in(json, pointer, "operation", context);
    for (const auto& [child, at] : in.elements("operations")) {
        Result<Operation> one = decode(*child, at, depth + 1);
        if (!one) return std::move(one).error();
        operation.children.push_back(std::move(one).value());
    }
    if (context.failed()) return *context.error;
    return success();
}

Result<Operation> decode(const Json& json, const std::string& pointer, int depth) {
    DecodeContext context;
    ObjectReader in(json, pointer, "operation", context);
    Operation operation;
    const std::string type = in.requiredText("op");
    const auto known = std::find(kTypes.begin(), kTypes.end(), type);
    if (known == kTypes.end() || depth > kMaxBatchDepth)
        context.fail("operation.type", in.pointerTo("op"), "this is not an operation.",
                     "Use insert, remove, set or batch.");
    if (context.failed()) return *context.error;
    operation.type = static_cast<Operation::Type>(known - kTypes.begin());
    operation.label = in.text("label");
    if (operation.type == Operation::Type::batch) {
        if (const Status children = decodeChildren(json, pointer, depth, operation); !children)
            return children.error();
        return operation;
    }
    const std::string collection = in.requiredText("in");
    const auto found = std::find(kCollections.begin(), kCollections.end(), collection);
    if (!context.failed() && found == kCollections.end())
        context.fail("operation.collection", in.pointerTo("in"), "there is no such collection.",
                     fmt::format("Use one of {}.", fmt::join(kCollections, ", ")));
    if (context.failed()) return *context.error;
    operation.collection = static_cast<Collection>(found - kCollections.begin());
    operation.id = in.text("id");
    operation.path = in.text("path");
    if (const Json* value = in.find("value")) operation.value = *value;
    operation.literalNull = in.boolean("unset", false);
    if (const auto at = in.optionalNumber("at", 0, 1e9)) operation.at = static_cast<std::size_t>(*at);
    if (context.failed()) return *context.error;
    return operation;
}

template <class T>
Operation insertOf(Collection collection, const T& entity, const char* label) {
    Operation operation;
    operation.type = Operation::Type::insert;
    operation.collection = collection;
    operation.id = idText(entity);
    operation.value = toJson(entity);
    operation.label = label;
    return operation;
}

Operation removeOf(Collection collection, std::string id) {
    Operation operation;
    operation.type = Operation::Type::remove;
    operation.collection = collection;
    operation.id = std::move(id);
    return operation;
}

} // namespace

std::string_view toString(Collection collection) {
    return kCollections[static_cast<std::size_t>(collection)];
}

Json toJson(const Operation& operation) {
    Json json = {{"op", kTypes[static_cast<std::size_t>(operation.type)]}};
    if (!operation.label.empty()) json["label"] = operation.label;
    if (operation.type == Operation::Type::batch) {
        json["operations"] = Json::array();
        for (const Operation& child : operation.children)
            json["operations"].push_back(toJson(child));
        return json;
    }
    json["in"] = toString(operation.collection);
    if (!operation.id.empty() && operation.type != Operation::Type::insert) json["id"] = operation.id;
    if (operation.type == Operation::Type::set) json["path"] = operation.path;
    if (operation.type != Operation::Type::remove) json["value"] = operation.value;
    if (operation.literalNull) json["unset"] = true;
    if (operation.at) json["at"] = *operation.at;
    return json;
}

Result<Operation> operationFromJson(const Json& json, const std::string& pointer) {
    return decode(json, pointer, 0);
}

namespace operation {

Operation insertNode(const Node& node) {
    return insertOf(Collection::nodes, node, "Add node");
}
Operation insertDomain(const Domain& domain) {
    return insertOf(Collection::domains, domain, "Add place");
}
Operation insertGroup(const Group& group) {
    return insertOf(Collection::groups, group, "Add group");
}
Operation insertLink(const Link& link) {
    return insertOf(Collection::links, link, "Link");
}
Operation insertScenario(const Scenario& scenario) {
    return insertOf(Collection::scenarios, scenario, "Add scenario");
}
Operation insertObjective(const Objective& objective) {
    return insertOf(Collection::objectives, objective, "Add objective");
}

Operation set(Collection in, std::string id, std::string path, Json value, std::string label) {
    Operation operation;
    operation.type = Operation::Type::set;
    operation.collection = in;
    operation.id = std::move(id);
    operation.path = std::move(path);
    operation.value = std::move(value);
    operation.label = std::move(label);
    return operation;
}

Operation setParameter(Collection in, std::string id, std::string_view parameter, Json value) {
    std::string label = fmt::format("Change {} of {}", parameter, id);
    return set(in, std::move(id), "/parameters/" + escapePointer(parameter), std::move(value),
               std::move(label));
}

Operation unsetParameter(Collection in, std::string id, std::string_view parameter) {
    Operation operation = setParameter(in, std::move(id), parameter, nullptr);
    operation.literalNull = true;
    return operation;
}

Operation rename(Collection in, std::string id, std::string name) {
    Json value = name.empty() ? Json(nullptr) : Json(std::move(name));
    std::string label = "Rename " + id;
    return set(in, std::move(id), "/name", std::move(value), std::move(label));
}

Operation place(std::string id, CanvasBox box) {
    Json value = {numberToJson(box.x), numberToJson(box.y)};
    if (box.width > 0 || box.height > 0) {
        value.push_back(numberToJson(box.width));
        value.push_back(numberToJson(box.height));
    }
    std::string label = "Move " + id;
    return set(Collection::canvas, std::move(id), "", std::move(value), std::move(label));
}

Operation batch(std::string label, std::vector<Operation> operations) {
    Operation operation;
    operation.type = Operation::Type::batch;
    operation.label = std::move(label);
    operation.children = std::move(operations);
    return operation;
}

namespace {

// The nearest place around a removed one that stays; empty when none does.
Json survivingParent(const Design& design, const DomainId& domain, const std::set<std::string>& removed) {
    for (const Domain* at : domainChain(design, domain))
        if (!removed.count(at->id.str())) return at->id.str();
    return nullptr;
}

void freeMembers(const Design& design, const std::set<std::string>& removed,
                 std::vector<Operation>& operations) {
    for (const Domain& domain : design.domains)
        if (!removed.count(domain.id.str()) && domain.parent && removed.count(domain.parent->str()))
            operations.push_back(set(Collection::domains, domain.id.str(), "/parent",
                                     survivingParent(design, *domain.parent, removed), ""));
    for (const Node& node : design.nodes) {
        if (removed.count(node.id.str())) continue;
        if (node.domain && removed.count(node.domain->str()))
            operations.push_back(set(Collection::nodes, node.id.str(), "/domain",
                                     survivingParent(design, *node.domain, removed), ""));
        if (node.group && removed.count(node.group->str()))
            operations.push_back(set(Collection::nodes, node.id.str(), "/group", nullptr, ""));
        if (std::any_of(node.dependsOn.begin(), node.dependsOn.end(),
                        [&](const DomainId& id) { return removed.count(id.str()) > 0; })) {
            Json kept = Json::array();
            for (const DomainId& id : node.dependsOn)
                if (!removed.count(id.str())) kept.push_back(id.str());
            operations.push_back(set(Collection::nodes, node.id.str(), "/depends_on",
                                     kept.empty() ? Json(nullptr) : kept, ""));
        }
    }
}

// The other end of a cut; "" when there is none.
std::string otherSideOf(const ScenarioEvent& event) {
    if (event.action != key::event::isolate::otherSide.key.owner) return {};
    return get(event.parameters, key::event::isolate::otherSide).value_or("");
}

void freeManagers(const Design& design, const std::set<std::string>& removed,
                  std::vector<Operation>& operations) {
    for (const Group& group : design.groups) {
        if (removed.count(group.id.str())) continue;
        Json kept = Json::array();
        for (const std::string& id : group.managerOn)
            if (!removed.count(id)) kept.push_back(id);
        if (kept.size() != group.managerOn.size())
            operations.push_back(set(Collection::groups, group.id.str(), "/manager_on",
                                     kept.empty() ? Json(nullptr) : kept, ""));
    }
}

void removeMentions(const Design& design, const std::set<std::string>& removed,
                    std::vector<Operation>& operations) {
    for (const Scenario& scenario : design.scenarios) {
        Scenario kept = scenario;
        std::erase_if(kept.events, [&](const ScenarioEvent& event) {
            return removed.count(event.what) > 0 || removed.count(otherSideOf(event)) > 0;
        });
        if (kept.events.size() != scenario.events.size())
            operations.push_back(
                set(Collection::scenarios, scenario.id.str(), "/events", toJson(kept)["events"], ""));
    }
    for (const Objective& objective : design.objectives)
        if (removed.count(objective.flow.substr(0, objective.flow.find(':'))) || removed.count(objective.of))
            operations.push_back(removeOf(Collection::objectives, objective.id.str()));
    for (const std::string& id : removed)
        if (design.canvas.count(id)) operations.push_back(removeOf(Collection::canvas, id));
}

} // namespace

Operation removeAll(const Design& design, const std::vector<std::string>& ids) {
    std::set<std::string> removed(ids.begin(), ids.end());
    for (const Link& link : design.links)
        if (removed.count(link.from) || removed.count(link.to)) removed.insert(link.id.str());
    std::vector<Operation> operations;
    removeMentions(design, removed, operations);
    freeMembers(design, removed, operations);
    freeManagers(design, removed, operations);
    for (const Link& link : design.links)
        if (removed.count(link.id.str())) operations.push_back(removeOf(Collection::links, link.id.str()));
    for (const Node& node : design.nodes)
        if (removed.count(node.id.str())) operations.push_back(removeOf(Collection::nodes, node.id.str()));
    for (const Group& group : design.groups)
        if (removed.count(group.id.str())) operations.push_back(removeOf(Collection::groups, group.id.str()));
    // Children before parents, so that no step leaves a dangling parent.
    std::vector<const Domain*> domains;
    for (const Domain& domain : design.domains)
        if (removed.count(domain.id.str())) domains.push_back(&domain);
    std::stable_sort(domains.begin(), domains.end(), [&](const Domain* a, const Domain* b) {
        return domainChain(design, a->id).size() > domainChain(design, b->id).size();
    });
    for (const Domain* domain : domains)
        operations.push_back(removeOf(Collection::domains, domain->id.str()));
    return batch(ids.size() == 1 ? "Delete " + ids.front() : fmt::format("Delete {} things", ids.size()),
                 std::move(operations));
}

} // namespace operation

} // namespace alwayson

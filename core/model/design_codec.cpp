// JSON of a whole design, and the rules that hold between its parts.

#include "core/base/json_tree.h"
#include "core/base/nearest.h"
#include "core/catalogue/catalogue.h"
#include "core/catalogue/keys.h"
#include "core/model/codec.h"
#include "core/model/codec_parts.h"
#include "core/text/sentence.h"

#include <fmt/format.h>
#include <map>

namespace alwayson {

namespace {

constexpr int kFormatVersion = 1;

// Where each id of the shared namespace was first seen.
using SeenIds = std::map<std::string, std::string>;

void readHeader(ObjectReader& in, DecodeContext& context) {
    if (!in.find("format"))
        context.fail("design.missing", "", "this is not a design: it has no \"format\".",
                     "A design has \"format\": \"alwayson-design\"; alwayson-cli new makes one.");
    const std::string format = in.text("format");
    if (!context.failed() && format != "alwayson-design")
        context.fail("design.format", in.pointerTo("format"),
                     fmt::format("this is not a design: its format is \"{}\".", shownName(format)),
                     "A design has \"format\": \"alwayson-design\".");
    if (!in.find("version"))
        context.fail("design.missing", "", "this design has no \"version\".", "Add \"version\": 1.");
    const double version = in.number("version", kFormatVersion, 1, 1e9);
    if (!context.failed() && version > kFormatVersion)
        context.fail("design.version", in.pointerTo("version"),
                     fmt::format("this design has format version {}; this program reads up to version {}.",
                                 version, kFormatVersion),
                     "Open it with a newer Always On. The file was not touched.",
                     ErrorKind::unsupportedVersion);
    const double catalogue = in.number("catalogue", Catalogue::builtIn().version(), 1, 1e9);
    if (!context.failed() && catalogue > Catalogue::builtIn().version())
        context.fail(
            "design.version", in.pointerTo("catalogue"),
            fmt::format("this design was made with catalogue version {}; this program has version {}.",
                        catalogue, Catalogue::builtIn().version()),
            "Open it with a newer Always On. The file was not touched.", ErrorKind::unsupportedVersion);
}

// Reads one collection; `seen` is nullptr for collections with a namespace of their own.
template <class T, class Decode>
void readTable(ObjectReader& in, const char* key, Table<T>& table, Decode decode, SeenIds* seen) {
    SeenIds own;
    SeenIds& ids = seen ? *seen : own;
    for (const auto& [json, pointer] : in.elements(key)) {
        Result<T> entity = decode(*json, pointer, in.context().warnings);
        if (!entity) {
            if (!in.context().error) in.context().error = std::move(entity).error();
            return;
        }
        const auto [first, isNew] = ids.emplace(idText(*entity), pointer);
        if (!isNew) {
            in.context().fail(
                "design.duplicate_id", pointer + "/id",
                fmt::format("the id \"{}\" is taken already, at {}.", first->first, first->second),
                "Nodes, places, groups and links share one set of ids: rename one of them.");
            return;
        }
        table.append(std::move(entity).value());
    }
}

constexpr std::string_view kCanvasParts[] = {"domains", "groups", "nodes"};

void readCanvas(ObjectReader& in, Design& design) {
    const Json* canvas = in.find("canvas");
    if (!canvas) return;
    ObjectReader parts(*canvas, in.pointerTo("canvas"), "canvas", in.context());
    for (std::string_view part : kCanvasParts) {
        const Json* boxes = parts.find(std::string(part));
        if (!boxes) continue;
        const std::string base = parts.pointerTo(std::string(part));
        if (!boxes->is_object())
            return in.context().fail("design.type", base, "this must be an object of id: [x, y].");
        for (const auto& [id, json] : boxes->items()) {
            const std::string pointer = base + "/" + escapePointer(id);
            bool good = json.is_array() && (json.size() == 2 || json.size() == 4);
            for (std::size_t i = 0; good && i < json.size(); ++i)
                good = json[i].is_number() && std::abs(json[i].template get<double>()) <= 1e7;
            if (!good)
                return in.context().fail("design.type", pointer,
                                         "a place on the canvas is [x, y] or [x, y, width, height].",
                                         "Numbers from -10000000 to 10000000.");
            CanvasBox box{json[0].template get<double>(), json[1].template get<double>(), 0, 0};
            if (json.size() == 4) {
                box.width = json[2].template get<double>();
                box.height = json[3].template get<double>();
            }
            if (design.hasId(id))
                design.canvas[id] = box;
            else if (in.context().warnings)
                in.context().warnings->push_back(
                    {"design.unknown_field",
                     fmt::format("\"{}\" has a place on the canvas but does not exist.", shownName(id)),
                     pointer});
        }
    }
    UnknownFields unknown;
    parts.takeUnknown(unknown);
    for (auto& [pointer, text] : unknown)
        design.unknown["/canvas" + pointer] = std::move(text);
}

void readAttachments(ObjectReader& in, Design& design) {
    const Json* attachments = in.find("attachments");
    if (!attachments) return;
    if (!attachments->is_object())
        return in.context().fail("design.type", in.pointerTo("attachments"),
                                 "attachments must be an object.");
    for (const auto& [target, json] : attachments->items())
        design.attachments[target] = json.dump();
}

template <class T>
Json arrayOf(const Table<T>& table) {
    Json array = Json::array();
    for (const T& entity : table)
        array.push_back(toJson(entity));
    return array;
}

Json canvasToJson(const Design& design) {
    Json canvas = Json::object();
    for (std::string_view part : kCanvasParts) {
        Json boxes = Json::object();
        for (const auto& [id, box] : design.canvas) {
            const bool here = part == "nodes"     ? design.nodes.contains(id)
                              : part == "domains" ? design.domains.contains(id)
                                                  : design.groups.contains(id);
            if (!here) continue;
            Json place = Json::array({numberToJson(box.x), numberToJson(box.y)});
            if (box.width > 0 || box.height > 0) {
                place.push_back(numberToJson(box.width));
                place.push_back(numberToJson(box.height));
            }
            appendMember(boxes, id, std::move(place));
        }
        if (!boxes.empty()) canvas[std::string(part)] = std::move(boxes);
    }
    return canvas;
}

} // namespace

Result<Design> designFromJson(const Json& json, std::vector<LoadWarning>* warnings) {
    DecodeContext context{std::nullopt, warnings};
    ObjectReader in(json, "", "design", context);
    Design design;
    readHeader(in, context);
    design.name = in.text("name");
    if (const Json* settings = in.find("settings")) {
        Result<Settings> read = settingsFromJson(*settings, in.pointerTo("settings"), warnings);
        if (!read) return std::move(read).error();
        design.settings = std::move(read).value();
    }
    SeenIds seen;
    readTable(in, "domains", design.domains, domainFromJson, &seen);
    readTable(in, "nodes", design.nodes, nodeFromJson, &seen);
    readTable(in, "groups", design.groups, groupFromJson, &seen);
    readTable(in, "links", design.links, linkFromJson, &seen);
    readTable(in, "objectives", design.objectives, objectiveFromJson, nullptr);
    readTable(in, "scenarios", design.scenarios, scenarioFromJson, nullptr);
    readTable(in, "variants", design.variants, variantFromJson, nullptr);
    readAttachments(in, design);
    readCanvas(in, design);
    in.takeUnknown(design.unknown);
    if (context.failed()) return *context.error;
    if (const Status references = checkReferences(design); !references) return references.error();
    return design;
}

Json toJson(const Design& design) {
    Json json = {{"format", "alwayson-design"},
                 {"version", kFormatVersion},
                 {"catalogue", Catalogue::builtIn().version()}};
    json["name"] = design.name;
    json["settings"] = toJson(design.settings);
    json["domains"] = arrayOf(design.domains);
    json["nodes"] = arrayOf(design.nodes);
    json["groups"] = arrayOf(design.groups);
    json["links"] = arrayOf(design.links);
    json["objectives"] = arrayOf(design.objectives);
    json["scenarios"] = arrayOf(design.scenarios);
    json["variants"] = arrayOf(design.variants);
    json["attachments"] = Json::object();
    for (const auto& [target, text] : design.attachments)
        appendMember(json["attachments"], target, treeOf(text).value_or(nullptr));
    json["canvas"] = canvasToJson(design);
    writeUnknown(json, design.unknown);
    return json;
}

namespace {

std::vector<std::string> allIds(const Design& design) {
    std::vector<std::string> ids;
    for (const Node& node : design.nodes)
        ids.push_back(node.id.str());
    for (const Group& group : design.groups)
        ids.push_back(group.id.str());
    for (const Domain& domain : design.domains)
        ids.push_back(domain.id.str());
    return ids;
}

// Fails at collection/index/field when a reference does not resolve.
class ReferenceChecker {
public:
    explicit ReferenceChecker(const Design& design) : m_design(design) {}

    void check(bool resolves, const char* collection, std::size_t index, const std::string& field,
               const std::string& owner, const std::string& id, const char* wanted) {
        if (resolves || m_context.failed()) return;
        std::string cure = didYouMean(id, allIds(m_design));
        if (cure.empty()) cure = "Add it, or correct the id.";
        m_context.fail(
            "design.dangling_reference", fmt::format("/{}/{}/{}", collection, index, field),
            fmt::format("\"{}\" refers to {} \"{}\", which does not exist.", owner, wanted, shownName(id)),
            cure);
    }
    DecodeContext& context() { return m_context; }

private:
    const Design& m_design;
    DecodeContext m_context;
};

void checkDomainTree(const Design& design, DecodeContext& context) {
    constexpr std::size_t kMaxDepth = 64; // bounds everything that walks up the tree
    for (std::size_t i = 0; i < design.domains.size(); ++i) {
        const Domain& start = design.domains.at(i);
        const Domain* at = &start;
        std::size_t depth = 0;
        while (at && at->parent && depth <= kMaxDepth) {
            at = design.domains.find(at->parent->str());
            ++depth;
            if (at != &start) continue;
            context.fail("design.domain_cycle", fmt::format("/domains/{}/parent", i),
                         fmt::format("place \"{}\" lies in itself.", start.id.str()),
                         "Places form a tree: correct one of the parents.");
            return;
        }
        if (depth <= kMaxDepth) continue;
        context.fail("design.domain_depth", fmt::format("/domains/{}/parent", i),
                     fmt::format("place \"{}\" lies more than {} places deep.", start.id.str(), kMaxDepth),
                     "Check the parents: a region, a zone, a rack and a host are four.");
        return;
    }
}

bool flowExists(const Design& design, const std::string& flow) {
    if (flow == "design") return true;
    const auto colon = flow.find(':');
    const Node* client = design.nodes.find(flow.substr(0, colon));
    if (!client || !hasRole(*client, "client")) return false;
    if (colon == std::string::npos) return true;
    for (const RequestClass& one : classesOf(*client))
        if (one.id == flow.substr(colon + 1)) return true;
    return false;
}

void checkCrew(const Design& design, ReferenceChecker& checker, const char* collection, std::size_t index,
               const std::string& owner, const std::optional<std::string>& crew) {
    if (!crew || design.settings.crew(*crew) || checker.context().failed()) return;
    std::vector<std::string> known;
    for (const Crew& one : design.settings.crews)
        known.push_back(one.id);
    std::string cure = didYouMean(*crew, known);
    if (cure.empty()) cure = "Add it to the crews in the settings, or correct the id.";
    checker.context().fail(
        "design.dangling_reference", fmt::format("/{}/{}/crew", collection, index),
        fmt::format("\"{}\" is repaired by the crew \"{}\", which does not exist.", owner, shownName(*crew)),
        cure);
}

// A kind says which groups its nodes may join.
void checkMembership(const Design& design, DecodeContext& context, std::size_t index) {
    const Node& node = design.nodes.at(index);
    const Group* group = node.group ? design.groups.find(node.group->str()) : nullptr;
    const Descriptor* kind = Catalogue::builtIn().kind(node.kind);
    const Descriptor* groupKind = group ? Catalogue::builtIn().group(group->kind) : nullptr;
    if (!kind || !groupKind ||
        std::find(kind->groups.begin(), kind->groups.end(), group->kind) != kind->groups.end())
        return;
    std::vector<std::string> titles;
    for (const std::string& id : kind->groups)
        titles.push_back(Catalogue::builtIn().group(id)->title);
    context.fail("design.wrong_group", fmt::format("/nodes/{}/group", index),
                 fmt::format("\"{}\" ({}) cannot be a member of \"{}\" ({}).", node.id.str(), kind->title,
                             group->id.str(), groupKind->title),
                 titles.empty() ? fmt::format("{} joins no group: take it out.", kind->title)
                                : fmt::format("{} can join: {}.", kind->title, fmt::join(titles, ", ")));
}

// The failover manager runs on nodes, or on one quorum; group replication is its own manager and has at most
// nine members (MySQL manual, group replication limitations).
void checkReplication(const Design& design, DecodeContext& context, std::size_t index) {
    const Group& group = design.groups.at(index);
    if (!hasRole(group, "one_writer")) return;
    namespace rep = key::group::mysqlReplication;
    constexpr std::size_t kMostInGroup = 9;
    if (get(group, rep::manager) == rep::Manager::group && !group.managerOn.empty())
        context.fail(
            "design.conflict", fmt::format("/groups/{}/manager_on", index),
            fmt::format("\"{}\" fails over by itself, so its manager runs on its members.", group.id.str()),
            "Remove \"manager_on\", or choose another manager.");
    const std::size_t members = membersOf(design, group.id).size();
    if (get(group, rep::replication) == rep::Replication::group && members > kMostInGroup)
        context.fail("design.range", fmt::format("/groups/{}", index),
                     fmt::format("\"{}\" has {} members; group replication has at most {}.", group.id.str(),
                                 members, kMostInGroup),
                     "Take some out, or choose another replication.");
}

void checkGroup(const Design& design, ReferenceChecker& checker, std::size_t index) {
    const Group& group = design.groups.at(index);
    const std::string& id = group.id.str();
    checkCrew(design, checker, "groups", index, id, group.crew);
    const std::string field = fmt::format("/groups/{}/manager_on", index);
    if (!group.managerOn.empty() && !hasMechanism(group, "manager"))
        checker.context().fail("design.conflict", field,
                               fmt::format("\"{}\" has no failover manager that could run somewhere.", id),
                               "Remove \"manager_on\".");
    for (std::size_t j = 0; j < group.managerOn.size(); ++j) {
        const std::string& where = group.managerOn[j];
        const Group* quorum = design.groups.find(where);
        checker.check(quorum || design.nodes.contains(where), "groups", index,
                      fmt::format("manager_on/{}", j), id, where, "node or quorum group");
        if (quorum && (group.managerOn.size() > 1 || !hasRole(*quorum, "majority")))
            checker.context().fail(
                "design.conflict", fmt::format("{}/{}", field, j),
                fmt::format("the failover manager of \"{}\" cannot run on \"{}\".", id, where),
                "Name nodes, or one quorum group alone.");
        const Node* node = design.nodes.find(where);
        if (node && hasRole(*node, "client"))
            checker.context().fail(
                "design.conflict", fmt::format("{}/{}", field, j),
                fmt::format("the failover manager of \"{}\" cannot run on the clients \"{}\".", id, where),
                "Name nodes that are machines of yours, or one quorum group alone.");
    }
    checkReplication(design, checker.context(), index);
}

} // namespace

Status checkReferences(const Design& design) {
    ReferenceChecker checker(design);
    for (std::size_t i = 0; i < design.domains.size(); ++i) {
        const Domain& domain = design.domains.at(i);
        if (domain.parent)
            checker.check(design.domains.contains(domain.parent->str()), "domains", i, "parent",
                          domain.id.str(), domain.parent->str(), "place");
    }
    checkDomainTree(design, checker.context());
    for (std::size_t i = 0; i < design.nodes.size(); ++i) {
        const Node& node = design.nodes.at(i);
        const std::string& id = node.id.str();
        if (node.domain)
            checker.check(design.domains.contains(node.domain->str()), "nodes", i, "domain", id,
                          node.domain->str(), "place");
        if (node.group)
            checker.check(design.groups.contains(node.group->str()), "nodes", i, "group", id,
                          node.group->str(), "group");
        checkCrew(design, checker, "nodes", i, id, node.crew);
        checkMembership(design, checker.context(), i);
        for (std::size_t j = 0; j < node.dependsOn.size(); ++j)
            checker.check(design.domains.contains(node.dependsOn[j].str()), "nodes", i,
                          fmt::format("depends_on/{}", j), id, node.dependsOn[j].str(), "place");
    }
    for (std::size_t i = 0; i < design.groups.size(); ++i)
        checkGroup(design, checker, i);
    const auto isEnd = [&](const std::string& id) {
        return design.nodes.contains(id) || design.groups.contains(id);
    };
    for (std::size_t i = 0; i < design.links.size(); ++i) {
        const Link& link = design.links.at(i);
        checker.check(isEnd(link.from), "links", i, "from", link.id.str(), link.from, "node or group");
        checker.check(isEnd(link.to), "links", i, "to", link.id.str(), link.to, "node or group");
    }
    for (std::size_t i = 0; i < design.objectives.size(); ++i) {
        const Objective& objective = design.objectives.at(i);
        checker.check(flowExists(design, objective.flow), "objectives", i, "flow", objective.id.str(),
                      objective.flow, "flow");
        checker.check(objective.of.empty() || design.groups.contains(objective.of), "objectives", i, "of",
                      objective.id.str(), objective.of, "group");
    }
    for (std::size_t i = 0; i < design.scenarios.size(); ++i) {
        const Scenario& scenario = design.scenarios.at(i);
        for (std::size_t j = 0; j < scenario.events.size(); ++j) {
            const std::string& what = scenario.events[j].what;
            checker.check(what.empty() || design.hasId(what), "scenarios", i,
                          fmt::format("events/{}/what", j), scenario.id.str(), what, "thing");
            if (scenario.events[j].action != key::event::isolate::otherSide.key.owner) continue;
            const std::string other =
                get(scenario.events[j].parameters, key::event::isolate::otherSide).value_or("");
            checker.check(other.empty() || design.nodes.contains(other) || design.domains.contains(other),
                          "scenarios", i, fmt::format("events/{}/other_side", j), scenario.id.str(), other,
                          "node or place");
        }
    }
    if (checker.context().failed()) return *checker.context().error;
    return success();
}

} // namespace alwayson

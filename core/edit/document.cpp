#include "core/edit/document.h"

#include "core/io/json_reader.h"
#include "core/model/codec.h"
#include "core/model/object_reader.h"
#include "core/text/sentence.h"

#include <algorithm>
#include <fmt/format.h>

namespace alwayson {

namespace {

Error editError(std::string code, const std::string& pointer, std::string message, std::string cure = {}) {
    Place place;
    place.pointer = pointer;
    return Error{ErrorKind::invalidInput, std::move(code), std::move(message), std::move(cure),
                 std::move(place)};
}

Error notFound(const Operation& operation) {
    return editError(
        "operation.not_found", "",
        fmt::format("there is no \"{}\" in {}.", shownName(operation.id), toString(operation.collection)));
}

// What the steps of one apply gather.
struct Edit {
    Design& design;
    ChangeSet changes;
    bool checkReferences = false;
};

// How entities of a collection are read and how a change to them is told.
template <class T>
struct Traits;
template <>
struct Traits<Node> {
    static constexpr auto decode = nodeFromJson;
};
template <>
struct Traits<Domain> {
    static constexpr auto decode = domainFromJson;
};
template <>
struct Traits<Group> {
    static constexpr auto decode = groupFromJson;
};
template <>
struct Traits<Link> {
    static constexpr auto decode = linkFromJson;
};
template <>
struct Traits<Objective> {
    static constexpr auto decode = objectiveFromJson;
};
template <>
struct Traits<Scenario> {
    static constexpr auto decode = scenarioFromJson;
};
template <>
struct Traits<Variant> {
    static constexpr auto decode = variantFromJson;
};

template <class T>
constexpr bool kShared = std::is_same_v<T, Node> || std::is_same_v<T, Domain> || std::is_same_v<T, Group> ||
                         std::is_same_v<T, Link>;

Operation inverseOf(Operation::Type type, const Operation& original) {
    Operation inverse;
    inverse.type = type;
    inverse.collection = original.collection;
    inverse.id = original.id;
    inverse.path = original.path;
    inverse.label = original.label;
    return inverse;
}

template <class T>
Result<Operation> insertInto(Table<T>& table, const Operation& operation, Edit& edit) {
    Result<T> entity = Traits<T>::decode(operation.value, "", nullptr);
    if (!entity) return std::move(entity).error();
    const std::string id = idText(*entity);
    if (kShared<T> ? edit.design.hasId(id) : table.contains(id))
        return editError("design.duplicate_id", "/id", fmt::format("the id \"{}\" is taken already.", id),
                         "Choose another.");
    const std::size_t at = operation.at.value_or(table.size());
    if (at > table.size())
        return editError("operation.path", "/at", "the position is beyond the end of the list.");
    table.insert(at, std::move(entity).value());
    if constexpr (kShared<T>)
        edit.changes.added.insert(id);
    else
        edit.changes.settings = true;
    edit.checkReferences = true;
    Operation inverse = inverseOf(Operation::Type::remove, operation);
    inverse.id = id;
    return inverse;
}

template <class T>
Result<Operation> removeFrom(Table<T>& table, const Operation& operation, Edit& edit) {
    const std::size_t at = table.indexOf(operation.id);
    if (at == Table<T>::npos) return notFound(operation);
    Operation inverse = inverseOf(Operation::Type::insert, operation);
    inverse.value = toJson(table.at(at));
    inverse.at = at;
    table.erase(at);
    if constexpr (kShared<T>)
        edit.changes.removed.insert(operation.id);
    else
        edit.changes.settings = true;
    edit.checkReferences = true;
    return inverse;
}

bool isInside(std::string_view pointer, std::string_view path) {
    return pointer.starts_with(path) &&
           (pointer.size() == path.size() || pointer[path.size()] == '/' || path.empty());
}

// Puts the value at the path of an entity's JSON (null removes) and returns the set that undoes it.
Result<Operation> patch(Json& json, const Operation& operation) {
    if (operation.path == "/id" || (!operation.path.empty() && operation.path[0] != '/'))
        return editError("operation.path", operation.path, "this path cannot be set.",
                         "An id never changes; rename with /name.");
    Operation inverse = inverseOf(Operation::Type::set, operation);
    const Json::json_pointer pointer(operation.path);
    if (json.contains(pointer)) {
        inverse.value = json.at(pointer);
        inverse.literalNull = inverse.value.is_null();
    }
    if (operation.path.empty()) {
        json = operation.value;
    } else if (operation.value.is_null() && !operation.literalNull) {
        if (json.contains(pointer)) {
            Json& parent = json.at(pointer.parent_pointer());
            if (parent.is_array())
                parent.erase(static_cast<std::size_t>(std::stoul(pointer.back())));
            else
                parent.erase(pointer.back());
        }
    } else {
        json[pointer] = operation.value;
    }
    return inverse;
}

template <class T>
Result<Operation> setIn(Table<T>& table, const Operation& operation, Edit& edit) {
    const std::size_t at = table.indexOf(operation.id);
    if (at == Table<T>::npos) return notFound(operation);
    Json json = toJson(table.at(at));
    Result<Operation> inverse = patch(json, operation);
    if (!inverse) return inverse;
    std::vector<LoadWarning> warnings;
    Result<T> entity = Traits<T>::decode(json, "", &warnings);
    if (!entity) return std::move(entity).error();
    if (idText(*entity) != operation.id) return editError("operation.path", "/id", "an id never changes.");
    for (const LoadWarning& warning : warnings)
        if (!operation.path.empty() && isInside(warning.pointer, operation.path) &&
            !operation.value.is_null())
            return editError("operation.path", warning.pointer, warning.message);
    table.replace(at, std::move(entity).value());
    if constexpr (kShared<T>)
        edit.changes.changed.insert(operation.id);
    else
        edit.changes.settings = true;
    const bool plain = isInside(operation.path, "/parameters") || operation.path == "/name" ||
                       isInside(operation.path, "/deploy") || isInside(operation.path, "/failure_modes");
    // What a group's parameters say may contradict its members or where its manager runs.
    edit.checkReferences |= operation.path.empty() || !plain || std::is_same_v<T, Group>;
    return inverse;
}

Result<CanvasBox> boxFromJson(const Json& json) {
    bool good = json.is_array() && (json.size() == 2 || json.size() == 4);
    for (std::size_t i = 0; good && i < json.size(); ++i)
        good = json[i].is_number() && std::abs(json[i].get<double>()) <= 1e7;
    if (!good)
        return editError("design.type", "", "a place on the canvas is [x, y] or [x, y, width, height].");
    CanvasBox box{json[0].get<double>(), json[1].get<double>(), 0, 0};
    if (json.size() == 4) {
        box.width = json[2].get<double>();
        box.height = json[3].get<double>();
    }
    return box;
}

Result<Operation> applyToCanvas(const Operation& operation, Edit& edit) {
    auto& canvas = edit.design.canvas;
    const auto old = canvas.find(operation.id);
    Operation inverse = inverseOf(Operation::Type::remove, operation);
    if (old != canvas.end()) {
        inverse = operation::place(operation.id, old->second);
        inverse.label = operation.label;
    }
    if (operation.type == Operation::Type::remove) {
        if (old == canvas.end()) return notFound(operation);
        canvas.erase(old);
    } else {
        const Result<CanvasBox> box = boxFromJson(operation.value);
        if (!box) return box.error();
        canvas[operation.id] = *box;
    }
    edit.changes.moved.insert(operation.id);
    return inverse;
}

Result<Operation> applyToSettings(const Operation& operation, Edit& edit) {
    if (operation.type != Operation::Type::set)
        return editError("operation.type", "", "settings can only be set.");
    edit.changes.settings = true;
    if (operation.collection == Collection::design) {
        if (operation.path != "/name" || !(operation.value.is_string() || operation.value.is_null()))
            return editError("operation.path", operation.path, "of the design itself only /name can be set.");
        const Json named{{"name", operation.value.is_null() ? Json("") : operation.value}};
        DecodeContext context;
        std::string name = ObjectReader(named, "", "design", context).text("name");
        if (context.failed()) return *context.error;
        Operation inverse = inverseOf(Operation::Type::set, operation);
        inverse.value = edit.design.name;
        edit.design.name = std::move(name);
        return inverse;
    }
    Json json = toJson(edit.design.settings);
    Result<Operation> inverse = patch(json, operation);
    if (!inverse) return inverse;
    Result<Settings> settings = settingsFromJson(json, "");
    if (!settings) return std::move(settings).error();
    edit.design.settings = std::move(settings).value();
    edit.checkReferences = true; // nodes and groups name crews
    return inverse;
}

Result<Operation> applyToAttachments(const Operation& operation, Edit& edit) {
    auto& attachments = edit.design.attachments;
    const auto old = attachments.find(operation.id);
    edit.changes.settings = true;
    Operation inverse = inverseOf(Operation::Type::remove, operation);
    if (old != attachments.end()) {
        inverse = inverseOf(Operation::Type::set, operation);
        inverse.value = Json::parse(old->second);
    }
    if (operation.type == Operation::Type::remove) {
        if (old == attachments.end()) return notFound(operation);
        attachments.erase(old);
    } else
        attachments[operation.id] = operation.value.dump();
    return inverse;
}

template <class T>
Result<Operation> applyToTable(Table<T>& table, const Operation& operation, Edit& edit) {
    switch (operation.type) {
    case Operation::Type::insert:
        return insertInto(table, operation, edit);
    case Operation::Type::remove:
        return removeFrom(table, operation, edit);
    default:
        return setIn(table, operation, edit);
    }
}

Result<Operation> applyOne(const Operation& operation, Edit& edit);

Result<Operation> applyBatch(const Operation& operation, Edit& edit) {
    Operation inverse = inverseOf(Operation::Type::batch, operation);
    for (const Operation& child : operation.children) {
        Result<Operation> undone = applyOne(child, edit);
        if (!undone) return undone;
        inverse.children.insert(inverse.children.begin(), std::move(undone).value());
    }
    return inverse;
}

// Texts and trees that the loader would refuse, refused in its words.
Status checkValue(const Operation& operation) {
    if (operation.type == Operation::Type::remove) return success();
    if (const Status path = checkJson(operation.path); !path) return path;
    const bool listed = operation.collection <= Collection::variants; // inside {"nodes": [ ... ]}
    std::size_t above = listed ? 2 : operation.collection == Collection::design ? 0 : 1;
    above += static_cast<std::size_t>(std::count(operation.path.begin(), operation.path.end(), '/'));
    const bool attached = operation.collection == Collection::attachments; // the id is a key of the file
    Status value = attached ? checkJson(Json{{operation.id, operation.value}}, above)
                            : checkJson(operation.value, above);
    if (value) return value;
    Error error = value.error();
    error.place.pointer = operation.path + error.place.pointer;
    return error;
}

Result<Operation> applyOne(const Operation& operation, Edit& edit) {
    if (operation.type == Operation::Type::batch) return applyBatch(operation, edit);
    if (const Status value = checkValue(operation); !value) return value.error();
    Design& design = edit.design;
    switch (operation.collection) {
    case Collection::nodes:
        return applyToTable(design.nodes, operation, edit);
    case Collection::domains:
        return applyToTable(design.domains, operation, edit);
    case Collection::groups:
        return applyToTable(design.groups, operation, edit);
    case Collection::links:
        return applyToTable(design.links, operation, edit);
    case Collection::objectives:
        return applyToTable(design.objectives, operation, edit);
    case Collection::scenarios:
        return applyToTable(design.scenarios, operation, edit);
    case Collection::variants:
        return applyToTable(design.variants, operation, edit);
    case Collection::canvas:
        return applyToCanvas(operation, edit);
    case Collection::attachments:
        return applyToAttachments(operation, edit);
    case Collection::settings:
    case Collection::design:
        break;
    }
    return applyToSettings(operation, edit);
}

// Every box on the canvas belongs to something.
Status checkCanvas(const Design& design, const ChangeSet& changes) {
    for (const std::string& id : changes.moved)
        if (design.canvas.count(id) && !design.hasId(id))
            return editError("operation.not_found", "",
                             fmt::format("\"{}\" cannot be placed: it does not exist.", id));
    for (const std::string& id : changes.removed)
        if (design.canvas.count(id) && !design.hasId(id))
            return editError("operation.not_found", "",
                             fmt::format("\"{}\" still has a place on the canvas.", id),
                             "Remove that first.");
    return success();
}

} // namespace

Result<Applied> applyTo(Design& design, const Operation& operation) {
    Design changed = design;
    Edit edit{changed, {}, false};
    try {
        Result<Operation> inverse = applyOne(operation, edit);
        if (!inverse) return std::move(inverse).error();
        if (edit.checkReferences)
            if (const Status references = checkReferences(changed); !references) return references.error();
        if (const Status canvas = checkCanvas(changed, edit.changes); !canvas) return canvas.error();
        design = std::move(changed);
        return Applied{std::move(inverse).value(), std::move(edit.changes)};
    } catch (const Json::exception& e) { // a path that does not fit the entity: an index into an object, ...
        return editError("operation.path", operation.path,
                         fmt::format("the path does not exist ({}).", e.what()));
    } catch (const std::exception& e) {
        return editError("operation.path", operation.path,
                         fmt::format("the path cannot be set ({}).", e.what()));
    }
}

Result<Applied> Document::apply(const Operation& operation) {
    Design design = *m_design;
    Result<Applied> applied = applyTo(design, operation);
    if (!applied) return applied;
    m_design = std::make_shared<const Design>(std::move(design));
    ++m_revision;
    return applied;
}

} // namespace alwayson

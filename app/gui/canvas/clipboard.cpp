// Copy and paste as JSON text, so that fragments travel between windows, chats and files.

#include "app/gui/canvas/canvas_edit.h"
#include "core/io/json_reader.h"
#include "core/model/codec.h"

#include <algorithm>
#include <limits>

namespace alwayson::gui {

namespace {

constexpr std::string_view kFormat = "alwayson-fragment";

Error badFragment(const std::string& message) {
    Error error;
    error.kind = ErrorKind::invalidInput;
    error.code = "clipboard.format";
    error.message = message;
    error.cure = "Copy things on a canvas of this program first.";
    return error;
}

// The base of a name that ends in a number: "web2" -> "web".
std::string stem(const std::string& id) {
    const std::size_t last = id.find_last_not_of("0123456789");
    return last == std::string::npos ? id : id.substr(0, last + 1);
}

class Renaming {
public:
    explicit Renaming(const Design& design) : m_design(design) {}
    const std::string& fresh(const std::string& old) {
        if (const auto known = m_new.find(old); known != m_new.end()) return known->second;
        std::string id = old;
        const std::string base = stem(old);
        for (int number = 1; m_design.hasId(id) || m_taken.contains(id); ++number)
            id = (base == old ? base + "-" : base) + std::to_string(number + (base == old ? 1 : 0));
        m_taken.insert(id);
        return m_new[old] = id;
    }
    bool knows(const std::string& old) const { return m_new.contains(old); }

private:
    const Design& m_design;
    std::map<std::string, std::string> m_new;
    std::set<std::string> m_taken;
};

template <class Entity>
Result<std::vector<Entity>> readAll(const Json& json, const char* key,
                                    Result<Entity> (*read)(const Json&, const std::string&,
                                                           std::vector<LoadWarning>*)) {
    std::vector<Entity> entities;
    if (!json.contains(key)) return entities;
    if (!json[key].is_array())
        return badFragment(std::string("The clipboard's \"") + key + "\" is not a list.");
    for (std::size_t i = 0; i < json[key].size(); ++i) {
        Result<Entity> entity = read(json[key][i], std::string("/") + key + "/" + std::to_string(i), nullptr);
        if (!entity) return entity.error();
        entities.push_back(std::move(entity.value()));
    }
    return entities;
}

struct Fragment {
    std::vector<Node> nodes;
    std::vector<Domain> domains;
    std::vector<Group> groups;
    std::vector<Link> links;
    Boxes canvas;
};

Result<Fragment> readFragment(const std::string& text) {
    Result<Json> json = readJson(text, "clipboard");
    if (!json) return json.error();
    if (!json->is_object() || json->value("format", "") != kFormat)
        return badFragment("The clipboard holds no part of a design.");
    Fragment fragment;
    auto domains = readAll<Domain>(*json, "domains", &domainFromJson);
    if (!domains) return domains.error();
    auto nodes = readAll<Node>(*json, "nodes", &nodeFromJson);
    if (!nodes) return nodes.error();
    auto groups = readAll<Group>(*json, "groups", &groupFromJson);
    if (!groups) return groups.error();
    auto links = readAll<Link>(*json, "links", &linkFromJson);
    if (!links) return links.error();
    fragment = {std::move(nodes.value()),
                std::move(domains.value()),
                std::move(groups.value()),
                std::move(links.value()),
                {}};
    if (json->contains("canvas") && (*json)["canvas"].is_object()) {
        for (const auto& [id, box] : (*json)["canvas"].items()) {
            if (!box.is_array() || box.size() < 2 || box.size() > 4) continue;
            double values[4] = {0, 0, 0, 0};
            for (std::size_t i = 0; i < box.size(); ++i)
                if (box[i].is_number()) values[i] = box[i].get<double>();
            fragment.canvas[id] = {values[0], values[1], values[2], values[3]};
        }
    }
    return fragment;
}

// The smallest step on the grid that lets copies of these boxes cover nothing and stay in their places; to
// the right of everything when there is no such step nearby.
QPointF besideOffset(const Design& design, const Boxes& boxes, const Boxes& copied, const QRectF& around) {
    constexpr double kAir = 8;
    constexpr int kFarthest = 30;             // steps of the grid
    constexpr std::size_t kMostPairs = 20000; // of boxes: beyond that nothing is searched
    struct Taken {
        QRectF box;
        bool place;
    };
    std::vector<Taken> taken;
    QRectF all;
    for (const auto& [id, box] : boxes) {
        all = all.united(box);
        taken.push_back({box, design.domains.contains(id)});
    }
    const QPointF aside(snapped(all.right() + 2 * kGrid - around.left()), 0);
    if (copied.size() * boxes.size() > kMostPairs) return aside;
    Ids carried; // cards of places that are copied with them
    for (const auto& [id, box] : copied)
        if (design.domains.contains(id))
            for (std::string& inner : contentsOf(design, id))
                carried.insert(std::move(inner));
    const auto fits = [&](QPointF by) {
        for (const auto& [id, box] : copied) {
            if (carried.contains(id)) continue; // its place has found room
            const QRectF moved = box.translated(by).adjusted(-kAir, -kAir, kAir, kAir);
            const bool place = design.domains.contains(id);
            for (const Taken& other : taken)
                if (other.box.intersects(moved) && !(other.place && (!place || other.box.contains(moved))))
                    return false;
            const std::vector<std::string> itself{place ? id : std::string()};
            if (domainAt(design, boxes, moved.center(), itself) !=
                domainAt(design, boxes, box.center(), itself))
                return false;
        }
        return true;
    };
    std::optional<QPointF> best;
    double least = 0;
    for (int y = -kFarthest; y <= kFarthest; ++y)
        for (int x = -kFarthest; x <= kFarthest; ++x) {
            const QPointF by = QPointF(x, y) * kGrid;
            // Below and to the right first.
            const double distance = QPointF::dotProduct(by, by) * (x < 0 || y < 0 ? 1.5 : 1);
            if ((best && distance >= least) || !fits(by)) continue;
            best = by;
            least = distance;
        }
    return best.value_or(aside);
}

} // namespace

std::string copyText(const Design& design, const Boxes& boxes, const std::vector<std::string>& ids) {
    const Ids chosen = withContents(design, ids);
    Json json;
    json["format"] = kFormat;
    json["version"] = 1;
    const auto wanted = [&](const std::string& id) { return chosen.contains(id); };
    for (const Domain& domain : design.domains)
        if (wanted(domain.id.str())) json["domains"].push_back(toJson(domain));
    for (const Node& node : design.nodes)
        if (wanted(node.id.str())) json["nodes"].push_back(toJson(node));
    for (const Group& group : design.groups)
        if (wanted(group.id.str())) json["groups"].push_back(toJson(group));
    for (const Link& link : design.links)
        if (wanted(link.from) && wanted(link.to)) json["links"].push_back(toJson(link));
    for (const auto& [id, box] : boxes)
        if (wanted(id)) json["canvas"][id] = {box.x(), box.y(), box.width(), box.height()};
    return json.dump(2);
}

bool isFragment(const std::string& text) {
    return text.size() < (64u << 20) && text.find(kFormat) != std::string::npos;
}

Result<Pasting> pasteOperation(const Design& design, const Boxes& boxes, const std::string& text,
                               std::optional<QPointF> at) {
    Result<Fragment> read = readFragment(text);
    if (!read) return read.error();
    Fragment& fragment = read.value();
    if (fragment.nodes.empty() && fragment.domains.empty() && fragment.groups.empty())
        return badFragment("The clipboard holds nothing that can be placed.");

    QRectF around;
    for (const auto& [id, box] : fragment.canvas)
        around = around.united(box);
    const QPointF offset = at && !around.isNull() ? *at - around.topLeft()
                                                  : besideOffset(design, boxes, fragment.canvas, around);

    Renaming renaming(design);
    for (const Domain& domain : fragment.domains)
        renaming.fresh(domain.id.str());
    for (const Node& node : fragment.nodes)
        renaming.fresh(node.id.str());
    for (const Group& group : fragment.groups)
        renaming.fresh(group.id.str());

    Pasting pasting;
    std::vector<Operation> operations;
    const auto add = [&](Operation insert, const std::string& old) {
        operations.push_back(std::move(insert));
        pasting.ids.push_back(renaming.fresh(old));
    };
    for (Domain domain : fragment.domains) {
        const std::string old = domain.id.str();
        domain.id = DomainId(renaming.fresh(old));
        if (domain.parent && renaming.knows(domain.parent->str()))
            domain.parent = DomainId(renaming.fresh(domain.parent->str()));
        else if (domain.parent && !design.domains.contains(domain.parent->str()))
            domain.parent.reset();
        add(operation::insertDomain(domain), old);
    }
    for (Group group : fragment.groups) {
        const std::string old = group.id.str();
        group.id = GroupId(renaming.fresh(old));
        add(operation::insertGroup(group), old);
    }
    for (Node node : fragment.nodes) {
        const std::string old = node.id.str();
        node.id = NodeId(renaming.fresh(old));
        const auto box = fragment.canvas.find(old);
        if (node.domain && renaming.knows(node.domain->str()))
            node.domain = DomainId(renaming.fresh(node.domain->str()));
        else if (box != fragment.canvas.end() && at) {
            // Pasted by hand: it belongs where it lands.
            const std::string here = domainAt(design, boxes, box->second.translated(offset).center());
            node.domain = here.empty() ? std::nullopt : std::optional(DomainId(here));
        } else if (node.domain && !design.domains.contains(node.domain->str()))
            node.domain.reset();
        if (node.group && renaming.knows(node.group->str()))
            node.group = GroupId(renaming.fresh(node.group->str()));
        else if (node.group && !design.groups.contains(node.group->str()))
            node.group.reset();
        std::erase_if(node.dependsOn, [&](DomainId& id) {
            if (renaming.knows(id.str())) id = DomainId(renaming.fresh(id.str()));
            return !renaming.knows(id.str()) && !design.domains.contains(id.str());
        });
        add(operation::insertNode(node), old);
    }
    for (Link link : fragment.links) {
        if (!renaming.knows(link.from) || !renaming.knows(link.to)) continue;
        link.from = renaming.fresh(link.from);
        link.to = renaming.fresh(link.to);
        link.id = LinkId(renaming.fresh(link.id.str()));
        operations.push_back(operation::insertLink(link));
        pasting.ids.push_back(link.id.str());
    }
    for (const auto& [old, box] : fragment.canvas) {
        if (!renaming.knows(old)) continue;
        const bool sized = std::any_of(fragment.domains.begin(), fragment.domains.end(),
                                       [&](const Domain& domain) { return domain.id.str() == old; });
        const QPointF corner = snapped(box.topLeft() + offset);
        operations.push_back(
            operation::place(renaming.fresh(old),
                             {corner.x(), corner.y(), sized ? box.width() : 0, sized ? box.height() : 0}));
    }
    const std::string label = pasting.ids.size() == 1
                                  ? "Paste " + pasting.ids.front()
                                  : "Paste " + std::to_string(pasting.ids.size()) + " things";
    pasting.operation = operation::batch(label, std::move(operations));
    return pasting;
}

} // namespace alwayson::gui

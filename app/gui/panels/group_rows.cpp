#include "app/gui/panels/group_rows.h"

#include "app/gui/session/session.h"
#include "core/catalogue/catalogue.h"
#include "core/catalogue/keys.h"
#include "core/model/codec.h"

#include <algorithm>

namespace alwayson::gui {

namespace {

const Group* groupOf(const Session& session, const std::string& id) {
    return session.design().groups.find(id);
}

bool hasFirst(const Group& group) {
    return hasRole(group, "one_active") || hasRole(group, "one_writer");
}

Row* firstRow(const RowContext& context, const std::string& id, QWidget* parent) {
    Session& session = context.session;
    ChoiceRow::Source source;
    source.choices = [&session, id] {
        std::vector<ChoiceRow::Choice> choices;
        for (const Node* member : membersOf(session.design(), GroupId(id)))
            choices.push_back({QString::fromStdString(member->displayName()), member->id.str()});
        return choices;
    };
    source.current = [&session, id]() -> std::optional<std::string> {
        const std::vector<const Node*> members = membersOf(session.design(), GroupId(id));
        return members.empty() ? std::optional<std::string>() : members.front()->id.str();
    };
    source.write = [&session](const std::string& member) {
        return makeFirst(session.design(), member)
            .value_or(operation::batch(Row::tr("Nothing").toStdString(), {}));
    };
    const bool writes = hasRole(*groupOf(session, id), "one_writer");
    auto* row = new ChoiceRow(context, writes ? Row::tr("Source at first") : Row::tr("Active at first"),
                              std::move(source), parent);
    row->setHelp(writes ? Row::tr("The member that takes the writes when a run begins.")
                        : Row::tr("The member that holds the shared address when a run begins."),
                 {});
    return row;
}

// "manager_on" as one choice: nowhere, a quorum, or one node; several nodes are shown as several values.
Row* managerRow(const RowContext& context, const std::string& id, QWidget* parent) {
    Session& session = context.session;
    ChoiceRow::Source source;
    source.choices = [&session] {
        std::vector<ChoiceRow::Choice> choices{{Row::tr("never down"), {}}};
        for (const Group& group : session.design().groups)
            if (hasRole(group, "majority"))
                choices.push_back(
                    {Row::tr("quorum %1").arg(QString::fromStdString(group.displayName())), group.id.str()});
        for (const Node& node : session.design().nodes)
            if (!hasRole(node, "client"))
                choices.push_back({QString::fromStdString(node.displayName()), node.id.str()});
        return choices;
    };
    source.current = [&session, id]() -> std::optional<std::string> {
        const Group* group = groupOf(session, id);
        if (!group || group->managerOn.empty()) return std::string();
        return group->managerOn.size() == 1 ? std::optional(group->managerOn.front()) : std::nullopt;
    };
    source.write = [id](const std::string& where) {
        return operation::set(Collection::groups, id, "/manager_on",
                              where.empty() ? Json(nullptr) : Json(std::vector<std::string>{where}),
                              Row::tr("Manager of %1").arg(QString::fromStdString(id)).toStdString());
    };
    auto* row = new ChoiceRow(context, Row::tr("Manager runs on"), std::move(source), parent);
    row->setHelp(Row::tr("Where the failover manager runs: when that is down or cut off, nobody promotes a "
                         "replica. Never down: it is not part of the design, works always and is cut off "
                         "from nobody. A quorum decides by the majority of its voters."),
                 {});
    return row;
}

const std::optional<std::string>* crewOf(const Design& design, Collection in, const std::string& id) {
    if (const Node* node = in == Collection::nodes ? design.nodes.find(id) : nullptr) return &node->crew;
    if (const Group* group = in == Collection::groups ? design.groups.find(id) : nullptr) return &group->crew;
    return nullptr;
}

} // namespace

bool isRead(const Group& group, std::string_view parameter) {
    if (!hasMechanism(group, "replication")) return true;
    namespace keys = key::group::mysqlReplication;
    const auto replication = get(group, keys::replication);
    const auto manager = get(group, keys::manager);
    const auto writes = get(group, keys::writeRoute);
    const auto reads = get(group, keys::readRoute);
    const auto oneOf = [&](std::initializer_list<std::string_view> names) {
        return std::find(names.begin(), names.end(), parameter) != names.end();
    };
    if (parameter.starts_with("semisync_")) return replication == keys::Replication::semiSync;
    if (parameter.starts_with("gr_")) return replication == keys::Replication::group;
    if (parameter == "topology") return replication != keys::Replication::group;
    if (oneOf({"poll_s", "poll_timeout_s", "analysis_s", "all_replicas_agree"}))
        return manager == keys::Manager::orchestrator;
    if (oneOf({"ping_s", "ping_fails"})) return manager == keys::Manager::mha;
    if (parameter.starts_with("proxy_"))
        return writes == keys::WriteRoute::proxy || reads == keys::ReadRoute::proxy;
    if (parameter == "dns_ttl_s") return writes == keys::WriteRoute::dns || reads == keys::ReadRoute::dns;
    if (parameter == "connector_ttl_s")
        return writes == keys::WriteRoute::connector || reads == keys::ReadRoute::connector;
    if (parameter == "virtual_ip_move")
        return writes == keys::WriteRoute::virtualIp || reads == keys::ReadRoute::virtualIp;
    return true;
}

std::string readingChoices(const Group& group) {
    const Descriptor* kind = Catalogue::builtIn().group(group.kind);
    std::string choices;
    for (const char* id : {"replication", "manager", "write_route", "read_route"}) {
        if (const auto own = group.parameters.find(id); own != group.parameters.end()) {
            if (const std::string* chosen = std::get_if<std::string>(&own->second)) choices += *chosen;
        } else if (const ParameterSpec* spec = kind ? kind->parameter(id) : nullptr) {
            if (const std::string* chosen = std::get_if<std::string>(&spec->defaultValue)) choices += *chosen;
        }
        choices += ' ';
    }
    return choices;
}

std::optional<Operation> makeFirst(const Design& design, const std::string& member) {
    const Node* node = design.nodes.find(member);
    if (!node || !node->group) return std::nullopt;
    const std::vector<const Node*> members = membersOf(design, *node->group);
    if (members.front()->id == node->id) return std::nullopt;
    std::size_t at = 0;
    for (const Node& other : design.nodes) {
        if (other.id == members.front()->id) break;
        ++at;
    }
    Operation remove;
    remove.type = Operation::Type::remove;
    remove.collection = Collection::nodes;
    remove.id = member;
    Operation insert = operation::insertNode(*node);
    insert.at = at;
    return operation::batch("Make " + member + " the first of " + node->group->str(),
                            {std::move(remove), std::move(insert)});
}

std::vector<Row*> groupRows(const RowContext& context, const std::string& id, QWidget* parent) {
    std::vector<Row*> rows;
    const Group* group = groupOf(context.session, id);
    if (!group) return rows;
    if (hasFirst(*group)) rows.push_back(firstRow(context, id, parent));
    if (hasMechanism(*group, "manager")) rows.push_back(managerRow(context, id, parent));
    return rows;
}

Row* crewRow(const RowContext& context, const Subject& subject, QWidget* parent) {
    Session& session = context.session;
    const auto shared = [&session, subject]() -> std::optional<std::string> {
        std::optional<std::string> result;
        for (const std::string& id : subject.ids) {
            const auto* crew = crewOf(session.design(), subject.collection, id);
            if (!crew) continue;
            if (result && *result != crew->value_or("")) return std::nullopt;
            result = crew->value_or("");
        }
        return result;
    };
    if (session.design().settings.crews.empty() && shared() == std::string()) return nullptr;
    const bool groups = subject.collection == Collection::groups;
    ChoiceRow::Source source;
    source.choices = [&session, groups] {
        std::vector<ChoiceRow::Choice> choices{
            {groups ? Row::tr("nobody waits") : Row::tr("its group's"), {}}};
        for (const Crew& crew : session.design().settings.crews)
            choices.push_back({QString::fromStdString(crew.id), crew.id});
        return choices;
    };
    source.current = shared;
    source.write = [&session, subject](const std::string& crew) {
        std::vector<Operation> operations;
        for (const std::string& id : subject.ids)
            operations.push_back(operation::set(subject.collection, id, "/crew",
                                                crew.empty() ? Json(nullptr) : Json(crew), {}));
        return operation::batch(Row::tr("Crew of %1").arg(namesOf(session.design(), subject)).toStdString(),
                                std::move(operations));
    };
    auto* row = new ChoiceRow(context, Row::tr("Repaired by"), std::move(source), parent);
    row->setHelp(Row::tr("A crew repairs so many things at a time, first come first served. Without one, "
                         "every repair begins at once."),
                 {});
    return row;
}

} // namespace alwayson::gui

#include "core/model/codec.h"

#include "core/base/json_tree.h"
#include "core/base/nearest.h"
#include "core/catalogue/catalogue.h"
#include "core/model/codec_parts.h"
#include "core/text/sentence.h"
#include "resources/resources.h"

#include <fmt/format.h>

namespace alwayson {

namespace {

// Finishes an entity: its unknown fields, then the value or the first error.
template <class T>
Result<T> finish(ObjectReader& in, T value) {
    in.takeUnknown(value.unknown);
    if (in.context().failed()) return *in.context().error;
    return value;
}

const Descriptor* knownKind(ObjectReader& in, const std::string& kind, const std::vector<Descriptor>& known,
                            const char* what) {
    std::vector<std::string> ids;
    for (const Descriptor& descriptor : known) {
        if (descriptor.id == kind) return &descriptor;
        ids.push_back(descriptor.id);
    }
    std::string cure = didYouMean(kind, ids);
    if (cure.empty()) cure = fmt::format("Known are {}.", fmt::join(ids, ", "));
    in.context().fail("design.unknown_kind", in.pointerTo("kind"),
                      fmt::format("there is no {} of kind \"{}\".", what, shownName(kind)), cure);
    return nullptr;
}

// A few entries per node are plenty; a bound keeps everything that loops over them quick.
constexpr std::size_t kMaxListed = 256;

bool hasRoomFor(ObjectReader& in, const char* key, std::size_t count) {
    if (count < kMaxListed) return true;
    in.context().fail("design.range", in.pointerTo(key),
                      fmt::format("\"{}\" has more than {} entries.", key, kMaxListed), "Shorten the list.");
    return false;
}

std::vector<FailureMode> failureModesFrom(ObjectReader& in) {
    std::vector<FailureMode> modes;
    for (const auto& [json, pointer] : in.elements("failure_modes")) {
        if (!hasRoomFor(in, "failure_modes", modes.size())) break;
        modes.push_back(failureModeFrom(*json, pointer, in.context()));
        for (std::size_t i = 0; i + 1 < modes.size(); ++i)
            if (modes[i].id == modes.back().id)
                in.context().fail("design.duplicate_id", pointer,
                                  fmt::format("failure mode \"{}\" is there twice.", modes.back().id),
                                  "Merge them.");
    }
    return modes;
}

Ageing ageingFrom(ObjectReader& in) {
    Ageing ageing = Ageing::always;
    if (in.find("ageing") && !ageingFromString(in.text("ageing"), ageing))
        in.context().fail("design.choice", in.pointerTo("ageing"), "no such way of ageing.",
                          "Choose always, while_powered or while_system_up.");
    return ageing;
}

void writeFailureModes(Json& json, const std::vector<FailureMode>& modes, bool defaults) {
    if (!modes.empty()) {
        json["failure_modes"] = Json::array();
        for (const FailureMode& mode : modes)
            json["failure_modes"].push_back(toJson(mode));
    }
    if (!defaults) json["default_failure_modes"] = false;
}

void writeParameters(Json& json, const char* key, const Parameters& parameters) {
    if (!parameters.empty()) json[key] = toJson(parameters);
}

} // namespace

Result<Node> nodeFromJson(const Json& json, const std::string& pointer, std::vector<LoadWarning>* warnings) {
    DecodeContext context{std::nullopt, warnings};
    ObjectReader in(json, pointer, "node", context);
    Node node;
    node.id = NodeId(in.requiredId("id"));
    node.kind = in.requiredText("kind");
    const Descriptor* kind =
        context.failed() ? nullptr : knownKind(in, node.kind, Catalogue::builtIn().kinds(), "node");
    node.name = in.text("name");
    if (const auto domain = in.optionalId("domain")) node.domain = DomainId(*domain);
    for (std::string& id : in.idList("depends_on"))
        node.dependsOn.emplace_back(std::move(id));
    if (const auto group = in.optionalId("group")) node.group = GroupId(*group);
    node.crew = in.optionalId("crew");
    if (kind) node.parameters = in.parameters("parameters", kind->parameters, node.unknown);
    for (const auto& [one, at] : in.elements("classes")) {
        if (!hasRoomFor(in, "classes", node.classes.size())) break;
        node.classes.push_back(requestClassFrom(*one, at, context));
        for (std::size_t i = 0; i + 1 < node.classes.size(); ++i)
            if (node.classes[i].id == node.classes.back().id)
                context.fail("design.duplicate_id", at,
                             fmt::format("class \"{}\" is there twice.", node.classes[i].id), "Rename one.");
    }
    node.failureModes = failureModesFrom(in);
    node.defaultFailureModes = in.boolean("default_failure_modes", true);
    node.ageing = ageingFrom(in);
    if (kind) node.deploy = in.parameters("deploy", kind->deploy, node.unknown);
    return finish(in, std::move(node));
}

Json toJson(const Node& node) {
    Json json = {{"id", node.id.str()}, {"kind", node.kind}};
    if (!node.name.empty()) json["name"] = node.name;
    if (node.domain) json["domain"] = node.domain->str();
    if (!node.dependsOn.empty()) {
        json["depends_on"] = Json::array();
        for (const DomainId& id : node.dependsOn)
            json["depends_on"].push_back(id.str());
    }
    if (node.group) json["group"] = node.group->str();
    if (node.crew) json["crew"] = *node.crew;
    writeParameters(json, "parameters", node.parameters);
    if (!node.classes.empty()) {
        json["classes"] = Json::array();
        for (const RequestClass& one : node.classes)
            json["classes"].push_back(toJson(one));
    }
    writeFailureModes(json, node.failureModes, node.defaultFailureModes);
    if (node.ageing != Ageing::always) json["ageing"] = toString(node.ageing);
    writeParameters(json, "deploy", node.deploy);
    writeUnknown(json, node.unknown);
    return json;
}

Result<Domain> domainFromJson(const Json& json, const std::string& pointer,
                              std::vector<LoadWarning>* warnings) {
    DecodeContext context{std::nullopt, warnings};
    ObjectReader in(json, pointer, "place", context);
    Domain domain;
    domain.id = DomainId(in.requiredId("id"));
    domain.kind = in.requiredText("kind");
    const Descriptor* kind =
        context.failed() ? nullptr : knownKind(in, domain.kind, Catalogue::builtIn().domains(), "place");
    domain.name = in.text("name");
    if (const auto parent = in.optionalId("parent")) domain.parent = DomainId(*parent);
    if (kind) domain.parameters = in.parameters("parameters", kind->parameters, domain.unknown);
    domain.failureModes = failureModesFrom(in);
    domain.defaultFailureModes = in.boolean("default_failure_modes", true);
    return finish(in, std::move(domain));
}

Json toJson(const Domain& domain) {
    Json json = {{"id", domain.id.str()}, {"kind", domain.kind}};
    if (!domain.name.empty()) json["name"] = domain.name;
    if (domain.parent) json["parent"] = domain.parent->str();
    writeParameters(json, "parameters", domain.parameters);
    writeFailureModes(json, domain.failureModes, domain.defaultFailureModes);
    writeUnknown(json, domain.unknown);
    return json;
}

Result<Group> groupFromJson(const Json& json, const std::string& pointer,
                            std::vector<LoadWarning>* warnings) {
    DecodeContext context{std::nullopt, warnings};
    ObjectReader in(json, pointer, "group", context);
    Group group;
    group.id = GroupId(in.requiredId("id"));
    group.kind = in.requiredText("kind");
    const Descriptor* kind =
        context.failed() ? nullptr : knownKind(in, group.kind, Catalogue::builtIn().groups(), "group");
    group.name = in.text("name");
    group.crew = in.optionalId("crew");
    group.managerOn = in.idList("manager_on");
    if (!group.managerOn.empty()) hasRoomFor(in, "manager_on", group.managerOn.size() - 1);
    if (kind) group.parameters = in.parameters("parameters", kind->parameters, group.unknown);
    return finish(in, std::move(group));
}

Json toJson(const Group& group) {
    Json json = {{"id", group.id.str()}, {"kind", group.kind}};
    if (!group.name.empty()) json["name"] = group.name;
    if (group.crew) json["crew"] = *group.crew;
    if (!group.managerOn.empty()) json["manager_on"] = group.managerOn;
    writeParameters(json, "parameters", group.parameters);
    writeUnknown(json, group.unknown);
    return json;
}

Result<Link> linkFromJson(const Json& json, const std::string& pointer, std::vector<LoadWarning>* warnings) {
    DecodeContext context{std::nullopt, warnings};
    ObjectReader in(json, pointer, "link", context);
    Link link;
    link.id = LinkId(in.requiredId("id"));
    link.kind = in.text("kind", "request");
    const Descriptor* kind =
        context.failed() ? nullptr : knownKind(in, link.kind, Catalogue::builtIn().links(), "link");
    link.from = in.requiredId("from");
    link.to = in.requiredId("to");
    link.classes = in.idList("classes");
    if (kind) link.parameters = in.parameters("parameters", kind->parameters, link.unknown);
    return finish(in, std::move(link));
}

Json toJson(const Link& link) {
    Json json = {{"id", link.id.str()}};
    if (link.kind != "request") json["kind"] = link.kind;
    json["from"] = link.from;
    json["to"] = link.to;
    if (!link.classes.empty()) json["classes"] = link.classes;
    writeParameters(json, "parameters", link.parameters);
    writeUnknown(json, link.unknown);
    return json;
}

Result<Objective> objectiveFromJson(const Json& json, const std::string& pointer,
                                    std::vector<LoadWarning>* warnings) {
    static const std::vector<std::string> kMetrics{
        "availability_time", "availability_requests", "availability_good", "latency_p50_ms", "latency_p95_ms",
        "latency_p99_ms",    "cost_usd_per_month",    "rto_mean_s",        "rto_p95_s",      "rpo_mean_s",
        "rpo_p95_s"};
    DecodeContext context{std::nullopt, warnings};
    ObjectReader in(json, pointer, "objective", context);
    Objective objective;
    objective.id = ObjectiveId(in.requiredId("id"));
    objective.flow = in.text("flow", "design");
    objective.of = in.optionalId("of").value_or("");
    objective.metric = in.requiredText("metric");
    if (!context.failed() && std::find(kMetrics.begin(), kMetrics.end(), objective.metric) == kMetrics.end())
        context.fail("design.choice", in.pointerTo("metric"),
                     fmt::format("there is no metric \"{}\".", shownName(objective.metric)),
                     fmt::format("Choose one of {}.", fmt::join(kMetrics, ", ")));
    const bool recovery = objective.metric.starts_with("rto_") || objective.metric.starts_with("rpo_");
    if (!context.failed() && recovery && objective.of.empty())
        context.fail("design.missing", pointer,
                     fmt::format("an objective for {} needs \"of\".", objective.metric),
                     "Name the group whose take-overs it is about.");
    objective.atLeast = in.optionalNumber("at_least", 0, kLargestNumber);
    objective.atMost = in.optionalNumber("at_most", 0, kLargestNumber);
    objective.windowDays = in.optionalNumber("window_d", 1e-3, 36500);
    if (objective.atLeast.has_value() == objective.atMost.has_value())
        context.fail("design.missing", pointer, "an objective needs one of \"at_least\" and \"at_most\".",
                     "Give the figure you want.");
    return finish(in, std::move(objective));
}

Json toJson(const Objective& objective) {
    static const Objective kDefault;
    Json json = {{"id", objective.id.str()}};
    if (objective.of.empty() || objective.flow != kDefault.flow) json["flow"] = objective.flow;
    if (!objective.of.empty()) json["of"] = objective.of;
    json["metric"] = objective.metric;
    if (objective.atLeast) json["at_least"] = numberToJson(*objective.atLeast);
    if (objective.atMost) json["at_most"] = numberToJson(*objective.atMost);
    if (objective.windowDays) json["window_d"] = numberToJson(*objective.windowDays);
    writeUnknown(json, objective.unknown);
    return json;
}

static ScenarioEvent eventFrom(const Json& json, const std::string& pointer, DecodeContext& context) {
    ObjectReader in(json, pointer, "event", context);
    ScenarioEvent event;
    event.at = Duration::seconds(in.number("at_s", 0, 0, 1e12));
    event.action = in.requiredText("do");
    const Descriptor* kind = Catalogue::builtIn().event(event.action);
    if (!kind && !context.failed()) {
        std::vector<std::string> known;
        for (const Descriptor& d : Catalogue::builtIn().events())
            known.push_back(d.id);
        context.fail("design.unknown_kind", in.pointerTo("do"),
                     fmt::format("there is no event \"{}\".", shownName(event.action)),
                     fmt::format("Known are {}.", fmt::join(known, ", ")));
    }
    event.what = in.optionalId("what").value_or("");
    event.mode = in.optionalId("mode").value_or("");
    if (kind) event.parameters = in.inlineParameters(kind->parameters);
    in.takeUnknown(event.unknown);
    return event;
}

Result<Scenario> scenarioFromJson(const Json& json, const std::string& pointer,
                                  std::vector<LoadWarning>* warnings) {
    DecodeContext context{std::nullopt, warnings};
    ObjectReader in(json, pointer, "scenario", context);
    Scenario scenario;
    scenario.id = ScenarioId(in.requiredId("id"));
    scenario.name = in.text("name");
    scenario.duration = Duration::seconds(in.number("duration_s", 300, 1e-9, 1e12));
    scenario.seed = in.optionalNumber("seed", 0, 9007199254740991.0);
    scenario.backgroundFailures = in.boolean("background_failures", false);
    for (const auto& [event, at] : in.elements("events"))
        scenario.events.push_back(eventFrom(*event, at, context));
    return finish(in, std::move(scenario));
}

Json toJson(const Scenario& scenario) {
    Json json = {{"id", scenario.id.str()}};
    if (!scenario.name.empty()) json["name"] = scenario.name;
    json["duration_s"] = numberToJson(scenario.duration.seconds());
    if (scenario.seed) json["seed"] = numberToJson(*scenario.seed);
    if (scenario.backgroundFailures) json["background_failures"] = true;
    json["events"] = Json::array();
    for (const ScenarioEvent& event : scenario.events) {
        Json one = {{"at_s", numberToJson(event.at.seconds())}, {"do", event.action}};
        if (!event.what.empty()) one["what"] = event.what;
        if (!event.mode.empty()) one["mode"] = event.mode;
        for (const auto& [key, value] : event.parameters)
            one[key] = toJson(value);
        writeUnknown(one, event.unknown);
        json["events"].push_back(std::move(one));
    }
    writeUnknown(json, scenario.unknown);
    return json;
}

Result<Variant> variantFromJson(const Json& json, const std::string& pointer,
                                std::vector<LoadWarning>* warnings) {
    DecodeContext context{std::nullopt, warnings};
    ObjectReader in(json, pointer, "variant", context);
    Variant variant;
    variant.id = in.requiredId("id");
    variant.name = in.text("name");
    for (const auto& [operation, at] : in.elements("operations"))
        variant.operations.push_back(operation->dump());
    return finish(in, std::move(variant));
}

Json toJson(const Variant& variant) {
    Json json = {{"id", variant.id}};
    if (!variant.name.empty()) json["name"] = variant.name;
    json["operations"] = Json::array();
    for (const std::string& text : variant.operations)
        json["operations"].push_back(treeOf(text).value_or(nullptr));
    writeUnknown(json, variant.unknown);
    return json;
}

static std::string bookFrom(ObjectReader& in, const std::string& key, const std::string& folder) {
    const std::string id = in.text(key, "realistic");
    if (in.context().failed() || !resources::find(folder + "/" + id + ".json").empty()) return id;
    std::vector<std::string> known;
    for (const std::string& path : resources::list(folder + "/"))
        known.push_back(path.substr(folder.size() + 1, path.size() - folder.size() - 6));
    in.context().fail("design.choice", in.pointerTo(key),
                      fmt::format("there is no book \"{}\".", shownName(id)),
                      fmt::format("Choose one of {}.", fmt::join(known, ", ")));
    return id;
}

Result<Settings> settingsFromJson(const Json& json, const std::string& pointer,
                                  std::vector<LoadWarning>* warnings) {
    static const std::vector<std::string> kVersions{"2.4", "2.6", "2.8", "3.0", "3.2"};
    DecodeContext context{std::nullopt, warnings};
    ObjectReader in(json, pointer, "settings object", context);
    Settings settings;
    settings.priceBook = bookFrom(in, "price_book", "price_books");
    settings.capacityBook = bookFrom(in, "capacity_book", "capacity_books");
    settings.haproxyVersion = in.text("haproxy_version", settings.haproxyVersion);
    if (!context.failed() &&
        std::find(kVersions.begin(), kVersions.end(), settings.haproxyVersion) == kVersions.end())
        context.fail("design.choice", in.pointerTo("haproxy_version"), "no export for this HAProxy version.",
                     fmt::format("Choose one of {}.", fmt::join(kVersions, ", ")));
    for (const auto& [one, at] : in.elements("crews")) {
        if (!hasRoomFor(in, "crews", settings.crews.size())) break;
        Crew crew = crewFrom(*one, at, context);
        if (settings.crew(crew.id))
            context.fail("design.duplicate_id", at, fmt::format("crew \"{}\" is there twice.", crew.id),
                         "Rename one.");
        settings.crews.push_back(std::move(crew));
    }
    return finish(in, std::move(settings));
}

Json toJson(const Settings& settings) {
    Json json = {{"price_book", settings.priceBook}, {"capacity_book", settings.capacityBook}};
    if (settings.haproxyVersion != Settings{}.haproxyVersion)
        json["haproxy_version"] = settings.haproxyVersion;
    if (!settings.crews.empty()) {
        json["crews"] = Json::array();
        for (const Crew& crew : settings.crews)
            json["crews"].push_back(toJson(crew));
    }
    writeUnknown(json, settings.unknown);
    return json;
}

} // namespace alwayson

#include "core/io/schema.h"

#include "core/base/json.h"
#include "core/catalogue/catalogue.h"
#include "core/io/canonical_json.h"
#include "core/model/object_reader.h"
#include "resources/resources.h"

#include <fmt/format.h>

namespace alwayson {

namespace {

// The bounds below are those of core/model/codec; tests/core/io/test_schema.cpp compares the two.
constexpr double kSeconds = 1e12;
constexpr double kMilliseconds = 1e15;

Json ref(const std::string& name) {
    return {{"$ref", "#/$defs/" + name}};
}

Json described(Json schema, const std::string& text) {
    schema["description"] = text;
    return schema;
}

Json numberSchema(double low, double high) {
    return {{"type", "number"}, {"minimum", numberToJson(low)}, {"maximum", numberToJson(high)}};
}

Json boolean() {
    return {{"type", "boolean"}};
}

Json text() {
    return {{"type", "string"}, {"maxLength", kMaxNameBytes}};
}

Json listOf(Json items) {
    return {{"type", "array"}, {"items", std::move(items)}};
}

Json object(std::vector<std::string> required, Json properties) {
    Json schema = {{"type", "object"}};
    if (!required.empty()) schema["required"] = std::move(required);
    schema["properties"] = std::move(properties);
    return schema;
}

Json idSchema() {
    return {{"type", "string"}, {"pattern", "^[A-Za-z0-9_-]{1,64}$"}};
}

Json typeOf(const ParameterSpec& spec) {
    switch (spec.type) {
    case ParameterType::boolean:
        return boolean();
    case ParameterType::choice:
        return {{"type", "string"}, {"enum", spec.choices}};
    case ParameterType::text:
        return {{"type", "string"}, {"maxLength", spec.maxLength}};
    case ParameterType::distribution:
        return ref("distribution");
    default:
        break;
    }
    Json schema = numberSchema(spec.minimum, spec.maximum);
    if (spec.type == ParameterType::integer) schema["type"] = "integer";
    return schema;
}

Json parameterSchema(const ParameterSpec& spec) {
    Json schema = typeOf(spec);
    if (spec.optional) schema = {{"anyOf", Json::array({std::move(schema), Json{{"type", "null"}}})}};
    schema["title"] = spec.title;
    schema["description"] = spec.help;
    schema["default"] = toJson(spec.defaultValue);
    return schema;
}

Json parametersSchema(const std::vector<ParameterSpec>& specs) {
    Json properties = Json::object();
    for (const ParameterSpec& spec : specs)
        properties[spec.id] = parameterSchema(spec);
    return object({}, std::move(properties));
}

// { "oneOf": [{ "const": "haproxy", "title": "HAProxy", "description": ... }, ...] }
Json kindsSchema(const std::vector<Descriptor>& descriptors) {
    Json kinds = Json::array();
    for (const Descriptor& d : descriptors)
        kinds.push_back({{"const", d.id}, {"title", d.title}, {"description", d.summary}});
    return {{"type", "string"}, {"oneOf", std::move(kinds)}};
}

// Adds, for each descriptor, what holds when `field` names it.
void addPerKind(Json& schema, const char* field, const std::vector<Descriptor>& descriptors,
                bool inlineParameters) {
    Json rules = Json::array();
    for (const Descriptor& d : descriptors) {
        Json properties = Json::object();
        if (inlineParameters)
            properties = parametersSchema(d.parameters)["properties"];
        else
            properties["parameters"] = parametersSchema(d.parameters);
        if (!d.deploy.empty()) properties["deploy"] = parametersSchema(d.deploy);
        Json when = {{"properties", Json::object()}};
        when["properties"][field] = {{"const", d.id}};
        rules.push_back({{"if", std::move(when)}, {"then", {{"properties", std::move(properties)}}}});
    }
    schema["allOf"] = std::move(rules);
}

Json distributionSchema() {
    std::vector<std::string_view> families;
    for (int i = 0; i <= static_cast<int>(DistributionFamily::empirical); ++i)
        families.push_back(toString(static_cast<DistributionFamily>(i)));
    static const std::string kUnits = "(ns|us|ms|s|min|h|d|months|y)";
    Json properties = {{"dist", {{"enum", families}}}};
    for (const char* plain : {"shape", "sigma", "p1", "stages"})
        properties[plain] = {{"type", "number"}};
    Json schema = object({"dist"}, std::move(properties));
    schema["patternProperties"] = {
        {"^(value|mean|median|p95|p99|scale|min|mode|max|mean1|mean2)_" + kUnits + "$", {{"type", "number"}}},
        {"^values_" + kUnits + "$", listOf({{"type", "number"}})}};
    schema["additionalProperties"] = false;
    return described(
        std::move(schema),
        "A distribution of a duration, entered by what is known of it; times carry their unit in their "
        "name: { \"dist\": \"lognormal\", \"mean_ms\": 12, \"p99_ms\": 60 }.");
}

Json failureModeSchema() {
    std::vector<std::string_view> effects;
    for (int i = 0; i <= static_cast<int>(FailureEffect::isolation); ++i)
        effects.push_back(toString(static_cast<FailureEffect>(i)));
    const std::vector<std::string_view> repairs{toString(RepairedBy::restart), toString(RepairedBy::crew)};
    return described(
        object({"id"}, {{"id", ref("id")},
                        {"removed", boolean()},
                        {"title", text()},
                        {"effect", {{"enum", effects}}},
                        {"mttf_h", numberSchema(1e-12, kSeconds)},
                        {"time_to_failure", ref("distribution")},
                        {"mttr_h", numberSchema(1e-12, kSeconds)},
                        {"repair", ref("distribution")},
                        {"slow_factor", numberSchema(1, 1e4)},
                        {"error_share", numberSchema(0, 1)},
                        {"resumes", boolean()},
                        {"repaired_by", {{"enum", repairs}}},
                        {"restart_coverage", numberSchema(0, 1)},
                        {"crew_repair", ref("distribution")}}),
        "Edits the catalogue's failure mode of the same id, adds one or, with \"removed\", takes it away.");
}

Json requestClassSchema() {
    return object({"id"}, {{"id", ref("id")},
                           {"share", numberSchema(0, 1)},
                           {"writes", boolean()},
                           {"idempotent", boolean()},
                           {"deadline_ms", numberSchema(1e-6, kMilliseconds)},
                           {"latency_objective_ms", numberSchema(1e-6, kMilliseconds)},
                           {"max_staleness_ms", numberSchema(0, kMilliseconds)}});
}

Json nodeSchema() {
    std::vector<std::string_view> ageings;
    for (int i = 0; i <= static_cast<int>(Ageing::whileSystemUp); ++i)
        ageings.push_back(toString(static_cast<Ageing>(i)));
    Json schema =
        object({"id", "kind"}, {{"id", ref("id")},
                                {"kind", kindsSchema(Catalogue::builtIn().kinds())},
                                {"name", text()},
                                {"domain", described(ref("id"), "The place it stands in.")},
                                {"depends_on", described(listOf(ref("id")), "Further places it needs.")},
                                {"group", ref("id")},
                                {"crew", described(ref("id"), "Who repairs it: a crew of the settings.")},
                                {"parameters", {{"type", "object"}}},
                                {"classes", listOf(ref("request_class"))},
                                {"failure_modes", listOf(ref("failure_mode"))},
                                {"default_failure_modes", boolean()},
                                {"ageing", {{"enum", ageings}}},
                                {"deploy", {{"type", "object"}}}});
    addPerKind(schema, "kind", Catalogue::builtIn().kinds(), false);
    return described(std::move(schema), "Something that runs and can fail on its own.");
}

Json domainSchema() {
    Json schema = object({"id", "kind"}, {{"id", ref("id")},
                                          {"kind", kindsSchema(Catalogue::builtIn().domains())},
                                          {"name", text()},
                                          {"parent", ref("id")},
                                          {"parameters", {{"type", "object"}}},
                                          {"failure_modes", listOf(ref("failure_mode"))},
                                          {"default_failure_modes", boolean()}});
    addPerKind(schema, "kind", Catalogue::builtIn().domains(), false);
    return described(std::move(schema), "A place that takes all its members down together.");
}

Json groupSchema() {
    Json schema = object({"id", "kind"},
                         {{"id", ref("id")},
                          {"kind", kindsSchema(Catalogue::builtIn().groups())},
                          {"name", text()},
                          {"crew", described(ref("id"), "Who repairs its members: a crew of the settings.")},
                          {"manager_on", described(listOf(ref("id")), "Nodes or one quorum group that its "
                                                                      "failover manager runs on.")},
                          {"parameters", {{"type", "object"}}}});
    addPerKind(schema, "kind", Catalogue::builtIn().groups(), false);
    return described(std::move(schema), "Nodes that stand in for each other.");
}

Json linkSchema() {
    Json schema = object({"id", "from", "to"}, {{"id", ref("id")},
                                                {"kind", kindsSchema(Catalogue::builtIn().links())},
                                                {"from", described(ref("id"), "A node or group.")},
                                                {"to", described(ref("id"), "A node or group.")},
                                                {"classes", listOf(ref("id"))},
                                                {"parameters", {{"type", "object"}}}});
    schema["properties"]["kind"]["default"] = Link{}.kind;
    addPerKind(schema, "kind", Catalogue::builtIn().links(), false);
    return described(std::move(schema), "Who calls whom.");
}

Json objectiveSchema() {
    const std::vector<std::string> metrics{
        "availability_time", "availability_requests", "availability_good", "latency_p50_ms", "latency_p95_ms",
        "latency_p99_ms",    "cost_usd_per_month",    "rto_mean_s",        "rto_p95_s",      "rpo_mean_s",
        "rpo_p95_s"};
    Json schema = object({"id", "metric"},
                         {{"id", ref("id")},
                          {"flow", described(text(), "\"client:class\", \"client\" or \"design\".")},
                          {"of", described(ref("id"), "A group, for figures of its recovery.")},
                          {"metric", {{"enum", metrics}}},
                          {"at_least", numberSchema(0, kLargestNumber)},
                          {"at_most", numberSchema(0, kLargestNumber)},
                          {"window_d", described(numberSchema(1e-3, 36500),
                                                 "Days of a period: 95 % of all periods have to keep the "
                                                 "objective. Without it: the mean over all time.")}});
    schema["oneOf"] =
        Json::array({{{"required", Json::array({"at_least"})}}, {{"required", Json::array({"at_most"})}}});
    return schema;
}

Json eventSchema() {
    Json schema = object({"do"}, {{"at_s", numberSchema(0, kSeconds)},
                                  {"do", kindsSchema(Catalogue::builtIn().events())},
                                  {"what", described(ref("id"), "A node, place or link.")},
                                  {"mode", described(ref("id"), "A failure mode or an effect.")}});
    addPerKind(schema, "do", Catalogue::builtIn().events(), true);
    return schema;
}

Json scenarioSchema() {
    return described(object({"id"}, {{"id", ref("id")},
                                     {"name", text()},
                                     {"duration_s", numberSchema(1e-9, kSeconds)},
                                     {"seed", numberSchema(0, 9007199254740991.0)},
                                     {"background_failures", boolean()},
                                     {"events", listOf(ref("event"))}}),
                     "What happens in a run.");
}

Json variantSchema() {
    return described(
        object({"id"}, {{"id", ref("id")}, {"name", text()}, {"operations", {{"type", "array"}}}}),
        "A named list of operations on top of the design.");
}

Json bookSchema(const std::string& folder) {
    std::vector<std::string> books;
    for (const std::string& path : resources::list(folder + "/")) {
        const std::string name = path.substr(folder.size() + 1);
        books.push_back(name.substr(0, name.rfind('.')));
    }
    return {{"enum", std::move(books)}};
}

Json crewSchema() {
    Json properties = parametersSchema(Catalogue::builtIn().part("crew")->parameters)["properties"];
    properties["id"] = ref("id");
    return described(object({"id"}, std::move(properties)), Catalogue::builtIn().part("crew")->summary);
}

Json settingsSchema() {
    const std::vector<std::string> versions{"2.4", "2.6", "2.8", "3.0", "3.2"};
    return object({}, {{"price_book", bookSchema("price_books")},
                       {"capacity_book", bookSchema("capacity_books")},
                       {"haproxy_version", {{"enum", versions}}},
                       {"crews", listOf(ref("crew"))}});
}

Json canvasSchema() {
    Json box = listOf(numberSchema(-1e7, 1e7));
    box["anyOf"] = Json::array({{{"minItems", 2}, {"maxItems", 2}}, {{"minItems", 4}, {"maxItems", 4}}});
    const Json boxes = {
        {"type", "object"},
        {"additionalProperties", described(std::move(box), "[x, y] or [x, y, width, height].")}};
    return object({}, {{"domains", boxes}, {"groups", boxes}, {"nodes", boxes}});
}

} // namespace

Json designSchema() {
    Json schema = {{"$schema", "https://json-schema.org/draft/2020-12/schema"},
                   {"$id", "urn:alwayson:schema:alwayson-design-1"},
                   {"title", "Always On design"},
                   {"description",
                    "A high-availability system: nodes, places, groups and links. Fields that are not "
                    "known are kept and have no effect."}};
    schema.update(
        object({"format", "version"}, {{"format", {{"const", "alwayson-design"}}},
                                       {"version", {{"const", 1}}},
                                       {"catalogue", numberSchema(1, Catalogue::builtIn().version())},
                                       {"name", text()},
                                       {"settings", settingsSchema()},
                                       {"domains", listOf(ref("domain"))},
                                       {"nodes", listOf(ref("node"))},
                                       {"groups", listOf(ref("group"))},
                                       {"links", listOf(ref("link"))},
                                       {"objectives", listOf(ref("objective"))},
                                       {"scenarios", listOf(ref("scenario"))},
                                       {"variants", listOf(ref("variant"))},
                                       {"attachments", {{"type", "object"}}},
                                       {"canvas", canvasSchema()}}));
    schema["$defs"] = {{"id", idSchema()},
                       {"distribution", distributionSchema()},
                       {"failure_mode", failureModeSchema()},
                       {"crew", crewSchema()},
                       {"request_class", requestClassSchema()},
                       {"domain", domainSchema()},
                       {"node", nodeSchema()},
                       {"group", groupSchema()},
                       {"link", linkSchema()},
                       {"objective", objectiveSchema()},
                       {"event", eventSchema()},
                       {"scenario", scenarioSchema()},
                       {"variant", variantSchema()}};
    return schema;
}

std::string designSchemaText() {
    return io::canonicalText(designSchema());
}

} // namespace alwayson

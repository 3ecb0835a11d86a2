#include "core/catalogue/catalogue.h"

#include "core/base/json.h"
#include "core/model/codec.h"
#include "resources/resources.h"

#include <algorithm>
#include <stdexcept>

namespace alwayson {

namespace {

std::vector<std::string> strings(const Json& json, const char* key) {
    return json.value(key, std::vector<std::string>{});
}

ParameterType typeFromString(const std::string& name) {
    static constexpr std::string_view kNames[] = {"number",      "integer", "duration",    "rate",
                                                  "probability", "bytes",   "money",       "boolean",
                                                  "choice",      "text",    "distribution"};
    const auto found = std::find(std::begin(kNames), std::end(kNames), name);
    if (found == std::end(kNames)) throw std::runtime_error("unknown parameter type " + name);
    return static_cast<ParameterType>(found - std::begin(kNames));
}

Value defaultFrom(const Json& json) {
    if (json.is_null()) return std::monostate{};
    if (json.is_boolean()) return json.get<bool>();
    if (json.is_number()) return json.get<double>();
    if (json.is_string()) return json.get<std::string>();
    return distributionFromJson(json, "").value();
}

ParameterSpec parameterFrom(const Json& json) {
    ParameterSpec spec;
    spec.id = json.at("id");
    spec.title = json.at("title");
    spec.section = json.value("section", "");
    spec.type = typeFromString(json.at("type"));
    spec.unit = json.value("unit", "");
    spec.defaultValue = defaultFrom(json.at("default"));
    spec.optional = json.value("optional", false);
    const bool share = spec.type == ParameterType::probability;
    spec.minimum = json.value("min", 0.0);
    spec.maximum = json.value("max", share ? 1.0 : 0.0);
    spec.maxLength = json.value("max_length", std::size_t{256});
    spec.choices = strings(json, "choices");
    spec.choiceTitles = strings(json, "choice_titles");
    spec.help = json.at("help");
    spec.source = json.at("source");
    spec.grade = json.at("grade");
    spec.simulated = json.value("simulated", true);
    return spec;
}

RepairedBy repairedByFrom(const Value& value) {
    RepairedBy by{};
    const std::string* name = std::get_if<std::string>(&value);
    if (!name || !repairedByFromString(*name, by)) throw std::runtime_error("unknown way of repair");
    return by;
}

// `part` describes what is common to failure modes; a mode may give its own value for each of it.
FailureModeSpec failureModeFrom(const Json& json, const Descriptor& part) {
    FailureModeSpec spec;
    const auto common = [&](const char* id) {
        const ParameterSpec* known = part.parameter(id);
        if (!known) throw std::runtime_error(std::string("failure modes have no ") + id);
        return json.contains(id) ? defaultFrom(json.at(id)) : known->defaultValue;
    };
    spec.repairedBy = repairedByFrom(common("repaired_by"));
    spec.restartCoverage = std::get<double>(common("restart_coverage"));
    spec.crewRepair = std::get<Distribution>(common("crew_repair"));
    spec.id = json.at("id");
    spec.title = json.at("title");
    if (!effectFromString(json.at("effect").get<std::string>(), spec.effect))
        throw std::runtime_error("unknown effect");
    spec.timeToFailure = Distribution::exponentialMean(json.at("mttf_h"), "h");
    spec.repair = distributionFromJson(json.at("repair"), "").value();
    spec.slowFactor = json.value("slow_factor", 1.0);
    spec.errorShare = json.value("error_share", 0.0);
    spec.resumes = json.value("resumes", false);
    spec.help = json.at("help");
    spec.source = json.at("source");
    spec.grade = json.at("grade");
    return spec;
}

Descriptor descriptorFrom(const Json& json, const Descriptor* modePart) {
    Descriptor d;
    d.id = json.at("id");
    d.title = json.at("title");
    d.category = json.at("category");
    d.icon = json.at("icon");
    d.summary = json.at("summary");
    d.roles = strings(json, "roles");
    d.mechanisms = strings(json, "mechanisms");
    d.calls = strings(json, "calls");
    d.groups = strings(json, "groups");
    d.exports = strings(json, "exports");
    d.parents = strings(json, "parents");
    d.targets = strings(json, "targets");
    for (const Json& p : json.at("parameters"))
        d.parameters.push_back(parameterFrom(p));
    if (json.contains("deploy"))
        for (const Json& p : json.at("deploy"))
            d.deploy.push_back(parameterFrom(p));
    if (json.contains("failure_modes"))
        for (const Json& m : json.at("failure_modes")) {
            if (!modePart) throw std::runtime_error("nothing says what failure modes are made of");
            d.failureModes.push_back(failureModeFrom(m, *modePart));
        }
    return d;
}

// The order of the palette; what is not listed follows by id.
constexpr std::string_view kOrder[] = {
    "client", "haproxy", "server", "mysql", "cache", "voter",     "external",
    "region", "zone",    "rack",   "host",  "pool",  "vrrp_pair", "mysql_replication",
    "quorum"};

std::vector<Descriptor> family(const std::string& name, const Descriptor* modePart = nullptr) {
    std::vector<Descriptor> all;
    for (const std::string& path : resources::list("catalogue/" + name + "/"))
        all.push_back(descriptorFrom(Json::parse(resources::find(path)), modePart));
    const auto rank = [](const Descriptor& d) {
        return std::find(std::begin(kOrder), std::end(kOrder), d.id);
    };
    std::stable_sort(all.begin(), all.end(), [&](const auto& a, const auto& b) { return rank(a) < rank(b); });
    return all;
}

template <class List>
auto* findById(List& list, std::string_view id) {
    const auto found =
        std::find_if(list.begin(), list.end(), [&](const auto& item) { return item.id == id; });
    return found == list.end() ? nullptr : &*found;
}

bool contains(const std::vector<std::string>& list, std::string_view text) {
    return std::find(list.begin(), list.end(), text) != list.end();
}

} // namespace

const std::string& ParameterSpec::choiceTitle(const std::string& choice) const {
    const auto found = std::find(choices.begin(), choices.end(), choice);
    const auto at = static_cast<std::size_t>(found - choices.begin());
    return at < choiceTitles.size() ? choiceTitles[at] : choice;
}
const ParameterSpec* Descriptor::parameter(std::string_view parameterId) const {
    return findById(parameters, parameterId);
}
const ParameterSpec* Descriptor::deployField(std::string_view fieldId) const {
    return findById(deploy, fieldId);
}
const FailureModeSpec* Descriptor::failureMode(std::string_view modeId) const {
    return findById(failureModes, modeId);
}
bool Descriptor::hasRole(std::string_view role) const {
    return contains(roles, role);
}
bool Descriptor::hasMechanism(std::string_view mechanism) const {
    return contains(mechanisms, mechanism);
}

Catalogue::Catalogue()
    : m_parts(family("parts")), m_kinds(family("kinds", part("failure_mode"))),
      m_domains(family("domains", part("failure_mode"))), m_groups(family("groups")),
      m_links(family("links")), m_events(family("events")) {}

const Catalogue& Catalogue::builtIn() {
    static const Catalogue catalogue;
    return catalogue;
}

const Descriptor* Catalogue::kind(std::string_view id) const {
    return findById(m_kinds, id);
}
const Descriptor* Catalogue::domain(std::string_view id) const {
    return findById(m_domains, id);
}
const Descriptor* Catalogue::group(std::string_view id) const {
    return findById(m_groups, id);
}
const Descriptor* Catalogue::link(std::string_view id) const {
    return findById(m_links, id);
}
const Descriptor* Catalogue::event(std::string_view id) const {
    return findById(m_events, id);
}
const Descriptor* Catalogue::part(std::string_view id) const {
    return findById(m_parts, id);
}

bool hasRole(const Node& node, std::string_view role) {
    const Descriptor* kind = Catalogue::builtIn().kind(node.kind);
    return kind && kind->hasRole(role);
}

bool hasMechanism(const Node& node, std::string_view mechanism) {
    const Descriptor* kind = Catalogue::builtIn().kind(node.kind);
    return kind && kind->hasMechanism(mechanism);
}

bool hasRole(const Group& group, std::string_view role) {
    const Descriptor* kind = Catalogue::builtIn().group(group.kind);
    return kind && kind->hasRole(role);
}

bool hasMechanism(const Group& group, std::string_view mechanism) {
    const Descriptor* kind = Catalogue::builtIn().group(group.kind);
    return kind && kind->hasMechanism(mechanism);
}

namespace detail {

const Value& valueOf(const Parameters& parameters, std::string_view familyName, std::string_view owner,
                     std::string_view id, bool deploy) {
    const auto stored = parameters.find(id);
    if (stored != parameters.end()) return stored->second;
    const Catalogue& catalogue = Catalogue::builtIn();
    const Descriptor* descriptor = familyName == "kinds"     ? catalogue.kind(owner)
                                   : familyName == "domains" ? catalogue.domain(owner)
                                   : familyName == "groups"  ? catalogue.group(owner)
                                   : familyName == "links"   ? catalogue.link(owner)
                                   : familyName == "parts"   ? catalogue.part(owner)
                                                             : catalogue.event(owner);
    static const Value kNone;
    const ParameterSpec* spec = !descriptor ? nullptr
                                : deploy    ? descriptor->deployField(id)
                                            : descriptor->parameter(id);
    return spec ? spec->defaultValue : kNone;
}

const Value& valueOf(const Node& node, std::string_view family, std::string_view owner, std::string_view id,
                     bool deploy) {
    const Descriptor* own = Catalogue::builtIn().kind(node.kind);
    const bool has = own && (deploy ? own->deployField(id) : own->parameter(id));
    return valueOf(deploy ? node.deploy : node.parameters, family, has ? std::string_view(own->id) : owner,
                   id, deploy);
}

const Value& valueOf(const Group& group, std::string_view family, std::string_view owner, std::string_view id,
                     bool deploy) {
    const Descriptor* own = Catalogue::builtIn().group(group.kind);
    const bool has = own && own->parameter(id);
    return valueOf(group.parameters, family, has ? std::string_view(own->id) : owner, id, deploy);
}

double numberOf(const Value& value) {
    const double* number = std::get_if<double>(&value);
    return number ? *number : 0;
}

DistributionShape shapeOf(const Value& value) {
    const Distribution* distribution = std::get_if<Distribution>(&value);
    if (!distribution) return {};
    const Result<DistributionShape> shape = resolve(*distribution);
    return shape ? *shape : DistributionShape{};
}

} // namespace detail

} // namespace alwayson

#pragma once
// Entities to and from their JSON in a design file. Strict: wrong types, unknown enumerators, values out of
// the catalogue's range and malformed ids are errors with the JSON pointer; unknown fields are kept and
// reported. All functions are free of recursion over user data beyond a fixed depth.

#include "core/base/json_fwd.h"
#include "core/base/result.h"
#include "core/model/design.h"

#include <string>
#include <vector>

namespace alwayson {

// Something worth telling that does not stop the load: an unknown field with the nearest known name, ...
struct LoadWarning {
    std::string code; // "design.unknown_field"
    std::string message;
    std::string pointer;
};

// `pointer` is where the JSON stands in its document, for messages. Warnings may be nullptr.
Result<Distribution> distributionFromJson(const Json& json, const std::string& pointer);
Json toJson(const Distribution& distribution);

Result<Node> nodeFromJson(const Json& json, const std::string& pointer,
                          std::vector<LoadWarning>* warnings = nullptr);
Result<Domain> domainFromJson(const Json& json, const std::string& pointer,
                              std::vector<LoadWarning>* warnings = nullptr);
Result<Group> groupFromJson(const Json& json, const std::string& pointer,
                            std::vector<LoadWarning>* warnings = nullptr);
Result<Link> linkFromJson(const Json& json, const std::string& pointer,
                          std::vector<LoadWarning>* warnings = nullptr);
Result<Objective> objectiveFromJson(const Json& json, const std::string& pointer,
                                    std::vector<LoadWarning>* warnings = nullptr);
Result<Scenario> scenarioFromJson(const Json& json, const std::string& pointer,
                                  std::vector<LoadWarning>* warnings = nullptr);
Result<Variant> variantFromJson(const Json& json, const std::string& pointer,
                                std::vector<LoadWarning>* warnings = nullptr);
Result<Settings> settingsFromJson(const Json& json, const std::string& pointer,
                                  std::vector<LoadWarning>* warnings = nullptr);

Json toJson(const Node& node);
Json toJson(const Domain& domain);
Json toJson(const Group& group);
Json toJson(const Link& link);
Json toJson(const Objective& objective);
Json toJson(const Scenario& scenario);
Json toJson(const Variant& variant);
Json toJson(const Settings& settings);

// The whole design. Checks too: format and version, ids unique over nodes, domains, groups and links, every
// reference resolves (domain, group, parent, crew, manager_on, link ends), places form a tree, kinds are
// known, nodes are in groups that their kind may join. Errors: "design.format", "design.version"
// (unsupportedVersion), "design.type", "design.range", "design.missing", "design.id", "design.duplicate_id",
// "design.dangling_reference", "design.unknown_kind", "design.domain_cycle", "design.wrong_group", ...
Result<Design> designFromJson(const Json& json, std::vector<LoadWarning>* warnings = nullptr);
// Canonical: stable key order, defaults left out.
Json toJson(const Design& design);

// The references of one design hold (what designFromJson checks after reading). Used by Document::apply too.
Status checkReferences(const Design& design);

} // namespace alwayson

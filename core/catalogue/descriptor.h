#pragma once
// What the catalogue says about kinds, places, groups, links, events and parts (crews, failure modes). Read
// from resources/catalogue/ (JSON); palette, inspector, validation, defaults, schema and documentation loop
// over these.

#include "core/model/failure_mode.h"
#include "core/model/value.h"

#include <optional>
#include <string>
#include <vector>

namespace alwayson {

enum class ParameterType : std::uint8_t {
    number,
    integer,
    duration,
    rate,
    probability,
    bytes,
    money,
    boolean,
    choice,
    text,
    distribution
};

struct ParameterSpec {
    std::string id;    // JSON key; ends with its unit where it has one: "check_inter_ms"
    std::string title; // "Check every"
    std::string section;
    ParameterType type = ParameterType::number;
    std::string unit;      // "ms", "s", "per_s", "kb", "usd_per_h", "" for plain
    Value defaultValue;    // monostate: unset (only when optional)
    bool optional = false; // null is allowed and means "unset"; help says what that does
    double minimum = 0;    // in `unit`; for distributions: bounds of its mean in seconds
    double maximum = 0;
    std::size_t maxLength = 256; // text: bytes
    std::vector<std::string> choices;
    std::vector<std::string> choiceTitles; // as many as choices, in people's words; empty: the ids are words
    std::string help;                      // one sentence or two
    std::string source;                    // where the default comes from
    std::string grade; // primary, secondary, measured, derived, assumption, book, contract, definition, yours
    bool simulated = true; // false: only exported or shown

    // What people read for a choice: its title, else the id itself.
    const std::string& choiceTitle(const std::string& choice) const;
};

struct FailureModeSpec {
    std::string id;
    std::string title;
    FailureEffect effect = FailureEffect::crash;
    Distribution timeToFailure;
    Distribution repair;
    double slowFactor = 1;
    double errorShare = 0;
    bool resumes = false;
    RepairedBy repairedBy = RepairedBy::crew;
    double restartCoverage = 1; // the defaults of these two: parts/failure_mode
    Distribution crewRepair;
    std::string help;
    std::string source;
    std::string grade;
};

// One descriptor type for all: unused lists are empty.
struct Descriptor {
    std::string id;
    std::string title;
    std::string category; // traffic, balancer, compute, data, cloud, place, group, link, event, part
    std::string icon;     // resources/icons/<icon>.svg
    std::string summary;
    std::vector<std::string> roles;
    std::vector<std::string> mechanisms;
    std::vector<std::string> calls;   // kinds: roles it may call
    std::vector<std::string> groups;  // kinds: group kinds it may join
    std::vector<std::string> exports; // kinds: exporters that know it
    std::vector<std::string> parents; // domains: kinds it may lie in
    std::vector<std::string>
        targets; // events: "node", "domain", "group" or a role of nodes ("client", "database")
    std::vector<ParameterSpec> parameters;
    std::vector<ParameterSpec> deploy;
    std::vector<FailureModeSpec> failureModes;

    const ParameterSpec* parameter(std::string_view parameterId) const;
    const ParameterSpec* deployField(std::string_view fieldId) const;
    const FailureModeSpec* failureMode(std::string_view modeId) const;
    bool hasRole(std::string_view role) const;
    bool hasMechanism(std::string_view mechanism) const;
};

} // namespace alwayson

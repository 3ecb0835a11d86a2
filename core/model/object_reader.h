#pragma once
// Reads the fields of one JSON object for the codec. The first error sticks: later reads return defaults, so
// that a decoder is a plain list of fields and asks once at the end.

#include "core/base/json.h"
#include "core/base/quantity.h"
#include "core/catalogue/descriptor.h"
#include "core/model/codec.h"

#include <optional>
#include <set>
#include <string>
#include <vector>

namespace alwayson {

// Shared by the readers of one document.
struct DecodeContext {
    std::optional<Error> error;
    std::vector<LoadWarning>* warnings = nullptr;

    void fail(std::string code, const std::string& pointer, std::string message, std::string cure = {},
              ErrorKind kind = ErrorKind::invalidInput);
    bool failed() const { return error.has_value(); }
};

inline constexpr double kLargestNumber = 1e300;
inline constexpr std::size_t kMaxNameBytes = 16384;

std::string escapePointer(std::string_view key);

class ObjectReader {
public:
    // `what` names the thing in messages: "node", "link".
    ObjectReader(const Json& json, std::string pointer, std::string what, DecodeContext& context);

    const Json*
    find(const std::string& key); // marks the key as known; nullptr when missing or after an error
    std::string pointerTo(const std::string& key) const { return m_pointer + "/" + escapePointer(key); }
    DecodeContext& context() { return m_context; }

    std::string requiredText(const std::string& key);
    std::string text(const std::string& key, std::string fallback = {}, std::size_t maxBytes = kMaxNameBytes);
    std::string requiredId(const std::string& key);
    std::optional<std::string> optionalId(const std::string& key);
    bool boolean(const std::string& key, bool fallback);
    std::optional<bool> optionalBoolean(const std::string& key);
    double number(const std::string& key, double fallback, double low, double high);
    std::optional<double> optionalNumber(const std::string& key, double low, double high);
    std::optional<Distribution> optionalDistribution(const std::string& key);
    std::vector<std::string> idList(const std::string& key);
    // The elements of an array field; empty when missing.
    std::vector<std::pair<const Json*, std::string>> elements(const std::string& key);

    // Reads an object field against parameter specs; unknown keys go to `unknown` under "/<key>/<name>".
    Parameters parameters(const std::string& key, const std::vector<ParameterSpec>& specs,
                          UnknownFields& unknown);
    // Reads parameters that stand among the fields of this object itself (events).
    Parameters inlineParameters(const std::vector<ParameterSpec>& specs);

    // Fields nobody asked for, with a warning each.
    void takeUnknown(UnknownFields& unknown);

private:
    void wrongType(const std::string& key, const char* wanted);
    std::optional<double> readNumber(const Json& json, const std::string& pointer, double low, double high,
                                     const std::string& unit);
    std::optional<Value> readParameter(const Json& json, const std::string& pointer,
                                       const ParameterSpec& spec);
    void warnUnknown(const std::string& key, const std::string& pointer,
                     const std::vector<std::string>& known);

    const Json& m_json;
    std::string m_pointer;
    std::string m_what;
    DecodeContext& m_context;
    std::set<std::string> m_known;
};

// Does the value stand for the spec's default? Such values are not kept.
bool isDefault(const Value& value, const ParameterSpec& spec);
Json toJson(const Value& value);
// Whole numbers without a fraction: 16, not 16.0.
Json numberToJson(double value);

} // namespace alwayson

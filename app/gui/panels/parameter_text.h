#pragma once
// What a parameter's field shows and what people may type into it. No widgets here.

#include "core/base/json.h"
#include "core/catalogue/descriptor.h"

#include <QString>

namespace alwayson::gui {

// In the normal form: "250 ms", "2 100 h", "99.9 %", "400 /s", "$0.096 /h", "10 kB", "lognormal, mean 12 ms,
// p99 60 ms". An unset optional value is "" (the field then says what empty means).
QString valueText(const ParameterSpec& spec, const Value& value);

struct Typed {
    enum class What { value, unset, wrong };
    What what = What::wrong;
    Json value;    // as the design file holds it, in the parameter's unit
    QString error; // one sentence with the cure
    static Typed of(Json json) { return {What::value, std::move(json), {}}; }
    static Typed none() { return {What::unset, {}, {}}; }
    static Typed bad(QString error) { return {What::wrong, {}, std::move(error)}; }
};
// "250 ms", "8h", "99.9%", "1 000", "10k", "24000/min", "$70/month", ... An empty text unsets an optional
// parameter. Checks the range of the specification.
Typed parseValue(const ParameterSpec& spec, const QString& text);

// The JSON a design file would hold for the value; null for an unset one.
Json valueJson(const Value& value);

// "12100.5" -> "12 100.5": in groups from five digits on, as everywhere.
QString grouped(const QString& number);
QString exactDuration(double seconds);
QString exactShare(double share); // "99.9 %"

// A distribution in one line: "exponential, mean 2 100 h"; families may be left out when the names tell them:
// "median 40 s, p95 5 min" (lognormal), "mean 2 h" (exponential), "40 s" (constant), "1 s to 3 s" (uniform).
QString distributionText(const Distribution& distribution);
Result<Distribution> parseDistribution(const QString& text);
// For failure modes: "every 2 100 h"; "never" is no distribution (parseDistribution refuses it).
QString everyText(const Distribution& distribution);

// "usd_per_h" -> "$/h", "per_s" -> "/s", for hints and tooltips.
QString unitText(const std::string& unit);

} // namespace alwayson::gui

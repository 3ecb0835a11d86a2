#include "core/results/estimate.h"

#include "core/results/json_number.h"

#include <array>

namespace alwayson {

std::string_view toString(Method method) {
    static constexpr std::array<std::string_view, 6> kNames{"exact",     "bound",    "approximate",
                                                            "simulated", "contract", "none"};
    return kNames[static_cast<std::size_t>(method)];
}

Json toJson(const Estimate& estimate) {
    Json json;
    json["value"] = finiteOrNull(estimate.value);
    json["ci95"] = nullptr;
    if (estimate.value && estimate.ci95)
        json["ci95"] = Json::array({finiteOrNull(estimate.ci95->low), finiteOrNull(estimate.ci95->high)});
    json["method"] = toString(estimate.method);
    json["samples"] = estimate.samples;
    if (!estimate.note.empty()) json["note"] = estimate.note;
    return json;
}

} // namespace alwayson

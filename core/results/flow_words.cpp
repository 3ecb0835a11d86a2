#include "core/results/flow_words.h"

#include <algorithm>

namespace alwayson {

namespace {

constexpr std::string_view kDesign = "design";

bool isOf(std::string_view flow, std::string_view whole) {
    if (!isClassFlow(flow)) return false;
    return whole == kDesign || flow.substr(0, flow.find(':')) == whole;
}

} // namespace

bool isClassFlow(std::string_view flow) {
    return flow.find(':') != std::string_view::npos;
}

std::string onlyClient(const SimulationResult& result) {
    std::string client;
    for (const FlowResult& flow : result.flows) {
        if (isClassFlow(flow.flow) || flow.flow == kDesign) continue;
        if (!client.empty()) return {};
        client = flow.flow;
    }
    return client;
}

bool saysMore(const SimulationResult& result, std::string_view flow) {
    return isClassFlow(flow) ||
           std::count_if(result.flows.begin(), result.flows.end(),
                         [&](const FlowResult& one) { return isOf(one.flow, flow); }) != 1;
}

} // namespace alwayson

#pragma once
// What exporters say about nodes, and program text with marks.

#include "core/base/result.h"
#include "core/model/design.h"

#include <string>
#include <string_view>

namespace alwayson::exporters {

// web1 ("shop front"), or web1: how a person finds the thing in the design.
std::string called(const Node& node);

// "export.host": the address of the node's deploy is none.
Error badHost(const Node& node, const std::string& host);

// `text` with every `mark` replaced.
std::string fill(std::string_view text, std::string_view mark, std::string_view with);

} // namespace alwayson::exporters

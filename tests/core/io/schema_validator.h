#pragma once
#include "core/base/json.h"

#include <string>

namespace alwayson::test {

// The part of JSON Schema (draft 2020-12) that our schema uses. Returns "" when the instance is valid, else
// the first fault with its place. A keyword that is not known here is a fault of its own, so that none is
// silently ignored.
std::string schemaFault(const Json& schema, const Json& instance);

} // namespace alwayson::test

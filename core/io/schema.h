#pragma once
#include "core/base/json_fwd.h"

#include <string>

namespace alwayson {

// JSON Schema (draft 2020-12) of design files, made from the built-in catalogue. It accepts every design that
// loads; the loader also checks what a schema cannot say (references, unique ids, places without cycles, the
// numbers of a distribution). Checked in as resources/schema/alwayson-design-1.schema.json, where a test
// compares.
Json designSchema();

// The schema as text, laid out as the file that is checked in.
std::string designSchemaText();

} // namespace alwayson

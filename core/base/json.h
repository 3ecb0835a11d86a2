#pragma once
// The one JSON type of the program: keys keep their order, so files stay diffable.
// Text from outside is read only through core/io/json_reader.h (hardened); never call Json::parse on it.

#include <nlohmann/json.hpp>

namespace alwayson {
using Json = nlohmann::ordered_json;
}

#pragma once
#include <nlohmann/json_fwd.hpp>

namespace alwayson {
using Json = nlohmann::ordered_json;
}

#pragma once
// Inside the codec only.

#include "core/model/object_reader.h"

namespace alwayson {

FailureMode failureModeFrom(const Json& json, const std::string& pointer, DecodeContext& context);
Json toJson(const FailureMode& mode);
Crew crewFrom(const Json& json, const std::string& pointer, DecodeContext& context);
Json toJson(const Crew& crew);
RequestClass requestClassFrom(const Json& json, const std::string& pointer, DecodeContext& context);
Json toJson(const RequestClass& one);
Json toJson(const Parameters& parameters);
void writeUnknown(Json& json, const UnknownFields& unknown);

} // namespace alwayson

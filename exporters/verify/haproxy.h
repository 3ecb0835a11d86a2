#pragma once
#include "core/base/result.h"
#include "exporters/verify/verdict.h"

#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

namespace alwayson::exporters::verify {

// Asks the installed HAProxy (`haproxy -dW -c -V`: warnings are errors) about a configuration, on a private
// temporary copy. Variables get the address 192.0.2.1 of the documentation range. Names that cannot be
// resolved on this machine are told in the notes and accepted. A user or group that this machine lacks is
// left out of the copy and told. Works without root. Errors: ErrorKind::io when the copy cannot be written or
// HAProxy does not finish; cancelled.
Result<Verdict> verifyHaproxy(std::string_view config, const std::vector<std::string>& variables,
                              std::stop_token stop = {});

} // namespace alwayson::exporters::verify

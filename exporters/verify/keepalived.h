#pragma once
#include "core/base/result.h"
#include "exporters/verify/verdict.h"

#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

namespace alwayson::exporters::verify {

// Asks the installed keepalived (`keepalived -t`) about a configuration, on a private temporary copy, in
// network and mount namespaces of its own with the interface that the configuration names and with `script`
// in place of every script below /etc/keepalived: nothing of this machine is looked at or touched. Addresses
// read from variables become ones of the documentation range. The copy says `script_user root`, because
// keepalived before 2.3 ends its own check when the scripts belong to another user. Works without root where
// user namespaces are permitted; where no namespace is, and without keepalived, nothing is checked
// (Verdict::tool is empty). Errors: ErrorKind::io when the copy cannot be written or keepalived does not
// finish; cancelled.
Result<Verdict> verifyKeepalived(std::string_view config, std::string_view script,
                                 const std::vector<std::string>& variables, std::stop_token stop = {});

} // namespace alwayson::exporters::verify

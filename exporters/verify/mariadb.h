#pragma once
#include "exporters/common/file.h"
#include "exporters/verify/haproxy.h"

#include <stop_token>
#include <vector>

namespace alwayson::exporters::verify {

// Asks the installed MariaDB about the files of one or more exported replication sets; one verdict per file,
// without a tool for those that nothing checks. Option files: `mariadbd --help --verbose` must take each
// without a complaint and report every value as it is written (variables get 192.0.2.1 of the documentation
// range). SQL: run in order on a private server with the set's first option file: temporary data folder, no
// network, ended by its id. Works without root. Errors: ErrorKind::io when copies cannot be written or a tool
// does not finish; cancelled.
Result<std::vector<Verdict>> verifyMariadb(const std::vector<File>& files, std::stop_token stop = {});

} // namespace alwayson::exporters::verify

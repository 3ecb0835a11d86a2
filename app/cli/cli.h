#pragma once

namespace alwayson::cli {

// The whole command line: parses, runs one command, returns its exit code (app/verbs/exit_code.h). Lets
// nothing escape.
int run(int argc, char** argv);

} // namespace alwayson::cli

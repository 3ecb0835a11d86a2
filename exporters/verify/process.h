#pragma once
#include "core/base/quantity.h"
#include "core/base/result.h"

#include <filesystem>
#include <stop_token>
#include <string>
#include <utility>
#include <vector>

namespace alwayson::exporters::verify {

struct Finished {
    int status = 0;     // exit status; 128 + signal when it was ended by one
    std::string output; // standard output and standard error as they came, at most 1 MiB
};

struct Command {
    std::filesystem::path program;
    std::vector<std::string> arguments;                           // without the program itself
    std::vector<std::pair<std::string, std::string>> environment; // set beside the inherited ones
    Duration timeout = Duration::seconds(20);
};

// Runs a program without a shell, with empty standard input, and waits until it ends, whatever becomes of its
// output. At the timeout or when stopped it is killed with all that it started. Errors: "verify.start" (io),
// "verify.timeout" (io), "verify.stopped" (cancelled).
Result<Finished> runProcess(const Command& command, std::stop_token stop = {});

// The program in PATH, /usr/sbin, /usr/local/sbin or /sbin; empty when there is none.
std::filesystem::path findProgram(const std::string& name);

} // namespace alwayson::exporters::verify

#pragma once
// One function per command: options -> exit code.

#include "app/cli/output.h"

#include <cstdint>
#include <string>

namespace alwayson::cli {

enum class FailOn : std::uint8_t { error, warning, hint, never };

struct CommandOptions {
    std::string file;   // the design
    std::string output; // -o
    std::string name;   // template, kind, target
    FailOn failOn = FailOn::error;
    bool force = false;
    bool verify = false;
    verbs::SimulateOptions simulate;
    std::string traceFile;
};

int newDesign(const CommandOptions& options, Output& out);
int listTemplates(const CommandOptions& options, Output& out);
int listKinds(const CommandOptions& options, Output& out);
int check(const CommandOptions& options, Output& out, std::stop_token stop);
int simulate(const CommandOptions& options, Output& out, std::stop_token stop);
int exportDesign(const CommandOptions& options, Output& out, std::stop_token stop);
int schema(const CommandOptions& options, Output& out);

} // namespace alwayson::cli

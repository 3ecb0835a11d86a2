#pragma once
#include "core/base/result.h"

namespace alwayson::verbs {

// The exit codes of the command line (6-interface). Stable.
enum ExitCode : int {
    kDone = 0,
    kMissed = 1, // done, but an objective is missed or findings at the --fail-on level
    kUsage = 2,
    kInvalidInput = 3,
    kIo = 4,
    kUnsupportedVersion = 5,
    kBudget = 6, // partial result, flagged; or an objective undecided at the precision reached
    kBug = 70,
    kInterrupted = 130,
    kTerminated = 143
};

inline int exitCodeFor(ErrorKind kind) {
    switch (kind) {
    case ErrorKind::usage:
        return kUsage;
    case ErrorKind::invalidInput:
        return kInvalidInput;
    case ErrorKind::io:
        return kIo;
    case ErrorKind::unsupportedVersion:
        return kUnsupportedVersion;
    case ErrorKind::budgetExceeded:
        return kBudget;
    case ErrorKind::cancelled:
        return kInterrupted;
    case ErrorKind::internal:
        break;
    }
    return kBug;
}

} // namespace alwayson::verbs

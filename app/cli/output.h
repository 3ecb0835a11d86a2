#pragma once
// Data goes to stdout, words about the work to stderr; no colour or progress bar when that is not a terminal.

#include "app/verbs/verbs.h"
#include "core/base/json_fwd.h"
#include "core/base/result.h"

#include <string>
#include <string_view>

namespace alwayson::cli {

// Before anything is opened or written: no signal for a closed pipe, and no file in the place of a closed
// stream.
void prepareStreams();

class Output {
public:
    bool json = false;
    bool quiet = false;

    void data(std::string_view text); // stdout
    void data(const Json& json);      // stdout, two-space indent
    void note(std::string_view text); // stderr, not when quiet
    void warnings(const std::vector<LoadWarning>& warnings, const std::string& file);
    // stderr: "alwayson-cli: ..." or {"error": {...}}; returns the exit code.
    int fail(const Error& error);
    // One line on a terminal that is overwritten; nothing otherwise.
    void progress(const verbs::Progress& progress);
    void endProgress();
    // 4 when stdout could not be written, else `code`. What cannot be written to stderr is lost and changes
    // nothing.
    int finish(int code);

private:
    void failed();
    int m_error = 0; // of the first write to stdout that failed
    bool m_failureSaid = false;
    bool m_progressShown = false;
};

Json toJson(const Error& error);

} // namespace alwayson::cli

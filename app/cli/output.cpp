#include "app/cli/output.h"

#include "app/verbs/exit_code.h"
#include "core/base/json.h"
#include "core/text/sentence.h"

#include <cstdio>
#include <fmt/format.h>
#include <unistd.h>

namespace alwayson::cli {

void Output::data(std::string_view text) {
    // The texts are made of visible names already; JSON is not, and keeps its meaning here.
    const std::string clean = visible(text, Lines::keep);
    if (std::fwrite(clean.data(), 1, clean.size(), stdout) != clean.size()) m_failed = true;
}

void Output::data(const Json& document) {
    data(std::string_view(document.dump(2, ' ', false, Json::error_handler_t::replace) + "\n"));
}

void Output::note(std::string_view text) {
    if (!quiet) fmt::print(stderr, "{}\n", visible(text));
}

void Output::warnings(const std::vector<LoadWarning>& warnings, const std::string& file) {
    for (const LoadWarning& warning : warnings) note(fmt::format("{} ({}): warning: {}", file, warning.pointer, warning.message));
}

Json toJson(const Error& error) {
    const auto position = [](std::uint64_t value) { return value ? Json(value) : Json(nullptr); };
    return {{"code", error.code},
            {"message", error.message},
            {"file", error.place.file.empty() ? Json(nullptr) : Json(error.place.file)},
            {"pointer", error.place.pointer},
            {"line", position(error.place.line)},
            {"column", position(error.place.column)},
            {"cure", error.cure}};
}

int Output::fail(const Error& error) {
    endProgress();
    // Names of files and arguments need not be UTF-8.
    if (json) {
        const std::string text = Json{{"error", toJson(error)}}.dump(2, ' ', false, Json::error_handler_t::replace);
        fmt::print(stderr, "{}\n", visible(text, Lines::keep));
    } else {
        fmt::print(stderr, "alwayson-cli: {}\n", visible(describe(error)));
    }
    return finish(verbs::exitCodeFor(error.kind));
}

void Output::progress(const verbs::Progress& progress) {
    if (quiet || json || !isatty(STDERR_FILENO)) return;
    fmt::print(stderr, "\r\033[K{:3.0f} %  {}", progress.share * 100, visible(progress.sentence));
    std::fflush(stderr);
    m_progressShown = true;
}

void Output::endProgress() {
    if (m_progressShown) fmt::print(stderr, "\r\033[K");
    m_progressShown = false;
}

int Output::finish(int code) {
    if (std::fflush(stdout) != 0) m_failed = true;
    if (!m_failed) return code;
    fmt::print(stderr, "alwayson-cli: cannot write the output.\n");
    return verbs::kIo;
}

} // namespace alwayson::cli

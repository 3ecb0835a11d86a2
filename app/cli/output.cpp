#include "app/cli/output.h"

#include "app/verbs/exit_code.h"
#include "core/base/json.h"
#include "core/text/sentence.h"

#include <cerrno>
#include <csignal>
#include <cstdio>
#include <fcntl.h>
#include <fmt/format.h>
#include <system_error>
#include <unistd.h>

namespace alwayson::cli {

namespace {

// What cannot be said is not worth dying for: the exit code still tells it.
void say(const std::string& text) {
    if (std::fwrite(text.data(), 1, text.size(), stderr) != text.size()) std::clearerr(stderr);
}

} // namespace

void prepareStreams() {
    std::signal(SIGPIPE, SIG_IGN); // a closed pipe is an error of write, not a death
    // The next file that is opened would get the number of a stream that was closed, and messages would be
    // written into it. Reading ends of /dev/null refuse to be written, as a closed stream does.
    while (true) {
        const int fd = ::open("/dev/null", O_RDONLY);
        if (fd < 0) return;
        if (fd <= STDERR_FILENO) continue;
        ::close(fd);
        return;
    }
}

void Output::data(std::string_view text) {
    // The texts are made of visible names already; JSON is not, and keeps its meaning here.
    const std::string clean = visible(text, Lines::keep);
    if (std::fwrite(clean.data(), 1, clean.size(), stdout) != clean.size()) failed();
}

void Output::data(const Json& document) {
    data(std::string_view(document.dump(2, ' ', false, Json::error_handler_t::replace) + "\n"));
}

void Output::note(std::string_view text) {
    if (!quiet) say(visible(text) + "\n");
}

void Output::warnings(const std::vector<LoadWarning>& warnings, const std::string& file) {
    for (const LoadWarning& warning : warnings)
        note(fmt::format("{} ({}): warning: {}", file, warning.pointer, warning.message));
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
        const std::string text =
            Json{{"error", toJson(error)}}.dump(2, ' ', false, Json::error_handler_t::replace);
        say(visible(text, Lines::keep) + "\n");
    } else {
        say(fmt::format("alwayson-cli: {}\n", visible(describe(error))));
    }
    return finish(verbs::exitCodeFor(error.kind));
}

void Output::progress(const verbs::Progress& progress) {
    if (quiet || json || !isatty(STDERR_FILENO)) return;
    say(fmt::format("\r\033[K{:3.0f} %  {}", progress.share * 100, visible(progress.sentence)));
    std::fflush(stderr);
    m_progressShown = true;
}

void Output::endProgress() {
    if (m_progressShown) say("\r\033[K");
    m_progressShown = false;
}

void Output::failed() {
    if (m_error == 0) m_error = errno ? errno : EIO;
}

int Output::finish(int code) {
    if (std::fflush(stdout) != 0) failed();
    if (m_error == 0) return code;
    // Whoever closed the pipe has read enough and needs no message.
    if (m_error != EPIPE && !m_failureSaid)
        say(fmt::format("alwayson-cli: cannot write the output: {}.\n",
                        std::generic_category().message(m_error)));
    m_failureSaid = true;
    return verbs::kIo;
}

} // namespace alwayson::cli

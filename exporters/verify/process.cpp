#include "exporters/verify/process.h"

#include <fmt/format.h>

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <cstdlib>
#include <cstring>
#include <string_view>
#include <system_error>
#include <utility>

extern char** environ;

namespace alwayson::exporters::verify {

namespace {

constexpr std::size_t kMostOutput = 1 << 20;

Error ioError(std::string code, std::string message) {
    return Error{ErrorKind::io, std::move(code), std::move(message), "", {}};
}

std::vector<std::string> environmentWith(const std::vector<std::pair<std::string, std::string>>& more) {
    std::vector<std::string> all;
    for (char** entry = environ; *entry; ++entry) {
        const std::string_view text(*entry);
        bool replaced = false;
        for (const auto& [name, value] : more)
            replaced = replaced || text.substr(0, text.find('=')) == name;
        if (!replaced) all.emplace_back(text);
    }
    for (const auto& [name, value] : more)
        all.push_back(name + "=" + value);
    return all;
}

std::vector<char*> pointers(std::vector<std::string>& texts) {
    std::vector<char*> out;
    for (std::string& text : texts)
        out.push_back(text.data());
    out.push_back(nullptr);
    return out;
}

// Returns the process id, or -errno. `out` becomes its standard output and error.
pid_t start(const Command& command, int out) {
    std::vector<std::string> arguments{command.program.string()};
    arguments.insert(arguments.end(), command.arguments.begin(), command.arguments.end());
    std::vector<std::string> environment = environmentWith(command.environment);
    posix_spawn_file_actions_t actions;
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0);
    posix_spawn_file_actions_adddup2(&actions, out, 1);
    posix_spawn_file_actions_adddup2(&actions, out, 2);
    // The command line blocks its signals and waits for them in one thread; a tool that inherited that could
    // not be interrupted, and its closed pipes would be errors instead of its end.
    posix_spawnattr_t attributes;
    posix_spawnattr_init(&attributes);
    // A group of its own, so that what a script started ends with it.
    posix_spawnattr_setpgroup(&attributes, 0);
    sigset_t none, all;
    sigemptyset(&none);
    sigfillset(&all);
    posix_spawnattr_setsigmask(&attributes, &none);
    posix_spawnattr_setsigdefault(&attributes, &all);
    posix_spawnattr_setflags(&attributes,
                             POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETPGROUP);
    pid_t pid = 0;
    const int error = posix_spawn(&pid, command.program.c_str(), &actions, &attributes,
                                  pointers(arguments).data(), pointers(environment).data());
    posix_spawnattr_destroy(&attributes);
    posix_spawn_file_actions_destroy(&actions);
    return error == 0 ? pid : -error;
}

int waitFor(pid_t pid) {
    int status = 0;
    while (waitpid(pid, &status, 0) < 0 && errno == EINTR) {
    }
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + (WIFSIGNALED(status) ? WTERMSIG(status) : 0);
}

// Has it ended? It can still be waited for.
bool hasEnded(pid_t pid) {
    siginfo_t info{};
    return waitid(P_PID, static_cast<id_t>(pid), &info, WEXITED | WNOHANG | WNOWAIT) == 0 &&
           info.si_pid == pid;
}

// What a process writes, up to kMostOutput; the rest is read and dropped.
class Output {
public:
    explicit Output(int end) : m_end(end) {}
    // Waits up to `milliseconds` for more. False when there was none.
    bool readSome(int milliseconds) {
        if (m_closed) {
            poll(nullptr, 0, std::min(milliseconds, 2)); // its end is near
            return false;
        }
        pollfd waiting{m_end, POLLIN, 0};
        if (poll(&waiting, 1, milliseconds) <= 0) return false;
        const ssize_t got = read(m_end, m_buffer.data(), m_buffer.size());
        if (got < 0 && errno == EINTR) return false;
        m_closed = got <= 0;
        if (m_closed) return false;
        const std::size_t room = kMostOutput - m_text.size();
        m_text.append(m_buffer.data(), std::min(room, static_cast<std::size_t>(got)));
        return true;
    }
    std::string take() { return std::move(m_text); }

private:
    int m_end;
    bool m_closed = false;
    std::string m_text;
    std::array<char, 65536> m_buffer{};
};

} // namespace

Result<Finished> runProcess(const Command& command, std::stop_token stop) {
    int ends[2];
    if (pipe2(ends, O_CLOEXEC) != 0)
        return ioError("verify.start", fmt::format("no pipe for {}: {}.", command.program.string(),
                                                   std::generic_category().message(errno)));
    const pid_t pid = start(command, ends[1]);
    close(ends[1]);
    if (pid < 0) {
        close(ends[0]);
        return ioError("verify.start", fmt::format("{} cannot be started: {}.", command.program.string(),
                                                   std::generic_category().message(-pid)));
    }
    using Clock = std::chrono::steady_clock;
    const auto until = Clock::now() + std::chrono::duration_cast<Clock::duration>(
                                          std::chrono::duration<double>(command.timeout.seconds()));
    Output output(ends[0]);
    bool ended = false, late = false;
    // It is done when it has ended, whether or not it closed its output before and whoever still holds it.
    while (!ended && !late && !stop.stop_requested()) {
        output.readSome(20);
        ended = hasEnded(pid);
        late = !ended && Clock::now() >= until;
    }
    // What it wrote before its end is in the pipe, which holds less than this many pieces.
    for (int pieces = 0; ended && pieces < 64 && output.readSome(0);)
        ++pieces;
    close(ends[0]);
    if (!ended) kill(-pid, SIGKILL);
    Finished finished{waitFor(pid), output.take()};
    if (late)
        return ioError("verify.timeout", fmt::format("{} did not finish within {} s.",
                                                     command.program.string(), command.timeout.seconds()));
    if (!ended) return Error{ErrorKind::cancelled, "verify.stopped", "the check was stopped.", "", {}};
    return finished;
}

std::filesystem::path findProgram(const std::string& name) {
    const char* path = std::getenv("PATH");
    std::string folders = path ? path : "";
    folders += ":/usr/sbin:/usr/local/sbin:/sbin";
    std::string_view rest = folders;
    while (!rest.empty()) {
        const std::size_t colon = rest.find(':');
        const std::string_view folder = rest.substr(0, colon);
        rest.remove_prefix(colon == std::string_view::npos ? rest.size() : colon + 1);
        if (folder.empty()) continue;
        const std::filesystem::path candidate = std::filesystem::path(folder) / name;
        std::error_code ignored;
        if (std::filesystem::is_regular_file(candidate, ignored) && access(candidate.c_str(), X_OK) == 0)
            return candidate;
    }
    return {};
}

} // namespace alwayson::exporters::verify

#include "exporters/verify/haproxy.h"

#include "exporters/verify/process.h"
#include "exporters/verify/temporary_file.h"

#include <fmt/format.h>

#include <grp.h>
#include <pwd.h>

#include <string>

namespace alwayson::exporters::verify {

namespace {

// "HAProxy version 2.6.12-1+deb12u4 2026/10/17 - ..." -> "haproxy 2.6.12-1+deb12u4"
std::string versionFrom(std::string_view output) {
    constexpr std::string_view kMark = "version ";
    const std::size_t at = output.find(kMark);
    if (at == std::string_view::npos) return "haproxy";
    const std::string_view rest = output.substr(at + kMark.size());
    return "haproxy " + std::string(rest.substr(0, rest.find_first_of(" \n")));
}

// Alerts and warnings without process ids and the name of the copy.
std::string messageFrom(std::string_view output, const std::string& path) {
    std::string message;
    while (!output.empty()) {
        const std::size_t end = output.find('\n');
        std::string line(output.substr(0, end));
        output.remove_prefix(end == std::string_view::npos ? output.size() : end + 1);
        if (line.empty() || line.rfind("[NOTICE]", 0) == 0) continue;
        for (std::size_t at = line.find(path); at != std::string::npos; at = line.find(path))
            line.replace(at, path.size(), "haproxy.cfg");
        if (line.front() == '[')
            if (const std::size_t colon = line.find(") : "); colon != std::string::npos)
                line.erase(0, colon + 4);
        message += (message.empty() ? "" : "\n") + line;
    }
    return message;
}

bool onlyUnresolvedNames(std::string_view output) {
    bool any = false;
    while (!output.empty()) {
        const std::size_t end = output.find('\n');
        const std::string_view line = output.substr(0, end);
        output.remove_prefix(end == std::string_view::npos ? output.size() : end + 1);
        if (line.rfind("[WARNING]", 0) != 0) continue;
        if (line.find("could not resolve address") == std::string_view::npos) return false;
        any = true;
    }
    return any;
}

// The configuration without `user` and `group` lines that name what this machine does not have.
std::string withoutMissingAccounts(std::string_view config, std::vector<std::string>& notes) {
    std::string out;
    while (!config.empty()) {
        const std::size_t end = config.find('\n');
        const std::string_view line = config.substr(0, end);
        config.remove_prefix(end == std::string_view::npos ? config.size() : end + 1);
        const auto nameAfter = [&](std::string_view keyword) {
            return line.rfind(keyword, 0) == 0 ? std::string(line.substr(keyword.size())) : std::string();
        };
        const std::string user = nameAfter("    user ");
        const std::string group = nameAfter("    group ");
        const bool missing =
            (!user.empty() && !getpwnam(user.c_str())) || (!group.empty() && !getgrnam(group.c_str()));
        if (missing)
            notes.push_back(fmt::format("{} does not exist on this machine; checked without it.",
                                        user.empty() ? "group " + group : "user " + user));
        else
            out.append(line) += '\n';
    }
    return out;
}

} // namespace

Result<Verdict> verifyHaproxy(std::string_view config, const std::vector<std::string>& variables,
                              std::stop_token stop) {
    Verdict verdict;
    Command command;
    command.program = findProgram("haproxy");
    if (command.program.empty()) {
        verdict.message = "not checked: haproxy is not installed here (Debian: apt-get install haproxy)";
        return verdict;
    }
    command.arguments = {"-v"};
    const Result<Finished> version = runProcess(command, stop);
    if (!version) return version.error();
    verdict.tool = versionFrom(version->output);
    const TemporaryFile copy(withoutMissingAccounts(config, verdict.notes));
    if (!copy.good()) return TemporaryFile::error();
    for (const std::string& name : variables)
        command.environment.emplace_back(name, "192.0.2.1");
    if (!variables.empty()) verdict.notes.push_back("checked with 192.0.2.1 in place of the variables.");
    command.arguments = {"-dW", "-c", "-V", "-f", copy.path()};
    Result<Finished> checked = runProcess(command, stop);
    if (!checked) return checked.error();
    if (checked->status != 0 && onlyUnresolvedNames(checked->output)) {
        verdict.notes.push_back("names were not resolved on this machine: " +
                                messageFrom(checked->output, copy.path()));
        command.arguments.erase(command.arguments.begin());
        checked = runProcess(command, stop);
        if (!checked) return checked.error();
    }
    verdict.accepted = checked->status == 0;
    verdict.message =
        verdict.accepted ? "Configuration file is valid" : messageFrom(checked->output, copy.path());
    return verdict;
}

} // namespace alwayson::exporters::verify

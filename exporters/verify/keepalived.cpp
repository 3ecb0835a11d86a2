#include "exporters/verify/keepalived.h"

#include "exporters/verify/process.h"
#include "exporters/verify/temporary_file.h"

#include <fmt/format.h>

#include <unistd.h>

#include <optional>
#include <string>

namespace alwayson::exporters::verify {

namespace {

constexpr int kNoNamespace = 120; // exit status of the script below when it could not prepare the check

// $1 configuration, $2 check script, $3 interface, $4 keepalived, then the names of the scripts.
constexpr std::string_view kInNamespace = R"sh(
config=$1 check=$2 interface=$3 keepalived=$4
shift 4
prepare() {
    ip link set lo up &&
        { ip link add "$interface" type veth peer name aoncheck || ip link add "$interface" type dummy; } &&
        ip link set "$interface" up &&
        mount -t tmpfs none /run &&
        mount -t tmpfs none /etc/keepalived &&
        for name in "$@"; do
            cat "$check" >"/etc/keepalived/$name" && chmod 755 "/etc/keepalived/$name" || return 1
        done
}
prepare "$@" || exit 120
exec "$keepalived" -t -G -f "$config"
)sh";

bool startsWith(std::string_view text, std::string_view with) {
    return text.substr(0, with.size()) == with;
}

// What the namespace has to have for this configuration.
struct Needs {
    std::string interface = "eth0";
    std::vector<std::string> scripts; // names below /etc/keepalived
};

struct Copy {
    std::string text;
    Needs needs;
};

// `secure`: with enable_script_security, which only a check as root can judge.
Copy copyOf(std::string_view config, const std::vector<std::string>& variables, bool secure) {
    Copy copy;
    for (std::size_t i = 0; i < variables.size(); ++i)
        copy.text += fmt::format("${}=192.0.2.{}\n", variables[i], i % 250 + 1);
    while (!config.empty()) {
        const std::size_t end = config.find('\n');
        const std::string_view line = config.substr(0, end);
        config.remove_prefix(end == std::string_view::npos ? config.size() : end + 1);
        std::string_view words = line;
        words.remove_prefix(std::min(words.find_first_not_of(' '), words.size()));
        constexpr std::string_view kScript = "script \"/etc/keepalived/";
        if (startsWith(words, "interface ")) copy.needs.interface = words.substr(10);
        if (startsWith(words, kScript)) {
            const std::string_view name = words.substr(kScript.size(), words.rfind('"') - kScript.size());
            if (!name.empty() && name.find('/') == std::string_view::npos)
                copy.needs.scripts.emplace_back(name);
        }
        if (startsWith(words, "script_user "))
            copy.text += "    script_user root\n";
        else if (secure || words != "enable_script_security")
            copy.text.append(line) += '\n';
    }
    return copy;
}

// "Keepalived v2.2.7 (01/16,2022)" -> "keepalived 2.2.7"
std::string versionFrom(std::string_view output) {
    constexpr std::string_view kMark = "Keepalived v";
    const std::size_t at = output.find(kMark);
    if (at == std::string_view::npos) return "keepalived";
    const std::string_view rest = output.substr(at + kMark.size());
    return "keepalived " + std::string(rest.substr(0, rest.find_first_of(" \n")));
}

std::string messageFrom(std::string output, const std::string& path, std::size_t added) {
    for (std::size_t at = output.find(path); at != std::string::npos; at = output.find(path))
        output.replace(at, path.size(), "keepalived.conf");
    // Lines are those of the file, not of the copy with its definitions on top.
    constexpr std::string_view kLine = "Line ";
    for (std::size_t at = output.find(kLine); added > 0 && at != std::string::npos;
         at = output.find(kLine, at + 1)) {
        const std::size_t from = at + kLine.size();
        const std::size_t to = std::min(output.find_first_not_of("0123456789", from), output.size());
        if (to == from || to - from > 9) continue;
        const auto number = std::stoul(output.substr(from, to - from));
        if (number > added) output.replace(from, to - from, std::to_string(number - added));
    }
    while (!output.empty() && output.back() == '\n')
        output.pop_back();
    return output;
}

// Without root, in a user namespace, every file of root's seems to be somebody else's.
bool onlyForeignScripts(std::string_view output) {
    bool any = false;
    while (!output.empty()) {
        const std::size_t end = output.find('\n');
        const std::string_view line = output.substr(0, end);
        output.remove_prefix(end == std::string_view::npos ? output.size() : end + 1);
        if (!startsWith(line, "SECURITY VIOLATION")) return false;
        any = true;
    }
    return any;
}

// nullopt: namespaces are not permitted here.
Result<std::optional<Finished>> checkIn(const char* namespaces, const Copy& copy, const TemporaryFile& config,
                                        const TemporaryFile& script, const std::string& keepalived,
                                        std::stop_token stop) {
    Command command;
    command.program = findProgram("unshare");
    if (command.program.empty() || findProgram("ip").empty()) return std::optional<Finished>();
    command.arguments = {namespaces, "/bin/sh",     "-c",          std::string(kInNamespace),
                         "sh",       config.path(), script.path(), copy.needs.interface,
                         keepalived};
    command.arguments.insert(command.arguments.end(), copy.needs.scripts.begin(), copy.needs.scripts.end());
    command.environment = {{"PATH", "/usr/sbin:/usr/bin:/sbin:/bin"}};
    Result<Finished> finished = runProcess(command, std::move(stop));
    if (!finished) return finished.error();
    // unshare itself says 1 when it may not; keepalived never does for a configuration.
    if (finished->status == kNoNamespace || finished->status == 1) return std::optional<Finished>();
    return std::optional<Finished>(std::move(*finished));
}

} // namespace

Result<Verdict> verifyKeepalived(std::string_view config, std::string_view script,
                                 const std::vector<std::string>& variables, std::stop_token stop) {
    Verdict verdict;
    Command command;
    command.program = findProgram("keepalived");
    if (command.program.empty()) {
        verdict.message =
            "not checked: keepalived is not installed here (Debian: apt-get install keepalived)";
        return verdict;
    }
    command.arguments = {"--version"};
    const Result<Finished> version = runProcess(command, stop);
    if (!version) return version.error();
    const bool root = geteuid() == 0;
    const Copy copy = copyOf(config, variables, root);
    const TemporaryFile configFile(copy.text);
    const TemporaryFile scriptFile(script);
    if (!configFile.good() || !scriptFile.good()) return TemporaryFile::error();
    Result<std::optional<Finished>> checked =
        checkIn(root ? "-nm" : "-Urnm", copy, configFile, scriptFile, command.program.string(), stop);
    if (!checked) return checked.error();
    if (!*checked) {
        verdict.message =
            "not checked: keepalived looks at the machine's interfaces, and namespaces to give it "
            "some of its own are not permitted here (try it as root)";
        return verdict;
    }
    verdict.tool = versionFrom(version->output);
    if (!variables.empty())
        verdict.notes.push_back("checked with addresses of 192.0.2.0/24 in place of the variables.");
    if (!copy.needs.scripts.empty())
        verdict.notes.push_back(
            root ? "checked with script_user root, whoever runs the script on your machines."
                 : "checked with script_user root and without enable_script_security, which only root can "
                   "check.");
    verdict.accepted = (*checked)->status == 0 || (!root && onlyForeignScripts((*checked)->output));
    verdict.message = verdict.accepted ? "Configuration file is valid"
                                       : messageFrom((*checked)->output, configFile.path(), variables.size());
    if (!verdict.accepted && verdict.message.empty())
        verdict.message = fmt::format("keepalived ended with status {}", (*checked)->status);
    return verdict;
}

} // namespace alwayson::exporters::verify

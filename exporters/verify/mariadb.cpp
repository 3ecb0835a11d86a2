#include "exporters/verify/mariadb.h"

#include "exporters/mysql/option_file.h"
#include "exporters/verify/process.h"

#include <fmt/format.h>

#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <map>
#include <string>

namespace alwayson::exporters::verify {

namespace {

namespace fs = std::filesystem;

constexpr std::string_view kAccepted = "MariaDB takes it";

// Starts a private server and runs each file in turn. Arguments: folder, account of the operating system,
// files.
constexpr const char* kSession = R"sh(
set -eu
folder=$1 account=$2
shift 2
# A server that starts removes what it takes for leftovers of its own from the folder of temporary tables:
# with the machine's /tmp those would be the tables of any other server there.
mkdir "$folder/tmp"
export TMPDIR="$folder/tmp"
mariadb-install-db --no-defaults --datadir="$folder/data" --auth-root-authentication-method=normal --skip-test-db \
    --innodb-log-file-size=8M $account >"$folder/install.log" 2>&1 || { cat "$folder/install.log"; exit 90; }
mariadbd --defaults-file="$folder/server.cnf" --datadir="$folder/data" --socket="$folder/socket" \
    --tmpdir="$TMPDIR" --pid-file="$folder/pid" --skip-networking --skip-ssl --innodb-buffer-pool-size=16M \
    --innodb-log-file-size=8M $account \
    >"$folder/server.log" 2>&1 &
server=$!
trap 'kill "$server" 2>/dev/null || true; wait "$server" || true' EXIT
ask() { mariadb --no-defaults --protocol=socket --socket="$folder/socket" --user=root --batch "$@"; }
until ask --execute='SELECT 1' >/dev/null 2>&1; do
    kill -0 "$server" 2>/dev/null || { cat "$folder/server.log"; exit 91; }
    sleep 0.05
done
for file in "$@"; do
    status=0
    echo "file $file"
    { echo "SET @source_host = '127.0.0.1', @source_port = 1, @tls_ca = '/nowhere/ca.pem', @connect_retry = 60,
        @heartbeat = 2, @repl_password = 0x6b, @failover_password = 0x6b, @orchestrator_password = 0x6b;"; cat "$folder/$file"; } | ask 2>&1 || status=$?
    echo "status $status"
done
)sh";

class TemporaryFolder {
public:
    TemporaryFolder() {
        std::error_code error;
        fs::path base = fs::temp_directory_path(error);
        if (error) base = "/tmp";
        std::string name = (base / "alwayson-mariadb-XXXXXX").string();
        if (mkdtemp(name.data())) m_path = name;
    }
    ~TemporaryFolder() {
        std::error_code ignored;
        if (!m_path.empty()) fs::remove_all(m_path, ignored);
    }
    TemporaryFolder(const TemporaryFolder&) = delete;
    TemporaryFolder& operator=(const TemporaryFolder&) = delete;
    const fs::path& path() const { return m_path; }
    // Its path when it was written.
    Result<std::string> put(const std::string& name, const std::string& bytes) const {
        const fs::path path = m_path / name;
        std::ofstream out(path, std::ios::binary);
        out.write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
        out.close();
        if (!m_path.empty() && out) return path.string();
        return Error{ErrorKind::io,
                     "verify.copy",
                     "the copy of the configuration to check cannot be written.",
                     "Make room in the folder for temporary files.",
                     {}};
    }

private:
    fs::path m_path;
};

std::string replaced(std::string text, std::string_view from, std::string_view to) {
    for (std::size_t at = text.find(from); at != std::string::npos; at = text.find(from, at + to.size()))
        text.replace(at, from.size(), to);
    return text;
}

std::vector<std::string_view> linesOf(std::string_view text) {
    std::vector<std::string_view> lines;
    while (!text.empty()) {
        const std::size_t end = text.find('\n');
        lines.push_back(text.substr(0, end));
        text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
    }
    return lines;
}

std::string filledIn(const File& file) {
    std::string text = file.bytes;
    for (const std::string& name : file.variables)
        text = replaced(std::move(text), "${" + name + "}", "192.0.2.1");
    return text;
}

// "mariadbd  Ver 10.11.19-MariaDB-0+deb12u1 for debian-linux-gnu ..." ->
// "mariadbd 10.11.19-MariaDB-0+deb12u1"
std::string versionFrom(std::string_view output) {
    const std::size_t at = output.find("Ver ");
    if (at == std::string_view::npos) return "mariadbd";
    const std::string_view rest = output.substr(at + 4);
    return "mariadbd " + std::string(rest.substr(0, rest.find_first_of(" \n")));
}

// The complaints of the server about its options: what this machine lacks is left out.
std::string complaintsOf(std::string_view output) {
    std::string all;
    for (const std::string_view line : linesOf(output)) {
        const auto holds = [&](std::string_view text) { return line.find(text) != std::string_view::npos; };
        if (!holds("[ERROR]") && !holds("[Warning]")) continue;
        if (holds("max_open_files") || holds("mysql.plugin table") || holds("Changed limits")) continue;
        const std::size_t start = line.find("] ");
        all += (all.empty() ? "" : "\n") +
               std::string(line.substr(start == std::string_view::npos ? 0 : start + 2));
    }
    return all;
}

// The table at the end of --help --verbose: what the server would run with.
std::map<std::string, std::string> effectiveValues(std::string_view output) {
    std::map<std::string, std::string> values;
    bool inside = false;
    for (const std::string_view line : linesOf(output)) {
        inside = inside || line.rfind("-----", 0) == 0;
        const std::size_t space = line.find(' ');
        if (!inside || space == std::string_view::npos) continue;
        const std::size_t value = line.find_first_not_of(' ', space);
        std::string name(line.substr(0, space));
        std::replace(name.begin(), name.end(), '-', '_');
        values[name] = value == std::string_view::npos ? "" : std::string(line.substr(value));
    }
    return values;
}

bool isSwitch(std::string_view value, std::string_view shown) {
    return (value == "ON" && shown == "TRUE") || (value == "OFF" && shown == "FALSE");
}

// Settings that the server would run with otherwise than they are written.
std::string differences(const mysql::OptionFile& file, const std::map<std::string, std::string>& effective) {
    std::string all;
    for (const mysql::OptionSection& section : file.sections)
        for (const mysql::Setting& setting : section.settings) {
            if (setting.name.rfind("loose_", 0) == 0) continue;
            const auto found = effective.find(setting.name);
            const std::string& shown = found == effective.end() ? "nothing" : found->second;
            if (shown == setting.value || isSwitch(setting.value, shown)) continue;
            all += fmt::format("{}{} is written {} and would be {}", all.empty() ? "" : "\n", setting.name,
                               setting.value, shown);
        }
    return all;
}

class Check {
public:
    Check(const std::vector<File>& files, std::stop_token stop) : m_files(files), m_stop(std::move(stop)) {}

    Result<std::vector<Verdict>> run() {
        m_verdicts.resize(m_files.size());
        m_server = findProgram("mariadbd");
        if (m_server.empty()) {
            for (std::size_t i = 0; i < m_files.size(); ++i)
                if (m_files[i].checkable)
                    m_verdicts[i].message =
                        "not checked: MariaDB is not installed here (Debian: apt-get install mariadb-server)";
            return std::move(m_verdicts);
        }
        const Result<Finished> version =
            runProcess({m_server, {"--version"}, {}, Duration::seconds(20)}, m_stop);
        if (!version) return version.error();
        m_tool = versionFrom(version->output);
        for (std::size_t i = 0; i < m_files.size(); ++i)
            if (m_files[i].checkable && m_files[i].path.ends_with(".cnf"))
                if (Status status = options(i); !status) return status.error();
        if (Status status = statements(); !status) return status.error();
        return std::move(m_verdicts);
    }

private:
    Status options(std::size_t i) {
        const std::string text = filledIn(m_files[i]);
        const Result<std::string> path = m_folder.put("checked.cnf", text);
        if (!path) return path.error();
        const Result<Finished> out = runProcess(
            {m_server, {"--defaults-file=" + *path, "--help", "--verbose"}, {}, Duration::seconds(20)},
            m_stop);
        if (!out) return out.error();
        Verdict& verdict = m_verdicts[i];
        verdict.tool = m_tool;
        std::string wrong = replaced(complaintsOf(out->output), *path, "the file");
        if (const Result<mysql::OptionFile> file = mysql::parseOptionFile(text); !file)
            wrong = file.error().message;
        else if (wrong.empty() && out->status == 0)
            wrong = differences(*file, effectiveValues(out->output));
        if (wrong.empty() && out->status != 0)
            wrong = fmt::format("mariadbd ends with status {}: {}", out->status,
                                replaced(out->output.substr(0, 400), *path, "the file"));
        verdict.accepted = wrong.empty();
        verdict.message = verdict.accepted ? std::string(kAccepted) : wrong;
        if (!m_files[i].variables.empty())
            verdict.notes.push_back("checked with 192.0.2.1 in place of the variables.");
        return success();
    }

    // One private server for the SQL of each folder.
    Status statements() {
        std::map<std::string, std::vector<std::size_t>> folders;
        for (std::size_t i = 0; i < m_files.size(); ++i)
            if (m_files[i].checkable && m_files[i].path.ends_with(".sql"))
                folders[m_files[i].path.substr(0, m_files[i].path.rfind('/'))].push_back(i);
        for (const auto& [folder, indices] : folders)
            if (Status status = session(folder, indices); !status) return status;
        return success();
    }

    Status session(const std::string& folder, const std::vector<std::size_t>& indices) {
        const auto config = std::find_if(m_files.begin(), m_files.end(), [&](const File& file) {
            return file.path.ends_with(".cnf") && file.path.rfind(folder + '/', 0) == 0;
        });
        const bool usable =
            config != m_files.end() && m_verdicts[std::size_t(config - m_files.begin())].accepted;
        if (!usable || findProgram("mariadb-install-db").empty() || findProgram("mariadb").empty()) {
            for (const std::size_t i : indices)
                m_verdicts[i].message =
                    usable ? "not checked: mariadb-install-db or mariadb is not installed here"
                           : "not checked: no server starts with the set's first option file";
            return success();
        }
        const TemporaryFolder place;
        if (const auto put = place.put("server.cnf", filledIn(*config)); !put) return put.error();
        Command command{"/bin/sh",
                        {"-c", kSession, "sh", place.path().string(), geteuid() == 0 ? "--user=root" : ""},
                        {},
                        Duration::seconds(120)};
        for (const std::size_t i : indices) {
            const std::string name = nameOf(i);
            if (const auto put = place.put(name, m_files[i].bytes); !put) return put.error();
            command.arguments.push_back(name);
        }
        const Result<Finished> out = runProcess(command, m_stop);
        if (!out) return out.error();
        read(replaced(out->output, place.path().string() + "/", ""), indices);
        return success();
    }

    std::string nameOf(std::size_t i) const { return m_files[i].path.substr(m_files[i].path.rfind('/') + 1); }

    void read(std::string_view output, const std::vector<std::size_t>& indices) {
        for (const std::size_t i : indices) {
            Verdict& verdict = m_verdicts[i];
            verdict.tool = m_tool;
            verdict.accepted = false;
            const std::string mark = "file " + nameOf(i) + "\n";
            const std::size_t start = output.find(mark);
            const std::size_t end = start == std::string_view::npos ? start : output.find("status ", start);
            if (end == std::string_view::npos) {
                verdict.message = "the private server did not start: " + complaintsOf(output);
                continue;
            }
            verdict.accepted = output.substr(end, 9) == "status 0\n";
            const std::string_view said = output.substr(start + mark.size(), end - start - mark.size());
            verdict.message = verdict.accepted ? std::string(kAccepted)
                                               : std::string(said.substr(0, said.find_last_not_of('\n') + 1));
            verdict.notes.push_back(
                "run on a private server without network; the source it names was not there.");
        }
    }

    const std::vector<File>& m_files;
    std::stop_token m_stop;
    std::vector<Verdict> m_verdicts;
    fs::path m_server;
    std::string m_tool;
    TemporaryFolder m_folder;
};

} // namespace

Result<std::vector<Verdict>> verifyMariadb(const std::vector<File>& files, std::stop_token stop) {
    return Check(files, std::move(stop)).run();
}

} // namespace alwayson::exporters::verify

// Writes the files of an export: checked first, staged in full beside the target, then renamed into place.

#include "app/verbs/verbs.h"
#include "core/base/hash.h"
#include "core/base/json.h"
#include "core/io/atomic_save.h"
#include "core/io/json_reader.h"

#include <fmt/format.h>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <map>
#include <optional>
#include <system_error>

namespace alwayson::verbs {

namespace {

namespace fs = std::filesystem;

constexpr const char* kNotOurs = "export.not_ours";
constexpr const char* kChanged = "export.changed";
constexpr std::size_t kMostBytes = std::size_t{64} << 20;

Error ioError(std::string code, std::string message, std::string cure = {}) {
    return Error{ErrorKind::io, std::move(code), std::move(message), std::move(cure), {}};
}

Error systemError(const fs::path& path, int error) {
    const bool full = error == ENOSPC || error == EDQUOT;
    return ioError(
        full                                ? "io.full"
        : error == EACCES || error == EPERM ? "io.permission"
                                            : "io.failed",
        fmt::format("{} cannot be written: {}.", path.string(), std::generic_category().message(error)),
        full ? "Free some space or choose another folder." : "Choose a folder that you may write to.");
}

// A path of an export stays below its folder and names plain files: parts of letters, digits and _ . -, none
// of them "..".
bool isInside(const std::string& path) {
    if (path.empty() || path.front() == '/' || path.back() == '/') return false;
    for (const fs::path& part : fs::path(path)) {
        const std::string text = part.string();
        if (text.empty() || text == "." || text == "..") return false;
        for (const char c : text)
            if (!std::isalnum(static_cast<unsigned char>(c)) && c != '_' && c != '.' && c != '-')
                return false;
    }
    return true;
}

// Hash of each file that a manifest of ours in this folder lists; nullopt without such a manifest.
std::optional<std::map<std::string, std::string>> listedBy(const fs::path& folder) {
    const fs::path path = folder / "manifest.json";
    const Result<std::string> bytes = readFile(path, kMostBytes);
    if (!bytes) return std::nullopt;
    const Result<Json> json = readJson(*bytes, path.string());
    if (!json || !json->is_object() || json->value("format", Json()) != "alwayson-export")
        return std::nullopt;
    std::map<std::string, std::string> listed{{"manifest.json", sha256Hex(*bytes)}};
    const Json files = json->value("files", Json::array());
    if (!files.is_array()) return listed;
    for (const Json& file : files) {
        if (!file.is_object() || !file.contains("path") || !file.contains("sha256")) continue;
        if (file["path"].is_string() && file["sha256"].is_string()) listed[file["path"]] = file["sha256"];
    }
    return listed;
}

class Writer {
public:
    Writer(const std::vector<ExportedFile>& files, fs::path folder, bool overwrite)
        : m_files(files), m_folder(std::move(folder)), m_overwrite(overwrite) {}
    ~Writer() {
        std::error_code ignored;
        if (!m_stage.empty()) fs::remove_all(m_stage, ignored);
        if (m_done) return;
        for (auto made = m_made.rbegin(); made != m_made.rend(); ++made)
            rmdir(made->c_str()); // only when empty
    }
    Writer(const Writer&) = delete;
    Writer& operator=(const Writer&) = delete;

    Status run() {
        for (const ExportedFile& file : m_files)
            if (!isInside(file.path))
                return Error{ErrorKind::internal,
                             "export.path",
                             fmt::format("\"{}\" would leave the folder of the export.", file.path),
                             "",
                             {}};
        for (const ExportedFile& file : m_files)
            if (Status status = mayWrite(file); !status) return status;
        if (Status status = stage(); !status) return status;
        for (std::size_t i = 0; i < m_files.size(); ++i)
            if (Status status = place(i); !status) return status;
        m_done = true;
        return success();
    }

    std::vector<std::string> conflicts() {
        std::vector<std::string> paths;
        for (const ExportedFile& file : m_files) {
            if (!isInside(file.path)) continue;
            const Status status = mayWrite(file);
            if (!status && (status.error().code == kNotOurs || status.error().code == kChanged))
                paths.push_back(file.path);
        }
        return paths;
    }

private:
    Status mayWrite(const ExportedFile& file) {
        fs::path at = m_folder;
        const fs::path relative(file.path);
        for (auto part = relative.begin(); part != relative.end(); ++part) {
            at /= *part;
            struct stat info {};
            if (lstat(at.c_str(), &info) != 0) {
                if (errno == ENOENT) return success();
                return systemError(at, errno);
            }
            const bool last = std::next(part) == relative.end();
            if (S_ISLNK(info.st_mode))
                return ioError(
                    "export.symlink",
                    fmt::format("{} is a symbolic link; an export never writes through one.", at.string()),
                    "Remove the link or choose another folder.");
            if (last ? !S_ISREG(info.st_mode) : !S_ISDIR(info.st_mode))
                return ioError("export.not_a_file",
                               fmt::format("{} is no {}.", at.string(), last ? "plain file" : "folder"),
                               "Move it away or choose another folder.");
        }
        return m_overwrite ? success() : ours(file, at);
    }

    // The file exists. It may be replaced when we wrote it and nobody changed it since.
    Status ours(const ExportedFile& file, const fs::path& path) {
        const Result<std::string> bytes = readFile(path, kMostBytes);
        if (!bytes) return bytes.error();
        if (*bytes == file.bytes) return success();
        const fs::path folder = path.parent_path();
        if (!m_listed.contains(folder)) m_listed.emplace(folder, listedBy(folder));
        const auto& listed = m_listed.at(folder);
        const std::string cure = "Choose another folder, or replace it with --force.";
        const auto found = listed ? listed->find(path.filename().string())
                                  : std::map<std::string, std::string>::const_iterator();
        if (!listed || found == listed->end())
            return ioError(
                kNotOurs,
                fmt::format("{} exists and no manifest of an earlier export lists it.", path.string()), cure);
        if (found->second != sha256Hex(*bytes))
            return ioError(kChanged, fmt::format("{} was changed since it was exported.", path.string()),
                           cure);
        return success();
    }

    Status makeFolder(const fs::path& folder) {
        if (folder.empty() || fs::is_directory(folder)) return success();
        if (Status status = makeFolder(folder.parent_path()); !status) return status;
        if (mkdir(folder.c_str(), 0777) == 0)
            m_made.push_back(folder);
        else if (errno != EEXIST || !fs::is_directory(folder))
            return systemError(folder, errno);
        return success();
    }

    // All bytes reach the disk before the first old file is touched.
    Status stage() {
        if (Status status = makeFolder(m_folder); !status) return status;
        std::string name = (m_folder / ".alwayson-export-XXXXXX").string();
        if (!mkdtemp(name.data())) return systemError(m_folder, errno);
        m_stage = name;
        for (std::size_t i = 0; i < m_files.size(); ++i)
            if (Status status = atomicSave(m_stage / std::to_string(i), m_files[i].bytes); !status)
                return status;
        for (const ExportedFile& file : m_files)
            if (Status status = makeFolder((m_folder / file.path).parent_path()); !status) return status;
        return success();
    }

    Status place(std::size_t i) {
        const fs::path target = m_folder / m_files[i].path;
        const std::string staged = (m_stage / std::to_string(i)).string();
        if (m_files[i].executable && !makeExecutable(staged)) return systemError(target, errno);
        if (rename(staged.c_str(), target.c_str()) != 0) return systemError(target, errno);
        const int folder = ::open(target.parent_path().c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
        if (folder >= 0) {
            fsync(folder);
            close(folder);
        }
        return success();
    }

    // Whoever may read it may run it.
    static bool makeExecutable(const std::string& path) {
        struct stat info {};
        return stat(path.c_str(), &info) == 0 &&
               chmod(path.c_str(), (info.st_mode & 0777) | ((info.st_mode & 0444) >> 2)) == 0;
    }

    const std::vector<ExportedFile>& m_files;
    fs::path m_folder;
    bool m_overwrite;
    fs::path m_stage;
    std::vector<fs::path> m_made;
    std::map<fs::path, std::optional<std::map<std::string, std::string>>> m_listed;
    bool m_done = false;
};

} // namespace

namespace {

fs::path plainFolder(const fs::path& folder) {
    const fs::path given = folder.empty() ? fs::path(".") : folder;
    return given.has_filename() ? given : given.parent_path();
}

} // namespace

Status writeExport(const std::vector<ExportedFile>& files, const fs::path& folder, bool overwrite) {
    return Writer(files, plainFolder(folder), overwrite).run();
}

std::vector<std::string> exportConflicts(const std::vector<ExportedFile>& files, const fs::path& folder) {
    return Writer(files, plainFolder(folder), false).conflicts();
}

} // namespace alwayson::verbs

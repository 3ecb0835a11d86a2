#include "core/io/atomic_save.h"

#include "core/io/io_error.h"
#include "core/io/system_calls.h"

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <csignal>
#include <ctime>
#include <fcntl.h>
#include <fmt/format.h>
#include <optional>
#include <unistd.h>

namespace alwayson {

namespace {

namespace fs = std::filesystem;
using io::SystemCalls;

constexpr std::size_t kChunkBytes = std::size_t{64} << 10;
constexpr int kMaxLinks = 40;     // as the kernel
constexpr int kMaxAttempts = 100; // at a free name for the temporary file
constexpr int kMaxInterrupts = 10'000;
constexpr std::size_t kStemBytes =
    180; // of the target's name in that of the temporary file: names end at 255
constexpr std::int64_t kStaleSeconds = 24 * 3600;
constexpr std::string_view kTempSuffix = ".aon-tmp";

// Beyond RLIMIT_FSIZE a write raises SIGXFSZ, which ends the process, unless this thread blocks it: then the
// write fails with EFBIG. The pending signal is consumed before it is let through again.
class FileSizeSignalBlocker {
public:
    FileSizeSignalBlocker() {
        sigset_t pending;
        sigpending(&pending);
        m_wasPending = sigismember(&pending, SIGXFSZ) == 1;
        sigemptyset(&m_set);
        sigaddset(&m_set, SIGXFSZ);
        pthread_sigmask(SIG_BLOCK, &m_set, &m_old);
    }
    ~FileSizeSignalBlocker() {
        const timespec now{0, 0};
        if (!m_wasPending)
            while (sigtimedwait(&m_set, nullptr, &now) < 0 && errno == EINTR) {
            }
        pthread_sigmask(SIG_SETMASK, &m_old, nullptr);
    }
    FileSizeSignalBlocker(const FileSizeSignalBlocker&) = delete;
    FileSizeSignalBlocker& operator=(const FileSizeSignalBlocker&) = delete;

private:
    sigset_t m_set{};
    sigset_t m_old{};
    bool m_wasPending = false;
};

// Repeats a call that a signal interrupted; not for ever, should a driver say so for ever.
template <class Call>
auto uninterrupted(Call call) {
    auto result = call();
    for (int i = 0; i < kMaxInterrupts && result < 0 && errno == EINTR; ++i)
        result = call();
    return result;
}

std::string tempPrefix(const fs::path& target) {
    return "." + target.filename().string().substr(0, kStemBytes) + ".";
}

// "<prefix><pid>-<n>.aon-tmp"
bool isTempName(std::string_view name, std::string_view prefix) {
    if (name.substr(0, prefix.size()) != prefix || name.size() < prefix.size() + kTempSuffix.size())
        return false;
    if (name.substr(name.size() - kTempSuffix.size()) != kTempSuffix) return false;
    const std::string_view middle =
        name.substr(prefix.size(), name.size() - prefix.size() - kTempSuffix.size());
    return !middle.empty() && middle.find_first_not_of("0123456789-") == std::string_view::npos;
}

class Saver {
public:
    Saver(const fs::path& path, const SystemCalls& calls) : m_path(path), m_target(path), m_calls(calls) {}
    ~Saver() {
        if (m_fd >= 0) m_calls.close(m_fd);
        if (m_directory >= 0) m_calls.close(m_directory);
        if (!m_temp.empty()) m_calls.unlink(m_temp.c_str());
    }
    Saver(const Saver&) = delete;
    Saver& operator=(const Saver&) = delete;

    Status save(std::string_view bytes) {
        for (const auto step :
             {&Saver::followLinks, &Saver::inspectOld, &Saver::openDirectory, &Saver::openTemp}) {
            Status status = (this->*step)();
            if (!status) return status;
        }
        for (const auto step : {&Saver::writeAll, &Saver::finish}) {
            Status status = (this->*step)(bytes);
            if (!status) return status;
        }
        removeStale();
        return confirm();
    }

private:
    Error error() const { return io::ioError(errno, "save", m_path); }
    fs::path directory() const { return m_target.has_parent_path() ? m_target.parent_path() : fs::path("."); }

    Status followLinks();
    Status inspectOld();
    Status openDirectory();
    Status openTemp();
    Status writeAll(std::string_view bytes);
    Status finish(std::string_view bytes);
    Status confirm();
    void removeStale() const;

    const fs::path& m_path;
    fs::path m_target;
    const SystemCalls& m_calls;
    std::optional<struct stat> m_old;
    int m_directory = -1; // -1: may not be read, so cannot be forced to disk
    int m_fd = -1;
    fs::path m_temp;        // not empty: to be removed
    std::int64_t m_now = 0; // the file system's clock
};

Status Saver::followLinks() {
    if (m_path.empty()) {
        errno = ENOENT;
        return error();
    }
    if (m_path.filename().empty() || m_path.filename() == "." || m_path.filename() == "..")
        return io::notAFile("save", m_path, "a folder");
    std::string buffer(4096, '\0');
    for (int links = 0; links <= kMaxLinks; ++links) {
        const ssize_t length = m_calls.readlink(m_target.c_str(), buffer.data(), buffer.size());
        // EINVAL: no link. ENOENT: a new file. Anything else shows again, with a better message, in what
        // follows.
        if (length < 0) return success();
        const fs::path link(buffer.substr(0, static_cast<std::size_t>(length)));
        m_target = link.is_absolute() ? link : m_target.parent_path() / link;
    }
    errno = ELOOP;
    return error();
}

Status Saver::inspectOld() {
    struct stat status {};
    if (m_calls.stat(m_target.c_str(), &status) != 0) return errno == ENOENT ? success() : Status(error());
    if (!S_ISREG(status.st_mode)) return io::notAFile("save", m_path, io::fileType(status.st_mode));
    // A rename would also replace a file that its owner has protected against writing.
    if (m_calls.access(m_target.c_str(), W_OK) != 0) return error();
    m_old = status;
    return success();
}

Status Saver::openDirectory() {
    m_directory = uninterrupted(
        [&] { return m_calls.open(directory().c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC, 0); });
    if (m_directory < 0 && errno != EACCES) return error();
    return success();
}

Status Saver::openTemp() {
    const mode_t mode = m_old ? 0600 : 0644;
    for (int attempt = 0; attempt < kMaxAttempts; ++attempt) {
        const fs::path name =
            directory() / fmt::format("{}{}-{}{}", tempPrefix(m_target), ::getpid(), attempt, kTempSuffix);
        m_fd = uninterrupted([&] {
            return m_calls.open(name.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, mode);
        });
        if (m_fd >= 0) {
            m_temp = name;
            break;
        }
        if (errno != EEXIST) return error();
    }
    if (m_fd < 0) return error();
    if (!m_old) return success();
    struct stat mine {};
    if (m_calls.fstat(m_fd, &mine) != 0) return error();
    // The owner first, because a change of owner clears bits of the mode. Only root may give files away:
    // others keep the file as theirs, as every editor does.
    if (mine.st_uid != m_old->st_uid || mine.st_gid != m_old->st_gid)
        if (m_calls.fchown(m_fd, m_old->st_uid, m_old->st_gid) != 0 && errno != EPERM) return error();
    if (m_calls.fchmod(m_fd, m_old->st_mode & 0777) != 0) return error();
    return success();
}

Status Saver::writeAll(std::string_view bytes) {
    const FileSizeSignalBlocker blocker;
    std::size_t done = 0;
    while (done < bytes.size()) {
        const std::size_t wanted = std::min(kChunkBytes, bytes.size() - done);
        const ssize_t written =
            uninterrupted([&] { return m_calls.write(m_fd, bytes.data() + done, wanted); });
        if (written <= 0) {
            if (written == 0) errno = ENOSPC; // nothing taken and no reason given
            return error();
        }
        done += static_cast<std::size_t>(written);
    }
    return success();
}

Status Saver::finish(std::string_view bytes) {
    // No second try on the same file: after a failure the kernel may have dropped the pages and call the file
    // clean.
    if (uninterrupted([&] { return m_calls.fsync(m_fd); }) != 0) return error();
    struct stat status {};
    if (m_calls.fstat(m_fd, &status) != 0) return error();
    if (static_cast<std::uint64_t>(status.st_size) != bytes.size()) {
        errno = EIO;
        return error();
    }
    m_now = status.st_mtime;
    // Linux closes the file even when close is interrupted; other failures (NFS) mean that data may be lost.
    const int closed = m_calls.close(m_fd);
    m_fd = -1;
    if (closed != 0 && errno != EINTR) return error();
    if (uninterrupted([&] { return m_calls.rename(m_temp.c_str(), m_target.c_str()); }) != 0) return error();
    m_temp.clear();
    return success();
}

Status Saver::confirm() {
    if (m_directory < 0 || uninterrupted([&] { return m_calls.fsync(m_directory); }) == 0) return success();
    // Some file systems cannot do this for folders.
    if (errno == EINVAL || errno == ENOTSUP || errno == EROFS) return success();
    Error unconfirmed = error();
    unconfirmed.code = "io.unconfirmed";
    unconfirmed.message = fmt::format("{} is saved, but the disk has not confirmed it.", m_path.string());
    unconfirmed.cure = "Save again, or save elsewhere.";
    return unconfirmed;
}

void Saver::removeStale() const {
    const std::string prefix = tempPrefix(m_target);
    std::error_code ignored;
    for (fs::directory_iterator entry(directory(), ignored), end; !ignored && entry != end;
         entry.increment(ignored)) {
        if (!isTempName(entry->path().filename().string(), prefix)) continue;
        struct stat status {};
        if (::lstat(entry->path().c_str(), &status) != 0 || !S_ISREG(status.st_mode)) continue;
        if (m_now - status.st_mtime > kStaleSeconds) m_calls.unlink(entry->path().c_str());
    }
}

} // namespace

Status atomicSave(const fs::path& path, std::string_view bytes) {
    return atomicSave(path, bytes, io::realSystemCalls());
}

Status atomicSave(const fs::path& path, std::string_view bytes, const SystemCalls& calls) {
    return Saver(path, calls).save(bytes);
}

} // namespace alwayson

#include "core/io/atomic_save.h"
#include "core/io/io_error.h"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

namespace alwayson {

namespace io {

namespace {

struct Reason {
    const char* code;
    std::string why;
    const char* cure;
};

Reason reasonFor(int errorNumber) {
    switch (errorNumber) {
    case ENOSPC:
        return {"io.full", "the disk is full", "Free some space or save elsewhere."};
    case EDQUOT:
        return {"io.full", "your disk quota is used up", "Free some space or save elsewhere."};
    case EFBIG:
        return {"io.too_large", "the system does not allow files of this size",
                "Raise the limit (ulimit -f) or save elsewhere."};
    case EACCES:
    case EPERM:
        return {"io.permission", "you have no permission", "Change the permissions, or use another folder."};
    case EROFS:
        return {"io.read_only", "the disk is read-only", "Use a folder on another disk."};
    case ENOENT:
        return {"io.not_found", "there is no such file or folder", "Check the path."};
    case ENOTDIR:
        return {"io.not_found", "a part of the path is not a folder", "Check the path."};
    case EISDIR:
        return {"io.not_a_file", "it is a folder", "Give the name of a file."};
    case ELOOP:
        return {"io.name", "its symbolic links lead in a circle", "Use another name."};
    case ENAMETOOLONG:
        return {"io.name", "the name is too long", "Use a shorter name."};
    case EINVAL:
        return {"io.name", "the system does not accept the name", "Use another name."};
    case EMFILE:
    case ENFILE:
        return {"io.busy", "too many files are open", "Close some programs and try again."};
    case EIO:
        return {"io.device", "the disk reports an error", "Save elsewhere and check the disk."};
    default:
        return {"io.failed", std::strerror(errorNumber), "Try again, or use another folder."};
    }
}

} // namespace

Error ioError(int errorNumber, std::string_view doing, const std::filesystem::path& path) {
    Reason reason = reasonFor(errorNumber);
    return Error{ErrorKind::io, reason.code,
                 fmt::format("cannot {} {}: {}.", doing, path.string(), reason.why), reason.cure,
                 Place{path.string(), "", 0, 0}};
}

Error notAFile(std::string_view doing, const std::filesystem::path& path, std::string_view whatItIs) {
    return Error{ErrorKind::io, "io.not_a_file",
                 fmt::format("cannot {} {}: it is {}, not a file.", doing, path.string(), whatItIs),
                 "Give the name of a file.", Place{path.string(), "", 0, 0}};
}

std::string_view fileType(unsigned mode) {
    if (S_ISDIR(mode)) return "a folder";
    if (S_ISFIFO(mode)) return "a pipe";
    if (S_ISSOCK(mode)) return "a socket";
    return "a device";
}

} // namespace io

namespace {

Error tooLarge(const std::filesystem::path& path, std::uint64_t size, std::size_t limit) {
    return Error{ErrorKind::invalidInput, "json.size",
                 fmt::format("the file has {} bytes, more than the limit of {}.", size, limit),
                 "Use a smaller file.", Place{path.string(), "", 0, 0}};
}

Result<std::string> readAll(int fd, const std::filesystem::path& path, std::size_t limit) {
    struct stat status {};
    if (::fstat(fd, &status) != 0) return io::ioError(errno, "read", path);
    if (!S_ISREG(status.st_mode)) return io::notAFile("read", path, io::fileType(status.st_mode));
    const auto size = static_cast<std::uint64_t>(status.st_size);
    if (size > limit) return tooLarge(path, size, limit);
    std::string bytes;
    bytes.resize(size);
    std::size_t have = 0;
    // One byte more than expected is asked for, so that a file that grows meanwhile is noticed.
    while (true) {
        if (have == bytes.size()) bytes.resize(have + (have == size ? 1 : std::size_t{1} << 16));
        const ssize_t count = ::read(fd, bytes.data() + have, bytes.size() - have);
        if (count < 0 && errno == EINTR) continue;
        if (count < 0) return io::ioError(errno, "read", path);
        if (count == 0) break;
        have += static_cast<std::size_t>(count);
        if (have > limit) return tooLarge(path, have, limit);
    }
    bytes.resize(have);
    return bytes;
}

} // namespace

Result<std::string> readFile(const std::filesystem::path& path, std::size_t limit) {
    // Without O_NONBLOCK, opening a pipe waits for a writer.
    const int fd = ::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
    if (fd < 0) {
        if (errno == ENXIO) return io::notAFile("read", path, "a socket");
        return io::ioError(errno, "read", path);
    }
    Result<std::string> bytes = readAll(fd, path, limit);
    ::close(fd);
    return bytes;
}

} // namespace alwayson

#pragma once
// The system calls that a save makes, as a table, so that tests can make each of them fail. Not for use
// outside core/io.

#include <sys/stat.h>
#include <sys/types.h>

#include <cstddef>

namespace alwayson::io {

// Each returns what the call of the same name returns and sets errno.
struct SystemCalls {
    ssize_t (*readlink)(const char* path, char* buffer, std::size_t size);
    int (*stat)(const char* path, struct stat* out);
    int (*access)(const char* path, int mode); // with the effective user
    int (*open)(const char* path, int flags, mode_t mode);
    int (*fchmod)(int fd, mode_t mode);
    int (*fchown)(int fd, uid_t owner, gid_t group);
    ssize_t (*write)(int fd, const void* bytes, std::size_t size);
    int (*fsync)(int fd);
    int (*fstat)(int fd, struct stat* out);
    int (*close)(int fd);
    int (*rename)(const char* from, const char* to);
    int (*unlink)(const char* path);
};

const SystemCalls& realSystemCalls();

} // namespace alwayson::io

#include "core/io/system_calls.h"

#include <cstdio>
#include <fcntl.h>
#include <unistd.h>

namespace alwayson::io {

const SystemCalls& realSystemCalls() {
    static const SystemCalls calls{
        ::readlink,
        [](const char* path, struct stat* out) { return ::stat(path, out); },
        [](const char* path, int mode) { return ::faccessat(AT_FDCWD, path, mode, AT_EACCESS); },
        [](const char* path, int flags, mode_t mode) { return ::open(path, flags, mode); },
        ::fchmod,
        ::fchown,
        ::write,
        ::fsync,
        [](int fd, struct stat* out) { return ::fstat(fd, out); },
        ::close,
        ::rename,
        ::unlink,
    };
    return calls;
}

} // namespace alwayson::io

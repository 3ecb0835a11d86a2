#pragma once
// Files are replaced as a whole or not at all.

#include "core/base/result.h"

#include <cstddef>
#include <filesystem>
#include <string>
#include <string_view>

namespace alwayson {

namespace io {
struct SystemCalls;
}

// Writes `bytes` to `path` so that at any instant, whatever fails and whenever the process is killed, the
// file is the complete old or the complete new one: a temporary file in the same folder is written, checked,
// forced to disk and renamed over the old one; then the folder is forced to disk. Symbolic links are
// followed. The old file's mode is kept (and its owner where allowed); a new file gets 0644 less the umask.
// After a failure the old file is untouched and no temporary file is left, with one exception, code
// "io.unconfirmed": the new file is in place but the disk has not confirmed it. Temporary files that a killed
// save left next to the target are removed when older than a day. Errors: ErrorKind::io with "io.full",
// "io.permission", "io.read_only", "io.not_found", "io.not_a_file", "io.too_large" (RLIMIT_FSIZE), "io.name",
// "io.busy", "io.device", "io.failed", "io.unconfirmed". Thread safe, for different paths and for the same
// one (the last one wins). Never raises SIGXFSZ.
Status atomicSave(const std::filesystem::path& path, std::string_view bytes);
// The same through another table of system calls; for tests.
Status atomicSave(const std::filesystem::path& path, std::string_view bytes, const io::SystemCalls& calls);

// The bytes of a regular file of at most `limit` bytes. Folders, pipes, sockets and devices are refused
// without waiting. Errors: ErrorKind::io as above; ErrorKind::invalidInput "json.size" when it is larger than
// the limit (found before reading).
Result<std::string> readFile(const std::filesystem::path& path, std::size_t limit);

} // namespace alwayson

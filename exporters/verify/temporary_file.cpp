#include "exporters/verify/temporary_file.h"

#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <filesystem>
#include <system_error>

namespace alwayson::exporters::verify {

TemporaryFile::TemporaryFile(std::string_view bytes) {
    std::error_code error;
    std::filesystem::path folder = std::filesystem::temp_directory_path(error);
    if (error) folder = "/tmp";
    m_path = (folder / "alwayson-export-XXXXXX").string();
    const int file = mkstemp(m_path.data());
    if (file < 0) {
        m_path.clear();
        return;
    }
    m_good = true;
    while (!bytes.empty() && m_good) {
        const ssize_t wrote = write(file, bytes.data(), bytes.size());
        if (wrote < 0 && errno == EINTR) continue;
        m_good = wrote > 0;
        if (m_good) bytes.remove_prefix(static_cast<std::size_t>(wrote));
    }
    m_good = close(file) == 0 && m_good;
}

TemporaryFile::~TemporaryFile() {
    if (!m_path.empty()) unlink(m_path.c_str());
}

Error TemporaryFile::error() {
    return Error{ErrorKind::io,
                 "verify.copy",
                 "the copy of the configuration to check cannot be written.",
                 "Make room in the folder for temporary files.",
                 {}};
}

} // namespace alwayson::exporters::verify

#pragma once
#include "core/base/result.h"

#include <string>
#include <string_view>

namespace alwayson::exporters::verify {

// A file only this user can read, gone at the end.
class TemporaryFile {
public:
    explicit TemporaryFile(std::string_view bytes);
    ~TemporaryFile();
    TemporaryFile(const TemporaryFile&) = delete;
    TemporaryFile& operator=(const TemporaryFile&) = delete;
    bool good() const { return m_good; } // written as a whole
    const std::string& path() const { return m_path; }
    static Error error(); // "verify.copy" (io): for when it is not good

private:
    std::string m_path;
    bool m_good = false;
};

} // namespace alwayson::exporters::verify

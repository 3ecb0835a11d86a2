#pragma once
// The sources of this repository as text, for tests that read them.

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <regex>
#include <string>
#include <string_view>
#include <vector>

namespace alwayson::test {

struct SourceFile {
    std::string path; // below the repository, with '/'
    std::string text;
    bool isIn(std::string_view folder) const { return path.starts_with(std::string(folder) + "/"); }
    std::size_t lines() const { return static_cast<std::size_t>(std::count(text.begin(), text.end(), '\n')); }
};

// Every .h and .cpp below the given folders, sorted by path.
inline std::vector<SourceFile> sources(const std::vector<std::string>& folders) {
    namespace fs = std::filesystem;
    std::vector<SourceFile> files;
    for (const std::string& folder : folders) {
        const fs::path root = fs::path(ALWAYSON_SOURCE_DIR) / folder;
        if (!fs::exists(root)) continue;
        for (const auto& entry : fs::recursive_directory_iterator(root)) {
            const std::string extension = entry.path().extension().string();
            if (!entry.is_regular_file() || (extension != ".h" && extension != ".cpp")) continue;
            std::ifstream in(entry.path(), std::ios::binary);
            files.push_back({fs::relative(entry.path(), ALWAYSON_SOURCE_DIR).generic_string(),
                             std::string(std::istreambuf_iterator<char>(in), {})});
        }
    }
    std::sort(files.begin(), files.end(),
              [](const SourceFile& a, const SourceFile& b) { return a.path < b.path; });
    return files;
}

// "core/base/json.h" of every #include, quoted or in angle brackets.
inline std::vector<std::string> includesOf(const SourceFile& file) {
    static const std::regex kInclude(R"(^[ \t]*#[ \t]*include[ \t]*[<"]([^>"]+)[>"])", std::regex::multiline);
    std::vector<std::string> includes;
    for (std::sregex_iterator at(file.text.begin(), file.text.end(), kInclude), end; at != end; ++at)
        includes.push_back((*at)[1].str());
    return includes;
}

} // namespace alwayson::test

#pragma once
// What the tests of saving share: documents, children that may be killed, mounts of their own.

#include <filesystem>
#include <functional>
#include <string>
#include <vector>

namespace alwayson::test {

// Bytes that differ at every place for another letter, so that a mixture of two documents is neither.
std::string document(char letter, std::size_t size);
void writePlainly(const std::filesystem::path& path, const std::string& bytes);
std::string bytesOf(const std::filesystem::path& path);
// Sorted.
std::vector<std::string> namesIn(const std::filesystem::path& folder);

struct ChildReport {
    bool exitedNormally = false;
    std::string text;
};
// Runs the body in a forked process and returns what it returned. The body must not use Qt.
ChildReport inChild(const std::function<std::string()>& body);
// In a child: becomes "nobody" when it is root, so that permissions count.
void dropRoot();
// In a child: mounts an empty tmpfs of this size that only the child sees, as root or in a user namespace.
// Returns "" or why it is not possible.
std::string mountPrivateTmpfs(const std::filesystem::path& folder, std::size_t bytes);
// In such a child: makes the mount read-only.
bool remountReadOnly(const std::filesystem::path& folder);

} // namespace alwayson::test

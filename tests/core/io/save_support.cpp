#include "tests/core/io/save_support.h"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <fstream>
#include <grp.h>
#include <iterator>
#include <sched.h>
#include <sys/mount.h>
#include <sys/wait.h>
#include <unistd.h>

namespace alwayson::test {

namespace fs = std::filesystem;

std::string document(char letter, std::size_t size) {
    std::string bytes(size, letter);
    for (std::size_t i = 0; i < size; i += 64)
        bytes[i] = '\n';
    return bytes;
}

void writePlainly(const fs::path& path, const std::string& bytes) {
    std::ofstream(path, std::ios::binary | std::ios::trunc) << bytes;
}

std::string bytesOf(const fs::path& path) {
    std::ifstream in(path, std::ios::binary);
    return std::string(std::istreambuf_iterator<char>(in), {});
}

std::vector<std::string> namesIn(const fs::path& folder) {
    std::vector<std::string> names;
    for (const fs::directory_entry& entry : fs::directory_iterator(folder))
        names.push_back(entry.path().filename());
    std::sort(names.begin(), names.end());
    return names;
}

namespace {

// Mounted where others may see it; taken away before the child ends.
fs::path& openMount() {
    static fs::path folder;
    return folder;
}

} // namespace

ChildReport inChild(const std::function<std::string()>& body) {
    int ends[2];
    if (::pipe(ends) != 0) return {false, "no pipe"};
    const pid_t child = ::fork();
    if (child == 0) {
        ::close(ends[0]);
        std::string text;
        try {
            text = body();
        } catch (const std::exception& fault) {
            text = std::string("exception: ") + fault.what();
        }
        if (!openMount().empty()) ::umount2(openMount().c_str(), MNT_DETACH);
        std::size_t done = 0;
        while (done < text.size()) {
            const ssize_t count = ::write(ends[1], text.data() + done, text.size() - done);
            if (count <= 0) ::_exit(2);
            done += static_cast<std::size_t>(count);
        }
        ::_exit(0);
    }
    ::close(ends[1]);
    ChildReport report;
    char buffer[4096];
    for (ssize_t count = 0; (count = ::read(ends[0], buffer, sizeof(buffer))) > 0;)
        report.text.append(buffer, static_cast<std::size_t>(count));
    ::close(ends[0]);
    int status = 0;
    ::waitpid(child, &status, 0);
    report.exitedNormally = WIFEXITED(status) && WEXITSTATUS(status) == 0;
    return report;
}

void dropRoot() {
    if (::geteuid() != 0) return;
    const gid_t none = 65534;
    if (::setgroups(0, nullptr) != 0 || ::setgid(none) != 0 || ::setuid(none) != 0)
        throw std::runtime_error("cannot drop root");
}

static bool writeLine(const char* path, const std::string& text) {
    std::ofstream out(path);
    out << text;
    out.flush();
    return out.good();
}

static std::string enterOwnMountNamespace() {
    const uid_t user = ::geteuid();
    const gid_t group = ::getegid();
    if (user == 0 && ::unshare(CLONE_NEWNS) == 0) return "";
    if (::unshare(CLONE_NEWUSER | CLONE_NEWNS) != 0)
        return std::string("neither root nor a user namespace may mount here: ") + std::strerror(errno);
    const auto map = [](unsigned id) { return "0 " + std::to_string(id) + " 1\n"; };
    if (!writeLine("/proc/self/setgroups", "deny") || !writeLine("/proc/self/uid_map", map(user)) ||
        !writeLine("/proc/self/gid_map", map(group)))
        return "the user namespace cannot be set up";
    return "";
}

std::string mountPrivateTmpfs(const fs::path& folder, std::size_t bytes) {
    const std::string problem = enterOwnMountNamespace();
    if (!problem.empty()) return problem;
    // In a chroot "/" is no mount point and stays as it is: what is mounted may be seen outside.
    if (::mount(nullptr, "/", nullptr, MS_REC | MS_PRIVATE, nullptr) != 0) {
        if (errno != EINVAL) return std::string("mounts cannot be made private: ") + std::strerror(errno);
        openMount() = folder;
    }
    const std::string options = "mode=0777,nr_inodes=500,size=" + std::to_string(bytes);
    if (::mount("tmpfs", folder.c_str(), "tmpfs", 0, options.c_str()) != 0)
        return std::string("no tmpfs can be mounted: ") + std::strerror(errno);
    return "";
}

bool remountReadOnly(const fs::path& folder) {
    return ::mount(nullptr, folder.c_str(), nullptr, MS_REMOUNT | MS_RDONLY, nullptr) == 0;
}

} // namespace alwayson::test

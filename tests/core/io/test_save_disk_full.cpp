// Saving on a disk with too little room (G2), on a real file system of every free size in steps of a page.
#include "core/io/atomic_save.h"
#include "tests/core/io/save_support.h"
#include "tests/support/test_support.h"

#include <QTemporaryDir>

#include <fcntl.h>
#include <sys/statvfs.h>
#include <unistd.h>

using namespace alwayson;
using namespace alwayson::test;
namespace fs = std::filesystem;

namespace {

constexpr std::size_t kPage = 4096;

std::size_t pages(std::size_t bytes) {
    return (bytes + kPage - 1) / kPage * kPage;
}

std::size_t freeBytes(const fs::path& folder) {
    struct statvfs status {};
    return ::statvfs(folder.c_str(), &status) == 0 ? status.f_bavail * status.f_bsize : 0;
}

// Leaves exactly this much room.
bool fillUp(const fs::path& folder, std::size_t leave) {
    const fs::path filler = folder / "filler";
    fs::remove(filler);
    const std::size_t available = freeBytes(folder);
    if (available < leave) return false;
    const int fd = ::open(filler.c_str(), O_WRONLY | O_CREAT, 0600);
    const off_t size = static_cast<off_t>(available - leave);
    const bool done = size == 0 || ::posix_fallocate(fd, 0, size) == 0;
    ::close(fd);
    return done && freeBytes(folder) == leave;
}

// One save with so much room. "" when all is as it must be, else what is wrong.
std::string trySave(const fs::path& folder, const std::string& before, const std::string& after,
                    std::size_t room, bool existed) {
    const fs::path file = folder / "design.aon.json";
    fs::remove(folder / "filler");
    fs::remove(file);
    if (existed) writePlainly(file, before);
    if (!fillUp(folder, room)) return "the disk cannot be filled up";
    const Status status = atomicSave(file, after);
    const bool isNew = fs::exists(file) && bytesOf(file) == after;
    const bool isOld = existed ? fs::exists(file) && bytesOf(file) == before : !fs::exists(file);
    const std::size_t expected = (fs::exists(file) ? 2u : 1u);
    if (namesIn(folder).size() != expected) return "a temporary file was left";
    if (status.ok())
        return !isNew                       ? "success, but the file is not the new one"
               : pages(after.size()) > room ? "it cannot have fitted"
                                            : "";
    if (!isOld) return "failure, and the old file is not what it was";
    if (pages(after.size()) <= room) return "failure although there was room: " + status.error().message;
    if (status.error().code != "io.full" || status.error().cure.find("Free some space") == std::string::npos)
        return "the message is " + describe(status.error());
    return "";
}

// Every free size from 0 to the document and 64 KB more.
std::string tryAllSizes(const fs::path& folder, std::size_t size, bool existed) {
    const std::string before = document('o', size / 2 + 10);
    const std::string after = document('n', size);
    int tries = 0;
    int failures = 0;
    for (std::size_t room = 0; room <= pages(size) + (std::size_t{64} << 10); room += kPage) {
        const std::string problem = trySave(folder, before, after, room, existed);
        if (!problem.empty()) return std::to_string(room) + " bytes of room: " + problem;
        ++tries;
        failures += room < pages(size);
    }
    return "tries " + std::to_string(tries) + " failures " + std::to_string(failures);
}

} // namespace

class TestSaveDiskFull : public QObject {
    Q_OBJECT
private slots:
    void everyFreeSize_data();
    void everyFreeSize();
    void readOnlyDisk();
    void fullFilesystemHasNoInodes();

private:
    QTemporaryDir m_dir;
};

void TestSaveDiskFull::everyFreeSize_data() {
    QTest::addColumn<int>("size");
    QTest::addColumn<bool>("existed");
    for (const int size : {1, 900, 4096, 5000, 12'000, 16'384, 40'000, 65'536, 150'000})
        for (const bool existed : {true, false})
            QTest::addRow("%d bytes, %s", size, existed ? "over an old file" : "new") << size << existed;
}

void TestSaveDiskFull::everyFreeSize() {
    QFETCH(int, size);
    QFETCH(bool, existed);
    const fs::path folder = m_dir.path().toStdString();
    const ChildReport report = inChild([&] {
        const std::string problem = mountPrivateTmpfs(folder, std::size_t{1} << 20);
        return problem.empty() ? tryAllSizes(folder, static_cast<std::size_t>(size), existed) : problem;
    });
    QVERIFY(report.exitedNormally);
    const std::size_t needed = pages(static_cast<std::size_t>(size)) / kPage;
    QCOMPARE(report.text, "tries " + std::to_string(needed + 17) + " failures " + std::to_string(needed));
}

void TestSaveDiskFull::readOnlyDisk() {
    const fs::path folder = m_dir.path().toStdString();
    const ChildReport report = inChild([&] {
        const std::string problem = mountPrivateTmpfs(folder, std::size_t{1} << 20);
        if (!problem.empty()) return problem;
        const fs::path file = folder / "design.aon.json";
        writePlainly(file, "old");
        if (!remountReadOnly(folder)) return std::string("cannot make the disk read-only");
        const Status over = atomicSave(file, "new");
        const Status fresh = atomicSave(folder / "other.json", "new");
        return (over.ok() ? "saved" : over.error().code) + " " + (fresh.ok() ? "saved" : fresh.error().code) +
               " " + bytesOf(file);
    });
    QVERIFY(report.exitedNormally);
    QCOMPARE(report.text, std::string("io.read_only io.read_only old"));
}

void TestSaveDiskFull::fullFilesystemHasNoInodes() {
    const fs::path folder = m_dir.path().toStdString();
    const ChildReport report = inChild([&] {
        const std::string problem = mountPrivateTmpfs(folder, std::size_t{1} << 20);
        if (!problem.empty()) return problem;
        const fs::path file = folder / "design.aon.json";
        writePlainly(file, "old");
        // Empty files take no room for data, but the table of files ends some time.
        for (int i = 0; i < 100'000; ++i) {
            const int fd = ::open((folder / std::to_string(i)).c_str(), O_WRONLY | O_CREAT, 0600);
            if (fd < 0) break;
            ::close(fd);
        }
        const Status status = atomicSave(file, "new");
        return (status.ok() ? "saved" : status.error().code) + " " + bytesOf(file);
    });
    QVERIFY(report.exitedNormally);
    QCOMPARE(report.text, std::string("io.full old"));
}

ALWAYSON_TEST_MAIN(TestSaveDiskFull, test_save_disk_full)
#include "test_save_disk_full.moc"

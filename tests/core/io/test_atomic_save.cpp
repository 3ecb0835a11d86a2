// What a save guarantees when something fails: the old file or the new one, never anything between.
#include "core/io/atomic_save.h"
#include "core/io/system_calls.h"
#include "tests/core/io/save_support.h"
#include "tests/support/test_support.h"

#include <QTemporaryDir>

#include <cerrno>
#include <csignal>
#include <fcntl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/un.h>
#include <unistd.h>

using namespace alwayson;
using namespace alwayson::test;
namespace fs = std::filesystem;

namespace {

// How a call goes wrong.
struct Fault {
    int failAt = -1;         // the number of the call, from 0; -1: never
    bool persistent = false; // this call and all later ones
    int errorNumber = 0;
};

// Counts the calls of a save and lets some of them fail. Plain globals, because the table holds plain
// functions.
Fault faultToInject;
int callsSoFar = 0;
bool shortWrites = false;

bool callFails() {
    const int call = callsSoFar++;
    const bool fails = faultToInject.failAt >= 0 && (faultToInject.persistent ? call >= faultToInject.failAt
                                                                              : call == faultToInject.failAt);
    if (fails) errno = faultToInject.errorNumber;
    return fails;
}

const io::SystemCalls& real() {
    return io::realSystemCalls();
}

const io::SystemCalls kFaultyCalls{
    [](const char* path, char* buffer, std::size_t size) -> ssize_t {
        return callFails() ? -1 : real().readlink(path, buffer, size);
    },
    [](const char* path, struct stat* out) { return callFails() ? -1 : real().stat(path, out); },
    [](const char* path, int mode) { return callFails() ? -1 : real().access(path, mode); },
    [](const char* path, int flags, mode_t mode) {
        return callFails() ? -1 : real().open(path, flags, mode);
    },
    [](int fd, mode_t mode) { return callFails() ? -1 : real().fchmod(fd, mode); },
    [](int fd, uid_t owner, gid_t group) { return callFails() ? -1 : real().fchown(fd, owner, group); },
    [](int fd, const void* data, std::size_t size) -> ssize_t {
        if (callFails()) return -1;
        return real().write(fd, data, shortWrites ? std::min<std::size_t>(size, 777) : size);
    },
    [](int fd) { return callFails() ? -1 : real().fsync(fd); },
    [](int fd, struct stat* out) { return callFails() ? -1 : real().fstat(fd, out); },
    [](int fd) {
        // As Linux does it: the descriptor is gone even when close reports a failure.
        const bool fails = callFails();
        const int result = real().close(fd);
        if (fails) errno = faultToInject.errorNumber;
        return fails ? -1 : result;
    },
    [](const char* from, const char* to) { return callFails() ? -1 : real().rename(from, to); },
    [](const char* path) { return callFails() ? -1 : real().unlink(path); },
};

Status saveWithFault(const fs::path& path, const std::string& bytes, Fault fault) {
    faultToInject = fault;
    callsSoFar = 0;
    return atomicSave(path, bytes, kFaultyCalls);
}

std::string codeOf(const Status& status) {
    return status.ok() ? "" : status.error().code;
}

mode_t modeOf(const fs::path& path) {
    struct stat status {};
    return ::stat(path.c_str(), &status) == 0 ? status.st_mode & 07777 : 0;
}

} // namespace

class TestAtomicSave : public QObject {
    Q_OBJECT
private slots:
    void init() {
        m_dir = std::make_unique<QTemporaryDir>();
        QVERIFY(m_dir->isValid());
        faultToInject = {};
        shortWrites = false;
    }

    void writesNewFile();
    void replacesOldFile();
    void emptyAndLargeFiles();
    void keepsModeOfOldFile();
    void newFileObeysUmask();
    void followsSymbolicLinks();
    void danglingAndCircularLinks();
    void bareFileName();
    void longNames();
    void refusesWhatIsNoFile();
    void missingFolder();
    void shortWritesAreContinued();
    void interruptedCallsAreRepeated();
    void faultAtEveryCall_data();
    void faultAtEveryCall();
    void failedSyncIsNotRepeated();
    void unconfirmedFolderIsReported();
    void folderWithoutPermission();
    void writeProtectedFile();
    void fileSizeLimit();
    void removesOnlyItsOwnStaleFiles();
    void readsRegularFilesOnly();
    void readsWithinLimit();

private:
    fs::path file(const char* name = "design.aon.json") const {
        return fs::path(m_dir->path().toStdString()) / name;
    }
    std::unique_ptr<QTemporaryDir> m_dir;
};

void TestAtomicSave::writesNewFile() {
    QVERIFY(atomicSave(file(), "hello\n").ok());
    QCOMPARE(bytesOf(file()), std::string("hello\n"));
    QCOMPARE(namesIn(file().parent_path()), std::vector<std::string>{"design.aon.json"});
}

void TestAtomicSave::replacesOldFile() {
    writePlainly(file(), document('a', 100'000));
    QVERIFY(atomicSave(file(), "short").ok());
    QCOMPARE(bytesOf(file()), std::string("short"));
}

void TestAtomicSave::emptyAndLargeFiles() {
    for (const std::size_t size : {std::size_t{0}, std::size_t{65535}, std::size_t{65536}, std::size_t{65537},
                                   std::size_t{3'000'000}}) {
        const std::string bytes = document('b', size);
        QVERIFY(atomicSave(file(), bytes).ok());
        QVERIFY(bytesOf(file()) == bytes);
    }
}

void TestAtomicSave::keepsModeOfOldFile() {
    for (const mode_t mode : {0600u, 0640u, 0664u, 0755u}) {
        writePlainly(file(), "old");
        QCOMPARE(::chmod(file().c_str(), mode), 0);
        QVERIFY(atomicSave(file(), "new").ok());
        QCOMPARE(modeOf(file()), mode);
    }
}

void TestAtomicSave::newFileObeysUmask() {
    const mode_t before = ::umask(027);
    const Status status = atomicSave(file(), "new");
    ::umask(before);
    QVERIFY(status.ok());
    QCOMPARE(modeOf(file()), mode_t{0640});
}

void TestAtomicSave::followsSymbolicLinks() {
    fs::create_directory(file("real"));
    writePlainly(file("real/target.json"), "old");
    fs::create_symlink("real/target.json", file("relative.json"));
    fs::create_symlink(file("relative.json"), file("absolute.json"));
    QVERIFY(atomicSave(file("absolute.json"), "new").ok());
    QVERIFY(fs::is_symlink(file("absolute.json")) && fs::is_symlink(file("relative.json")));
    QCOMPARE(bytesOf(file("real/target.json")), std::string("new"));
    QCOMPARE(namesIn(file("real")), std::vector<std::string>{"target.json"});
}

void TestAtomicSave::danglingAndCircularLinks() {
    fs::create_symlink("not-there.json", file("dangling.json"));
    QVERIFY(atomicSave(file("dangling.json"), "new").ok());
    QCOMPARE(bytesOf(file("not-there.json")), std::string("new"));
    fs::create_symlink("circle-b", file("circle-a"));
    fs::create_symlink("circle-a", file("circle-b"));
    QCOMPARE(codeOf(atomicSave(file("circle-a"), "new")), std::string("io.name"));
}

void TestAtomicSave::bareFileName() {
    const fs::path before = fs::current_path();
    fs::current_path(file().parent_path());
    const Status status = atomicSave("bare.json", "new");
    fs::current_path(before);
    QVERIFY(status.ok());
    QCOMPARE(bytesOf(file("bare.json")), std::string("new"));
}

void TestAtomicSave::longNames() {
    const std::string longest(255, 'n');
    QVERIFY(atomicSave(file(longest.c_str()), "new").ok());
    QCOMPARE(bytesOf(file(longest.c_str())), std::string("new"));
    QCOMPARE(codeOf(atomicSave(file((longest + "n").c_str()), "new")), std::string("io.name"));
}

void TestAtomicSave::refusesWhatIsNoFile() {
    QCOMPARE(codeOf(atomicSave(file().parent_path(), "new")), std::string("io.not_a_file"));
    QCOMPARE(codeOf(atomicSave(file().parent_path() / "", "new")), std::string("io.not_a_file"));
    QCOMPARE(::mkfifo(file("pipe").c_str(), 0600), 0);
    QCOMPARE(codeOf(atomicSave(file("pipe"), "new")), std::string("io.not_a_file"));
    QCOMPARE(codeOf(atomicSave("/dev/null", "new")), std::string("io.not_a_file"));
    QCOMPARE(codeOf(atomicSave("", "new")), std::string("io.not_found"));
}

void TestAtomicSave::missingFolder() {
    const Status status = atomicSave(file("nowhere/design.json"), "new");
    QCOMPARE(codeOf(status), std::string("io.not_found"));
    QVERIFY(status.error().kind == ErrorKind::io);
    QVERIFY(status.error().message.find("nowhere/design.json") != std::string::npos);
    QVERIFY(!status.error().cure.empty());
    writePlainly(file("plain"), "x");
    QCOMPARE(codeOf(atomicSave(file("plain/design.json"), "new")), std::string("io.not_found"));
}

void TestAtomicSave::shortWritesAreContinued() {
    shortWrites = true;
    const std::string bytes = document('c', 10'000);
    QVERIFY(atomicSave(file(), bytes, kFaultyCalls).ok());
    QVERIFY(bytesOf(file()) == bytes);
}

void TestAtomicSave::interruptedCallsAreRepeated() {
    writePlainly(file(), "old");
    QVERIFY(saveWithFault(file(), "new", {}).ok());
    const int calls = callsSoFar;
    for (int k = 0; k < calls; ++k) {
        writePlainly(file(), "old");
        const Status status = saveWithFault(file(), "new", {k, false, EINTR});
        // stat, access, fchmod and fstat are never interrupted on a local disk: failing is right, corrupting
        // is not.
        QCOMPARE(bytesOf(file()), std::string(status.ok() ? "new" : "old"));
        QCOMPARE(namesIn(file().parent_path()).size(), std::size_t{1});
    }
    QVERIFY(
        !saveWithFault(file(), "newer", {0, true, EINTR}).ok()); // ends, although every call is interrupted
}

void TestAtomicSave::faultAtEveryCall_data() {
    QTest::addColumn<int>("errorNumber");
    QTest::addColumn<bool>("persistent");
    QTest::addColumn<bool>("existed");
    for (const auto& [name, number] : {std::pair{"EIO", EIO},
                                       {"ENOSPC", ENOSPC},
                                       {"EACCES", EACCES},
                                       {"EDQUOT", EDQUOT},
                                       {"ENOENT", ENOENT}})
        for (const bool persistent : {false, true})
            for (const bool existed : {false, true})
                QTest::addRow("%s %s %s", name, persistent ? "from then on" : "once",
                              existed ? "old file" : "new file")
                    << number << persistent << existed;
}

void TestAtomicSave::faultAtEveryCall() {
    QFETCH(int, errorNumber);
    QFETCH(bool, persistent);
    QFETCH(bool, existed);
    const std::string before = document('o', 150'000);
    const std::string after = document('n', 200'000);
    int failures = 0;
    for (int k = 0;; ++k) {
        fs::remove(file());
        if (existed) writePlainly(file(), before);
        const Status status = saveWithFault(file(), after, {k, persistent, errorNumber});
        const bool allCallsWorked = callsSoFar <= k;
        const bool isNew = fs::exists(file()) && bytesOf(file()) == after;
        const bool isOld = existed ? fs::exists(file()) && bytesOf(file()) == before : !fs::exists(file());
        const QByteArray where =
            "call " + QByteArray::number(k) + ", " + QByteArray::fromStdString(codeOf(status));
        // Success means the new file, failure the old one; only "unconfirmed" says that the new one is there.
        QVERIFY2(status.ok() || codeOf(status) == "io.unconfirmed" ? isNew : isOld, where);
        if (!status.ok()) {
            ++failures;
            QVERIFY2(status.error().kind == ErrorKind::io && !status.error().cure.empty(), where);
        }
        const std::size_t left = namesIn(file().parent_path()).size() - (fs::exists(file()) ? 1 : 0);
        // When nothing works any more, not even removing, one temporary file may stay.
        QVERIFY2(left <= (persistent ? 1u : 0u), where);
        for (const std::string& name : namesIn(file().parent_path()))
            if (name != file().filename()) fs::remove(file(name.c_str()));
        if (allCallsWorked) break;
        QVERIFY2(k < 100, "a save makes more than a hundred calls");
    }
    QVERIFY2(failures >= 8, qPrintable(QString::number(failures)));
}

void TestAtomicSave::failedSyncIsNotRepeated() {
    static int syncs = 0;
    syncs = 0;
    io::SystemCalls calls = real();
    calls.fsync = [](int) {
        ++syncs;
        errno = EIO;
        return -1;
    };
    writePlainly(file(), "old");
    QCOMPARE(codeOf(atomicSave(file(), "new", calls)), std::string("io.device"));
    QCOMPARE(syncs, 1);
    QCOMPARE(bytesOf(file()), std::string("old"));
}

void TestAtomicSave::unconfirmedFolderIsReported() {
    io::SystemCalls calls = real();
    calls.fsync = [](int fd) {
        struct stat status {};
        ::fstat(fd, &status);
        if (!S_ISDIR(status.st_mode)) return real().fsync(fd);
        errno = EIO;
        return -1;
    };
    writePlainly(file(), "old");
    const Status status = atomicSave(file(), "new", calls);
    QCOMPARE(codeOf(status), std::string("io.unconfirmed"));
    QCOMPARE(bytesOf(file()), std::string("new"));
    calls.fsync = [](int fd) {
        struct stat type {};
        ::fstat(fd, &type);
        if (!S_ISDIR(type.st_mode)) return real().fsync(fd);
        errno = EINVAL; // a file system that cannot do this
        return -1;
    };
    QVERIFY(atomicSave(file(), "newer", calls).ok());
}

void TestAtomicSave::folderWithoutPermission() {
    fs::create_directory(file("locked"));
    writePlainly(file("locked/design.json"), "old");
    QCOMPARE(::chmod(file("locked/design.json").c_str(), 0666), 0);
    QCOMPARE(::chmod(m_dir->path().toUtf8().constData(), 0755), 0);
    QCOMPARE(::chmod(file("locked").c_str(), 0555), 0);
    const ChildReport report = inChild([&] {
        dropRoot();
        return codeOf(atomicSave(file("locked/design.json"), "new")) + " " +
               codeOf(atomicSave(file("locked/other.json"), "new"));
    });
    ::chmod(file("locked").c_str(), 0755);
    QVERIFY(report.exitedNormally);
    QCOMPARE(report.text, std::string("io.permission io.permission"));
    QCOMPARE(bytesOf(file("locked/design.json")), std::string("old"));
    QCOMPARE(namesIn(file("locked")), std::vector<std::string>{"design.json"});
}

void TestAtomicSave::writeProtectedFile() {
    writePlainly(file(), "old");
    QCOMPARE(::chmod(file().c_str(), 0444), 0);
    QCOMPARE(::chmod(m_dir->path().toUtf8().constData(), 0777), 0);
    const ChildReport report = inChild([&] {
        dropRoot();
        return codeOf(atomicSave(file(), "new"));
    });
    QVERIFY(report.exitedNormally);
    QCOMPARE(report.text, std::string("io.permission"));
    QCOMPARE(bytesOf(file()), std::string("old"));
}

void TestAtomicSave::fileSizeLimit() {
    writePlainly(file(), "old");
    for (const rlim_t limit : {rlim_t{0}, rlim_t{1000}, rlim_t{65536}, rlim_t{99'999}}) {
        const ChildReport report = inChild([&] {
            const rlimit most{limit, limit};
            if (::setrlimit(RLIMIT_FSIZE, &most) != 0) return std::string("setrlimit failed");
            const std::string code = codeOf(atomicSave(file(), document('n', 100'000)));
            sigset_t pending;
            sigpending(&pending);
            return code + (sigismember(&pending, SIGXFSZ) == 1 ? " with a signal left" : "");
        });
        QVERIFY2(report.exitedNormally, "the process was ended by SIGXFSZ");
        QCOMPARE(report.text, std::string("io.too_large"));
        QCOMPARE(bytesOf(file()), std::string("old"));
        QCOMPARE(namesIn(file().parent_path()).size(), std::size_t{1});
    }
}

void TestAtomicSave::removesOnlyItsOwnStaleFiles() {
    const std::vector<std::string> stale{".design.aon.json.4711-0.aon-tmp", ".design.aon.json.99-12.aon-tmp"};
    const std::vector<std::string> keep{".design.aon.json.aon-tmp", ".design.aon.json.x-0.aon-tmp",
                                        ".other.json.4711-0.aon-tmp", "design.aon.json.4711-0.aon-tmp"};
    const auto age = [&](const std::string& name, int hours) {
        writePlainly(file(name.c_str()), "left over");
        timeval times[2]{};
        ::gettimeofday(&times[0], nullptr);
        times[0].tv_sec -= hours * 3600;
        times[1] = times[0];
        QCOMPARE(::utimes(file(name.c_str()).c_str(), times), 0);
    };
    for (const std::string& name : stale)
        age(name, 25);
    for (const std::string& name : keep)
        age(name, 25);
    age(".design.aon.json.5000-0.aon-tmp", 23); // perhaps of a save that runs
    QVERIFY(atomicSave(file(), "new").ok());
    for (const std::string& name : stale)
        QVERIFY2(!fs::exists(file(name.c_str())), name.c_str());
    for (const std::string& name : keep)
        QVERIFY2(fs::exists(file(name.c_str())), name.c_str());
    QVERIFY(fs::exists(file(".design.aon.json.5000-0.aon-tmp")));
}

void TestAtomicSave::readsRegularFilesOnly() {
    const auto refused = [](const fs::path& path) {
        const Result<std::string> read = readFile(path, 1000);
        return read.ok() ? "" : read.error().code;
    };
    QCOMPARE(refused(file().parent_path()), std::string("io.not_a_file"));
    QCOMPARE(::mkfifo(file("pipe").c_str(), 0600), 0);
    QCOMPARE(refused(file("pipe")), std::string("io.not_a_file"));
    QCOMPARE(refused("/dev/zero"), std::string("io.not_a_file"));
    const int listener = ::socket(AF_UNIX, SOCK_STREAM, 0);
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    const std::string socketPath = file("s").string();
    QVERIFY(socketPath.size() < sizeof(address.sun_path));
    std::copy(socketPath.begin(), socketPath.end(), address.sun_path);
    QCOMPARE(::bind(listener, reinterpret_cast<const sockaddr*>(&address), sizeof(address)), 0);
    QCOMPARE(refused(file("s")), std::string("io.not_a_file"));
    ::close(listener);
    QCOMPARE(refused(file("missing")), std::string("io.not_found"));
    QCOMPARE(refused(""), std::string("io.not_found"));
}

void TestAtomicSave::readsWithinLimit() {
    const std::string bytes = document('r', 1000);
    writePlainly(file(), bytes);
    QVERIFY(readFile(file(), 1000).value() == bytes);
    const Result<std::string> read = readFile(file(), 999);
    QVERIFY(!read.ok());
    QCOMPARE(read.error().code, std::string("json.size"));
    QVERIFY(read.error().kind == ErrorKind::invalidInput);
    // A sparse gigabyte is refused by its size alone.
    QCOMPARE(::truncate(file().c_str(), off_t{1} << 30), 0);
    QCOMPARE(readFile(file(), std::size_t{256} << 20).error().code, std::string("json.size"));
    QVERIFY(readFile("/proc/self/status", 100'000).value().size() > 100); // says size 0
}

ALWAYSON_TEST_MAIN(TestAtomicSave, test_atomic_save)
#include "test_atomic_save.moc"

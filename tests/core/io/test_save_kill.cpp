// kill -9 at random instants of saves (G1): the file is the complete old or the complete new one. The same
// harness on a plain write must find corrupt files, or it proves nothing. ALWAYSON_LONG=1: 10,000 kills
// instead of 320, in rows, as Qt Test gives a row five minutes.
#include "core/io/atomic_save.h"
#include "tests/core/io/save_support.h"
#include "tests/support/test_support.h"

#include <QTemporaryDir>

#include <csignal>
#include <fcntl.h>
#include <fmt/format.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

using namespace alwayson;
using namespace alwayson::test;
namespace fs = std::filesystem;

namespace {

constexpr std::size_t kBytes = 300'000;
constexpr long kLongestDelayNs = 6'000'000;

using Save = void (*)(const fs::path&, const std::string&);

void saveAtomically(const fs::path& path, const std::string& bytes) {
    if (!atomicSave(path, bytes).ok()) ::_exit(3);
}

// What a program without this care does.
void savePlainly(const fs::path& path, const std::string& bytes) {
    const int fd = ::open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC, 0644);
    for (std::size_t done = 0; done < bytes.size();) {
        const ssize_t written =
            ::write(fd, bytes.data() + done, std::min<std::size_t>(16384, bytes.size() - done));
        if (written <= 0) ::_exit(3);
        done += static_cast<std::size_t>(written);
    }
    ::close(fd);
}

// Numbers that are the same in every run: the instants differ anyway, by what the machine is doing.
std::uint64_t nextRandom(std::uint64_t& state) {
    state = state * 6364136223846793005u + 1442695040888963407u;
    return state >> 33;
}

struct Outcome {
    int kills = 0;
    int corrupt = 0;
    int newer = 0; // times the file changed between two kills
    bool childFailed = false;
};

// Saves two documents in turn for ever in a child, kills it after a random time, looks at the file, begins
// again.
Outcome killRepeatedly(const fs::path& file, Save save, int kills, std::uint64_t seed = 0) {
    const std::string first = document('a', kBytes);
    const std::string second = document('b', kBytes - 70'000);
    writePlainly(file, first);
    Outcome outcome;
    std::uint64_t random = 20240607 + seed;
    std::string before = first;
    for (; outcome.kills < kills; ++outcome.kills) {
        int started[2];
        if (::pipe(started) != 0) return outcome;
        const pid_t child = ::fork();
        if (child == 0) {
            const char one = 1;
            save(file, second);
            if (::write(started[1], &one, 1) != 1) ::_exit(3);
            for (int i = 0;; ++i)
                save(file, i % 2 == 0 ? first : second);
        }
        ::close(started[1]);
        char one = 0;
        outcome.childFailed |= ::read(started[0], &one, 1) != 1;
        ::close(started[0]);
        const timespec delay{0, static_cast<long>(nextRandom(random) % kLongestDelayNs)};
        ::nanosleep(&delay, nullptr);
        ::kill(child, SIGKILL);
        int status = 0;
        ::waitpid(child, &status, 0);
        outcome.childFailed |= !WIFSIGNALED(status);
        const std::string now = bytesOf(file);
        outcome.corrupt += now != first && now != second;
        outcome.newer += now != before;
        before = now;
    }
    return outcome;
}

} // namespace

class TestSaveKill : public QObject {
    Q_OBJECT
private slots:
    void plainWriteIsCaught();
    void atomicSaveSurvives_data();
    void atomicSaveSurvives();
};

void TestSaveKill::plainWriteIsCaught() {
    const QTemporaryDir dir;
    const Outcome outcome =
        killRepeatedly(fs::path(dir.path().toStdString()) / "plain.json", savePlainly, 100);
    QVERIFY(!outcome.childFailed);
    QCOMPARE(outcome.kills, 100);
    const std::string found =
        fmt::format("the harness finds only {} corrupt files of {}", outcome.corrupt, outcome.kills);
    QVERIFY2(outcome.corrupt * 20 >= outcome.kills, found.c_str());
    qInfo("plain write: %d of %d kills leave a corrupt file", outcome.corrupt, outcome.kills);
}

void TestSaveKill::atomicSaveSurvives_data() {
    QTest::addColumn<int>("kills");
    const bool full = qEnvironmentVariableIntValue("ALWAYSON_LONG") > 0;
    for (int row = 1; row <= (full ? 20 : 1); ++row)
        QTest::addRow("%d", row) << (full ? 500 : 320);
}

void TestSaveKill::atomicSaveSurvives() {
    QFETCH(int, kills);
    const QTemporaryDir dir;
    const fs::path file = fs::path(dir.path().toStdString()) / "design.aon.json";
    const auto seed = static_cast<std::uint64_t>(atoi(QTest::currentDataTag()));
    const Outcome outcome = killRepeatedly(file, saveAtomically, kills, seed);
    QVERIFY(!outcome.childFailed);
    QCOMPARE(outcome.kills, kills);
    QCOMPARE(outcome.corrupt, 0);
    // The kills hit saves at work: they end now before and now after the rename, and leave temporary files.
    QVERIFY2(outcome.newer >= kills / 20, qPrintable(QString::number(outcome.newer)));
    const std::size_t leftOver = namesIn(dir.path().toStdString()).size() - 1;
    QVERIFY2(leftOver >= std::size_t(kills) / 20, qPrintable(QString::number(leftOver)));
    qInfo("atomic save: 0 of %d kills leave a corrupt file (%d changed it, %d hit a save before its rename)",
          kills, outcome.newer, int(leftOver));
}

ALWAYSON_TEST_MAIN(TestSaveKill, test_save_kill)
#include "test_save_kill.moc"

#pragma once
// Parts of a failover drill: a network that delays, a manager that polls as the design says, callers that
// write at a known rate, and what the program's own simulation of the design predicts.

#include "tests/exporters/live/mariadb_pair.h"
#include "tests/simulator/mechanism/cut_support.h"

#include <QDateTime>

#include <fcntl.h>
#include <poll.h>

#include <atomic>
#include <chrono>
#include <deque>
#include <map>
#include <thread>

namespace alwayson::test {

inline double wallClock() {
    return double(QDateTime::currentMSecsSinceEpoch()) / 1000;
}

// A socket to a port of loopback; -1 when nobody listens.
inline int connectTo(int port) {
    const int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    address.sin_port = htons(std::uint16_t(port));
    if (connect(fd, reinterpret_cast<sockaddr*>(&address), sizeof(address)) == 0) return fd;
    close(fd);
    return -1;
}

// Passes on what the server at `to` sends after a delay, and the other direction at once. What is on its way
// when the server is gone is dropped, as in the model.
class DelayLine {
public:
    explicit DelayLine(int to) : m_to(to), m_listener(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
        sockaddr_in address{};
        address.sin_family = AF_INET;
        address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        socklen_t size = sizeof(address);
        if (bind(m_listener, reinterpret_cast<sockaddr*>(&address), size) != 0 ||
            listen(m_listener, 8) != 0 ||
            getsockname(m_listener, reinterpret_cast<sockaddr*>(&address), &size) != 0)
            qFatal("no port for the delay line");
        m_port = ntohs(address.sin_port);
        m_thread = std::thread([this] { run(); });
    }
    ~DelayLine() {
        m_stop = true;
        m_thread.join();
        for (Way& way : m_ways)
            way.end();
        close(m_listener);
    }
    DelayLine(const DelayLine&) = delete;
    DelayLine& operator=(const DelayLine&) = delete;
    int port() const { return m_port; }
    void delay(double seconds) { m_delayMs = int(1000 * seconds); }

private:
    using Clock = std::chrono::steady_clock;
    struct Piece {
        Clock::time_point due;
        std::string bytes;
    };
    struct Way {
        int replica = -1, source = -1;
        std::deque<Piece> underWay;
        void end() {
            if (replica >= 0) close(replica);
            if (source >= 0) close(source);
            replica = source = -1;
        }
    };

    void run() {
        while (!m_stop) {
            std::vector<pollfd> fds{{m_listener, POLLIN, 0}};
            for (const Way& way : m_ways) {
                fds.push_back({way.replica, POLLIN, 0});
                fds.push_back({way.source, POLLIN, 0});
            }
            poll(fds.data(), fds.size(), 5);
            for (std::size_t i = 0; i < m_ways.size(); ++i)
                pass(m_ways[i], fds[1 + 2 * i].revents != 0, fds[2 + 2 * i].revents != 0);
            std::erase_if(m_ways, [](const Way& way) { return way.replica < 0; });
            if (fds[0].revents == 0) continue;
            const int replica = accept4(m_listener, nullptr, nullptr, SOCK_CLOEXEC);
            const int source = connectTo(m_to);
            m_ways.push_back({replica, source, {}});
            if (source < 0) m_ways.back().end();
        }
    }
    void pass(Way& way, bool fromReplica, bool fromSource) {
        char buffer[16384];
        if (fromSource) {
            const ssize_t got = recv(way.source, buffer, sizeof(buffer), 0);
            if (got <= 0) return way.end();
            way.underWay.push_back({Clock::now() + std::chrono::milliseconds(m_delayMs.load()),
                                    std::string(buffer, std::size_t(got))});
        }
        if (fromReplica) {
            const ssize_t got = recv(way.replica, buffer, sizeof(buffer), 0);
            if (got <= 0 || send(way.source, buffer, std::size_t(got), MSG_NOSIGNAL) != got) return way.end();
        }
        while (!way.underWay.empty() && way.underWay.front().due <= Clock::now()) {
            const std::string& bytes = way.underWay.front().bytes;
            if (send(way.replica, bytes.data(), bytes.size(), MSG_NOSIGNAL) != ssize_t(bytes.size()))
                return way.end();
            way.underWay.pop_front();
        }
    }

    int m_to = 0, m_listener = -1, m_port = 0;
    std::atomic<int> m_delayMs{0};
    std::atomic<bool> m_stop{false};
    std::vector<Way> m_ways;
    std::thread m_thread;
};

// Asks the source every `poll`, judges every `analysis`, and acts once when the last question failed.
class PollingManager {
public:
    PollingManager(int port, double pollS, double analysisS, std::function<void()> act)
        : m_thread([=, this] { run(port, pollS, analysisS, act); }) {}
    ~PollingManager() { finish(); }
    PollingManager(const PollingManager&) = delete;
    PollingManager& operator=(const PollingManager&) = delete;
    double detectedAt() const { return m_detectedAt; }
    bool acted() const { return m_acted; }
    void finish() {
        m_stop = true;
        if (m_thread.joinable()) m_thread.join();
    }

private:
    using Clock = std::chrono::steady_clock;
    static Clock::duration of(double seconds) {
        return std::chrono::duration_cast<Clock::duration>(std::chrono::duration<double>(seconds));
    }
    // MariaDB greets whoever connects.
    static bool answers(int port) {
        const int fd = connectTo(port);
        if (fd < 0) return false;
        pollfd wait{fd, POLLIN, 0};
        char first = 0;
        const bool greeted = poll(&wait, 1, 1000) == 1 && recv(fd, &first, 1, 0) == 1;
        close(fd);
        return greeted;
    }
    void run(int port, double pollS, double analysisS, const std::function<void()>& act) {
        bool failed = false;
        Clock::time_point poll = Clock::now(), judge = poll + of(analysisS / 3);
        while (!m_stop) {
            std::this_thread::sleep_until(std::min({poll, judge, Clock::now() + of(0.05)}));
            if (Clock::now() >= poll) {
                failed = !answers(port);
                poll += of(pollS);
            }
            if (Clock::now() < judge) continue;
            judge += of(analysisS);
            if (!failed) continue;
            m_detectedAt = wallClock();
            act();
            m_acted = true;
            return;
        }
    }
    std::atomic<bool> m_stop{false}, m_acted{false};
    std::atomic<double> m_detectedAt{0};
    std::thread m_thread; // last: it uses the others
};

struct Commit {
    double at = 0;
    int port = 0;
};

// Callers of a pair that write `rate` rows per second and ask every `ttl` who takes writes.
class Load {
public:
    Load(const MariadbPair& pair, int rate, double ttlS) : m_pair(pair) {
        m_process.start("/bin/bash", {QStringLiteral(ALWAYSON_SOURCE_DIR "/tests/exporters/live/load.sh"),
                                      pair.path(""), QString::number(rate), QString::number(ttlS),
                                      QString::number(pair.ports[0]), QString::number(pair.ports[1])});
    }
    ~Load() { stop(); }
    Load(const Load&) = delete;
    Load& operator=(const Load&) = delete;
    void pause(bool on) {
        if (on)
            QFile(m_pair.path("pause")).open(QIODevice::WriteOnly);
        else
            QFile::remove(m_pair.path("pause"));
    }
    void stop() {
        QFile(m_pair.path("stop")).open(QIODevice::WriteOnly);
        if (m_process.state() == QProcess::NotRunning || m_process.waitForFinished(30000)) return;
        m_process.kill();
        m_process.waitForFinished(5000);
    }
    std::map<int, Commit> acknowledged() const {
        QFile file(m_pair.path("acknowledged"));
        std::map<int, Commit> commits;
        if (!file.open(QIODevice::ReadOnly)) return commits;
        for (const QByteArray& line : file.readAll().split('\n')) {
            const QList<QByteArray> words = line.split(' ');
            if (words.size() == 3) commits[words[0].toInt()] = {words[1].toDouble(), words[2].toInt()};
        }
        return commits;
    }
    // Commits per second at that port in the last two seconds.
    double rate(int port) const {
        const double from = wallClock() - 2;
        int count = 0;
        for (const auto& [number, commit] : acknowledged())
            count += commit.at >= from && commit.port == port ? 1 : 0;
        return count / 2.0;
    }
    // 0: none yet.
    double firstAt(int port, double after) const {
        for (const auto& [number, commit] : acknowledged())
            if (commit.port == port && commit.at > after) return commit.at;
        return 0;
    }

private:
    const MariadbPair& m_pair;
    QProcess m_process;
};

struct Interval {
    double least = 0, most = 0;
    bool holds(double value, double tolerance) const {
        return value >= least - tolerance && value <= most + tolerance;
    }
    double width() const { return most - least; }
};

// What 99.9 % of the runs of the first scenario of a design say; its source is lost at `lostAtS`.
struct PredictedFailover {
    Interval firstWriteS; // from the loss to the first write that succeeds
    Interval lost;        // acknowledged writes
};

inline PredictedFailover predictFailover(const Design& design, double lostAtS) {
    constexpr std::size_t kRuns = 2000, kLeftOut = kRuns / 2000; // at each end
    std::vector<double> soonest, latest, lost;
    sim::RequestRunOptions options;
    options.scenario = &design.scenarios.at(0);
    options.warmupS = 0;
    for (options.seed = 1; options.seed <= kRuns; ++options.seed) {
        const auto result = sim::runRequests(design, options);
        if (!result) throw std::runtime_error(describe(result.error()));
        lost.push_back(*result->data.lostWrites.value);
        for (const NamedSeries& series : result->series) {
            if (series.id != "design") continue;
            const auto first =
                std::find_if(series.points.begin(), series.points.end(), [&](const SeriesPoint& point) {
                    return point.atS - series.stepS >= lostAtS && point.succeeded > 0;
                });
            if (first == series.points.end()) throw std::runtime_error("a run without a failover");
            soonest.push_back(first->atS - series.stepS - lostAtS);
            latest.push_back(first->atS - lostAtS);
        }
    }
    for (std::vector<double>* all : {&soonest, &latest, &lost})
        std::sort(all->begin(), all->end());
    return {{soonest.at(kLeftOut), latest.at(kRuns - 1 - kLeftOut)},
            {lost.at(kLeftOut), lost.at(kRuns - 1 - kLeftOut)}};
}

} // namespace alwayson::test

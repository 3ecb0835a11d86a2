#pragma once
#include <stop_token>
#include <thread>

namespace alwayson::cli {

// Turns SIGINT and SIGTERM into a stop request. One per process.
class Interrupt {
public:
    Interrupt();
    ~Interrupt() = default;
    Interrupt(const Interrupt&) = delete;
    Interrupt& operator=(const Interrupt&) = delete;

    std::stop_token token() const { return m_source.get_token(); }
    // 0, or the exit code of the signal that came: 130 or 143.
    int exitCode() const;

private:
    std::stop_source m_source;
    std::jthread m_watcher; // last: it stops before the source goes
};

} // namespace alwayson::cli

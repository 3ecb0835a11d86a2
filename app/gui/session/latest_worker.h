#pragma once
// One thread that does the latest thing asked of it: a new job stops the one under way and replaces the one
// that waits.

#include "app/gui/session/background.h"

#include <condition_variable>
#include <cstdint>
#include <functional>
#include <mutex>
#include <optional>
#include <stop_token>
#include <thread>
#include <utility>

namespace alwayson::gui {

template <class Out>
class LatestWorker {
public:
    // Must not throw: it turns what its libraries throw into a value. Polls its stop token.
    using Work = std::function<Out(std::stop_token)>;
    // Called on the worker's thread, once for each job that was begun, stopped ones too.
    using Deliver = std::function<void(std::uint64_t ticket, Out)>;

    explicit LatestWorker(Deliver deliver)
        : m_deliver(std::move(deliver)), m_thread([this](std::stop_token stop) { loop(stop); }) {}
    ~LatestWorker() {
        m_thread.request_stop();
        cancel();
        m_wake.notify_all();
    }
    LatestWorker(const LatestWorker&) = delete;
    LatestWorker& operator=(const LatestWorker&) = delete;

    // Returns at once, with the number deliver will be called with.
    std::uint64_t submit(Work work) {
        const std::scoped_lock lock(m_mutex);
        m_current.request_stop();
        m_waiting = Job{++m_ticket, std::move(work)};
        m_wake.notify_all();
        return m_ticket;
    }
    // Stops the job under way and drops the one that waits; returns at once.
    void cancel() {
        const std::scoped_lock lock(m_mutex);
        m_waiting.reset();
        m_current.request_stop();
    }

private:
    struct Job {
        std::uint64_t ticket = 0;
        Work work;
    };
    void loop(std::stop_token stop) {
        yieldToTheWindow();
        while (true) {
            Job job;
            std::stop_token token;
            {
                std::unique_lock lock(m_mutex);
                m_wake.wait(lock, stop, [&] { return m_waiting.has_value(); });
                if (stop.stop_requested()) return;
                job = std::move(*m_waiting);
                m_waiting.reset();
                m_current = std::stop_source();
                token = m_current.get_token();
            }
            m_deliver(job.ticket, job.work(token));
        }
    }

    std::mutex m_mutex;
    std::condition_variable_any m_wake;
    std::stop_source m_current;
    std::optional<Job> m_waiting;
    std::uint64_t m_ticket = 0;
    Deliver m_deliver;
    std::jthread m_thread; // last: joined before the rest goes
};

} // namespace alwayson::gui

#include "simulator/parallel/work_pool.h"

#include <algorithm>
#include <atomic>
#include <chrono>
#include <condition_variable>
#include <exception>
#include <mutex>
#include <thread>
#include <vector>

namespace alwayson::sim {

struct WorkPool::Impl {
    // One call of run(). Lives on the caller's stack while workers look at it.
    struct Round {
        std::size_t count = 0;
        const Task* task = nullptr;
        std::stop_token stop;
        std::atomic<std::size_t> next = 0;
        std::atomic<std::size_t> finished = 0;
        std::atomic<bool> abandoned = false; // a task threw or gave up
        std::vector<char> done;              // one writer per entry, read after the round
        std::mutex errorMutex;
        std::exception_ptr error;
        std::size_t errorIndex = 0;
    };

    std::mutex mutex;
    std::condition_variable_any wake; // workers wait for a round
    std::condition_variable idle;     // the caller waits for the workers
    Round* round = nullptr;
    std::size_t generation = 0;
    unsigned busy = 0;
    std::vector<std::jthread> workers;

    // True when there was a unit left to do.
    static bool step(Round& r, unsigned worker) {
        if (r.abandoned.load(std::memory_order_relaxed) || r.stop.stop_requested()) return false;
        const std::size_t index = r.next.fetch_add(1, std::memory_order_relaxed);
        if (index >= r.count) return false;
        try {
            if ((*r.task)(index, worker)) {
                r.done[index] = 1;
                r.finished.fetch_add(1, std::memory_order_relaxed);
            } else {
                r.abandoned.store(true, std::memory_order_relaxed);
            }
        } catch (...) {
            const std::lock_guard lock(r.errorMutex);
            if (!r.error || index < r.errorIndex) {
                r.error = std::current_exception();
                r.errorIndex = index;
            }
            r.abandoned.store(true, std::memory_order_relaxed);
        }
        return true;
    }

    void serve(const std::stop_token& quit, unsigned worker) {
        std::size_t seen = 0;
        for (;;) {
            Round* mine = nullptr;
            {
                std::unique_lock lock(mutex);
                if (!wake.wait(lock, quit, [&] { return generation != seen; })) return;
                seen = generation;
                mine = round; // nullptr when the caller finished the round alone
                if (mine) ++busy;
            }
            if (!mine) continue;
            while (step(*mine, worker)) {
            }
            const std::lock_guard lock(mutex);
            if (--busy == 0) idle.notify_all();
        }
    }
};

WorkPool::WorkPool(unsigned threads) : m(std::make_unique<Impl>()) {
    if (threads == 0) threads = std::max(1U, std::thread::hardware_concurrency());
    for (unsigned worker = 1; worker < threads; ++worker)
        m->workers.emplace_back(
            [impl = m.get(), worker](const std::stop_token& quit) { impl->serve(quit, worker); });
}

WorkPool::~WorkPool() {
    for (std::jthread& worker : m->workers)
        worker.request_stop();
    m->workers.clear(); // joins while the mutex still lives
}

unsigned WorkPool::threads() const {
    return static_cast<unsigned>(m->workers.size()) + 1;
}

std::size_t WorkPool::run(std::size_t count, const Task& task, std::stop_token stop, const Tick& tick) {
    Impl::Round round;
    round.count = count;
    round.task = &task;
    round.stop = std::move(stop);
    round.done.assign(count, 0);
    if (!m->workers.empty() && count > 1) {
        const std::lock_guard lock(m->mutex);
        m->round = &round;
        ++m->generation;
        m->wake.notify_all();
    }
    constexpr auto kTickEvery = std::chrono::milliseconds(33);
    auto lastTick = std::chrono::steady_clock::now();
    const auto tickIfDue = [&] {
        const auto now = std::chrono::steady_clock::now();
        if (!tick || now - lastTick < kTickEvery) return;
        lastTick = now;
        tick(round.finished.load(std::memory_order_relaxed));
    };
    while (Impl::step(round, 0))
        tickIfDue();
    {
        std::unique_lock lock(m->mutex);
        m->round = nullptr; // a worker that wakes up late finds nothing
        while (!m->idle.wait_for(lock, kTickEvery, [&] { return m->busy == 0; })) {
            lock.unlock();
            tickIfDue();
            lock.lock();
        }
    }
    if (round.error) std::rethrow_exception(round.error);
    return static_cast<std::size_t>(std::find(round.done.begin(), round.done.end(), 0) - round.done.begin());
}

} // namespace alwayson::sim

#pragma once
// Independent work units on threads. Units are handed out by index and the caller merges their results in
// index order, so a result never depends on the number of threads or on which thread was faster.

#include <cstddef>
#include <functional>
#include <memory>
#include <stop_token>

namespace alwayson::sim {

class WorkPool {
public:
    // threads 0: one per core. The calling thread works too, so 1 starts no further thread.
    explicit WorkPool(unsigned threads = 0);
    ~WorkPool();
    WorkPool(const WorkPool&) = delete;
    WorkPool& operator=(const WorkPool&) = delete;

    unsigned threads() const;

    // Does one unit; worker is 0 .. threads() - 1, for scratch memory. False: given up (stopped), its result
    // is void.
    using Task = std::function<bool(std::size_t index, unsigned worker)>;
    // Called on the calling thread after units of its own, at most some 30 times a second, with the units
    // done so far.
    using Tick = std::function<void(std::size_t done)>;

    // Runs units 0 .. count - 1 and returns how many of them are done without a gap from 0: count unless
    // stopped. Units are started in index order; after a stop request no further unit starts. An exception of
    // a task stops the rest and is thrown again here, the one of the lowest index when there are several. Not
    // reentrant.
    std::size_t run(std::size_t count, const Task& task, std::stop_token stop = {}, const Tick& tick = {});

private:
    struct Impl;
    std::unique_ptr<Impl> m;
};

} // namespace alwayson::sim

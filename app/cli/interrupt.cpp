#include "app/cli/interrupt.h"

#include "app/verbs/exit_code.h"

#include <csignal>
#include <ctime>

namespace alwayson::cli {

namespace {

volatile std::sig_atomic_t g_signal = 0; // which one came

} // namespace

// The signals are blocked everywhere and waited for by one thread, so that no code runs in a signal handler.
Interrupt::Interrupt() {
    sigset_t signals;
    sigemptyset(&signals);
    sigaddset(&signals, SIGINT);
    sigaddset(&signals, SIGTERM);
    pthread_sigmask(SIG_BLOCK, &signals, nullptr);
    m_watcher = std::jthread([this, signals](std::stop_token done) {
        const timespec pause{0, 50'000'000};
        while (!done.stop_requested()) {
            const int signal = sigtimedwait(&signals, nullptr, &pause);
            if (signal <= 0) continue;
            g_signal = signal;
            m_source.request_stop();
        }
    });
}

int Interrupt::exitCode() const {
    if (g_signal == SIGTERM) return verbs::kTerminated;
    return g_signal ? verbs::kInterrupted : 0;
}

} // namespace alwayson::cli

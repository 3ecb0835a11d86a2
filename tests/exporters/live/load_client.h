#pragma once
// An open-loop HTTP client for drills: requests leave at equal gaps whatever happens to the ones before.

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <chrono>
#include <cstdint>
#include <string>
#include <thread>
#include <vector>

namespace alwayson::test {

class LoadClient {
public:
    using Clock = std::chrono::steady_clock;
    struct Request {
        Clock::time_point started;
        int status = 0; // HTTP status; 0: no answer in time, refused or reset
        bool succeeded() const { return status == 200; }
    };

    LoadClient(std::uint16_t port, double ratePerS, std::chrono::milliseconds timeout)
        : m_port(port), m_gap(std::chrono::nanoseconds(std::int64_t(1e9 / ratePerS))), m_timeout(timeout),
          m_thread([this] { run(); }) {}
    ~LoadClient() { finish(); }
    LoadClient(const LoadClient&) = delete;
    LoadClient& operator=(const LoadClient&) = delete;

    // Sends nothing more, waits for what is under way, and returns all requests in the order they were
    // started.
    std::vector<Request> finish() {
        m_stop = true;
        if (m_thread.joinable()) m_thread.join();
        return m_requests;
    }

private:
    struct Open {
        int socket = -1;
        std::size_t request = 0;
        bool sent = false;
        std::string answer;
    };

    void run() {
        auto next = Clock::now();
        while (!m_stop || !m_open.empty()) {
            const auto now = Clock::now();
            while (!m_stop && next <= now) {
                start(next);
                next += m_gap;
            }
            wait(m_stop ? now + std::chrono::milliseconds(20) : next);
            const auto late = Clock::now() - m_timeout;
            for (std::size_t i = m_open.size(); i-- > 0;)
                if (m_requests[m_open[i].request].started < late) end(i, 0);
        }
    }

    void start(Clock::time_point at) {
        m_requests.push_back({at, 0});
        const int socket = ::socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
        sockaddr_in address{};
        address.sin_family = AF_INET;
        address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        address.sin_port = htons(m_port);
        if (socket >= 0 && (connect(socket, reinterpret_cast<sockaddr*>(&address), sizeof(address)) == 0 ||
                            errno == EINPROGRESS))
            m_open.push_back({socket, m_requests.size() - 1, false, {}});
        else if (socket >= 0)
            close(socket);
    }

    void wait(Clock::time_point until) {
        std::vector<pollfd> waiting;
        for (const Open& open : m_open)
            waiting.push_back({open.socket, short(open.sent ? POLLIN : POLLOUT), 0});
        const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(until - Clock::now()).count();
        if (poll(waiting.data(), waiting.size(), left > 0 ? int(left) : 0) <= 0) return;
        for (std::size_t i = waiting.size(); i-- > 0;)
            if (waiting[i].revents != 0) advance(i);
    }

    void advance(std::size_t i) {
        Open& open = m_open[i];
        if (!open.sent) {
            static const std::string kRequest =
                "GET / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n";
            if (send(open.socket, kRequest.data(), kRequest.size(), MSG_NOSIGNAL) != ssize_t(kRequest.size()))
                return end(i, 0);
            open.sent = true;
            return;
        }
        char buffer[2048];
        const ssize_t got = recv(open.socket, buffer, sizeof(buffer), 0);
        if (got < 0 && errno == EAGAIN) return;
        if (got <= 0) return end(i, 0);
        open.answer.append(buffer, std::size_t(got));
        if (open.answer.size() >= 12) end(i, std::atoi(open.answer.c_str() + 9));
    }

    void end(std::size_t i, int status) {
        m_requests[m_open[i].request].status = status;
        close(m_open[i].socket);
        m_open.erase(m_open.begin() + std::ptrdiff_t(i));
    }

    std::uint16_t m_port;
    std::chrono::nanoseconds m_gap;
    std::chrono::milliseconds m_timeout;
    std::atomic<bool> m_stop{false};
    std::vector<Request> m_requests;
    std::vector<Open> m_open;
    std::thread m_thread;
};

} // namespace alwayson::test

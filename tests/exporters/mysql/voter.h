#pragma once
// A machine of orchestrator, as guard.sh sees it: a port of loopback that answers HTTP, or only takes
// connections, as the system does for a program that hangs.

#include <QtGlobal>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include <string_view>
#include <thread>

namespace alwayson::test {

// At 127.0.0.`last` while it lives.
class Voter {
public:
    enum class Kind : unsigned char { answers, hangs };

    Voter(int last, int port, Kind kind = Kind::answers)
        : m_fd(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
        const int on = 1;
        setsockopt(m_fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
        sockaddr_in address{};
        address.sin_family = AF_INET;
        address.sin_addr.s_addr = htonl(INADDR_LOOPBACK + std::uint32_t(last) - 1);
        address.sin_port = htons(std::uint16_t(port));
        if (bind(m_fd, reinterpret_cast<sockaddr*>(&address), sizeof(address)) != 0 ||
            listen(m_fd, 1024) != 0)
            qFatal("no port for a voter");
        if (kind == Kind::answers) m_thread = std::thread([this] { answer(); });
    }
    ~Voter() {
        shutdown(m_fd, SHUT_RDWR); // ends accept
        if (m_thread.joinable()) m_thread.join();
        close(m_fd);
    }
    Voter(const Voter&) = delete;
    Voter& operator=(const Voter&) = delete;

private:
    void answer() const {
        for (int fd = 0; (fd = accept4(m_fd, nullptr, nullptr, SOCK_CLOEXEC)) >= 0;) {
            const timeval most{1, 0};
            setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &most, sizeof(most));
            char asked[256];
            const ssize_t got = recv(fd, asked, sizeof(asked), 0);
            constexpr std::string_view answer = "HTTP/1.0 200 OK\r\n\r\n\"OK\"";
            if (got > 4 && std::string_view(asked, 4) == "GET ") [[maybe_unused]]
                const ssize_t sent = send(fd, answer.data(), answer.size(), MSG_NOSIGNAL);
            close(fd);
        }
    }

    int m_fd;
    std::thread m_thread;
};

} // namespace alwayson::test

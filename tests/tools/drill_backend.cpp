// A small HTTP server for drills against a real HAProxy: drill_backend PORT SERVICE_MS. Listens on 127.0.0.1
// (port 0: any), prints the port, answers every request with 200 after SERVICE_MS, keeps connections open.
// One thread per connection.
#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <signal.h>
#include <sys/socket.h>
#include <unistd.h>

#include <chrono>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <string_view>
#include <thread>

namespace {

void serve(int client, std::chrono::milliseconds service) {
    const int on = 1;
    setsockopt(client, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
    constexpr std::string_view kAnswer = "HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nok\n";
    constexpr std::string_view kLastAnswer =
        "HTTP/1.1 200 OK\r\nContent-Length: 3\r\nConnection: close\r\n\r\nok\n";
    std::string pending;
    char buffer[4096];
    bool open = true;
    while (open) {
        std::size_t end = pending.find("\r\n\r\n");
        if (end == std::string::npos) {
            const ssize_t got = read(client, buffer, sizeof(buffer));
            if (got <= 0) break;
            pending.append(buffer, std::size_t(got));
            continue;
        }
        const std::string head = pending.substr(0, end);
        pending.erase(0, end + 4);
        open =
            head.find("HTTP/1.0") == std::string::npos && head.find("onnection: close") == std::string::npos;
        std::this_thread::sleep_for(service);
        const std::string_view answer = open ? kAnswer : kLastAnswer;
        if (write(client, answer.data(), answer.size()) != ssize_t(answer.size())) break;
    }
    close(client);
}

} // namespace

int main(int argc, char** argv) {
    if (argc != 3) {
        std::fprintf(stderr, "usage: drill_backend PORT SERVICE_MS\n");
        return 2;
    }
    signal(SIGPIPE, SIG_IGN);
    const int listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    const int on = 1;
    setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    address.sin_port = htons(std::uint16_t(std::atoi(argv[1])));
    socklen_t size = sizeof(address);
    auto* any = reinterpret_cast<sockaddr*>(&address);
    if (bind(listener, any, size) != 0 || listen(listener, 1024) != 0 ||
        getsockname(listener, any, &size) != 0) {
        std::perror("drill_backend");
        return 1;
    }
    std::printf("%d\n", int(ntohs(address.sin_port)));
    std::fflush(stdout);
    const std::chrono::milliseconds service(std::atoi(argv[2]));
    while (true) {
        const int client = accept4(listener, nullptr, nullptr, SOCK_CLOEXEC);
        if (client >= 0) std::thread(serve, client, service).detach();
    }
}

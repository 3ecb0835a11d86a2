#include "exporters/common/address.h"

#include <arpa/inet.h>

#include <algorithm>
#include <string>

namespace alwayson::exporters {

namespace {

bool isDigit(char c) {
    return c >= '0' && c <= '9';
}

bool isLabel(std::string_view label) {
    if (label.empty() || label.size() > 63 || label.front() == '-' || label.back() == '-') return false;
    return std::all_of(label.begin(), label.end(), [](char c) {
        return isDigit(c) || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '-' || c == '_';
    });
}

} // namespace

HostKind classifyHost(std::string_view host) {
    if (host.empty() || host.size() > 253 || host.find('\0') != std::string_view::npos)
        return HostKind::invalid;
    const std::string text(host);
    unsigned char bytes[sizeof(in6_addr)];
    if (inet_pton(AF_INET, text.c_str(), bytes) == 1) return HostKind::ipv4;
    if (inet_pton(AF_INET6, text.c_str(), bytes) == 1) return HostKind::ipv6;
    std::string_view rest = host;
    while (true) {
        const std::size_t dot = rest.find('.');
        const std::string_view label = rest.substr(0, dot);
        if (!isLabel(label)) return HostKind::invalid;
        if (dot == std::string_view::npos)
            return std::all_of(label.begin(), label.end(), isDigit) ? HostKind::invalid : HostKind::name;
        rest.remove_prefix(dot + 1);
    }
}

} // namespace alwayson::exporters

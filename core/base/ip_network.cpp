#include "core/base/ip_network.h"

#include <arpa/inet.h>

#include <charconv>

namespace alwayson {

namespace {

using Bytes = std::array<unsigned char, 16>;

// The bytes of an address and whether it is one of IPv6.
std::optional<std::pair<Bytes, bool>> addressOf(std::string_view text) {
    if (text.size() > 45 || text.find('\0') != std::string_view::npos) return std::nullopt;
    const std::string copy(text);
    Bytes bytes{};
    if (inet_pton(AF_INET, copy.c_str(), bytes.data()) == 1) return std::pair{bytes, false};
    if (inet_pton(AF_INET6, copy.c_str(), bytes.data()) == 1) return std::pair{bytes, true};
    return std::nullopt;
}

void clearBehind(Bytes& bytes, int prefix) {
    for (int bit = prefix; bit < 128; ++bit)
        bytes[std::size_t(bit) / 8] &= static_cast<unsigned char>(~(0x80 >> (bit % 8)));
}

} // namespace

bool IpNetwork::holds(std::string_view address) const {
    auto known = addressOf(address);
    if (!known || known->second != v6) return false;
    clearBehind(known->first, prefix);
    return known->first == bytes;
}

std::string IpNetwork::text() const {
    char shown[INET6_ADDRSTRLEN] = "";
    inet_ntop(v6 ? AF_INET6 : AF_INET, bytes.data(), shown, sizeof shown);
    return std::string(shown) + "/" + std::to_string(prefix);
}

std::optional<IpNetwork> networkOf(std::string_view addressAndPrefix) {
    const std::size_t slash = addressAndPrefix.find('/');
    const auto address = addressOf(addressAndPrefix.substr(0, slash));
    if (!address) return std::nullopt;
    const int widest = address->second ? 128 : 32;
    IpNetwork network{address->first, address->second, widest};
    if (slash != std::string_view::npos) {
        const char* const end = addressAndPrefix.data() + addressAndPrefix.size();
        const auto read = std::from_chars(addressAndPrefix.data() + slash + 1, end, network.prefix);
        if (read.ec != std::errc() || read.ptr != end || network.prefix < 1 || network.prefix > widest)
            return std::nullopt;
    }
    clearBehind(network.bytes, network.prefix);
    return network;
}

} // namespace alwayson

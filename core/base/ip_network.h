#pragma once
// An IP network in the notation with a prefix length, "10.0.0.100/24".

#include <array>
#include <optional>
#include <string>
#include <string_view>

namespace alwayson {

struct IpNetwork {
    std::array<unsigned char, 16> bytes{}; // of the network, in network order; IPv4: the first four
    bool v6 = false;
    int prefix = 0; // bits

    // Does it hold the address? False for what is no IP address, or one of the other kind.
    bool holds(std::string_view address) const;
    bool isOneAddress() const { return prefix == (v6 ? 128 : 32); }
    // "10.0.0.0/24"
    std::string text() const;
};

// The network that an address with a prefix length is in; without one, or with all bits, that of the address
// alone. nullopt for anything else (a name, a prefix of 0 or beyond the width).
std::optional<IpNetwork> networkOf(std::string_view addressAndPrefix);

} // namespace alwayson

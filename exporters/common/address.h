#pragma once
#include <string_view>

namespace alwayson::exporters {

enum class HostKind : unsigned char { invalid, ipv4, ipv6, name };

// What a "host" of deploy is: a dotted IPv4 address (all four parts), an IPv6 address without brackets or
// zone, or a DNS name (labels of 1 to 63 letters, digits, - and _, not starting or ending with -, 253 in all,
// the last one not only digits).
HostKind classifyHost(std::string_view host);

} // namespace alwayson::exporters

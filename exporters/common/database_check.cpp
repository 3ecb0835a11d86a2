#include "exporters/common/database_check.h"

#include <fmt/format.h>

#include <cstdint>

namespace alwayson::exporters {

namespace {

using Flavour = key::group::mysqlReplication::Flavour;

std::string little(std::uint32_t value, int bytes) {
    std::string out;
    for (int i = 0; i < bytes; ++i)
        out += static_cast<char>(value >> (8 * i) & 0xff);
    return out;
}

std::string hexOfPacket(std::uint32_t sequence, const std::string& payload) {
    std::string hex;
    for (const char c : little(static_cast<std::uint32_t>(payload.size()), 3) + little(sequence, 1) + payload)
        hex += fmt::format("{:02x}", static_cast<unsigned char>(c));
    return hex;
}

std::string loginOf(Flavour flavour) {
    // long password, protocol 4.1, transactions, secure connection, plugin auth
    constexpr std::uint32_t kCapabilities = 0x1 | 0x200 | 0x2000 | 0x8000 | 0x80000;
    constexpr std::uint32_t kMostBytes = 1U << 24, kUtf8 = 33;
    const bool native = flavour == Flavour::mariadb1011 || flavour == Flavour::mysql57;
    std::string payload =
        little(kCapabilities, 4) + little(kMostBytes, 4) + little(kUtf8, 1) + std::string(23, '\0');
    payload += std::string(kCheckAccount) + '\0' + '\0'; // an empty answer to the challenge
    payload += std::string(native ? "mysql_native_password" : "caching_sha2_password") + '\0';
    return hexOfPacket(1, payload);
}

// In two halves, so that an error message which quotes the question is no answer.
constexpr std::string_view kQuestion =
    "SELECT IF({}, CONCAT('always', 'on:reader'), CONCAT('always', 'on:writer')) AS state";
constexpr std::string_view kNoMajority =
    "@@global.read_only OR 2 * (SELECT COUNT(*) FROM performance_schema.replication_group_members "
    "WHERE MEMBER_STATE IN ('ONLINE', 'RECOVERING')) <= (SELECT COUNT(*) FROM "
    "performance_schema.replication_group_members)";

} // namespace

DatabaseCheck databaseCheck(Flavour flavour, bool group) {
    const std::string question =
        fmt::format(kQuestion, group ? kNoMajority : std::string_view("@@global.read_only"));
    return {loginOf(flavour), hexOfPacket(0, '\3' + question) + hexOfPacket(0, "\1")};
}

} // namespace alwayson::exporters

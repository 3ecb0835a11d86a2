#pragma once
// How a proxy asks a member of a replication set who may write, in MySQL's own protocol and without a program
// on the member: it logs in as an account that has no password and no rights, asks one question and goes.

#include "core/catalogue/keys.h"

#include <string>
#include <string_view>

namespace alwayson::exporters {

inline constexpr std::string_view kCheckAccount = "haproxy_check";
// What the answer holds, read-only or not.
inline constexpr std::string_view kWriterAnswer = "alwayson:writer";
inline constexpr std::string_view kReaderAnswer = "alwayson:reader";

// The packets as hexadecimal digits. Sources: MySQL internals, connection phase (HandshakeResponse41) and
// COM_QUERY; tried with MariaDB 10.11 and MySQL 9.7.
struct DatabaseCheck {
    std::string login;    // after the greeting; the answer is OK (00, status 0002)
    std::string question; // the question, and the request to end behind it
};

// `flavour` decides how an account without a password logs in: MariaDB and MySQL 5.7 mysql_native_password,
// later ones caching_sha2_password. `group`: a member of a group that sees no majority counts as a reader;
// the account then needs SELECT on performance_schema.replication_group_members.
DatabaseCheck databaseCheck(key::group::mysqlReplication::Flavour flavour, bool group);

} // namespace alwayson::exporters

#pragma once
// The writer behind configOf(): one member's option file, in the words of the set's server.

#include "exporters/mysql/config.h"

#include <fmt/format.h>

#include <string>
#include <vector>

namespace alwayson::exporters::mysql {

class ConfigWriter {
public:
    ConfigWriter(const Plan& plan, const Member& member, const Paths& paths, std::vector<std::string>& notes)
        : m_plan(plan), m_member(member), m_paths(paths), m_notes(notes) {}
    OptionFile run();

private:
    void set(std::string name, std::string value, std::vector<std::string> comments = {});
    void set(std::string name, std::int64_t value, std::vector<std::string> comments = {});

    // ---- all servers (config.cpp)
    void identity();
    void limits();
    void tls();

    // ---- MariaDB (config.cpp)
    void mariaBinaryLog();
    void mariaReplica();
    void mariaSemiSync();
    void mariaAsynchronous();

    // ---- MySQL (config_mysql.cpp)
    void mysqlBinaryLog();
    void mysqlReplica();
    void mysqlSemiSync();
    void mysqlGroup();

    const Plan& m_plan;
    const Member& m_member;
    const Paths& m_paths;
    std::vector<std::string>& m_notes;
    OptionFile m_file;
};

} // namespace alwayson::exporters::mysql

#pragma once
// What drills of exported replication sets share: certificates, the scripts with their passwords, and where a
// password must not be.

#include "tests/exporters/mysql/mysql_support.h"

namespace alwayson::test {

// A password that no single quoting rule survives; each process has its own, as drills look for it on command
// lines.
inline const std::string& canary() {
    static const std::string text = "Ca'na\"ry#1;\\x $(id)`" + std::to_string(getpid());
    return text;
}

// ca.pem, server.pem and server.key for 127.0.0.1; "" or what openssl says.
inline std::string makeCertificates(const QString& folder) {
    QDir().mkpath(folder);
    const char* script =
        "set -e; cd \"$0\"; printf 'subjectAltName=IP:127.0.0.1\\n' >names;"
        "openssl req -x509 -newkey rsa:2048 -nodes -keyout ca.key -out ca.pem -days 2 -subj /CN=drill;"
        "openssl req -newkey rsa:2048 -nodes -keyout server.key -out request -subj /CN=127.0.0.1;"
        "openssl x509 -req -in request -CA ca.pem -CAkey ca.key -CAcreateserial -days 2 -extfile names"
        " -out server.pem";
    const auto made = exporters::verify::runProcess(
        {"/bin/bash", {"-c", script, folder.toStdString()}, {}, Duration::seconds(60)});
    if (!made) return describe(made.error());
    return made->status == 0 ? std::string() : made->output;
}

// The passwords that the scripts ask for.
inline Environment passwords() {
    return {
        {"REPL_PASSWORD", canary()}, {"FAILOVER_PASSWORD", canary()}, {"ORCHESTRATOR_PASSWORD", canary()}};
}

// The statements as orchestrator's account, over TLS: "" or what the server says. `environment`: where the
// client program is.
inline std::string asOrchestrator(const char* program, const char* tls, int port, const QString& authority,
                                  const char* statements, Environment environment = {}) {
    environment.emplace_back("MYSQL_PWD", canary());
    const auto out = exporters::verify::runProcess(
        {"/bin/bash",
         {"-c",
          "\"$0\" --no-defaults --protocol=tcp --host=127.0.0.1 --port=\"$1\" --user=orchestrator "
          "--ssl-ca=\"$2\" "
          "\"$3\" --batch --execute=\"$4\" 2>&1 >/dev/null",
          program, std::to_string(port), authority.toStdString(), tls, statements},
         environment,
         Duration::seconds(60)});
    return out ? out->output : describe(out.error());
}

// The scripts of an exported folder.
struct Runbook {
    QString folder;
    Environment environment; // passwords and the like

    // `socket`: of the server on whose machine it runs; "" for any machine.
    exporters::verify::Finished run(const QString& name, const std::vector<std::string>& arguments = {},
                                    const QString& socket = {}) const {
        Environment all = environment;
        if (!socket.isEmpty()) all.emplace_back("SOCKET", socket.toStdString());
        return bash(folder + '/' + name, arguments, all);
    }
    // "" when it ends well; else what it said.
    std::string fault(const QString& name, const std::vector<std::string>& arguments = {},
                      const QString& socket = {}) const {
        const exporters::verify::Finished out = run(name, arguments, socket);
        return out.status == 0 ? std::string() : name.toStdString() + ": " + out.output;
    }
};

// Files below `folder` that hold the canary, but for those whose path the pattern of grep fits; one a line.
inline std::string filesWithCanary(const QString& folder, const char* allowed) {
    const auto found =
        exporters::verify::runProcess({"/bin/bash",
                                       {"-c", "grep -rlaF -- \"$0\" \"$1\" | grep -v -E -e \"$2\" || true",
                                        canary(), folder.toStdString(), allowed},
                                       {},
                                       Duration::seconds(30)});
    return found ? found->output : describe(found.error());
}

} // namespace alwayson::test

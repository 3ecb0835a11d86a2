#include "exporters/mysql/readme.h"

#include "core/base/units.h"
#include "exporters/quoting/markdown.h"

#include <fmt/format.h>

namespace alwayson::exporters::mysql {

namespace {

namespace g = group_key;

void row(std::string& out, std::string_view what, std::string_view value, std::string_view where) {
    out += fmt::format("| {} | {} | {} |\n", what, value, where);
}

void row(std::string& out, std::string_view what, Duration value, std::string_view where) {
    row(out, what, formatDuration(value), where);
}

void memberTable(std::string& out, const Plan& plan) {
    out += "| member | address | server id | may become the source |\n|---|---|---|---|\n";
    for (const Member& m : plan.members) {
        const std::string host = m.host.empty() ? "$" + m.variable : m.host;
        const std::string_view rule = m.rule == member_key::PromotionRule::never    ? "never"
                                      : m.rule == member_key::PromotionRule::prefer ? "preferred"
                                                                                    : "yes";
        out += fmt::format("| {} | {} | {} | {} |\n", quoting::markdownCode(m.name),
                           quoting::markdownCode(fmt::format("{} port {}", host, m.port)), m.serverId, rule);
    }
    out += '\n';
}

void routeRows(std::string& out, const Parameters& p) {
    switch (get(p, g::writeRoute)) {
    case g::WriteRoute::virtualIp:
        row(out, "writers reach the source by", "a virtual address", "your `AFTER_PROMOTE`");
        break;
    case g::WriteRoute::dns:
        row(out, "writers reach the source by DNS; a record lives", get(p, g::dnsTtl), "the DNS zone");
        break;
    case g::WriteRoute::proxy:
        row(out, "writers reach the source by a proxy that checks every", get(p, g::proxyCheck), "the proxy");
        row(out, "the proxy drops a member after, and takes one after",
            fmt::format("{} and {} checks", get(p, g::proxyFall), get(p, g::proxyRise)), "the proxy");
        break;
    case g::WriteRoute::connector:
        row(out, "writers reach the source by their connector, whose list lives", get(p, g::connectorTtl),
            "the connector");
        break;
    }
}

void managerRows(std::string& out, const Parameters& p) {
    switch (get(p, g::manager)) {
    case g::Manager::orchestrator:
        row(out, "orchestrator asks each member every", get(p, g::poll), "`InstancePollSeconds`");
        row(out, "orchestrator judges what it knows every", get(p, g::analysis), "orchestrator");
        row(out, "orchestrator waits for an answer", get(p, g::pollTimeout), "`MySQLConnectTimeoutSeconds`");
        row(out, "orchestrator leaves the set alone after a failover for", get(p, g::recoveryBlock),
            "`RecoveryPeriodBlockSeconds`");
        if (const std::optional<Duration> lag = get(p, g::candidateMaxLag))
            row(out, "a replica that is further behind is no candidate", *lag,
                "`ReasonableReplicationLagSeconds`");
        break;
    case g::Manager::mha:
        row(out, "MHA pings the source every", get(p, g::ping), "`ping_interval`");
        row(out, "MHA takes it for dead after", fmt::format("{} failed pings", get(p, g::pingFails)), "MHA");
        break;
    case g::Manager::manual:
    case g::Manager::group:
        row(out, "failover", "by hand", "`03-promote.sh`");
        break;
    case g::Manager::none:
        row(out, "failover", "none", "");
        break;
    }
}

void simulated(std::string& out, const Plan& plan, const Prediction& prediction) {
    const Parameters& p = plan.group->parameters;
    out += "## What the design says\n\n| what | value | where it stands |\n|---|---|---|\n";
    if (plan.groupReplication)
        row(out, "replication", "group replication", "`group_replication_*`");
    else
        row(out, "replication", plan.semiSync ? "semi-synchronous" : "asynchronous", "`rpl_semi_sync_*`");
    if (plan.semiSync)
        row(out, "a commit waits for its acknowledgement at most",
            Duration::milliseconds(double(plan.ackTimeoutMs)),
            plan.isModern() ? "`rpl_semi_sync_source_timeout`" : "`rpl_semi_sync_master_timeout`");
    row(out, "order",
        plan.chain ? "a chain: each follows the one before it" : "a star: all follow the source", "`lib.sh`");
    for (const Member& m : plan.members)
        row(out,
            fmt::format("{} takes a silent source for gone after; reconnects every",
                        quoting::markdownCode(m.name)),
            fmt::format("{} s; {} s", m.netTimeoutS, m.connectRetryS),
            plan.isModern() ? "`replica_net_timeout`; `SOURCE_CONNECT_RETRY`"
                            : "`slave_net_timeout`; `MASTER_CONNECT_RETRY`");
    managerRows(out, p);
    routeRows(out, p);
    out += shown(prediction, plan);
}

constexpr std::string_view kApply = R"md(## Apply

Every machine needs @WRITTEN@, and `ca.pem`, `server.pem` and `server.key` in @TLS@; the certificate names the
address that the table gives. Copy this folder to each machine. Passwords come from `REPL_PASSWORD` and `FAILOVER_PASSWORD`, or
from files named in `REPL_PASSWORD_FILE` and `FAILOVER_PASSWORD_FILE`. They are in no file here, and the scripts pass them on
through pipes and the environment of single processes, never on a command line. @KEEPS@

1. `./check.sh` asks the installed @PRODUCT@ whether it takes each file. It changes nothing.
2. On each machine: `./apply.sh MEMBER` shows the difference, `./apply.sh MEMBER --yes` (as root) installs the file and
   restarts @PRODUCT@. When @PRODUCT@ does not take it, the old file is put back.
3. On the first machine, as root: `./01-source.sh @FIRST@`. It makes the accounts `repl` (replication) and `failover`
   (switching roles; it reads no data), both only over TLS and from @NETWORK@, and opens the source.@CHECK@
4. On every other machine, as root: a new, empty set needs `./02-replica.sh MEMBER --empty`. A source that holds data needs a
   copy first: `./seed.sh backup FOLDER` on the source, `./seed.sh restore FOLDER` on the replica (it uses @COPIER@ and
   does not stop the source), then `./02-replica.sh MEMBER --seeded`.
5. `./status.sh` shows the roles and how far each replica is behind.

## When the source is lost

1. `./03-promote.sh` shows what it sees; `./03-promote.sh --yes` lets every replica that answers replay what it has received,
   makes the one that is furthest ahead the source and lets the others follow it. It refuses while a member takes writes, and
   when a member that may not be chosen holds more than the chosen one.
2. Name the program that shuts the old source off in `FENCE`, and the one that tells your callers in `AFTER_PROMOTE`.
3. When the old source is back it is read-only. `./05-rejoin.sh MEMBER` lets it follow, and refuses when it holds transactions
   that the new source has not.
4. A source that restarted before anybody took over: `./04-reopen.sh MEMBER`.

`./03-promote.sh --planned --yes` changes the source while it works, without loss.

## Roll back

`apply.sh` prints the command that puts the old file back. A change of source is rolled back by a planned change to the member
that was the source before (`--planned --to MEMBER`).

)md";

constexpr std::string_view kApplyGroup = R"md(## Apply

Every machine needs @WRITTEN@, and `ca.pem`, `server.pem` and `server.key` in @TLS@; the certificate names the
address that the table gives. Copy this folder to each machine. Passwords come from `REPL_PASSWORD` and `FAILOVER_PASSWORD`, or
from files named in `REPL_PASSWORD_FILE` and `FAILOVER_PASSWORD_FILE`. They are in no file here, and the scripts pass them on
through pipes and the environment of single processes, never on a command line. @KEEPS@

1. `./check.sh` asks the installed @PRODUCT@ whether it takes each file. It changes nothing.
2. On each machine: `./apply.sh MEMBER` shows the difference, `./apply.sh MEMBER --yes` (as root) installs the file and
   restarts @PRODUCT@. When @PRODUCT@ does not take it, the old file is put back.
3. On the first machine, as root: `./01-source.sh @FIRST@`. It makes the accounts `repl` (joining) and `failover`
   (switching roles; it reads no data), both only over TLS and from @NETWORK@, and forms the group.@CHECK@
4. On every other machine, as root: `./02-replica.sh MEMBER --empty`. A group that holds much data is joined faster with a copy:
   `./seed.sh backup FOLDER` on the source, `./seed.sh restore FOLDER` on the new member (it uses @COPIER@), then
   `./02-replica.sh MEMBER --seeded`.
5. `./status.sh` shows the roles and states.

## When the source is lost

1. The group expels it and elects another one by itself, as long as a majority is left.
2. A member that is back joins by itself or with `./05-rejoin.sh MEMBER`, which refuses when it holds transactions of its own.
3. Without a majority nobody takes writes. When the others cannot come back, stop @PRODUCT@ where it still runs but for one
   member, and form the group again there: `./04-reopen.sh MEMBER --alone`. After all were down: `./04-reopen.sh MEMBER`.

`./03-promote.sh --to MEMBER --yes` changes the source while the group works, without loss.

## Roll back

`apply.sh` prints the command that puts the old file back.

)md";

void fill(std::string& text, std::string_view mark, std::string_view with) {
    const std::size_t at = text.find(mark);
    if (at != std::string::npos) text.replace(at, mark.size(), with);
}

} // namespace

std::string readme(const Design& design, const Plan& plan, const Prediction& prediction, const Paths& paths) {
    std::string out = fmt::format("# {} replication set {}\n\n", plan.product(),
                                  quoting::markdownText(plan.group->displayName()));
    out += fmt::format("From the design {}, group {}, for {}. Every timer and limit in the files is the "
                       "value of the design.\n\n",
                       quoting::markdownText(design.name), quoting::markdownCode(plan.group->id.str()),
                       plan.written());
    memberTable(out, plan);
    if (!plan.variables.empty())
        out += "The design does not say every address: copy `env.example` to `env` and fill it in, on every "
               "machine.\n\n";
    std::string steps(plan.groupReplication ? kApplyGroup : kApply);
    const std::string product(plan.product());
    fill(steps, "@WRITTEN@", plan.written());
    for (int i = 0; i < 3; ++i)
        fill(steps, "@PRODUCT@", product);
    fill(steps, "@COPIER@", plan.isMaria() ? "`mariadb-backup`" : "`mysqldump`");
    fill(steps, "@KEEPS@",
         plan.isMaria()
             ? "MariaDB itself keeps the one of `repl` in\n`master.info` in the data folder of each "
               "replica, readable for its account only."
             : "MySQL itself keeps the one of `repl` in\nthe table `mysql.slave_master_info` of each "
               "replica.");
    fill(steps, "@TLS@", quoting::markdownCode(paths.tls));
    fill(steps, "@FIRST@", plan.members.front().name);
    fill(steps, "@CHECK@",
         plan.usesProxy() ? " The account\n   `haproxy_check` has no password and no rights: a proxy logs in "
                            "with it to see that the server answers."
                          : "");
    fill(steps, "@NETWORK@", quoting::markdownCode(plan.network));
    out += steps;
    simulated(out, plan, prediction);
    out += "## What this configuration does not say\n\n";
    for (const std::string& note : plan.notes)
        out += fmt::format("* {}\n", quoting::markdownText(note, 400));
    return out;
}

} // namespace alwayson::exporters::mysql

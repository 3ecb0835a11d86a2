#include "exporters/mysql/readme.h"

#include "core/base/units.h"
#include "exporters/common/database_check.h"
#include "exporters/common/manifest.h"
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

// The choices of the two routes are the same, their types are not.
template <class Route>
void routeRow(std::string& out, const Parameters& p, std::string_view who, Route route) {
    switch (route) {
    case Route::virtualIp:
        row(out, fmt::format("{} by", who), "a virtual address", "your `AFTER_PROMOTE`");
        break;
    case Route::dns:
        row(out, fmt::format("{} by DNS; a record lives", who), get(p, g::dnsTtl), "the DNS zone");
        break;
    case Route::proxy:
        row(out, fmt::format("{} by a proxy that checks every", who), get(p, g::proxyCheck), "the proxy");
        row(out, "the proxy drops a member after, and takes one after",
            fmt::format("{} and {} checks", get(p, g::proxyFall), get(p, g::proxyRise)), "the proxy");
        break;
    case Route::connector:
        row(out, fmt::format("{} by their connector, whose list lives", who), get(p, g::connectorTtl),
            "the connector");
        break;
    }
}

void routeRows(std::string& out, const Parameters& p) {
    routeRow(out, p, "writers reach the source", get(p, g::writeRoute));
    const g::ReadsGoTo readers = get(p, g::readsGoTo);
    if (readers == g::ReadsGoTo::source)
        row(out, "reads go to", "the source", "your application");
    else
        routeRow(out, p,
                 readers == g::ReadsGoTo::all ? "readers reach all members" : "readers reach the replicas",
                 get(p, g::readRoute));
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
                "`ReasonableReplicationLagSeconds`: there it is only shown");
        break;
    case g::Manager::mha:
        row(out, "MHA pings the source every", get(p, g::ping), "`ping_interval`");
        row(out, "MHA takes it for dead after", fmt::format("{} failed pings", get(p, g::pingFails)), "MHA");
        break;
    case g::Manager::manual:
        row(out, "failover", "by hand", "`03-promote.sh`");
        break;
    case g::Manager::group: // of a replication group it is said with the replication
        if (get(p, g::replication) != g::Replication::group)
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
    if (plan.groupReplication) {
        row(out, "failover", "the group elects another source by itself", "the servers");
        row(out, "a suspected member is expelled after", Duration::seconds(double(plan.expelTimeoutS)),
            "`group_replication_member_expel_timeout`");
    } else {
        row(out, "order",
            plan.chain ? "a chain: each follows the one before it" : "a star: all follow the source",
            "`lib.sh`");
    }
    for (const Member& m : plan.members) {
        if (plan.groupReplication) break; // they do not follow the source
        row(out,
            fmt::format("{} takes a silent source for gone after; reconnects every",
                        quoting::markdownCode(m.name)),
            fmt::format("{} s; {} s", m.netTimeoutS, m.connectRetryS),
            plan.isModern() ? "`replica_net_timeout`; `SOURCE_CONNECT_RETRY`"
                            : "`slave_net_timeout`; `MASTER_CONNECT_RETRY`");
    }
    managerRows(out, p);
    routeRows(out, p);
    out += shown(prediction, plan);
}

constexpr std::string_view kPrepare = R"md(## Apply

Every machine needs @WRITTEN@ (@PACKAGES@), and in @TLS@

* `ca.pem`: the authority whose certificates the members accept from each other,
* `server.pem`: this machine's certificate, signed by that authority; it names (as subjectAltName) the address that the table gives,
* `server.key`: its key, readable for the account of @PRODUCT@ only (`chown root:mysql`, mode 0640).

The accounts and their passwords; they are yours to choose, 32 characters at most (`openssl rand -base64 24` makes one):

@ACCOUNTS@
In place of each variable, one with `_FILE` behind its name may name a file that holds the password: with lines like
`REPL_PASSWORD_FILE=/root/repl.password` in a file `env` in this folder every script finds them. Passwords are in no file here,
and the scripts pass them on through pipes and the environment of single processes, never on a command line. @KEEPS@

To the server of its own machine a script connects as `root`, through the socket and without a password: @SOCKETROOT@

Copy this folder to each machine, and to the one that you work from; that one needs the client programs and `ca.pem` (`TLS_CA` names
it where it is elsewhere).

1. `./check.sh` asks the installed @PRODUCT@ whether it takes each file. It changes nothing.
2. On each machine: `./apply.sh MEMBER` shows the difference, `./apply.sh MEMBER --yes` (as root) installs the file and
   restarts @PRODUCT@. When @PRODUCT@ does not take it, the old file is put back. `systemctl enable @SERVICE@` lets it start with
   the machine; it comes up read-only.
)md";

constexpr std::string_view kApply =
    R"md(3. On the first machine, as root: `./01-source.sh @FIRST@`. It makes the accounts and opens the source.
4. On every other machine, as root: a new, empty set needs `./02-replica.sh MEMBER --empty`. A source that holds data needs a
   copy first: `./seed.sh backup FOLDER` on the source, `./seed.sh restore FOLDER` on the replica (it uses @COPIER@ and
   does not stop the source), then `./02-replica.sh MEMBER --seeded`.
5. `./status.sh` shows the roles and how far each replica is behind.
@APPLICATION@
## When the source is lost

1. `./03-promote.sh` shows what it sees; `./03-promote.sh --yes` lets every replica that answers replay what it has received,
   makes the one that is furthest ahead the source and lets the others follow it. It refuses while a member takes writes, and
   when another member holds transactions that the chosen one has not.
2. Name the program that shuts the old source off in `FENCE`, and the one that tells your callers in `AFTER_PROMOTE`.
3. When the old source is back it is read-only. `./05-rejoin.sh MEMBER` lets it follow, and refuses when it holds transactions
   that the new source has not.
4. A source that restarted before anybody took over: `./04-reopen.sh MEMBER`.
@GUARDED@
`./03-promote.sh --planned --yes` changes the source while it works, without loss.

## Roll back

`apply.sh` prints the command that puts the old file back. A change of source is rolled back by a planned change to the member
that was the source before (`--planned --to MEMBER`).

)md";

constexpr std::string_view kApplyGroup =
    R"md(3. On the first machine, as root: `./01-source.sh @FIRST@`. It makes the accounts and forms the group.
4. On every other machine, as root: `./02-replica.sh MEMBER --empty`. A group that holds much data is joined faster with a copy:
   `./seed.sh backup FOLDER` on the source, `./seed.sh restore FOLDER` on the new member (it uses @COPIER@), then
   `./02-replica.sh MEMBER --seeded`.
5. `./status.sh` shows the roles and states.
@APPLICATION@
## When the source is lost

1. The group expels it and elects another one by itself, as long as a majority is left.
2. A member that is back joins by itself or with `./05-rejoin.sh MEMBER`, which refuses when it holds transactions of its own.
3. Without a majority nobody takes writes: the members that are left stay `ONLINE` and wait. `./status.sh` says so. When the
   others cannot come back, make sure that they are off, then `./04-reopen.sh MEMBER --alone` stops those that wait and forms
   the group again from one of them; it refuses while a majority works anywhere it can see, and when another member holds
   transactions that this one has not. After all were down: `./04-reopen.sh MEMBER`.

`./03-promote.sh --to MEMBER --yes` changes the source while the group works, without loss.

## Roll back

`apply.sh` prints the command that puts the old file back.

)md";

std::string accounts(const Plan& plan) {
    std::string out = "| account | password in | what for |\n|---|---|---|\n";
    const auto line = [&](std::string_view name, std::string_view secret, std::string_view what) {
        out += fmt::format("| `{}` | {} | {} |\n", name, secret, what);
    };
    const std::string from = fmt::format("over TLS, from {}", quoting::markdownCode(plan.network));
    line("repl", "`REPL_PASSWORD`", (plan.groupReplication ? "joining the group, " : "replication, ") + from);
    line("failover", "`FAILOVER_PASSWORD`",
         "the scripts of this folder: switching roles; it reads no data; " + from);
    if (plan.orchestrator)
        line("orchestrator", "`ORCHESTRATOR_PASSWORD`", "orchestrator: it watches and promotes; " + from);
    if (plan.balancer)
        line(kCheckAccount, "none",
             fmt::format("HAProxy's checks: no password and {}, from {}",
                         plan.groupReplication ? "no right but to see who is in the group" : "no rights",
                         quoting::markdownCode(plan.network)));
    return out;
}

std::string managerMachine(const OrchestratorFile& one) {
    if (!one.machine.empty()) return quoting::markdownCode(one.machine);
    if (one.oneOf.empty()) return "the one that you choose";
    std::string out;
    for (const std::string& id : one.oneOf)
        out += (out.empty() ? "one of " : ", ") + quoting::markdownCode(id);
    return out + ": all of them only when the design has their IP addresses";
}

std::string orchestrator(const Plan& plan, const std::vector<OrchestratorFile>& manager) {
    if (manager.empty()) return {};
    const Member& first = plan.members.front();
    const std::string at =
        fmt::format("{}:{}", first.host.empty() ? "$" + first.variable : first.host, first.port);
    std::string out = "\n## orchestrator\n\nIt watches the set and promotes. When the set works, on each of "
                      "its machines:\n\n"
                      "| machine | file, as `/etc/orchestrator.conf.json` |\n|---|---|\n";
    for (const OrchestratorFile& one : manager)
        out += fmt::format("| {} | `{}` |\n", managerMachine(one), one.name);
    out += fmt::format(
        "\n1. Install orchestrator and the file of the table. Make the authority of `ca.pem` one that the "
        "machine "
        "trusts (Debian: copy it to\n   {}, then `update-ca-certificates`): orchestrator verifies the "
        "members' "
        "certificates by those.\n"
        "2. Write `{}`, readable for its account only, with the lines `[client]`, `user=orchestrator` and\n"
        "   `password=\"...\"`: the one of `ORCHESTRATOR_PASSWORD`.\n"
        "3. Start it. Once, on one of them: {}; it finds the others.\n\n"
        "Its port {} asks for no password: let its own machines{} and yourself reach it, and nobody "
        "else.{}\n",
        quoting::markdownCode(fmt::format("/usr/local/share/ca-certificates/{}.crt", plan.slug)),
        kOrchestratorCredentials, quoting::markdownCode("orchestrator-client -c discover -i " + at),
        kOrchestratorPort, plan.leaseMs > 0 ? ", the members (`guard.sh` asks whether it answers)" : "",
        plan.rejoins ? " After a failover by it\n`guard.sh` lets the old source follow when it is back."
                     : " After a failover by it the\nold source returns with `./05-rejoin.sh MEMBER`.");
    return out;
}

// What stopping voters does to a set whose source needs to hear most of them.
std::string voterWarning(const Plan& plan) {
    return fmt::format(
        "Whoever stops a majority of the voters for longer than {} stops the writes, as two orchestrators "
        "that "
        "are upgraded at once\ndo: change one at a time, and wait until it answers again. A commit that "
        "waits "
        "at that moment means that the guard ends\nthe server process. It comes back read-only.\n",
        formatDuration(Duration::milliseconds(double(plan.leaseMs))));
}

// What guard.sh does for this set, and how it is started.
std::string guard(const Plan& plan) {
    if (!plan.guarded()) return {};
    std::string out = "\n## guard.sh\n\n";
    out += plan.orchestrator ? "Last, when orchestrator answers on its machines: on" : "Last, on";
    out +=
        " each member, as root, `./guard.sh MEMBER --install`\nshows the unit that lets systemd run it, "
        "`--install --yes` installs and starts it. It needs both passwords of the scripts in\n`env`, and a "
        "copy of this folder that nobody but root can write, as systemd runs it as root: it refuses any "
        "other.\nWhere its server is the source, or was, it does most of what the simulation takes for "
        "granted:\n\n";
    if (plan.leaseMs > 0)
        out += fmt::format(
            "* a source that has heard no majority of the voters ({}) for {} takes no more writes: "
            "before another one is\n  promoted, as long as that takes longer; when commits that wait "
            "hold that up for a second, the server is ended\n  (systemd starts it again, read-only),\n",
            quoting::markdownCode(fmt::format("{}", fmt::join(plan.voters, ", "))),
            formatDuration(Duration::milliseconds(double(plan.leaseMs))));
    out += "* a source that finds a former replica taking writes as well (it asks every 2 s) takes no more "
           "writes, and is ended when\n  it does not answer,\n";
    out += plan.reopenS == 0
               ? std::string("* one that was closed so, or restarted, stays read-only: `./04-reopen.sh "
                             "MEMBER`")
               : fmt::format(
                     "* one that was closed so, or restarted, goes on when all others were read-only and "
                     "received from a source for {},\n  longer than a take-over; else `./04-reopen.sh "
                     "MEMBER` opens it, by hand",
                     formatDuration(Duration::seconds(double(plan.reopenS))));
    out += plan.rejoins
               ? ",\n* an old source that is back follows the new one, unless it holds transactions that "
                 "the new one has not.\n"
               : ".\n";
    if (plan.leaseMs > 0)
        out +=
            "\nIt begins to guard with the first majority that it hears after its start (`journalctl` says "
            "when): before, it closes nothing.\n`--install` refuses while no majority answers.\n\n" +
            voterWarning(plan);
    const bool lease = plan.leaseMs > 0;
    return out +
           fmt::format("\nA source that people made read-only is left alone. Stop it (`systemctl stop "
                       "'alwayson-guard-*'`) where you work on\nthe members{} yourself{}. A replica that "
                       "you take out of the set and open for writes while it\nruns is a new source to "
                       "it.\n",
                       lease ? ", or on most of the voters," : "",
                       lease ? ": what is cut off then stays open" : "");
}

// The application's own account is nobody's business but its own, yet somebody has to make it.
std::string application(const Plan& plan) {
    std::string out = "\nYour application's database and account are not made here: make them on the source, "
                      "they reach the others by\nreplication. ";
    const Parameters& p = plan.group->parameters;
    if (plan.balancer) return out + "It connects to the HAProxy in front of the set.\n";
    const auto way = [](auto route) {
        using Route = decltype(route);
        return route == Route::virtualIp ? "by an address that follows the source"
               : route == Route::dns     ? "by a DNS name"
               : route == Route::proxy   ? "by a proxy that you set up"
                                         : "by the list of members that its connector has";
    };
    const std::string write = way(get(p, g::writeRoute)), read = way(get(p, g::readRoute));
    if (get(p, g::readsGoTo) == g::ReadsGoTo::source || write == read)
        return out + fmt::format("It finds the members {}.\n", write);
    return out + fmt::format("It finds the source {}, and members to read from {}.\n", write, read);
}

void fill(std::string& text, std::string_view mark, std::string_view with) {
    const std::size_t at = text.find(mark);
    if (at != std::string::npos) text.replace(at, mark.size(), with);
}

} // namespace

std::string readme(const Design& design, const Plan& plan, const Prediction& prediction,
                   const std::vector<OrchestratorFile>& manager, const Paths& paths) {
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
    std::string steps(kPrepare);
    steps += plan.groupReplication ? kApplyGroup : kApply;
    const std::string product(plan.product());
    fill(steps, "@WRITTEN@", plan.written());
    for (int i = 0; i < 4; ++i)
        fill(steps, "@PRODUCT@", product);
    fill(steps, "@PACKAGES@",
         plan.isMaria()
             ? "Debian: `apt-get install mariadb-server mariadb-backup`"
             : "`mysql-server` of MySQL's own repository, https://dev.mysql.com/downloads/repo/apt/; "
               "Debian has none");
    fill(steps, "@SOCKETROOT@",
         plan.isMaria()
             ? "as Debian sets it up. `LOCAL_USER` and\n`SOCKET` in `env` name another account and place."
             : "leave it empty when the package\nasks for one, it then lets in who is `root` on the machine "
               "(`auth_socket`). `LOCAL_USER` and `SOCKET` in `env` name\nanother account and place.");
    fill(steps, "@SERVICE@", plan.isMaria() ? "mariadb" : "mysql");
    fill(steps, "@COPIER@", plan.isMaria() ? "`mariadb-backup`" : "`mysqldump`");
    fill(steps, "@KEEPS@",
         plan.isMaria()
             ? "MariaDB itself\nkeeps the one of `repl` in `master.info` in the data folder of each "
               "replica, readable for its account only."
             : "MySQL itself\nkeeps the one of `repl` in the table `mysql.slave_master_info` of each "
               "replica.");
    fill(steps, "@TLS@", quoting::markdownCode(paths.tls));
    fill(steps, "@FIRST@", plan.members.front().name);
    fill(steps, "@ACCOUNTS@", accounts(plan));
    fill(steps, "@GUARDED@",
         !plan.guarded() ? ""
         : plan.rejoins  ? "\nWhere `guard.sh` runs it does 3 and 4 by itself.\n"
                         : "\nWhere `guard.sh` runs it does 4 by itself.\n");
    fill(steps, "@APPLICATION@", application(plan) + orchestrator(plan, manager) + guard(plan));
    out += steps;
    simulated(out, plan, prediction);
    out += "## What this configuration does not say\n\n";
    for (const std::string& note : plan.notes)
        out += fmt::format("* {}\n", quoting::markdownText(note, kLongestNote));
    return out;
}

} // namespace alwayson::exporters::mysql

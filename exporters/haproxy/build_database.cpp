// In front of a replication set: one port for writes, one for reads, and checks that ask who may write.
#include "exporters/haproxy/builder.h"

#include "core/base/units.h"
#include "core/catalogue/catalogue.h"
#include "core/catalogue/keys.h"
#include "exporters/common/database_check.h"
#include "exporters/quoting/slugs.h"

#include <fmt/format.h>

#include <algorithm>

namespace alwayson::exporters::haproxy {

namespace {

namespace k = key::haproxy;
namespace set_key = key::group::mysqlReplication;

// As long as MySQL itself keeps an idle connection (wait_timeout).
constexpr std::string_view kIdle = "8h";

bool carries(const std::vector<const Link*>& links, key::link::request::Access refused) {
    return std::any_of(links.begin(), links.end(), [&](const Link* link) {
        return get(link->parameters, key::link::request::access) != refused;
    });
}

} // namespace

Status Builder::databaseFront() {
    using Access = key::link::request::Access;
    using ReadsGoTo = set_key::ReadsGoTo;
    const bool writes = carries(m_links, Access::read), reads = carries(m_links, Access::write);
    const ReadsGoTo readers = get(*m_set, set_key::readsGoTo);
    quoting::Slugs names;
    const std::string base = "be_" + names.name(m_set->id.str());
    m_built.backend = base + "_write";
    if (reads) m_built.readBackend = readers == ReadsGoTo::source ? m_built.backend : base + "_read";

    const std::int64_t port = get(m_balancer, k::deploy::port);
    const std::int64_t readPort = writes ? get(m_balancer, k::deploy::readPort).value_or(port + 1) : port;
    if (writes && reads && (readPort == port || readPort > 65535))
        return Error{ErrorKind::invalidInput,
                     "export.haproxy_port",
                     fmt::format("the balancer {} has port {} for writes and {} for reads.",
                                 m_balancer.id.str(), port, readPort),
                     "Set deploy.read_port to a free port of its own.",
                     {}};
    databaseDefaults();
    if (!m_paths.metricsBind.empty()) metrics();
    if (writes) {
        const Result<Word> bind = bindAddress(port);
        if (!bind) return bind.error();
        m_built.ports.push_back({port, "writes"});
        databaseFrontend("write", *bind, m_built.backend, {"Writes, and reads that must be current."});
    }
    if (reads) {
        const Result<Word> bind = bindAddress(readPort);
        if (!bind) return bind.error();
        m_built.ports.push_back({readPort, "reads"});
        databaseFrontend("read", *bind, m_built.readBackend, {"Reads that may be a little behind."});
        if (readers == ReadsGoTo::replicas)
            say(m_built.config.sections.back().statements,
                fmt::format("use_backend {} if {{ nbsrv({}) lt 1 }}", m_built.backend, m_built.readBackend),
                {}, {"The source is read only when no replica is left."});
    }
    if (writes || m_built.readBackend == m_built.backend || readers == ReadsGoTo::replicas)
        databaseBackend(m_built.backend, Asks::writers);
    if (reads && m_built.readBackend != m_built.backend)
        databaseBackend(m_built.readBackend, readers == ReadsGoTo::all ? Asks::all : Asks::readers);
    return success();
}

void Builder::databaseDefaults() {
    if (!m_paths.metricsBind.empty()) {
        Section& http = section("defaults", "http", {"Only for the statistics page."});
        say(http.statements, "mode http");
        for (const char* name : {"http-request", "client", "connect", "server", "queue"})
            say(http.statements, fmt::format("timeout {} 10s", name));
    }
    std::vector<Statement>& lines = section("defaults", "tcp").statements;
    say(lines, "mode tcp");
    if (!m_paths.log.empty()) {
        say(lines, "log global");
        say(lines, "option tcplog");
    }
    say(lines, "option dontlognull");
    say(lines, "maxconn", {number(get(m_parameters, k::maxconn))});
    say(lines, "retries", {number(get(m_parameters, k::retries))}, {"Only connections are tried again."});
    say(lines, get(m_parameters, k::redispatch) ? "option redispatch" : "no option redispatch");
    timeout(lines, "connect", k::timeoutConnect);
    timeout(lines, "queue", k::timeoutQueue);
    if (const std::optional<Duration> check = get(m_parameters, k::checkTimeout))
        say(lines, "timeout check", {time("check_timeout_ms", *check)},
            {"Bounds how fast a hang is noticed."});
    fixed(lines, "timeout client", kIdle,
          {"HAProxy sees connections, not requests: pools keep theirs idle."});
    fixed(lines, "timeout server", kIdle);
    fixed(lines, "timeout client-fin", "10s");
}

void Builder::databaseFrontend(std::string_view what, const Word& bind, const std::string& backend,
                               std::vector<std::string> comments) {
    Section& s =
        section("frontend", fmt::format("fe_{}_{} from tcp", m_built.slug, what), std::move(comments));
    say(s.statements, "bind", {bind});
    say(s.statements, "default_backend", {Word::keyword(backend)});
}

void Builder::databaseBackend(const std::string& name, Asks asks) {
    std::vector<Statement>& lines = section("backend", name + " from tcp").statements;
    const k::Balance balance = get(m_parameters, k::balance);
    if (asks == Asks::writers) {
        say(lines, "balance first", {}, {"If two members ever take writes, all writers use the same one."});
    } else if (balance == k::Balance::uri) {
        say(lines, "balance leastconn");
        note("balance uri needs HTTP; reads go where the fewest connections are (leastconn).");
    } else {
        std::string text(k::kBalanceNames[static_cast<std::size_t>(balance)]);
        if (balance == k::Balance::random)
            text = fmt::format("random({})", get(m_parameters, k::randomDraws));
        say(lines, "balance", {Word::keyword(text)});
    }
    databaseChecks(lines, asks);
    say(lines,
        fmt::format("default-server weight 100 maxconn {} maxqueue {} on-marked-down shutdown-sessions",
                    get(m_parameters, k::serverMaxconn), get(m_parameters, k::serverMaxqueue)),
        {}, {"Who holds a connection to a member that is out must connect anew, and reaches the right one."});
    for (const Target& target : m_targets) {
        std::vector<std::string> comments;
        if (!target.node->name.empty() && target.node->name != target.name)
            comments.push_back(target.node->name);
        say(lines, "server", {Word::keyword(target.name), target.address, Word::keyword("check")},
            std::move(comments));
        resolve(lines.back(), target);
    }
}

void Builder::databaseChecks(std::vector<Statement>& lines, Asks asks) {
    const bool group = get(*m_set, set_key::replication) == set_key::Replication::group;
    const DatabaseCheck check = databaseCheck(get(*m_set, set_key::flavour), group);
    say(lines, "option tcp-check");
    say(lines, "tcp-check connect");
    say(lines, "tcp-check expect binary 0a", {}, {"The greeting; then a log-in without a password."});
    say(lines, "tcp-check send-binary", {Word::keyword(check.login)});
    say(lines, "tcp-check expect binary 00000002");
    say(lines, "tcp-check send-binary", {Word::keyword(check.question)},
        {fmt::format("Asks {} whether this member may write.", kCheckAccount)});
    say(lines, "tcp-check expect rstring", {Word::text("alwayson:(reader|writer)")});
    if (asks != Asks::all)
        say(lines, "tcp-check expect min-recv 0 string",
            {Word::text(asks == Asks::writers ? kWriterAnswer : kReaderAnswer)});
    checkTimers(lines);
}

void Builder::databaseNotes() {
    note(fmt::format(
        "HAProxy does not see what a connection is used for: callers of {} connect to one port for "
        "writes and to the other for reads.",
        m_set->id.str()));
    note(fmt::format(
        "the checks log in as {}, which the export of {} makes: an account without a password that "
        "may do nothing but connect, from {}. It needs a connection without TLS.",
        kCheckAccount, m_set->id.str(), get(*m_set, set_key::userNetwork)));
    note(
        fmt::format("after a start or a reload every member counts as up until its first check, within {}: a "
                    "write may meet a replica, which refuses it.",
                    formatDuration(checkTimersOf(m_parameters).inter)));
    note("a replica that is behind, or that no longer replicates, still counts as a reader.");
    note(fmt::format(
        "timeout_server_ms ({}) and timeout_client_ms ({}) bound a request in the simulation. On a "
        "connection they would end every idle one, so {} is written.",
        formatDuration(get(m_parameters, k::timeoutServer)),
        formatDuration(get(m_parameters, k::timeoutClient)), kIdle));
    if (get(m_parameters, k::cookie)) note("cookies need HTTP and are not written.");
    if (get(m_parameters, k::slowstart) > Duration::seconds(0))
        note("slow start is not written: a new source gets all writes at once.");
    if (get(m_parameters, k::onMarkedDown) != k::OnMarkedDown::shutdownSessions)
        note("connections to a member that is out are cut (on-marked-down shutdown-sessions), whatever "
             "on_marked_down says: a writer that stayed would go on with the old source.");
}

} // namespace alwayson::exporters::haproxy

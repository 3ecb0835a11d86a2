// The backend and what cannot be said in it.
#include "exporters/haproxy/builder.h"

#include "core/base/units.h"
#include "core/catalogue/catalogue.h"
#include "core/catalogue/keys.h"
#include "core/text/sentence.h"
#include "exporters/common/address.h"
#include "exporters/quoting/haproxy.h"

#include <fmt/format.h>

#include <algorithm>

namespace alwayson::exporters::haproxy {

namespace {

namespace k = key::haproxy;

} // namespace

void Builder::backend() {
    Section& s = section("backend", fmt::format("{} from http", m_built.backend));
    std::vector<Statement>& lines = s.statements;
    balance(lines);
    refuseBelowNeeded(lines);
    if (get(m_parameters, k::cookie))
        say(lines, "cookie SERVERID insert indirect nocache httponly", {},
            {"A client keeps its server while that server is up."});
    const bool check = get(m_parameters, k::check);
    if (check) checks(lines);
    limits(lines);
    if (!check) {
        std::vector<std::string>& comments = lines.back().comments;
        comments.insert(comments.begin(),
                        "Servers are not checked: a dead one keeps its share of the requests.");
    }
    oneExternalHost(lines);
    for (const Target& target : m_targets)
        server(lines, target, check);
}

void Builder::balance(std::vector<Statement>& lines) {
    const k::Balance balance = get(m_parameters, k::balance);
    std::string text(k::kBalanceNames[static_cast<std::size_t>(balance)]);
    if (balance == k::Balance::random) text = fmt::format("random({})", get(m_parameters, k::randomDraws));
    say(lines, "balance", {Word::keyword(text)});
    if (balance == k::Balance::source || balance == k::Balance::uri)
        say(lines, "hash-type map-based", {}, {"A lost or added server moves most keys to another one."});
    if (balance == k::Balance::first && get(m_parameters, k::serverMaxconn) == 0)
        note("balance first without a limit per server (server_maxconn) sends every request to the first "
             "server that is up.");
}

void Builder::refuseBelowNeeded(std::vector<Statement>& lines) {
    for (const Group* group : m_groups) {
        const std::optional<std::int64_t> needed = get(*group, key::group::pool::needed);
        if (!needed || get(*group, key::group::pool::belowNeeded) != key::group::pool::BelowNeeded::refuse)
            continue;
        if (m_groups.size() == 1 && m_links.size() == 1) {
            say(lines,
                fmt::format("http-request deny deny_status 503 if {{ nbsrv({}) lt {} }}", m_built.backend,
                            *needed),
                {}, {fmt::format("Below {} working servers the pool refuses all requests.", *needed)});
        } else {
            note(fmt::format("pool {} refuses below {} members; the backend mixes several targets, so "
                             "this is not written.",
                             group->id.str(), *needed));
        }
    }
}

void Builder::checks(std::vector<Statement>& lines) {
    const CheckTimers timers = checkTimersOf(m_parameters);
    Probe& probe = m_built.probe.emplace();
    probe.within = timers.timeout.value_or(timers.inter);
    if (get(m_parameters, k::checkType) == k::CheckType::http) {
        say(lines, "option httpchk");
        const std::string path = get(m_parameters, k::checkPath);
        const std::string target = quoting::requestTarget(path);
        if (target != path)
            note(fmt::format(
                "the check path \"{}\" is no valid request target; it is written percent-encoded.",
                shownName(path)));
        const std::string host = get(m_parameters, k::checkHost).value_or("");
        say(lines, "http-check send meth GET uri", {Word::text(target)});
        std::vector<Word>& words = lines.back().words;
        for (Word& word : phrase(host.empty() ? "ver HTTP/1.0" : "ver HTTP/1.1 hdr Host"))
            words.push_back(word);
        if (!host.empty()) {
            probe.host = checkedHost(host);
            words.push_back(Word::text(quoting::haproxyLogFormat(probe.host)));
        }
        probe.request = fmt::format("GET {} HTTP/1.{}", target, host.empty() ? 0 : 1);
        say(lines, "http-check expect status 200-399");
    } else {
        probe.http = false;
        say(lines, "option tcp-check", {}, {"A connection is enough: a hung server looks healthy."});
        note("health checks only connect (check_type tcp): a server that hangs is never noticed.");
    }
    checkTimers(lines);
}

// The same for every kind of check.
void Builder::checkTimers(std::vector<Statement>& lines) {
    const CheckTimers timers = checkTimersOf(m_parameters);
    if (timers.timeout && *timers.timeout < Duration::seconds(1))
        note("check timeouts below 1 s are unreliable in HAProxy: 0.5 s was measured to take 0.5 to 1.0 "
             "s.");
    std::vector<std::string> comments{"From these timers follow, as simulated:"};
    if (m_built.figures.refused)
        comments.push_back("  refused connection noticed after " + m_built.figures.refused->shown());
    if (m_built.figures.hang) comments.push_back("  hang noticed after " + m_built.figures.hang->shown());
    if (m_built.figures.gone)
        comments.push_back("  vanished host noticed after " + m_built.figures.gone->shown());
    if (m_built.figures.back) comments.push_back("  recovery noticed after " + m_built.figures.back->shown());
    say(lines, "default-server",
        {Word::keyword("inter"), time("check_inter_ms", timers.inter), Word::keyword("fastinter"),
         time("check_fastinter_ms", timers.fastinter), Word::keyword("downinter"),
         time("check_downinter_ms", timers.downinter), Word::keyword("fall"), number(timers.fall),
         Word::keyword("rise"), number(timers.rise)},
        std::move(comments));
}

std::string Builder::checkedHost(const std::string& host) {
    const std::size_t colon = host.find(':');
    const bool good =
        classifyHost(host) != HostKind::invalid ||
        (colon != std::string::npos && classifyHost(host.substr(0, colon)) != HostKind::invalid &&
         host.find_first_not_of("0123456789", colon + 1) == std::string::npos);
    if (good) return host;
    note(fmt::format("the check host \"{}\" is no host name; \"localhost\" is written instead.",
                     shownName(host)));
    return "localhost";
}

void Builder::limits(std::vector<Statement>& lines) {
    std::vector<Word> words = phrase("weight 100");
    words.push_back(Word::keyword("maxconn"));
    words.push_back(number(get(m_parameters, k::serverMaxconn)));
    words.push_back(Word::keyword("maxqueue"));
    words.push_back(number(get(m_parameters, k::serverMaxqueue)));
    const Duration slowstart = get(m_parameters, k::slowstart);
    if (slowstart > Duration::seconds(0)) {
        words.push_back(Word::keyword("slowstart"));
        words.push_back(time("slowstart_ms", slowstart));
        const k::Balance balance = get(m_parameters, k::balance);
        if (balance != k::Balance::roundrobin && balance != k::Balance::leastconn &&
            balance != k::Balance::random)
            note(fmt::format(
                "slow start has no effect with balance {}: its weights do not change while HAProxy runs.",
                k::kBalanceNames[static_cast<std::size_t>(balance)]));
    }
    if (get(m_parameters, k::onMarkedDown) == k::OnMarkedDown::shutdownSessions)
        for (Word& word : phrase("on-marked-down shutdown-sessions"))
            words.push_back(word);
    say(lines, "default-server", words, {"Equal weights; 0 is no limit."});
}

void Builder::oneExternalHost(std::vector<Statement>& lines) {
    const auto external = [](const Target& target) { return hasRole(*target.node, "external"); };
    const bool any = std::any_of(m_targets.begin(), m_targets.end(), external);
    if (any && m_targets.size() == 1 && m_targets.front().isName && !m_targets.front().host.empty())
        say(lines, "http-request set-header Host", {Word::text(m_targets.front().host)});
    else if (any)
        note("requests reach the external service with the Host header the client sent; set it where the "
             "service needs its own.");
}

void Builder::server(std::vector<Statement>& lines, const Target& target, bool check) {
    std::vector<std::string> comments;
    if (!target.title().empty() && target.title() != target.name) comments.push_back(target.title());
    say(lines, "server", {Word::keyword(target.name), target.address}, std::move(comments));
    std::vector<Word>& words = lines.back().words;
    const auto add = [&](std::string_view text) {
        for (Word& word : phrase(text))
            words.push_back(word);
    };
    if (check) add("check");
    if (get(m_parameters, k::cookie)) add("cookie " + target.name);
    resolve(lines.back(), target);
    if (target.tls) {
        add(m_version >= Version{2, 6}
                ? "ssl verify required ca-file @system-ca sni"
                : "ssl verify required ca-file /etc/ssl/certs/ca-certificates.crt sni");
        Word sni = Word::keyword("str(");
        if (target.host.empty())
            sni.add(Word::variable(m_built.variables.empty() ? "" : variableOf(target)));
        else
            sni.add(Word::keyword(target.host));
        words.push_back(sni.add(Word::keyword(")")));
    }
}

void Builder::resolve(Statement& server, const Target& target) {
    if (!target.isName) return;
    for (Word& word : phrase("resolvers system init-addr last,libc,none"))
        server.words.push_back(word);
}

std::string Builder::variableOf(const Target& target) {
    for (const Part& part : target.address.parts())
        if (part.variable) return part.text;
    return {};
}

void Builder::generalNotes() {
    for (const Link* link : m_links)
        if (!link->classes.empty() && !m_set)
            note(fmt::format(
                "link {} carries only {}; HAProxy sees no request classes, so every request may take it.",
                link->id.str(), listNames(link->classes)));
    if (sharesAddress())
        note(fmt::format(
            "the address that clients use for {} is handed over by keepalived: export that as well.",
            m_balancer.group->str()));
    else if (m_balancer.group)
        note(fmt::format("how clients find the members of {} (a virtual IP address or DNS) is not part "
                         "of this export.",
                         m_balancer.group->str()));
    if (const auto kept = m_design.attachments.find("haproxy");
        kept != m_design.attachments.end() && kept->second != "{}")
        note("lines of an imported haproxy.cfg that are kept in the design are not written yet.");
    // Two sides of each connection, a check of each server, and listeners, pollers and pipes.
    const auto connections = static_cast<long long>(get(m_parameters, k::maxconn)) + kSpareConnections;
    m_built.openFiles = 2 * connections + static_cast<long long>(m_targets.size()) + 100;
    note(fmt::format(
        "HAProxy needs about {} open files to start (2 x maxconn + servers + 100). Its own check "
        "of the configuration does not look at that; check.sh compares it with the limit of the machine.",
        grouped(std::to_string(m_built.openFiles))));
    if (m_set) return;
    note("TLS is not part of the design: clients reach the frontend over plain HTTP. Add \"ssl crt\" to "
         "its bind line for HTTPS.");
}

} // namespace alwayson::exporters::haproxy

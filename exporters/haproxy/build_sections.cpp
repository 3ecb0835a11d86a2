// Everything before the backend.
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

Word Builder::conditionEmpty(std::string_view name) {
    Word condition = Word::text("streq(");
    condition.add(Word::variable(name)).add(Word::text(",)"));
    return condition;
}

void Builder::timeout(std::vector<Statement>& lines, std::string_view name, const ParamKey<Duration>& key) {
    const std::string directive = fmt::format("timeout {}", name);
    say(lines, directive, {time(key.id, get(m_parameters, key))});
    const ParameterSpec* spec = Catalogue::builtIn().kind(key.owner)->parameter(key.id);
    if (spec && !spec->simulated) m_built.notSimulated.push_back(directive);
}

void Builder::fixed(std::vector<Statement>& lines, std::string_view directive, std::string_view value,
                    std::vector<std::string> comments) {
    say(lines, directive, {Word::keyword(value)}, std::move(comments));
    m_built.notSimulated.emplace_back(directive);
}

void Builder::global() {
    Section& s = section("global", "");
    std::vector<Statement>& lines = s.statements;
    if (anyName()) {
        s.comments.push_back(
            "zero-warning is left out: a name that cannot be resolved right now must not stop HAProxy.");
    } else {
        say(lines, "zero-warning", {}, {"Refuses to start on anything doubtful."});
    }
    if (!m_paths.log.empty()) say(lines, "log", {Word::text(m_paths.log), Word::keyword("local0")});
    if (!m_paths.chroot.empty()) say(lines, "chroot", {Word::text(m_paths.chroot)});
    if (!m_paths.user.empty()) say(lines, "user", {Word::text(m_paths.user)});
    if (!m_paths.group.empty()) say(lines, "group", {Word::text(m_paths.group)});
    say(lines, "maxconn", {number(get(m_parameters, k::maxconn) + kSpareConnections)},
        {"The limit of the design is in the defaults; 100 more keep the statistics page reachable."});
    fixed(lines, "hard-stop-after", "5m", {"Old processes end after a reload even if a client holds on."});
    say(lines, "spread-checks 0", {}, {"Check times are simulated without random spread."});
    if (!m_paths.sharePort) say(lines, "noreuseport");
    if (!m_paths.adminSocket.empty()) {
        say(lines, "stats socket", {Word::text(m_paths.adminSocket)},
            {"expose-fd: a reload hands the ports over and loses nothing."});
        for (Word& word : phrase("mode 660 level admin expose-fd listeners"))
            lines.back().words.push_back(word);
        say(lines, "stats timeout 30s");
    }
}

void Builder::resolvers() {
    Section& s = section("resolvers", "system", {"Names of servers are resolved again while HAProxy runs."});
    say(s.statements, "parse-resolv-conf");
    say(s.statements, "resolve_retries 3");
    say(s.statements, "timeout resolve 1s");
    say(s.statements, "timeout retry 1s");
    say(s.statements, "hold valid 10s");
}

void Builder::defaults() {
    Section& s = section("defaults", "http");
    std::vector<Statement>& lines = s.statements;
    say(lines, "mode http");
    if (!m_paths.log.empty()) {
        say(lines, "log global");
        say(lines, "option httplog");
    }
    say(lines, "option dontlognull");
    say(lines, "option http-keep-alive");
    say(lines, "http-reuse safe");
    say(lines, "maxconn", {number(get(m_parameters, k::maxconn))});
    say(lines, "retries", {number(get(m_parameters, k::retries))},
        {"Only connections are tried again: a request that was sent is not repeated."});
    say(lines, "retry-on conn-failure");
    if (get(m_parameters, k::redispatch)) {
        say(lines, "option redispatch", {},
            {"A retry may go to another server, so a refused connection costs no request."});
    } else {
        say(lines, "no option redispatch", {},
            {"Retries stay on the same server: until it is marked down its requests fail."});
    }
    timeout(lines, "http-request", k::timeoutHttpRequest);
    timeout(lines, "http-keep-alive", k::timeoutHttpKeepAlive);
    timeout(lines, "client", k::timeoutClient);
    timeout(lines, "connect", k::timeoutConnect);
    timeout(lines, "server", k::timeoutServer);
    timeout(lines, "queue", k::timeoutQueue);
    if (const std::optional<Duration> check = get(m_parameters, k::checkTimeout))
        say(lines, "timeout check", {time("check_timeout_ms", *check)},
            {"Bounds how fast a hang is noticed."});
    fixed(lines, "timeout tunnel", "1h");
    fixed(lines, "timeout client-fin", "10s");
}

void Builder::metrics() {
    Section& s = section("frontend", "metrics from http",
                         {"Statistics page and Prometheus metrics, on this machine only."});
    say(s.statements, "bind", {Word::text(m_paths.metricsBind)});
    say(s.statements, "option dontlog-normal");
    say(s.statements, "monitor-uri /healthz", {},
        {"Answers as long as this HAProxy works, whatever its servers do: for who watches it."});
    say(s.statements, "http-request use-service prometheus-exporter if { path /metrics }");
    say(s.statements, "stats enable");
    say(s.statements, "stats uri /stats");
    say(s.statements, "stats refresh 10s");
}

void Builder::frontend(const Word& bind) {
    quoting::Slugs names;
    m_built.backend =
        "be_" + names.name(m_groups.size() == 1 && m_links.size() == 1 ? m_groups.front()->id.str()
                                                                       : m_balancer.id.str());
    m_built.ports = {{get(m_balancer, k::deploy::port), "requests"}};
    Section& s = section("frontend", fmt::format("fe_{} from http", m_built.slug));
    say(s.statements, "bind", {bind});
    say(s.statements, "option forwardfor except 127.0.0.0/8");
    say(s.statements, "default_backend", {Word::keyword(m_built.backend)});
}

} // namespace alwayson::exporters::haproxy

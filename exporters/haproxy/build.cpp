#include "exporters/haproxy/build.h"

#include "core/base/units.h"
#include "core/catalogue/catalogue.h"
#include "core/catalogue/keys.h"
#include "core/text/sentence.h"
#include "exporters/common/address.h"
#include "exporters/quoting/haproxy.h"
#include "exporters/quoting/slugs.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

namespace alwayson::exporters::haproxy {

namespace {

namespace k = key::haproxy;

// Lines of HAProxy's language, for program text only: words of data are added as Word::text.
std::vector<Word> phrase(std::string_view text) {
    std::vector<Word> words;
    while (!text.empty()) {
        const std::size_t space = text.find(' ');
        if (space != 0) words.push_back(Word::keyword(text.substr(0, space)));
        text.remove_prefix(space == std::string_view::npos ? text.size() : space + 1);
    }
    return words;
}

Statement& say(std::vector<Statement>& into, std::string_view text, const std::vector<Word>& more = {},
               std::vector<std::string> comments = {}) {
    Statement statement{phrase(text), std::move(comments)};
    statement.words.insert(statement.words.end(), more.begin(), more.end());
    into.push_back(std::move(statement));
    return into.back();
}

// A target of the balancer.
struct Target {
    const Node* node = nullptr;
    std::string name;
    Word address;        // host:port
    bool isName = false; // a DNS name or a variable that may hold one
    bool tls = false;
    std::string host; // "" for a variable
};

// "shop front" or "web1": how a person finds the thing in the design.
std::string called(const Node& node) {
    return node.name.empty() || node.name == node.id.str()
               ? node.id.str()
               : fmt::format("{} (\"{}\")", node.id.str(), shownName(node.name));
}

std::string hostOf(const Node& node) {
    return get(node.deploy, OptionalParamKey<std::string>{{"kinds", node.kind, "host", true, 1.0, {}}})
        .value_or("");
}

std::int64_t portOf(const Node& node) {
    return get(node.deploy, ParamKey<std::int64_t>{"kinds", node.kind, "port", true, 1.0, {}});
}

Error badHost(const Node& node, const std::string& host) {
    return Error{ErrorKind::invalidInput,
                 "export.host",
                 fmt::format("the address \"{}\" of {} is neither an IP address nor a DNS name.",
                             shownName(host), called(node)),
                 "Set deploy.host to something like 192.168.1.100, 2001:db8::10 or web1.example.com.",
                 {}};
}

class Builder {
public:
    Builder(const Design& design, const Node& balancer, const std::string& slug, Version version,
            const Paths& paths)
        : m_design(design), m_balancer(balancer), m_parameters(balancer.parameters), m_version(version),
          m_paths(paths) {
        m_built.balancer = balancer.id.str();
        m_built.slug = slug;
    }

    Result<Built> run() {
        m_built.figures = figuresOf(m_balancer);
        if (Status status = collectTargets(); !status) return status.error();
        Result<Word> bind = bindAddress();
        if (!bind) return bind.error();
        header();
        preamble();
        global();
        if (anyName()) resolvers();
        defaults();
        if (!m_paths.metricsBind.empty()) metrics();
        frontend(*bind);
        backend();
        generalNotes();
        return std::move(m_built);
    }

private:
    void note(std::string text) { m_built.notes.push_back(std::move(text)); }

    Section& section(std::string_view type, std::string_view rest, std::vector<std::string> comments = {}) {
        m_built.config.sections.push_back({std::string(type), phrase(rest), {}, std::move(comments)});
        return m_built.config.sections.back();
    }

    bool anyName() const {
        return std::any_of(m_targets.begin(), m_targets.end(),
                           [](const Target& target) { return target.isName; });
    }

    // HAProxy counts in whole milliseconds.
    Word time(std::string_view what, Duration value) {
        const double exact = value.milliseconds();
        const double rounded = std::clamp(std::nearbyint(exact), 1.0, 2147483647.0);
        if (std::abs(rounded - exact) > 1e-6)
            note(fmt::format(
                "{} is {} ms in the design; HAProxy counts in whole milliseconds, so {} ms is written.", what,
                formatNumber(exact), formatNumber(rounded)));
        const auto ms = static_cast<long long>(rounded);
        if (ms % 3600000 == 0) return Word::keyword(fmt::format("{}h", ms / 3600000));
        if (ms % 60000 == 0) return Word::keyword(fmt::format("{}m", ms / 60000));
        if (ms % 1000 == 0) return Word::keyword(fmt::format("{}s", ms / 1000));
        return Word::keyword(fmt::format("{}ms", ms));
    }

    static Word number(std::int64_t value) { return Word::keyword(std::to_string(value)); }

    // ---- targets
    // -------------------------------------------------------------------------------------------------
    Status collectTargets() {
        for (const Link& link : m_design.links) {
            const bool mine = link.from == m_balancer.id.str() ||
                              (m_balancer.group && link.from == m_balancer.group->str());
            if (!mine) continue;
            m_links.push_back(&link);
            if (const Node* node = m_design.nodes.find(link.to))
                addNode(*node);
            else if (const Group* group = m_design.groups.find(link.to)) {
                m_groups.push_back(group);
                for (const Node* member : membersOf(m_design, group->id))
                    addNode(*member);
            }
        }
        if (m_targets.empty())
            return Error{
                ErrorKind::invalidInput,
                "export.haproxy_no_servers",
                fmt::format("the balancer {} is linked to no server, so there is nothing to balance.",
                            called(m_balancer)),
                "Link it to a server or to a pool with members.",
                {}};
        const k::Balance balance = get(m_parameters, k::balance);
        const bool fixed =
            balance == k::Balance::staticRr || balance == k::Balance::source || balance == k::Balance::uri;
        if (!fixed && m_targets.size() > 4095)
            return Error{
                ErrorKind::invalidInput,
                "export.haproxy_too_many_servers",
                fmt::format("the balancer {} has {} servers; HAProxy takes at most 4095 with this algorithm.",
                            called(m_balancer), m_targets.size()),
                "Use static-rr or put balancers in between.",
                {}};
        quoting::Slugs names;
        quoting::Slugs variables;
        for (Target& target : m_targets) {
            target.name = names.name(target.node->id.str());
            m_built.servers.push_back({target.node->id.str(), target.name});
            if (Status status = resolveAddress(target, variables); !status) return status;
        }
        return success();
    }

    void addNode(const Node& node) {
        const bool known =
            std::any_of(m_targets.begin(), m_targets.end(), [&](const Target& t) { return t.node == &node; });
        if (!known) m_targets.push_back({&node, {}, {}, false, false, {}});
    }

    Status resolveAddress(Target& target, quoting::Slugs& variables) {
        const Node& node = *target.node;
        const std::string host = hostOf(node);
        const std::int64_t port = portOf(node);
        target.tls = hasRole(node, "external") && port == 443;
        if (host.empty()) {
            const std::string name = variables.variable(node.id.str() + "_host");
            target.address = Word::variable(name);
            target.isName = true; // people may well fill in a name
            m_built.variables.push_back(
                {name, fmt::format("address of {}: IP address or DNS name", called(node))});
            note(fmt::format("{} has no address in the design: the configuration reads it from the "
                             "environment variable {}.",
                             called(node), name));
        } else {
            const HostKind kind = classifyHost(host);
            if (kind == HostKind::invalid) return badHost(node, host);
            target.host = host;
            target.isName = kind == HostKind::name;
            target.address = Word::keyword(kind == HostKind::ipv6 ? "[" + host + "]" : host);
        }
        target.address.add(Word::keyword(fmt::format(":{}", port)));
        return success();
    }

    Result<Word> bindAddress() {
        const std::string host = hostOf(m_balancer);
        const std::int64_t port = portOf(m_balancer);
        if (host.empty()) return Word::keyword(fmt::format("*:{}", port));
        const HostKind kind = classifyHost(host);
        if (kind == HostKind::invalid) return badHost(m_balancer, host);
        return Word::keyword(kind == HostKind::ipv6 ? fmt::format("[{}]:{}", host, port)
                                                    : fmt::format("{}:{}", host, port));
    }

    // ---- sections
    // ------------------------------------------------------------------------------------------------
    void header() {
        m_built.config.comments = {
            fmt::format("Design \"{}\", balancer {}. Written by Always On for HAProxy {} or later.",
                        shownName(m_design.name), called(m_balancer), m_version.text()),
            "Every value below is the one that was simulated; manifest.json lists the figures that follow "
            "from them.",
            "Check before each reload: sh check.sh"};
    }

    void preamble() {
        std::vector<Statement>& lines = m_built.config.preamble;
        say(lines, fmt::format(".if version_before({})", m_version.text()));
        say(lines, ".alert",
            {Word::text(
                fmt::format("this configuration was written for HAProxy {} or later", m_version.text()))});
        say(lines, ".endif");
        for (const Variable& variable : m_built.variables) {
            say(lines, ".if", {conditionEmpty(variable.name)},
                {"An unset variable would silently become an empty address."});
            say(lines, ".alert",
                {Word::text(fmt::format("the environment variable {} is not set", variable.name))});
            say(lines, ".endif");
        }
    }

    // streq("${NAME}",): the two sides are words of their own to HAProxy only after the variable has been
    // read.
    static Word conditionEmpty(std::string_view name) {
        Word condition = Word::text("streq(");
        condition.add(Word::variable(name)).add(Word::text(",)"));
        return condition;
    }

    void global() {
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
        say(lines, "maxconn", {number(get(m_parameters, k::maxconn) + 100)},
            {"The limit of the design is in the defaults; 100 more keep the statistics page reachable."});
        say(lines, "hard-stop-after 5m", {}, {"Old processes end after a reload even if a client holds on."});
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

    void resolvers() {
        Section& s =
            section("resolvers", "system", {"Names of servers are resolved again while HAProxy runs."});
        say(s.statements, "parse-resolv-conf");
        say(s.statements, "resolve_retries 3");
        say(s.statements, "timeout resolve 1s");
        say(s.statements, "timeout retry 1s");
        say(s.statements, "hold valid 10s");
    }

    void defaults() {
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
        say(lines, "timeout http-request",
            {time("timeout_http_request_ms", get(m_parameters, k::timeoutHttpRequest))});
        say(lines, "timeout http-keep-alive",
            {time("timeout_http_keep_alive_ms", get(m_parameters, k::timeoutHttpKeepAlive))});
        say(lines, "timeout client", {time("timeout_client_ms", get(m_parameters, k::timeoutClient))});
        say(lines, "timeout connect", {time("timeout_connect_ms", get(m_parameters, k::timeoutConnect))});
        say(lines, "timeout server", {time("timeout_server_ms", get(m_parameters, k::timeoutServer))});
        say(lines, "timeout queue", {time("timeout_queue_ms", get(m_parameters, k::timeoutQueue))});
        if (const std::optional<Duration> check = get(m_parameters, k::checkTimeout))
            say(lines, "timeout check", {time("check_timeout_ms", *check)},
                {"Bounds how fast a hang is noticed."});
        say(lines, "timeout tunnel 1h");
        say(lines, "timeout client-fin 10s");
    }

    void metrics() {
        Section& s = section("frontend", "metrics from http",
                             {"Statistics page and Prometheus metrics, on this machine only."});
        say(s.statements, "bind", {Word::text(m_paths.metricsBind)});
        say(s.statements, "option dontlog-normal");
        say(s.statements, "http-request use-service prometheus-exporter if { path /metrics }");
        say(s.statements, "stats enable");
        say(s.statements, "stats uri /stats");
        say(s.statements, "stats refresh 10s");
    }

    void frontend(const Word& bind) {
        quoting::Slugs names;
        m_built.backend =
            "be_" + names.name(m_groups.size() == 1 && m_links.size() == 1 ? m_groups.front()->id.str()
                                                                           : m_balancer.id.str());
        Section& s = section("frontend", fmt::format("fe_{} from http", m_built.slug));
        say(s.statements, "bind", {bind});
        say(s.statements, "option forwardfor except 127.0.0.0/8");
        say(s.statements, "default_backend", {Word::keyword(m_built.backend)});
    }

    void backend() {
        Section& s = section("backend", fmt::format("{} from http", m_built.backend));
        std::vector<Statement>& lines = s.statements;
        balance(lines);
        refuseBelowNeeded(lines);
        if (get(m_parameters, k::cookie))
            say(lines, "cookie SERVERID insert indirect nocache httponly", {},
                {"A client keeps its server while that server is up."});
        const bool check = get(m_parameters, k::check);
        if (check)
            checks(lines);
        else
            lines.push_back({{}, {"Servers are not checked: a dead one keeps its share of the requests."}});
        limits(lines);
        oneExternalHost(lines);
        for (const Target& target : m_targets)
            server(lines, target, check);
    }

    void balance(std::vector<Statement>& lines) {
        const k::Balance balance = get(m_parameters, k::balance);
        std::string text(k::kBalanceNames[static_cast<std::size_t>(balance)]);
        if (balance == k::Balance::random)
            text = fmt::format("random({})", get(m_parameters, k::randomDraws));
        say(lines, "balance", {Word::keyword(text)});
        if (balance == k::Balance::source || balance == k::Balance::uri)
            say(lines, "hash-type map-based", {}, {"A lost or added server moves most keys to another one."});
        if (balance == k::Balance::first && get(m_parameters, k::serverMaxconn) == 0)
            note("balance first without a limit per server (server_maxconn) sends every request to the first "
                 "server that is up.");
    }

    void refuseBelowNeeded(std::vector<Statement>& lines) {
        for (const Group* group : m_groups) {
            const std::optional<std::int64_t> needed = get(group->parameters, key::group::pool::needed);
            if (!needed || get(group->parameters, key::group::pool::belowNeeded) !=
                               key::group::pool::BelowNeeded::refuse)
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

    void checks(std::vector<Statement>& lines) {
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
            if (!host.empty()) words.push_back(Word::text(quoting::haproxyLogFormat(checkedHost(host))));
            say(lines, "http-check expect status 200-399");
        } else {
            say(lines, "option tcp-check", {}, {"A connection is enough: a hung server looks healthy."});
            note("health checks only connect (check_type tcp): a server that hangs is never noticed.");
        }
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
        if (m_built.figures.back)
            comments.push_back("  recovery noticed after " + m_built.figures.back->shown());
        say(lines, "default-server",
            {Word::keyword("inter"), time("check_inter_ms", timers.inter), Word::keyword("fastinter"),
             time("check_fastinter_ms", timers.fastinter), Word::keyword("downinter"),
             time("check_downinter_ms", timers.downinter), Word::keyword("fall"), number(timers.fall),
             Word::keyword("rise"), number(timers.rise)},
            std::move(comments));
    }

    // A Host header of the check: text that could end the header is refused by leaving it to the note.
    std::string checkedHost(const std::string& host) {
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

    void limits(std::vector<Statement>& lines) {
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

    // A single outside service expects its own name in the Host header.
    void oneExternalHost(std::vector<Statement>& lines) {
        const auto external = [](const Target& target) { return hasRole(*target.node, "external"); };
        const bool any = std::any_of(m_targets.begin(), m_targets.end(), external);
        if (any && m_targets.size() == 1 && m_targets.front().isName && !m_targets.front().host.empty())
            say(lines, "http-request set-header Host", {Word::text(m_targets.front().host)});
        else if (any)
            note("requests reach the external service with the Host header the client sent; set it where the "
                 "service needs its own.");
    }

    void server(std::vector<Statement>& lines, const Target& target, bool check) {
        std::vector<std::string> comments;
        if (!target.node->name.empty() && target.node->name != target.name)
            comments.push_back(target.node->name);
        say(lines, "server", {Word::keyword(target.name), target.address}, std::move(comments));
        std::vector<Word>& words = lines.back().words;
        const auto add = [&](std::string_view text) {
            for (Word& word : phrase(text))
                words.push_back(word);
        };
        if (check) add("check");
        if (get(m_parameters, k::cookie)) add("cookie " + target.name);
        if (target.isName) add("resolvers system init-addr last,libc,none");
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

    static std::string variableOf(const Target& target) {
        for (const Part& part : target.address.parts())
            if (part.variable) return part.text;
        return {};
    }

    void generalNotes() {
        for (const Link* link : m_links)
            if (!link->classes.empty())
                note(fmt::format(
                    "link {} carries only {}; HAProxy sees no request classes, so every request may take it.",
                    link->id.str(), listNames(link->classes)));
        if (m_balancer.group)
            note(fmt::format("how clients find the members of {} (a virtual IP address or DNS) is not part "
                             "of this export.",
                             m_balancer.group->str()));
        if (const auto kept = m_design.attachments.find("haproxy");
            kept != m_design.attachments.end() && kept->second != "{}")
            note("lines of an imported haproxy.cfg that are kept in the design are not written yet.");
        note("TLS is not part of the design: clients reach the frontend over plain HTTP. Add \"ssl crt\" to "
             "its bind line for HTTPS.");
    }

    const Design& m_design;
    const Node& m_balancer;
    const Parameters& m_parameters;
    Version m_version;
    const Paths& m_paths;
    std::vector<Target> m_targets;
    std::vector<const Link*> m_links;
    std::vector<const Group*> m_groups;
    Built m_built;
};

} // namespace

std::vector<const Node*> balancersOf(const Design& design) {
    std::vector<const Node*> found;
    for (const Node& node : design.nodes) {
        const Descriptor* kind = Catalogue::builtIn().kind(node.kind);
        const bool exported =
            kind && std::find(kind->exports.begin(), kind->exports.end(), "haproxy") != kind->exports.end();
        if (exported && kind->hasRole("balancer")) found.push_back(&node);
    }
    return found;
}

Result<Built> build(const Design& design, const Node& balancer, const std::string& slug, Version version,
                    const Paths& paths) {
    return Builder(design, balancer, slug, version, paths).run();
}

} // namespace alwayson::exporters::haproxy

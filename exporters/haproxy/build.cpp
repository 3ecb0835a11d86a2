#include "exporters/haproxy/builder.h"

#include "core/base/units.h"
#include "core/catalogue/catalogue.h"
#include "core/catalogue/keys.h"
#include "core/text/sentence.h"
#include "exporters/common/address.h"
#include "exporters/common/words.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

namespace alwayson::exporters::haproxy {

namespace {

namespace k = key::haproxy;

std::string hostOf(const Node& node) {
    return get(node, key::server::deploy::host).value_or("");
}

std::int64_t portOf(const Node& node) {
    return get(node, key::server::deploy::port);
}

// "10.0.0.100" of "10.0.0.100/24".
std::string sharedHostOf(const Group& pair) {
    const std::string address = get(pair, key::group::vrrpPair::virtualIp).value_or("");
    return address.substr(0, address.find('/'));
}

bool isExported(const Node& node, std::string_view target) {
    const Descriptor* kind = Catalogue::builtIn().kind(node.kind);
    return kind && std::find(kind->exports.begin(), kind->exports.end(), target) != kind->exports.end();
}

} // namespace

std::vector<Word> phrase(std::string_view text) {
    std::vector<Word> words;
    while (!text.empty()) {
        const std::size_t space = text.find(' ');
        if (space != 0) words.push_back(Word::keyword(text.substr(0, space)));
        text.remove_prefix(space == std::string_view::npos ? text.size() : space + 1);
    }
    return words;
}

Statement& say(std::vector<Statement>& into, std::string_view text, const std::vector<Word>& more,
               std::vector<std::string> comments) {
    Statement statement{phrase(text), std::move(comments)};
    statement.words.insert(statement.words.end(), more.begin(), more.end());
    into.push_back(std::move(statement));
    return into.back();
}

Builder::Builder(const Design& design, const Node& balancer, const std::string& slug, Version version,
                 const Paths& paths)
    : m_design(design), m_balancer(balancer), m_parameters(balancer.parameters), m_version(version),
      m_paths(paths) {
    m_built.balancer = balancer.id.str();
    m_built.slug = slug;
}

Result<Built> Builder::run() {
    if (Status status = collectTargets(); !status) return status.error();
    m_built.figures = figuresOf(m_balancer, m_set != nullptr);
    Result<Word> bind = bindAddress(get(m_balancer, k::deploy::port));
    if (!bind) return bind.error();
    preamble();
    global();
    if (anyName()) resolvers();
    if (m_set) {
        if (Status status = databaseFront(); !status) return status.error();
        databaseNotes();
    } else {
        defaults();
        if (!m_paths.metricsBind.empty()) metrics();
        frontend(*bind);
        backend();
    }
    generalNotes();
    header();
    return std::move(m_built);
}

std::string Built::notSimulatedNames() const {
    return listNames(notSimulated, notSimulated.size());
}

Section& Builder::section(std::string_view type, std::string_view rest, std::vector<std::string> comments) {
    m_built.config.sections.push_back({std::string(type), phrase(rest), {}, std::move(comments)});
    return m_built.config.sections.back();
}

bool Builder::anyName() const {
    return std::any_of(m_targets.begin(), m_targets.end(),
                       [](const Target& target) { return target.isName; });
}

Word Builder::time(std::string_view what, Duration value) {
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

Status Builder::collectTargets() {
    for (const Link& link : m_design.links) {
        const bool mine =
            link.from == m_balancer.id.str() || (m_balancer.group && link.from == m_balancer.group->str());
        if (!mine) continue;
        m_links.push_back(&link);
        if (const Node* node = m_design.nodes.find(link.to))
            addNode(*node);
        else if (const Group* group = m_design.groups.find(link.to)) {
            m_groups.push_back(group);
            const std::vector<const Node*> members = membersOf(m_design, group->id);
            if (hasRole(*group, "one_active") && !members.empty())
                m_targets.push_back({members.front(), group, {}, {}, false, false, {}});
            else
                for (const Node* member : members)
                    addNode(*member);
        }
    }
    if (m_targets.empty())
        return Error{ErrorKind::invalidInput,
                     "export.haproxy_no_servers",
                     fmt::format("the balancer {} is linked to no server, so there is nothing to balance.",
                                 called(m_balancer)),
                     "Link it to a server or to a pool with members.",
                     {}};
    if (Status status = checkSpeech(); !status) return status;
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
        target.name = names.name(target.id());
        m_built.servers.push_back({target.id(), target.name});
        if (Status status = resolveAddress(target, variables); !status) return status;
    }
    return success();
}

// What the targets speak: HTTP all of them, or MySQL, as members of one replication set.
Status Builder::checkSpeech() {
    const auto refuse = [](std::string code, std::string message, std::string cure) {
        return Error{ErrorKind::invalidInput, std::move(code), std::move(message), std::move(cure), {}};
    };
    const Target* http = nullptr;
    for (const Target& target : m_targets) {
        const Node& node = *target.node;
        if (isExported(node, "haproxy")) {
            http = &target;
            continue;
        }
        if (!isExported(node, "mysql"))
            return refuse(
                "export.haproxy_not_http",
                fmt::format("{} is a {} behind the balancer {}, which speaks neither HTTP nor MySQL.",
                            called(node), Catalogue::builtIn().kind(node.kind)->title, called(m_balancer)),
                "Leave the link out of the design that you export.");
        const Group* set = node.group ? m_design.groups.find(node.group->str()) : nullptr;
        if (!set || !hasRole(*set, "one_writer"))
            return refuse(
                "export.haproxy_no_set",
                fmt::format("{} behind the balancer {} belongs to no replication set, so nobody says "
                            "who may write.",
                            called(node), called(m_balancer)),
                "Group it as MySQL replication, alone if need be.");
        if (m_set && m_set != set)
            return refuse(
                "export.haproxy_mixed",
                fmt::format("the balancer {} stands in front of two replication sets, {} and {}; what "
                            "is written has one port for writes.",
                            called(m_balancer), m_set->id.str(), set->id.str()),
                "Give each set a balancer of its own.");
        m_set = set;
    }
    if (m_set && http)
        return refuse(
            "export.haproxy_mixed",
            fmt::format("the balancer {} stands in front of the replication set {} and of {}, which "
                        "speaks HTTP.",
                        called(m_balancer), m_set->id.str(), called(*http->node)),
            "Give each of them a balancer of its own.");
    if (m_set && !get(m_parameters, k::check))
        return refuse(
            "export.haproxy_unchecked",
            fmt::format("the balancer {} does not check its servers, so it cannot know which member "
                        "of {} may write.",
                        called(m_balancer), m_set->id.str()),
            "Switch its health checks on.");
    return success();
}

void Builder::addNode(const Node& node) {
    const bool known = std::any_of(m_targets.begin(), m_targets.end(),
                                   [&](const Target& t) { return t.node == &node && !t.pair; });
    if (!known) m_targets.push_back({&node, nullptr, {}, {}, false, false, {}});
}

Status Builder::resolveAddress(Target& target, quoting::Slugs& variables) {
    const Node& node = *target.node;
    const std::string host = target.pair ? sharedHostOf(*target.pair) : hostOf(node);
    const std::int64_t port = portOf(node);
    const std::string what = target.pair ? "the pair " + target.id() : called(node);
    target.tls = hasRole(node, "external") && port == 443;
    if (host.empty()) {
        const std::string name = variables.variable(target.id() + "_host");
        target.address = Word::variable(name);
        target.isName = true; // people may well fill in a name
        m_built.variables.push_back({name, fmt::format("address of {}: IP address or DNS name", what)});
        note(fmt::format("{} has no address in the design: the configuration reads it from the "
                         "environment variable {}.",
                         what, name));
    } else {
        const HostKind kind = classifyHost(host);
        if (kind == HostKind::invalid && target.pair)
            return Error{ErrorKind::invalidInput,
                         "export.host",
                         fmt::format("the shared address \"{}\" of the pair {} is no IP address.",
                                     shownName(host), shownName(target.id())),
                         "Set virtual_ip to something like 10.0.0.100/24.",
                         {}};
        if (kind == HostKind::invalid) return badHost(node, host);
        target.host = host;
        target.isName = kind == HostKind::name;
        target.address = Word::keyword(kind == HostKind::ipv6 ? "[" + host + "]" : host);
    }
    target.address.add(Word::keyword(fmt::format(":{}", port)));
    return success();
}

bool Builder::sharesAddress() const {
    const Group* group = m_balancer.group ? m_design.groups.find(m_balancer.group->str()) : nullptr;
    return group && hasRole(*group, "one_active");
}

Result<Word> Builder::bindAddress(std::int64_t port) {
    const std::string host = hostOf(m_balancer);
    if (host.empty()) return Word::keyword(fmt::format("*:{}", port));
    const HostKind kind = classifyHost(host);
    if (kind == HostKind::invalid) return badHost(m_balancer, host);
    if (sharesAddress()) {
        if (port == portOf(m_balancer))
            note(fmt::format(
                "{} listens on all addresses, not only on {}: the shared one of {} comes and goes.",
                called(m_balancer), host, m_balancer.group->str()));
        return Word::keyword(fmt::format("{}:{}", kind == HostKind::ipv6 ? "[::]" : "*", port));
    }
    return Word::keyword(kind == HostKind::ipv6 ? fmt::format("[{}]:{}", host, port)
                                                : fmt::format("{}:{}", host, port));
}

void Builder::header() {
    m_built.config.comments = {
        fmt::format("Design \"{}\", balancer {}. Written by Always On for HAProxy {} or later.",
                    shownName(m_design.name), called(m_balancer), m_version.text()),
        "The values of the design below are those that were simulated; manifest.json lists the figures "
        "that follow from them.",
        fmt::format("Not simulated: {}.", m_built.notSimulatedNames()),
        "Check before each reload: sh check.sh"};
}

void Builder::preamble() {
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

std::vector<const Node*> balancersOf(const Design& design) {
    std::vector<const Node*> found;
    for (const Node& node : design.nodes) {
        if (isExported(node, "haproxy") && hasRole(node, "balancer")) found.push_back(&node);
    }
    return found;
}

Result<Built> build(const Design& design, const Node& balancer, const std::string& slug, Version version,
                    const Paths& paths) {
    return Builder(design, balancer, slug, version, paths).run();
}

} // namespace alwayson::exporters::haproxy

#include "exporters/keepalived/build.h"

#include "core/base/ip_network.h"
#include "core/base/units.h"
#include "core/catalogue/catalogue.h"
#include "core/catalogue/keys.h"
#include "core/text/sentence.h"
#include "exporters/common/address.h"
#include "exporters/common/words.h"
#include "exporters/quoting/keepalived.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <optional>
#include <utility>

namespace alwayson::exporters::keepalived {

namespace {

namespace v = key::group::vrrpPair;

Error invalid(std::string code, std::string message, std::string cure) {
    return Error{ErrorKind::invalidInput, std::move(code), std::move(message), std::move(cure), {}};
}

Statement statement(std::string_view first, std::vector<Word> more = {},
                    std::vector<std::string> comments = {}) {
    Statement out;
    out.words.push_back(Word::text(first));
    out.words.insert(out.words.end(), more.begin(), more.end());
    out.comments = std::move(comments);
    return out;
}

Statement opening(std::string_view first, std::vector<Word> more = {},
                  std::vector<std::string> comments = {}) {
    Statement out = statement(first, std::move(more), std::move(comments));
    out.opens = true;
    return out;
}

Word number(std::int64_t value) {
    return Word::text(std::to_string(value));
}

// An address, or what stands for it.
struct Address {
    Word word;
    HostKind kind = HostKind::invalid; // invalid: a variable
    std::string literal;               // without the prefix length
};

struct Member {
    const Node* node = nullptr;
    std::string slug;
    Address address;
    int priority = 0;
};

class PairBuilder {
public:
    PairBuilder(const Design& design, const Group& group, const Paths& paths)
        : m_design(design), m_group(group), m_paths(paths) {}

    Result<std::vector<Built>> run(quoting::Slugs& slugs) {
        if (Status status = collect(slugs); !status) return status.error();
        if (Status status = timers(); !status) return status.error();
        commonNotes();
        std::vector<Built> all;
        for (const Member& member : m_members)
            all.push_back(memberOf(member));
        return all;
    }

private:
    // ---- what can be said at all
    Status collect(quoting::Slugs& slugs);
    Status sharedAddress();
    Status ownAddress(Member& member);
    Status families() const;
    Status timers();
    Result<Word> wholeSeconds(std::string_view title, Duration value) const;
    Result<Word> advert() const;
    void commonNotes();
    std::string networkNote() const;

    // ---- the tree
    Built memberOf(const Member& member) const;
    Statement globals(const Member& member) const;
    Statement script(const Figures& figures) const;
    Statement instance(const Member& member, const Figures& figures) const;
    Figures figuresOf(const Member& member) const;
    void noteOverlaps(Built& built) const;
    const Member& favourite() const;

    Word variable(std::string_view wanted, std::string meaning) {
        const std::string name = m_names.variable(wanted);
        m_variables.push_back({name, std::move(meaning)});
        return Word::variable(name);
    }
    bool tracked() const { return get(m_group, v::track) == v::Track::script; }
    std::string shown() const { return m_group.id.str(); }

    const Design& m_design;
    const Group& m_group;
    const Paths& m_paths;
    std::vector<Member> m_members;
    Address m_shared;
    std::string m_interface;
    Word m_advert, m_interval, m_timeout;
    quoting::Slugs m_names;
    std::vector<Variable> m_variables;
    std::vector<std::string> m_notes;
};

Status PairBuilder::collect(quoting::Slugs& slugs) {
    m_interface = get(m_group, v::interface);
    if (!quoting::isInterfaceName(m_interface))
        return invalid("export.interface",
                       fmt::format("the interface \"{}\" of {} is no name of a network interface.",
                                   shownName(m_interface), shown()),
                       "Set it to something like eth0: up to 15 letters, digits, dots and dashes.");
    if (Status status = sharedAddress(); !status) return status;
    for (const Node* node : membersOf(m_design, m_group.id)) {
        const Descriptor* kind = Catalogue::builtIn().kind(node->kind);
        if (!kind ||
            std::find(kind->exports.begin(), kind->exports.end(), "keepalived") == kind->exports.end())
            return invalid("export.vrrp_member",
                           fmt::format("{} in {} is nothing that keepalived can hand an address to.",
                                       called(*node), shown()),
                           "Put balancers into a VRRP pair.");
        Member member{node, slugs.name(node->id.str()), {}, static_cast<int>(priorityOf(m_design, *node))};
        if (Status status = ownAddress(member); !status) return status;
        m_members.push_back(std::move(member));
    }
    if (m_members.size() < 2)
        return invalid("export.vrrp_one_member",
                       fmt::format("{} has only {}: nobody could take the address over.", shown(),
                                   m_members.empty() ? "no members" : called(*m_members.front().node)),
                       "Add a second balancer to it, or take the first one out.");
    return families();
}

// "10.0.0.100/24": address and prefix length.
Status PairBuilder::sharedAddress() {
    const std::optional<std::string> given = get(m_group, v::virtualIp);
    if (!given || given->empty()) {
        m_shared.word =
            variable(m_group.id.str() + "_shared_address",
                     fmt::format("shared address of {} with its prefix length, as 10.0.0.100/24", shown()));
        return success();
    }
    const std::size_t slash = given->find('/');
    m_shared.literal = given->substr(0, slash);
    m_shared.kind = classifyHost(m_shared.literal);
    const int widest = m_shared.kind == HostKind::ipv6 ? 128 : 32;
    int prefix = widest;
    bool good = m_shared.kind == HostKind::ipv4 || m_shared.kind == HostKind::ipv6;
    if (slash != std::string::npos) {
        const char* const end = given->data() + given->size();
        const auto read = std::from_chars(given->data() + slash + 1, end, prefix);
        good = good && read.ec == std::errc() && read.ptr == end && prefix >= 1 && prefix <= widest;
    }
    if (!good)
        return invalid("export.virtual_ip",
                       fmt::format("the shared address \"{}\" of {} is no IP address with a prefix length.",
                                   shownName(*given), shown()),
                       "Set it to something like 10.0.0.100/24 or 2001:db8::100/64.");
    if (slash == std::string::npos)
        m_notes.push_back(fmt::format("the shared address {} has no prefix length: /{} is written.",
                                      m_shared.literal, prefix));
    m_shared.word = Word::text(fmt::format("{}/{}", m_shared.literal, prefix));
    return success();
}

Status PairBuilder::ownAddress(Member& member) {
    const Node& node = *member.node;
    const std::string host = get(node, key::haproxy::deploy::host).value_or("");
    const bool everywhere = host.empty() || host == "*" || host == "0.0.0.0" || host == "::";
    const HostKind kind = everywhere ? HostKind::invalid : classifyHost(host);
    if (!everywhere && kind == HostKind::invalid) return badHost(node, host);
    const bool own = (kind == HostKind::ipv4 || kind == HostKind::ipv6) && host != m_shared.literal;
    if (own) {
        for (const Member& other : m_members)
            if (other.address.literal == host)
                return invalid("export.vrrp_same_address",
                               fmt::format("{} and {} have the same address, {}.", called(*other.node),
                                           called(node), host),
                               "Give each machine its own address; the one they share is the pair's.");
        member.address = {Word::text(host), kind, host};
        return success();
    }
    if (kind == HostKind::name)
        m_notes.push_back(fmt::format("{} has the name {} in the design; keepalived needs its IP address.",
                                      called(node), host));
    else if (!everywhere)
        m_notes.push_back(
            fmt::format("the design gives {} the shared address; keepalived needs the machine's "
                        "own as well.",
                        called(node)));
    member.address.word =
        variable(node.id.str() + "_address", fmt::format("IP address of {} itself", called(node)));
    return success();
}

Status PairBuilder::families() const {
    std::optional<HostKind> family;
    const auto joins = [&](const Address& address) {
        if (address.kind == HostKind::invalid) return true;
        if (!family) family = address.kind;
        return *family == address.kind;
    };
    bool same = joins(m_shared);
    for (const Member& member : m_members)
        same = joins(member.address) && same;
    if (!same)
        return invalid(
            "export.vrrp_family",
            fmt::format("{} mixes IPv4 and IPv6: the shared address and those of the members have to be "
                        "of one kind.",
                        shown()),
            "Use addresses of one kind.");
    if (family == HostKind::ipv6 && get(m_group, v::version) == 2)
        return invalid("export.vrrp_family",
                       fmt::format("{} has IPv6 addresses, which VRRP version 2 does not know.", shown()),
                       "Set the version to 3.");
    return success();
}

Result<Word> PairBuilder::wholeSeconds(std::string_view title, Duration value) const {
    const double exact = value.seconds();
    if (exact < 1 || std::abs(exact - std::nearbyint(exact)) > 1e-9)
        return invalid("export.vrrp_seconds",
                       fmt::format("\"{}\" of {} is {} s; keepalived takes whole seconds there.", title,
                                   shown(), formatNumber(exact)),
                       fmt::format("Set it to {} s, and the simulation has the same.",
                                   formatNumber(std::max(1.0, std::nearbyint(exact)))));
    return number(static_cast<std::int64_t>(std::nearbyint(exact)));
}

Result<Word> PairBuilder::advert() const {
    const Duration every = get(m_group, v::advert);
    if (get(m_group, v::version) == 2) {
        Result<Word> seconds = wholeSeconds("Adverts every", every);
        if (seconds) return seconds;
        Error error = std::move(seconds).error();
        error.cure += " VRRP version 3 allows fractions.";
        return error;
    }
    const double hundredths = every.seconds() * 100;
    const double rounded = std::nearbyint(hundredths);
    if (rounded < 1 || std::abs(hundredths - rounded) > 1e-6)
        return invalid("export.vrrp_seconds",
                       fmt::format("\"Adverts every\" of {} is {} ms; VRRP counts in steps of 10 ms.",
                                   shown(), formatNumber(every.milliseconds())),
                       fmt::format("Set it to {} ms, and the simulation has the same.",
                                   formatNumber(std::max(1.0, rounded) * 10)));
    return Word::text(formatNumber(rounded / 100));
}

Status PairBuilder::timers() {
    Result<Word> every = advert();
    if (!every) return every.error();
    m_advert = std::move(every).value();
    if (!tracked()) return success();
    Result<Word> interval = wholeSeconds("Script every", get(m_group, v::trackInterval));
    if (!interval) return interval.error();
    m_interval = std::move(interval).value();
    Result<Word> timeout = wholeSeconds("Script times out after", get(m_group, v::trackTimeout));
    if (!timeout) return timeout.error();
    m_timeout = std::move(timeout).value();
    if (get(m_group, v::trackWeight) != 0 && !get(m_group, v::preempt))
        return invalid(
            "export.vrrp_weight",
            fmt::format("{} has a weight of {} for its script and does not go back: nobody may preempt, so "
                        "the address would stay at a member whose balancer is dead.",
                        shown(), get(m_group, v::trackWeight)),
            "Set the weight to 0, or let the pair go back (preempt).");
    return success();
}

// Who holds the address when all start together: the highest priority, then (keepalived) the highest address.
const Member& PairBuilder::favourite() const {
    return *std::max_element(m_members.begin(), m_members.end(),
                             [](const Member& a, const Member& b) { return a.priority < b.priority; });
}

void PairBuilder::commonNotes() {
    const auto note = [&](std::string text) { m_notes.push_back(std::move(text)); };
    for (const Variable& one : m_variables)
        note(fmt::format("{} is not in the design: it is read from {} when the configuration is installed.",
                         one.meaning, one.name));
    const Member& first = favourite();
    if (first.node != m_members.front().node)
        note(fmt::format(
            "{} has the highest priority ({}): when all start together it holds the address. The simulation "
            "starts with {} as the holder.",
            called(*first.node), first.priority, called(*m_members.front().node)));
    for (std::size_t i = 1; i < m_members.size(); ++i)
        for (std::size_t j = 0; j < i; ++j)
            if (m_members[i].priority == m_members[j].priority)
                note(fmt::format("{} and {} have the same priority, {}: then the higher IP address decides.",
                                 called(*m_members[j].node), called(*m_members[i].node),
                                 m_members[i].priority));
    for (const Group* other : pairsOf(m_design))
        if (other->id != m_group.id && get(*other, v::virtualRouterId) == get(m_group, v::virtualRouterId))
            note(fmt::format(
                "{} has the same router id, {}: on one network segment they would disturb each other.",
                other->id.str(), get(m_group, v::virtualRouterId)));
    if (!tracked())
        note(
            "no script watches the balancer: when it dies on a machine that lives, the address stays there.");
    if (get(m_group, v::arpUpdate).seconds() > 0)
        note("how long neighbours take to follow the address is a property of the network and not of "
             "keepalived.");
    if (get(m_group, v::failover))
        note("the simulation has a take-over time of its own for this pair and does not use these timers.");
    note("adverts carry no password: version 3 has none, and the one of version 2 travels readable. Adverts "
         "are "
         "accepted from the other members only; let firewalls pass protocol 112 between them and from nobody "
         "else.");
    note(networkNote());
    note("cloud networks such as those of AWS and Azure do not follow an address to another machine: use "
         "their "
         "balancers there instead.");
}

std::string PairBuilder::networkNote() const {
    const std::optional<IpNetwork> network = networkOf(get(m_group, v::virtualIp).value_or(""));
    std::string outside;
    for (const Member& member : m_members)
        if (network && !network->isOneAddress() && !member.address.literal.empty() &&
            !network->holds(member.address.literal))
            outside += (outside.empty() ? "" : ", ") + member.address.literal;
    const std::string where =
        network && !network->isOneAddress() ? network->text() : "that of the shared address";
    return fmt::format(
        "the members need one network (layer 2, {}) on {}, wherever they stand: no router passes the message "
        "that an address has moved.{}",
        where, m_interface, outside.empty() ? "" : fmt::format(" By the design {} is not in it.", outside));
}

Figures PairBuilder::figuresOf(const Member& member) const {
    const VrrpTimers timers = vrrpTimersOf(m_design, m_group, *member.node);
    return {vrrpTakeover(timers, VrrpEvent::machineGone), vrrpTakeover(timers, VrrpEvent::stopped),
            vrrpTakeover(timers, VrrpEvent::balancerDead), vrrpTakeover(timers, VrrpEvent::balancerHung),
            vrrpTakeoverHungNewer(timers)};
}

Statement PairBuilder::globals(const Member& member) const {
    Statement s = opening("global_defs");
    s.block = {statement("router_id", {Word::text(member.slug)})};
    if (tracked()) {
        s.block.push_back(statement("enable_script_security", {},
                                    {"Runs no script as root that somebody else could change."}));
        s.block.push_back(statement("script_user", {Word::text(m_paths.scriptUser)}));
    }
    s.block.push_back(statement("vrrp_version", {number(get(m_group, v::version))}));
    s.block.push_back(statement("vrrp_check_unicast_src", {}, {"Adverts count only when a peer sent them."}));
    s.block.push_back(
        statement("vrrp_garp_master_delay", {number(1)},
                  {"The new holder tells its neighbours at once, again after 1 s and every minute."}));
    s.block.push_back(statement("vrrp_garp_master_refresh", {number(60)}));
    return s;
}

Statement PairBuilder::script(const Figures& figures) const {
    Statement s = opening("vrrp_script", {Word::text("check_balancer")},
                          {fmt::format("A dead balancer loses the address {}, a hung one {}.",
                                       window(figures.balancerDead), window(figures.balancerHung))});
    Word path = Word::text(fmt::format("{}/{}", m_paths.folder, kCheckScript));
    path.quoted = true;
    s.block = {statement("script", {path}), statement("interval", {m_interval}),
               statement("timeout", {m_timeout}), statement("fall", {number(get(m_group, v::trackFall))}),
               statement("rise", {number(get(m_group, v::trackRise))})};
    if (const std::int64_t weight = get(m_group, v::trackWeight); weight != 0)
        s.block.push_back(statement("weight", {number(weight)}));
    return s;
}

Statement PairBuilder::instance(const Member& member, const Figures& figures) const {
    quoting::Slugs names;
    Statement s = opening("vrrp_instance", {Word::text("VI_" + names.name(m_group.id.str()))},
                          {fmt::format("A machine that falls silent loses the address {}, a clean stop {}.",
                                       window(figures.machineGone), window(figures.stopped))});
    s.block = {
        statement("state", {Word::text("BACKUP")}, {"The priority decides who is first, not the file."}),
        statement("interface", {Word::text(m_interface)}),
        statement("virtual_router_id", {number(get(m_group, v::virtualRouterId))}),
        statement("priority", {number(member.priority)}), statement("advert_int", {m_advert})};
    if (!get(m_group, v::preempt))
        s.block.push_back(
            statement("nopreempt", {},
                      {"The address stays where it is when the other machine comes back: a second "
                       "interruption less."}));
    else if (const Duration delay = get(m_group, v::preemptDelay); delay.seconds() > 0)
        s.block.push_back(statement("preempt_delay",
                                    {Word::text(formatNumber(std::nearbyint(delay.seconds() * 1e6) / 1e6))}));
    s.block.push_back(statement("unicast_src_ip", {member.address.word}));
    Statement peers = opening("unicast_peer");
    for (const Member& other : m_members)
        if (other.node != member.node) {
            Statement peer;
            peer.words = {other.address.word};
            peer.comments = {called(*other.node)};
            peers.block.push_back(std::move(peer));
        }
    s.block.push_back(std::move(peers));
    Statement shared = opening("virtual_ipaddress");
    Statement address;
    address.words = {m_shared.word, Word::text("dev"), Word::text(m_interface)};
    shared.block = {std::move(address)};
    s.block.push_back(std::move(shared));
    if (tracked()) {
        Statement track = opening("track_script");
        track.block = {statement("check_balancer")};
        s.block.push_back(std::move(track));
    }
    return s;
}

// Runs of the script that last as long as its interval: versions differ in what they do then.
void PairBuilder::noteOverlaps(Built& built) const {
    const double later = built.figures.balancerHungNewer.maxS - built.figures.balancerHung.maxS;
    if (!std::isfinite(later) || later <= 0) return;
    const VrrpTimers timers = vrrpTimersOf(m_design, m_group, *m_members.front().node);
    const bool coincide = std::fmod(timers.timeout, timers.interval) == 0;
    built.notes.push_back(fmt::format(
        "a hung balancer with a script that times out after {} s and runs every {} s: keepalived 2.3.3 and "
        "later wait for "
        "a run before the next, so the address goes {} s later than simulated.{} A timeout below the "
        "interval avoids "
        "that.",
        formatNumber(timers.timeout), formatNumber(timers.interval), formatSignificant(later),
        coincide
            ? fmt::format(
                  " Before 2.3.3 a run that times out just when another starts can be lost, {} s more each "
                  "time.",
                  formatNumber(timers.interval))
            : ""));
}

Built PairBuilder::memberOf(const Member& member) const {
    Built built;
    built.member = member.node->id.str();
    built.group = m_group.id.str();
    built.slug = member.slug;
    built.interface = m_interface;
    built.tracked = tracked();
    built.starts = member.node == favourite().node;
    built.priority = member.priority;
    built.variables = m_variables;
    built.figures = figuresOf(member);
    built.notes = m_notes;
    if (tracked() && get(m_group, v::trackWeight) != 0 && !std::isfinite(built.figures.balancerDead.meanS))
        built.notes.push_back(fmt::format("the weight of the script ({}) does not bring {} below the others: "
                                          "it keeps the address with a dead "
                                          "balancer.",
                                          get(m_group, v::trackWeight), called(*member.node)));
    if (tracked()) noteOverlaps(built);
    built.config.comments = {
        fmt::format("Design \"{}\", {} of the VRRP pair {}. Written by Always On for keepalived {} or later.",
                    shownName(m_design.name), called(*member.node), shown(), kOldest),
        "Every timer below is the one of the design; manifest.json lists the figures that follow from them.",
        "Check before each reload: sh check.sh"};
    built.config.statements.push_back(globals(member));
    if (tracked()) built.config.statements.push_back(script(built.figures));
    built.config.statements.push_back(instance(member, built.figures));
    return built;
}

} // namespace

std::string window(const PhaseLaw& law) {
    if (!std::isfinite(law.meanS)) return "never";
    const auto seconds = [](double value) { return fmt::format("{:.2f} s", value); };
    return law.minS == law.maxS ? "after " + seconds(law.minS)
                                : fmt::format("after {} to {}", seconds(law.minS), seconds(law.maxS));
}

std::vector<const Group*> pairsOf(const Design& design) {
    std::vector<const Group*> found;
    for (const Group& group : design.groups)
        if (hasMechanism(group, "vrrp") && !membersOf(design, group.id).empty()) found.push_back(&group);
    return found;
}

Result<std::vector<Built>> build(const Design& design, const Group& group, quoting::Slugs& slugs,
                                 const Paths& paths) {
    return PairBuilder(design, group, paths).run(slugs);
}

} // namespace alwayson::exporters::keepalived

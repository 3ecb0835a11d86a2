// Addresses that an export needs.

#include "core/catalogue/catalogue.h"
#include "core/catalogue/keys.h"
#include "core/text/sentence.h"
#include "core/validate/context.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>

namespace alwayson::validation {

namespace {

std::optional<std::string> hostOf(const Node& node) {
    const auto host = get(node, key::server::deploy::host);
    return host && !host->empty() ? host : std::nullopt;
}

std::int64_t portOf(const Node& node) {
    return get(node, key::server::deploy::port);
}

bool isLetterOrDigit(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

// Dotted parts of an IPv4 address or of a DNS name (RFC 1123: letters, digits and hyphens, 63 at most, no
// hyphen at an end).
bool isDottedName(std::string_view host) {
    if (host.empty() || host.size() > 253) return false;
    bool numbers = true;
    int parts = 0;
    while (true) {
        const std::size_t dot = host.find('.');
        const std::string_view part = host.substr(0, dot);
        if (part.empty() || part.size() > 63 || part.front() == '-' || part.back() == '-') return false;
        if (!std::all_of(part.begin(), part.end(), [](char c) { return isLetterOrDigit(c) || c == '-'; }))
            return false;
        const bool number =
            std::all_of(part.begin(), part.end(), [](char c) { return c >= '0' && c <= '9'; });
        numbers = numbers && number && part.size() <= 3 && std::stoi(std::string(part)) <= 255;
        ++parts;
        // All digits to the end can only be an IPv4 address.
        if (dot == std::string_view::npos) return !number || (numbers && parts == 4);
        host.remove_prefix(dot + 1);
    }
}

// Enough to tell an IPv6 address from a mistake; the balancer itself checks the rest.
bool isIpv6(std::string_view host) {
    const auto allowed = [](char c) {
        return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F') || c == ':' ||
               c == '.';
    };
    return host.size() >= 2 && host.size() <= 45 && std::count(host.begin(), host.end(), ':') >= 2 &&
           std::all_of(host.begin(), host.end(), allowed);
}

bool isExported(const Node& node) {
    const Descriptor* kind = Catalogue::builtIn().kind(node.kind);
    return kind && !kind->exports.empty() && kind->deployField("host");
}

} // namespace

void checkDeploy(const Context& context, Issues& issues) {
    std::map<std::string, std::vector<Index>> byAddress;
    std::vector<Index> missing;
    for (Index i = 0; i < context.design.nodes.size(); ++i) {
        const Node& node = context.node(i);
        if (!isExported(node)) continue;
        const auto host = hostOf(node);
        if (!host) {
            // A balancer without an address listens on all of them.
            if (!context.balancer[i] && !context.callers[i].empty()) missing.push_back(i);
            continue;
        }
        const bool wildcard = context.balancer[i] && *host == "*";
        if (!wildcard && !isDottedName(*host) && !isIpv6(*host)) {
            issues.warning("deploy.invalid_host", {node.id.str()},
                           fmt::format("The address of {}, \"{}\", is neither an IP address nor a DNS name.",
                                       context.name(i), shownName(*host)),
                           "Enter an address such as 192.168.1.100, fd00::1 or web1.example.com, without "
                           "scheme and port.");
            continue;
        }
        byAddress[fmt::format("{} port {}", *host, portOf(node))].push_back(i);
    }
    if (!missing.empty())
        issues.hint("deploy.missing_host", context.ids(missing),
                    fmt::format("{} {} no address: the export declares a variable for it, to be filled in.",
                                listNames(context.names(missing)), missing.size() == 1 ? "has" : "have"),
                    "Enter the IP address or DNS name under Deployment.");
    for (const auto& [address, nodes] : byAddress) {
        if (nodes.size() < 2) continue;
        issues.warning("deploy.duplicate_address", context.ids(nodes),
                       fmt::format("{} have the same address, {}: in the export they are one and the same.",
                                   listNames(context.names(nodes)), address),
                       "Give each its own address or port.");
    }
}

} // namespace alwayson::validation

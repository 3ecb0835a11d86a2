#include "exporters/haproxy/scripts.h"

#include "core/base/units.h"
#include "exporters/common/manifest.h"
#include "exporters/common/words.h"
#include "exporters/quoting/markdown.h"
#include "exporters/quoting/shell.h"

#include <fmt/format.h>

namespace alwayson::exporters::haproxy {

namespace {

std::string variableNames(const Built& built) {
    std::string names;
    for (const Variable& variable : built.variables)
        names += (names.empty() ? "" : " ") + variable.name;
    return names;
}

bool holdsNames(const Built& built) {
    return built.config.find("resolvers") != nullptr;
}

constexpr std::string_view kCheckVariables = R"sh(if [ -f env ]; then
    set -a
    # shellcheck source=/dev/null
    . ./env
    set +a
fi
missing=
for name in @NAMES@; do
    eval "value=\${$name-}"
    [ -n "$value" ] || missing="$missing $name"
done
if [ -n "$missing" ]; then
    echo "not set:$missing. Copy env.example to env and fill it in." >&2
    exit 2
fi
)sh";

constexpr std::string_view kCheck = R"sh(#!/bin/sh
# Checks haproxy.cfg with the HAProxy of this machine. Changes nothing.
# Exit status: 0 valid, 1 not valid or it would not start, 2 could not be checked.
set -eu
cd -- "$(dirname -- "$0")"
@VARIABLES@haproxy=$(command -v haproxy || echo /usr/sbin/haproxy)
if [ ! -x "$haproxy" ]; then
    echo "haproxy is not installed here (Debian: apt-get install haproxy)" >&2
    exit 2
fi
"$haproxy" @STRICT@-c -V -f haproxy.cfg

# What "haproxy -c" does not look at: HAProxy does not start when it cannot get enough open files.
need=@FILES@
unit=$(systemctl show -p LimitNOFILE --value haproxy 2>/dev/null) || unit=
# shellcheck disable=SC3045 # every sh that HAProxy's systems have knows these
limit=${unit:-$(ulimit -H -n)}
case $limit in *[!0-9]*) exit 0 ;; esac
if [ "$limit" -ge "$need" ]; then exit 0; fi
# Root may raise its own limit, where the machine lets it.
# shellcheck disable=SC3045
if (ulimit -n "$need") 2>/dev/null; then exit 0; fi
cure="Allow more: 'systemctl edit haproxy' with the lines '[Service]' and 'LimitNOFILE=$need' (in a container: --ulimit nofile=$need), or set fewer connections (maxconn) in the design."
if [ -n "$unit" ] && [ "$(id -u)" != 0 ]; then
    echo "warning: HAProxy needs $need open files and its service has $limit. It starts only if root may raise that limit. $cure" >&2
    exit 0
fi
echo "the file is valid, but HAProxy would not start here: it needs $need open files and may have $limit. $cure" >&2
exit 1
)sh";

constexpr std::string_view kApply = R"sh(#!/bin/sh
# Installs haproxy.cfg on this machine. Without --yes it only shows what it would do.
set -eu
cd -- "$(dirname -- "$0")"
target=${TARGET:-/etc/haproxy/haproxy.cfg}
sh ./check.sh
echo "difference to $target:"
diff -u "$target" haproxy.cfg || true
if [ "${1-}" != --yes ]; then
    echo "nothing was changed. Run: sh apply.sh --yes"
    exit 0
fi
@VARIABLES@takes_it() {
    systemctl @VERB@ haproxy && systemctl is-active --quiet haproxy
}
if cmp -s haproxy.cfg "$target" && takes_it; then
    echo "it was installed already. HAProxy has read it again."
    exit 0
fi
new=$(mktemp "$target.new.XXXXXX")
trap 'rm -f "$new"' EXIT
cat haproxy.cfg >"$new"
chmod 0644 "$new"
backup=
if [ -f "$target" ]; then
    backup=$target.before-$(date +%Y%m%d-%H%M%S)
    if [ -e "$backup" ]; then backup=$backup-$$; fi
    cp -p "$target" "$backup"
fi
mv "$new" "$target"
if takes_it; then
    if [ -n "$backup" ]; then
        echo "applied. To roll back: cp '$backup' '$target' && systemctl @VERB@ haproxy"
    else
        echo "applied. There was no configuration before. To undo: rm '$target' && systemctl stop haproxy"
    fi
    systemctl is-enabled --quiet haproxy 2>/dev/null || echo "It does not start with the machine yet: systemctl enable haproxy"
    exit 0
fi
if [ -z "$backup" ]; then
    rm -f "$target"
    echo "HAProxy did not take it. There was no configuration before: $target is removed again." >&2
    exit 1
fi
if ! cp -p "$backup" "$new" || ! mv "$new" "$target"; then
    echo "HAProxy did not take it, and the old file could not be put back. It is in $backup." >&2
    exit 1
fi
if takes_it; then
    echo "HAProxy did not take it. The old file is put back and in use." >&2
else
    echo "HAProxy did not take it. The old file is put back, but HAProxy does not take that either: journalctl -u haproxy says why." >&2
fi
exit 1
)sh";

constexpr std::string_view kApplyVariables = R"sh(for name in @NAMES@; do
    if ! grep -q "^$name=." /etc/default/haproxy; then
        echo "$name is not in /etc/default/haproxy, where the service reads its environment. Add it first." >&2
        exit 2
    fi
done
)sh";

void row(std::string& out, std::string_view event, const std::optional<Window>& window) {
    out += fmt::format("| {} | {} |\n", event, window ? window->shown() : "never");
}

void steps(std::string& out, const Built& built) {
    out += "## Apply\n\n";
    if (!built.variables.empty()) {
        out += "1. Copy `env.example` to `env`, fill it in, and add the same lines to `/etc/default/haproxy` "
               "of the machine.\n\n"
               "| variable | meaning |\n|---|---|\n";
        for (const Variable& variable : built.variables)
            out += fmt::format("| {} | {} |\n", quoting::markdownCode(variable.name),
                               quoting::markdownText(variable.meaning, 200));
        out += '\n';
    }
    out +=
        "1. Copy this folder to the machine that runs HAProxy (Debian: `apt-get install haproxy`).\n"
        "1. `sh check.sh` asks the installed HAProxy whether the file is valid, and whether the machine "
        "allows the open "
        "files\n"
        "   it needs. It changes nothing.\n"
        "1. `sh apply.sh` shows the difference to the running configuration. It changes nothing either.\n"
        "1. `sh apply.sh --yes` (as root) keeps a dated copy of the old file, installs the new one and "
        "reloads HAProxy. When\n"
        "   HAProxy does not take it, the old file is put back; where there was none, the new one is removed "
        "again.\n"
        "1. `systemctl enable haproxy` lets it start with the machine.\n\n"
        "With several balancers, apply to one, look at it, then to the next.\n\n"
        "## Roll back\n\n"
        "`apply.sh` prints the command: copy the dated file back and reload, or, where there was no file, "
        "remove it and "
        "stop HAProxy.\n\n"
        "## Look at it\n\n"
        "* `echo 'show servers state' | socat stdio /run/haproxy/admin.sock` (as root; Debian: "
        "`apt-get install socat`)\n"
        "* statistics at `http://127.0.0.1:8404/stats`, Prometheus metrics at `/metrics` (needs a build "
        "with the Prometheus\n"
        "  exporter, as Debian's is)\n"
        "\n";
}

} // namespace

std::string checkScript(const Built& built) {
    const std::string variables =
        built.variables.empty() ? "" : fill(kCheckVariables, "@NAMES@", variableNames(built));
    // A name that does not resolve on this machine is a warning and must not fail the check.
    return fill(fill(fill(kCheck, "@VARIABLES@", variables), "@STRICT@", holdsNames(built) ? "" : "-dW "),
                "@FILES@", std::to_string(built.openFiles));
}

std::string applyScript(const Built& built) {
    const std::string variables =
        built.variables.empty() ? "" : fill(kApplyVariables, "@NAMES@", variableNames(built));
    // A reload keeps the environment of the first start, so variables need a restart. Where HAProxy does not
    // run yet, a bare reload would fail whatever the configuration.
    return fill(fill(kApply, "@VARIABLES@", variables), "@VERB@",
                built.variables.empty() ? "reload-or-restart" : "restart");
}

std::string envExample(const Built& built) {
    std::string out =
        "# What the design does not say. Copy to env, fill in, and add to /etc/default/haproxy.\n";
    for (const Variable& variable : built.variables)
        out += fmt::format("\n{}\n{}=\n", quoting::shellComment(variable.meaning), variable.name);
    return out;
}

std::string contract(const Built& built) {
    if (!built.probe) return {};
    const Probe& probe = *built.probe;
    if (!probe.http)
        return fmt::format(
            "Each server takes a connection on its port within {}: that alone counts as healthy. "
            "A server that hangs is\nnever noticed.\n",
            formatDuration(probe.within));
    const std::string header = probe.host.empty()
                                   ? std::string("without a Host header")
                                   : "with the Host header " + quoting::markdownCode(probe.host);
    return fmt::format(
        "Each server answers {}, {}, with a status from 200 to 399 within {}.\n"
        "While it cannot serve (starting, stopping, out of order) it answers with another status or "
        "not at all, and gets no requests.\nIt should not do so because something behind it is "
        "away that all of them need: then all would go out together.\nRequests come over plain HTTP, "
        "the caller's address is in `X-Forwarded-For`.\n",
        quoting::markdownCode(probe.request, 400), header, formatDuration(probe.within));
}

std::string readme(const Design& design, const Built& built, Version version) {
    const Node* node = design.nodes.find(built.balancer);
    std::string out = fmt::format("# HAProxy configuration of {}\n\n",
                                  quoting::markdownText(node ? node->displayName() : built.balancer));
    out += fmt::format("From the design {}, balancer {}, for HAProxy {} or later.\n",
                       quoting::markdownText(design.name), quoting::markdownCode(built.balancer),
                       version.text());
    out += fmt::format("Timers, limits and counts in `haproxy.cfg` are the values that were simulated. Not "
                       "simulated: {}.\n\n",
                       built.notSimulatedNames());
    steps(out, built);
    if (const std::string servers = contract(built); !servers.empty())
        out += "## What each server must do\n\n" + servers + '\n';
    out += "## What was simulated\n\nTime from the event until HAProxy knows; every moment of the window is "
           "equally likely.\n\n"
           "| event | noticed after |\n|---|---|\n";
    row(out, "a server process is killed (connection refused)", built.figures.refused);
    row(out, "a server hangs (accepts, does not answer)", built.figures.hang);
    row(out, "a server's host vanishes (no packets)", built.figures.gone);
    row(out, "a server that was refusing works again", built.figures.back);
    out += "\n## What this configuration does not say\n\n";
    for (const std::string& note : built.notes)
        out += fmt::format("* {}\n", quoting::markdownText(note, kLongestNote));
    return out;
}

} // namespace alwayson::exporters::haproxy

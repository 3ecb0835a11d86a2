#include "exporters/keepalived/scripts.h"

#include "exporters/common/manifest.h"
#include "exporters/common/words.h"
#include "exporters/quoting/markdown.h"
#include "exporters/quoting/shell.h"

#include <fmt/format.h>

namespace alwayson::exporters::keepalived {

namespace {

constexpr std::string_view kBalancer = R"sh(#!/bin/sh
# Does HAProxy on this machine answer? keepalived ends a run that takes longer than the script's timeout.
exec curl -fsS --noproxy '*' -o /dev/null @URL@
)sh";

// Values from env become keepalived's own parameters, in front of the configuration.
constexpr std::string_view kRead = R"sh(if [ -f env ]; then
    # shellcheck source=/dev/null
    . ./env
fi
missing=
for name in @NAMES@; do
    eval "value=\${$name-}"
    case $value in
    '') missing="$missing $name" ;;
    *[!0-9A-Fa-f.:/]*)
        echo "$name is no IP address: $value" >&2
        exit 2
        ;;
    esac
done
if [ -n "$missing" ]; then
    echo "not set:$missing. Copy env.example to env and fill it in." >&2
    exit 2
fi
)sh";

constexpr std::string_view kCompose = R"sh(composed() {
    for name in @NAMES@; do
        eval "value=\$$name"
        printf '$%s=%s\n' "$name" "$value"
    done
    cat keepalived.conf
}
)sh";

constexpr std::string_view kComposePlain = R"sh(composed() {
    cat keepalived.conf
}
)sh";

constexpr std::string_view kCheck = R"sh(#!/bin/sh
# Checks keepalived.conf with the keepalived of this machine, in namespaces of its own with an interface of the same
# name. Changes nothing. Exit status: 0 valid, 1 not valid, 2 could not be checked.
set -eu
cd -- "$(dirname -- "$0")"
@READ@@COMPOSE@keepalived=$(command -v keepalived || echo /usr/sbin/keepalived)
if [ ! -x "$keepalived" ]; then
    echo "keepalived is not installed here (Debian: apt-get install keepalived)" >&2
    exit 2
fi
copy=$(mktemp)
trap 'rm -f "$copy"' EXIT
# keepalived 2.2.7 ends its own check when the scripts belong to another user.
composed | sed 's/^    script_user .*/    script_user root/' >"$copy"
namespaces=-nm
if [ "$(id -u)" -ne 0 ]; then
    # Without root it cannot tell who owns the script.
    namespaces=-Urnm
    sed -i '/^    enable_script_security$/d' "$copy"
fi
status=0
# shellcheck disable=SC2016 # the words of the inner shell
said=$(unshare "$namespaces" sh -c '
    PATH=$PATH:/usr/sbin:/sbin
    prepare() {
        ip link set lo up &&
            { ip link add @INTERFACE@ type veth peer name aoncheck || ip link add @INTERFACE@ type dummy; } &&
            ip link set @INTERFACE@ up &&
            mount -t tmpfs none /run &&
            mount -t tmpfs none /etc/keepalived@PUTSCRIPT@
    }
    prepare || exit 120
    exec "$1" -t -G -f "$2"' sh "$keepalived" "$copy" 2>&1) || status=$?
# Without root every file of root's seems to be somebody else's, the script too.
if [ "$(id -u)" -ne 0 ] && [ "$status" -ne 0 ]; then
    others=$(printf '%s\n' "$said" | grep -v '^SECURITY VIOLATION' || true)
    if [ -n "$said" ] && [ -z "$others" ]; then status=0 said=; fi
fi
if [ -n "$said" ]; then printf '%s\n' "$said" >&2; fi
case $status in
0) echo "Configuration file is valid" ;;
1 | 120 | 127)
    echo "it could not be checked: network namespaces are not permitted here. Try it as root." >&2
    exit 2
    ;;
*) exit 1 ;;
esac
)sh";

constexpr std::string_view kPutScript = R"sh( &&
            cat @SCRIPT@ >/etc/keepalived/@SCRIPT@ &&
            chmod 755 /etc/keepalived/@SCRIPT@)sh";

constexpr std::string_view kApply = R"sh(#!/bin/sh
# Installs keepalived.conf@ANDSCRIPT@ on this machine. Without --yes it only shows what it would do.
set -eu
cd -- "$(dirname -- "$0")"
target=${TARGET:-@FOLDER@/keepalived.conf}
script=${SCRIPT_TARGET:-@FOLDER@/@SCRIPT@}
sh ./check.sh
@READ@@COMPOSE@new=$(mktemp)
trap 'rm -f "$new"' EXIT
composed >"$new"
echo "difference to $target:"
diff -u "$target" "$new" || true
@DIFFSCRIPT@if [ "${1-}" != --yes ]; then
    echo "nothing was changed. Run: sh apply.sh --yes"
    exit 0
fi
if ! ip link show dev @INTERFACE@ >/dev/null 2>&1; then
    echo "this machine has no interface @INTERFACE@. Set the interface of the pair in the design." >&2
    exit 2
fi
@ACCOUNT@takes_it() {
    systemctl reload-or-restart keepalived && systemctl is-active --quiet keepalived
}
if cmp -s "$new" "$target"@SAMESCRIPT@ && takes_it; then
    echo "it was installed already. keepalived has read it again."
    exit 0
fi
backup=
keep() { # keep FILE: a dated copy of what is there
    dated=$1.before-$(date +%Y%m%d-%H%M%S)
    if [ -e "$dated" ]; then dated=$dated-$$; fi
    cp -p "$1" "$dated"
}
install_as() { # install_as NEW TARGET MODE: whole or not at all
    part=$(mktemp "$2.new.XXXXXX")
    if cat "$1" >"$part" && chmod "$3" "$part" && mv "$part" "$2"; then return 0; fi
    rm -f "$part"
    return 1
}
mkdir -p "$(dirname -- "$target")"
@INSTALLSCRIPT@if [ -f "$target" ]; then
    keep "$target"
    backup=$dated
fi
install_as "$new" "$target" 0644
if takes_it; then
    if [ -n "$backup" ]; then
        echo "applied. To roll back: cp '$backup' '$target' && systemctl reload-or-restart keepalived"
    else
        echo "applied. There was no configuration before. To undo: rm '$target' && systemctl stop keepalived"
    fi
    systemctl is-enabled --quiet keepalived 2>/dev/null || echo "It does not start with the machine yet: systemctl enable keepalived"
    exit 0
fi
if [ -z "$backup" ]; then
    rm -f "$target"
    echo "keepalived did not take it. There was no configuration before: $target is removed again." >&2
    exit 1
fi
if ! install_as "$backup" "$target" 0644; then
    echo "keepalived did not take it, and the old file could not be put back. It is in $backup." >&2
    exit 1
fi
if takes_it; then
    echo "keepalived did not take it. The old file is put back and in use." >&2
else
    echo "keepalived did not take it. The old file is put back, but keepalived does not take that either: journalctl -u keepalived says why." >&2
fi
exit 1
)sh";

constexpr std::string_view kAccount = R"sh(if ! id @USER@ >/dev/null 2>&1; then
    echo "there is no user @USER@ to run the script. As root: useradd --system --no-create-home --shell /usr/sbin/nologin @USER@" >&2
    exit 2
fi
if ! command -v curl >/dev/null; then
    echo "curl is not installed; the script needs it (Debian: apt-get install curl)" >&2
    exit 2
fi
)sh";

constexpr std::string_view kDiffScript = R"sh(echo "difference to $script:"
diff -u "$script" @SCRIPT@ || true
)sh";

constexpr std::string_view kInstallScript =
    R"sh(if [ -f "$script" ] && ! cmp -s "$script" @SCRIPT@; then keep "$script"; fi
install_as @SCRIPT@ "$script" 0755
)sh";

std::string variableNames(const Built& built) {
    std::string names;
    for (const Variable& variable : built.variables)
        names += (names.empty() ? "" : " ") + variable.name;
    return names;
}

// The marks that both scripts have.
std::string filled(std::string_view text, const Built& built) {
    std::string out(text);
    out = fill(out, "@READ@", built.variables.empty() ? "" : kRead);
    out = fill(out, "@COMPOSE@", built.variables.empty() ? kComposePlain : kCompose);
    out = fill(out, "@NAMES@", variableNames(built));
    out = fill(out, "@INTERFACE@", built.interface); // [A-Za-z0-9_.:-] only
    return fill(out, "@SCRIPT@", kCheckScript);
}

void row(std::string& out, std::string_view event, const PhaseLaw& law) {
    out += fmt::format("| {} | {} |\n", event, window(law));
}

void steps(std::string& out, const Built& built, const Paths& paths) {
    out += "## Apply\n\n";
    if (!built.variables.empty()) {
        out += "1. Copy `env.example` to `env` and fill it in, with the same values for every member.\n\n"
               "| variable | meaning |\n|---|---|\n";
        for (const Variable& variable : built.variables)
            out += fmt::format("| {} | {} |\n", quoting::markdownCode(variable.name),
                               quoting::markdownText(variable.meaning, 200));
        out += '\n';
    }
    out += fmt::format("1. Apply the HAProxy export of this balancer first.{}\n",
                       built.tracked ? fmt::format(" The script asks it at `{}`.", paths.healthUrl) : "");
    if (built.tracked)
        out += fmt::format("1. Make the account the script runs as, once: `useradd --system --no-create-home "
                           "--shell /usr/sbin/nologin {}`.\n",
                           paths.scriptUser);
    out += fmt::format(
        "1. Copy this folder to the machine; it needs keepalived{} (Debian: `apt-get install "
        "keepalived{}`).\n"
        "1. `sh check.sh` asks the installed keepalived whether the file is valid. It changes nothing.\n"
        "1. `sh apply.sh` shows the difference to the running configuration. It changes nothing either.\n"
        "1. `sh apply.sh --yes` (as root) keeps dated copies of the old files, installs the new ones and "
        "reloads "
        "keepalived.\n"
        "   When keepalived does not take it, the old file is put back; where there was none, the new one is "
        "removed "
        "again.\n"
        "1. `systemctl enable keepalived` lets it start with the machine.\n\n"
        "Apply to the member that does not hold the address first, look at it, then to the other: priority "
        "{}, {}.\n"
        "All members need the same `advert_int` and `virtual_router_id`: apply to all of them.\n\n"
        "## Roll back\n\n"
        "`apply.sh` prints the command: copy the dated file back and reload, or, where there was no file, "
        "remove it "
        "and stop keepalived.\n\n"
        "## Look at it\n\n"
        "* `ip address show dev {}`: the holder has the shared address, nobody else\n"
        "* `journalctl -u keepalived`: every change of state with its reason\n"
        "* `systemctl stop keepalived` on the holder hands the address over on purpose\n\n",
        built.tracked ? " and curl" : "", built.tracked ? " curl" : "", built.priority,
        built.starts ? "this one holds it when all start together"
                     : "another one holds it when all start together",
        built.interface);
}

} // namespace

std::string balancerScript(const Paths& paths) {
    return fill(kBalancer, "@URL@", quoting::shellWord(paths.healthUrl));
}

std::string checkScript(const Built& built) {
    return filled(fill(kCheck, "@PUTSCRIPT@", built.tracked ? kPutScript : ""), built);
}

std::string applyScript(const Built& built, const Paths& paths) {
    std::string out(kApply);
    out = fill(out, "@ANDSCRIPT@", built.tracked ? " and the script that it runs" : "");
    out = fill(out, "@DIFFSCRIPT@", built.tracked ? kDiffScript : "");
    out = fill(out, "@SAMESCRIPT@", built.tracked ? " && cmp -s @SCRIPT@ \"$script\"" : "");
    out = fill(out, "@INSTALLSCRIPT@", built.tracked ? kInstallScript : "");
    out = fill(out, "@ACCOUNT@", built.tracked ? fill(kAccount, "@USER@", paths.scriptUser) : "");
    if (!built.tracked) out = fill(out, "script=${SCRIPT_TARGET:-@FOLDER@/@SCRIPT@}\n", "");
    return filled(fill(out, "@FOLDER@", paths.folder), built);
}

std::string envExample(const Built& built) {
    std::string out = "# What the design does not say. Copy to env and fill in.\n";
    for (const Variable& variable : built.variables)
        out += fmt::format("\n{}\n{}=\n", quoting::shellComment(variable.meaning), variable.name);
    return out;
}

std::string readme(const Design& design, const Built& built, const Paths& paths) {
    const Node* node = design.nodes.find(built.member);
    std::string out = fmt::format("# keepalived configuration of {}\n\n",
                                  quoting::markdownText(node ? node->displayName() : built.member));
    out += fmt::format("From the design {}, member {} of the VRRP pair {}, for keepalived {} or later.\n",
                       quoting::markdownText(design.name), quoting::markdownCode(built.member),
                       quoting::markdownCode(built.group), kOldest);
    out += "Every timer, count and priority in `keepalived.conf` is the value of the design.\n\n";
    steps(out, built, paths);
    out += "## What follows from the timers\n\nTime from the event at this member, when it holds the "
           "address, until "
           "another one does.\n\n"
           "| event | address taken over |\n|---|---|\n";
    row(out, "the machine vanishes (power, network)", built.figures.machineGone);
    row(out, "keepalived is stopped", built.figures.stopped);
    row(out, "HAProxy is killed", built.figures.balancerDead);
    row(out, "HAProxy hangs", built.figures.balancerHung);
    out += "\n## What this configuration does not say\n\n";
    for (const std::string& note : built.notes)
        out += fmt::format("* {}\n", quoting::markdownText(note, kLongestNote));
    return out;
}

} // namespace alwayson::exporters::keepalived

# shellcheck shell=bash disable=SC2034 # the lists are used by those who source this
# Sourced by ./run and ./test: installs what is missing from Debian's packages, and says so.

# What it takes to build the programs.
BUILD_PACKAGES="g++ cmake ninja-build ccache
    libfmt-dev nlohmann-json3-dev libboost-dev libeigen3-dev libssl-dev libcli11-dev librandom123-dev
    qt6-base-dev libqt6opengl6-dev qt6-svg-dev qt6-charts-dev libgl-dev fonts-inter"
# What the tests need besides: the real tools they compare with, and a display of their own. Of MariaDB the programs
# without the service: the tests start servers of their own.
TEST_PACKAGES="haproxy keepalived curl iproute2 util-linux procps
    openssl mariadb-server-core mariadb-client-core mariadb-backup
    python3 python3-simpy python3-jsonschema libbenchmark-dev
    xvfb xdotool openbox x11-utils imagemagick git clang-14 libclang-rt-14-dev"

install_missing() {
    missing=""
    for package in "$@"; do
        dpkg-query -W -f '${Status}' "$package" 2>/dev/null | grep -q 'ok installed' || missing="$missing $package"
    done
    [ -z "$missing" ] && return 0
    echo "Installing:$missing"
    as_root=""
    if [ "$(id -u)" -ne 0 ]; then
        command -v sudo >/dev/null || { echo "Please install these as root:$missing" >&2; exit 1; }
        as_root="sudo"
    fi
    # A list of packages that is a day old is good enough; without one apt finds nothing.
    if [ -z "$(find /var/lib/apt/lists -name '*_Packages*' -mmin -1440 2>/dev/null | head -n 1)" ]; then
        $as_root apt-get -q update
    fi
    # shellcheck disable=SC2086 # a list of words
    if ! DEBIAN_FRONTEND=noninteractive $as_root apt-get -q install -y --no-install-recommends $missing; then
        $as_root apt-get -q update
        DEBIAN_FRONTEND=noninteractive $as_root apt-get -q install -y --no-install-recommends $missing
    fi
}

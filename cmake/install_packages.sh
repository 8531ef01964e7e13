# What tests/run and examples/run share; sourced by both, from bash.
#
#   install_packages cmake g++     installs what is missing, by apt; asks dpkg first, so a second call needs no network
#   configure dev [option…]        configures a preset; compiles through ccache where there is one
#   build dev [target]             builds it with every processor

# In the names of Debian 12 and Ubuntu 24.04: what the examples take, and what all else and the tests take as well.
ekauth_example_packages=(cmake ninja-build g++ pkg-config curl jq
                         libssl-dev libsodium-dev libsimdjson-dev libfmt-dev libsqlite3-dev
                         libcpp-httplib-dev nlohmann-json3-dev libasio-dev)
ekauth_packages=("${ekauth_example_packages[@]}" libpq-dev libhiredis-dev catch2 libjwt-dev libcjose-dev libjansson-dev
                 postgresql pgbouncer redis-server spin clang llvm libclang-rt-dev valgrind python3 python3-jwt nodejs)
ekauth_long_packages=(clang-tidy cppcheck patroni python3-etcd etcd-server)  # and what the long tests take besides
# Node's own npm, where node did not come from Debian, forbids Debian's.
command -v npm >/dev/null || ekauth_packages+=(npm)

say() { printf '\n== %s\n' "$*"; }
fail() { printf '\n%s\n' "$*" >&2; exit 1; }

install_packages() {
  if ! command -v apt-get >/dev/null || ! command -v dpkg-query >/dev/null; then
    say "No apt here: nothing is installed. Needed, under their Debian names: $*"
    command -v cmake >/dev/null && command -v ninja >/dev/null || fail "Install these packages' like, then call again."
    return
  fi
  local package missing=()
  for package in "$@"; do
    [[ "$(dpkg-query -W -f '${db:Status-Status}' "$package" 2>/dev/null)" == installed ]] || missing+=("$package")
  done
  ((${#missing[@]})) || return 0
  say "Installing: ${missing[*]}"
  local as_root=()
  if ((EUID)); then
    command -v sudo >/dev/null || fail "Not root, and no sudo. As root: apt-get install ${missing[*]}"
    as_root=(sudo)
  fi
  local apt=("${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get -q -y)
  # A server is started by the tests that need one, and not by its package. What says so is gone again however this ends.
  local policy=/usr/sbin/policy-rc.d
  (
    if [[ ! -e $policy ]]; then
      trap '"${as_root[@]}" rm -f "$policy"' EXIT
      printf '#!/bin/sh\nexit 101\n' | "${as_root[@]}" install -m 755 /dev/stdin "$policy"
    fi
    "${apt[@]}" update && "${apt[@]}" install --no-install-recommends "${missing[@]}"
  ) || fail "apt-get could not install: ${missing[*]}"
}

configure() {
  local version
  version=$(cmake --version | sed -n 's/^cmake version //p')
  [[ "$(printf '%s\n' 3.25 "$version" | sort -V | head -1)" == 3.25 ]] || fail "cmake 3.25 or newer is needed; this is $version"
  say "Configuring $1"
  command -v ccache >/dev/null && export CMAKE_CXX_COMPILER_LAUNCHER=ccache
  cmake --preset "$@" --log-level=WARNING
}

build() {
  say "Building $1"
  cmake --build --preset "$1" --parallel "$(nproc)" ${2:+--target "$2"}
}

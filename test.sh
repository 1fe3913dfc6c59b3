#!/usr/bin/env bash
# Runs every test of this repository: builds once, runs the three test projects, the native AOT programs and the packages.
# The last line is "N passed, N failed, N skipped"; anything failed or skipped makes the exit code non-zero.
#
#   ./test.sh [--no-install]     --no-install: when something is missing, say so instead of installing it
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"

export DOTNET_NOLOGO=1 DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_CLI_UI_LANGUAGE=en
export MSBUILDDISABLENODEREUSE=1 # a build node that outlives us would hold our output open

install=yes
for argument in "$@"; do
  case "$argument" in
    --no-install) install=no ;;
    *) echo "test.sh: unknown option $argument; there is only --no-install" >&2; exit 2 ;;
  esac
done

passed=0 failed=0 skipped=0
work=$(mktemp -d "${TMPDIR:-/tmp}/pve-test-XXXXXX")
root=() # what a command that needs root is prefixed with

summary() {
  local code=$?
  trap - EXIT
  ${root[@]+"${root[@]}"} rm -rf "$work"
  # whatever ended the script early was a failure too
  if ((code != 0 && failed == 0 && skipped == 0)); then failed=1; fi
  if ((code == 0 && (failed > 0 || skipped > 0 || passed == 0))); then code=1; fi
  echo "$passed passed, $failed failed, $skipped skipped"
  exit "$code"
}
trap summary EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

say() { printf '\n== %s (%ds)\n' "$1" "$SECONDS"; }

# One test of its own: a command that has to succeed.
check() {
  local name=$1
  shift
  say "$name"
  if "$@" </dev/null; then
    passed=$((passed + 1))
  else
    failed=$((failed + 1))
    echo "FAILED: $name"
  fi
}

# What is needed, as packages of Debian and Ubuntu.
missing() {
  command -v qemu-system-x86_64 >/dev/null || echo qemu-system-x86
  command -v qemu-img >/dev/null || echo qemu-utils
  [[ -x /usr/sbin/sshd ]] || echo openssh-server
  command -v ssh >/dev/null && command -v ssh-keygen >/dev/null || echo openssh-client
  command -v clang >/dev/null || command -v gcc >/dev/null || echo clang # links native AOT; it brings its own zlib
  command -v unzip >/dev/null || echo unzip
  command -v tmux >/dev/null || echo tmux
  [[ -x /usr/sbin/tc || -x /sbin/tc ]] && command -v ip >/dev/null || echo iproute2
}

prepare() {
  if ! dotnet --version >/dev/null 2>&1; then
    echo "test.sh: the .NET 10 SDK is missing (see global.json)" >&2
    exit 2
  fi

  if ((EUID != 0)); then
    if ! sudo -n true 2>/dev/null; then
      echo "test.sh: run it as root, or where sudo needs no password: the tests start an sshd of their own" >&2
      exit 2
    fi
    root=(sudo -n)
  fi

  local packages
  packages=$(missing | tr '\n' ' ')
  packages=${packages% }
  if [[ -z $packages ]]; then return; fi
  if [[ $install == no ]] || ! command -v apt-get >/dev/null; then
    echo "test.sh: missing: $packages" >&2
    exit 2
  fi

  say "Installing $packages"
  # shellcheck disable=SC2086 # a list
  if ! { ${root[@]+"${root[@]}"} apt-get update -qq &&
    ${root[@]+"${root[@]}"} env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends $packages; } </dev/null; then
    echo "test.sh: could not install: $packages" >&2
    exit 2
  fi
  packages=$(missing | tr '\n' ' ')
  if [[ -n $packages ]]; then
    echo "test.sh: still missing after installing: $packages" >&2
    exit 2
  fi
}

# A test project's own runner writes the count; without one the run itself has failed.
run_tests() {
  local project=$1 limit=$2
  local results="$work/$project.xml" log="$work/$project.log" code=0 counts
  local command=("artifacts/bin/$project/release/$project" -noColor -noLogo -reporter verbose -result-xml "$results")
  if ((EUID != 0)); then
    command=("${root[@]}" env "PATH=$PATH" "HOME=$HOME" "DOTNET_ROOT=${DOTNET_ROOT:-$(dirname "$(readlink -f "$(command -v dotnet)")")}" "${command[@]}")
  fi

  say "$project"
  timeout -k 10 "$limit" "${command[@]}" </dev/null 2>&1 | tee "$log" | { grep --line-buffered -vE '\[(STARTING|FINISHED)\]' || true; } || code=$?
  counts=$(grep -m 1 -o '<assembly [^>]*>' "$results" 2>/dev/null || true)
  local ok bad out errors
  ok=$(attribute passed "$counts") bad=$(attribute failed "$counts") out=$(attribute skipped "$counts") errors=$(attribute errors "$counts")
  if ((code != 0 && bad + errors == 0)); then
    echo "FAILED: $project ended with code $code; begun and not ended:"
    unended "$log"
    bad=$((bad + 1))
  elif ((ok + bad + out == 0)); then
    echo "FAILED: $project ran no tests"
    bad=1
  fi
  passed=$((passed + ok)) failed=$((failed + bad + errors)) skipped=$((skipped + out))
}

# The tests that a run which was cut off has left under way.
unended() {
  sed -n 's/ \[STARTING\]$//p' "$1" | sort >"$1.begun"
  sed -n 's/ \[FINISHED\].*//p' "$1" | sort | comm -23 "$1.begun" -
}

attribute() {
  local value
  value=$(sed -n "s/.* $1=\"\([0-9]*\)\".*/\1/p" <<<"$2")
  echo "${value:-0}"
}

publish_aot() { dotnet publish "$1" -c Release -warnaserror -v q -o "$2"; }

mtunnel_speaks() {
  publish_aot samples/Mtunnel "$work/mtunnel" || return 1
  local said
  said=$(printf 'quit\n' | timeout 30 "$work/mtunnel/mtunnel" --qmp-dir "$work") || return 1
  echo "$said"
  [[ $said == $'tunnel online\nver 1\nOK' ]]
}

aot_smoke() {
  publish_aot tests/Pve.AotSmoke "$work/smoke" && timeout 60 "$work/smoke/Pve.AotSmoke"
}

chaos() { timeout -k 10 300 ${root[@]+"${root[@]}"} artifacts/bin/Pve.Chaos/release/Pve.Chaos --runs 16 --seed 7; }

packages() {
  local version
  version=0.1.0-ci.$(date -u +%Y%m%d%H%M%S)
  dotnet pack Pve.Migration.sln -c Release --no-build -v q -warnaserror -p:PackageVersion="$version" -o "$work/packages" || return 1
  timeout -k 10 300 tests/package-check.sh "$work/packages" "$version"
}

prepare

say "Build"
dotnet build Pve.Migration.sln -c Release -warnaserror -v q </dev/null

run_tests Pve.Qmp.Tests 180
run_tests Pve.Migration.Tests 300
run_tests Pve.Integration.Tests 660
check "A short chaos" chaos
check "mtunnel as native AOT" mtunnel_speaks
check "Both libraries as native AOT" aot_smoke
check "The packages, from outside" packages
printf '\n%ds in all\n' "$SECONDS"

#!/usr/bin/env bash
# Checks the packages as their users meet them: what is in them, and the first example of the README, built from them alone and run on two QEMUs; likewise that
# of Pve.Migration.Testing, which needs none.
#
#   tests/package-check.sh FOLDER VERSION     FOLDER holds Pve.Qmp.VERSION.nupkg, Pve.Migration.VERSION.nupkg and Pve.Migration.Testing.VERSION.nupkg
set -euo pipefail

folder=$(realpath "$1") version=$2
repository=$(realpath "$(dirname "${BASH_SOURCE[0]}")/..")
scratch=$(mktemp -d "${TMPDIR:-/tmp}/pve-package-XXXXXX")
pids=()

finish() {
  local code=$?
  trap - EXIT
  for pid in ${pids[@]+"${pids[@]}"}; do kill -KILL "$pid" 2>/dev/null || true; done
  for pid in ${pids[@]+"${pids[@]}"}; do wait "$pid" 2>/dev/null || true; done
  # the machine's cache keeps no package that nobody will ask for again
  local cache
  cache=$(dotnet nuget locals global-packages --list | sed 's/^global-packages: //')
  rm -rf "${cache:?}/pve.qmp/$version" "${cache:?}/pve.migration/$version" "${cache:?}/pve.migration.testing/$version" "$scratch"
  rmdir "$cache/pve.qmp" "$cache/pve.migration" "$cache/pve.migration.testing" 2>/dev/null || true
  exit "$code"
}
trap finish EXIT
trap 'exit 143' INT TERM

fail() {
  echo "package-check: $1" >&2
  exit 1
}

# contents ID ASSEMBLY DEPENDENCY...
contents() {
  local id=$1 package="$folder/$1.$version.nupkg" symbols="$folder/$1.$version.snupkg" nuspec files wanted
  shift
  [[ -f $package && -f $symbols ]] || fail "no $id.$version.nupkg or .snupkg in $folder"
  files=$(unzip -Z1 "$package")
  for wanted in "lib/net10.0/$id.dll" "lib/net10.0/$id.xml" README.md "$id.nuspec"; do
    grep -qxF "$wanted" <<<"$files" || fail "$id: $wanted is missing"
  done
  if grep -E '^lib/' <<<"$files" | grep -vxE "lib/net10\.0/$id\.(dll|xml)"; then fail "$id: more in lib than its assembly"; fi
  files=$(unzip -Z1 "$symbols")
  grep -qxF "lib/net10.0/$id.pdb" <<<"$files" || fail "$id: no symbols"

  nuspec=$(unzip -p "$package" "$id.nuspec")
  grep -qF '<license type="expression">MIT</license>' <<<"$nuspec" || fail "$id: not under MIT"
  grep -qF '<readme>README.md</readme>' <<<"$nuspec" || fail "$id: no readme"
  grep -qF '<repository type="git" ' <<<"$nuspec" || fail "$id: no repository"
  grep -qF "<version>$version</version>" <<<"$nuspec" || fail "$id: another version"
  # a licence's address and the schema's name are NuGet's own
  if grep -oE '[a-z]+://[^"<]*' <<<"$nuspec" | grep -vE '^(https://licenses\.nuget\.org/MIT|http://schemas\.microsoft\.com/packaging/.*)$'; then
    fail "$id: names a host"
  fi
  local dependencies expected
  dependencies=$(grep -oE '<dependency id="[^"]*"' <<<"$nuspec" | sed 's/.*id="\(.*\)"/\1/' | sort)
  expected=$(printf '%s\n' "$@" | sort)
  [[ $dependencies == "$expected" ]] || fail "$id depends on: $(tr '\n' ' ' <<<"$dependencies")"
  [[ $id != Pve.Migration ]] || grep -qF "<dependency id=\"Pve.Qmp\" version=\"$version\"" <<<"$nuspec" || fail "$id: another version of Pve.Qmp"

  unzip -p "$package" "lib/net10.0/$id.dll" >"$scratch/$id.dll"
  if grep -qaF "$repository" "$scratch/$id.dll"; then fail "$id.dll: holds the path it was built in"; fi
  echo "$id.$version: contents as expected"
}

# consumer NAME PACKAGE: a console project that knows the packages and nothing of the repository; Program.cs comes from standard input.
consumer() {
  mkdir "$scratch/$1"
  cd "$scratch/$1"
  dotnet new console --no-restore --name "$1" --output . >/dev/null
  dotnet add package "$2" --version "$version" --no-restore >/dev/null
  cat >Program.cs
  dotnet build -c Release -warnaserror -v q --output bin/out </dev/null
  cd "$scratch"
}

# qemu NAME ARGUMENT...: starts one with a monitor at NAME.qmp; its pid is put into pids.
qemu() {
  local socket="$scratch/$1.qmp"
  qemu-system-x86_64 -machine pc,accel=tcg -m 32 -nodefaults -display none -no-user-config \
    -qmp "unix:$socket,server=on,wait=off" "${@:2}" </dev/null &
  pids+=($!)
  for _ in $(seq 300); do
    [[ -S $socket ]] && return
    kill -0 "${pids[-1]}" 2>/dev/null || break
    sleep 0.1
  done
  fail "the $1 QEMU did not start"
}

contents Pve.Qmp Microsoft.Extensions.Logging.Abstractions
contents Pve.Migration Microsoft.Extensions.Logging.Abstractions Nerdbank.Streams Pve.Qmp
contents Pve.Migration.Testing Pve.Migration

cat >"$scratch/nuget.config" <<CONFIG
<?xml version="1.0" encoding="utf-8"?>
<configuration>
  <packageSources>
    <add key="packages-under-test" value="$folder" />
  </packageSources>
</configuration>
CONFIG

# first_example README: what stands in its first csharp fence.
first_example() {
  # shellcheck disable=SC2016 # the fences are no command
  sed -n '/^```csharp$/,/^```$/{/^```$/q;/^```csharp$/d;p}' "$1" >"$scratch/example.cs"
  [[ -s $scratch/example.cs ]] || fail "$1 has no csharp example"
}

first_example "$repository/src/Pve.Migration.Testing/README.md"
consumer Tester Pve.Migration.Testing <"$scratch/example.cs"
said=$(timeout 60 Tester/bin/out/Tester) || fail "the testing package's example ended with code $?"
[[ $said == Migrated* ]] || fail "the testing package's example says '$said'"
echo "The testing package's example: $said"

first_example "$repository/README.md"
consumer Product Pve.Migration <"$scratch/example.cs"
consumer Ask Pve.Qmp <<'PROGRAM'
using Pve.Qmp;

await using var qemu = await QmpClient.ConnectAsync(QmpEndpoint.Unix(args[0]));
Console.WriteLine((await qemu.ExecuteAsync(QmpCommands.QueryStatus)).Status);
PROGRAM

qemu source
qemu target -S -incoming defer
ask() { timeout 60 Ask/bin/out/Ask "$scratch/$1.qmp"; }
before=$(ask source)
[[ $before == running ]] || fail "the guest is '$before' before the migration"
timeout 120 Product/bin/out/Product "$scratch/source.qmp" "$scratch/target.qmp" || fail "the README's example ended with code $?"
after=$(ask target)
[[ $after == running ]] || fail "the guest is '$after' on the target"
for _ in $(seq 100); do
  kill -0 "${pids[0]}" 2>/dev/null || break
  sleep 0.1
done
if kill -0 "${pids[0]}" 2>/dev/null; then fail "the source QEMU still runs"; fi
echo "The README's example migrated a guest: it is running on the target, and the source has ended."

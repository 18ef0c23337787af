#!/usr/bin/env bash
# Builds every case below e2e/differential/cases with `strata build` and with BuildKit, and compares the images: config, and
# each file of the tree. A difference that the case does not explain fails the run.
#
# differential.sh [GROUP[/CASE]...]     all of them, or only these
#
# BuildKit and a registry run in a network, mount and process namespace of their own, where the registry is
# localhost:5000; nothing of them reaches another network. Needs `./mvnw -pl cli -am package -DskipTests` before.
set -euo pipefail
HERE=$(cd "$(dirname "$0")" && pwd)
# shellcheck source=lib/common.sh
. "$HERE/lib/common.sh"
for part in needs binaries; do . "$HERE/lib/$part.sh"; done
STATE=/var/lib/strata-differential # everything of one run: gone after it
CONTROL=strata-differential        # name of BuildKit's cgroups
CASES=$HERE/differential/cases
STRATA=$REPO/cli/target/strata/bin/strata
SOCKET=unix://$STATE/buildkitd.sock

# The first process of the namespaces; when it ends, everything in them does.
inside() {
  mount --make-rprivate /
  ip link set lo up
  export PATH=$BIN:$PATH
  registry serve "$STATE/registry.yml" > "$STATE/registry.log" 2>&1 &
  buildkitd --config "$STATE/buildkitd.toml" > "$STATE/buildkitd.log" 2>&1 &
  wait -n
}

running() {
  [ -s "$STATE/pid" ] && tr '\0' ' ' 2> /dev/null < "/proc/$(cat "$STATE/pid")/cmdline" | grep -qF "differential.sh _inside"
}

bring_down() {
  local i control
  if running; then
    kill -9 "$(cat "$STATE/pid")"
    for ((i = 0; i < 50; i++)); do running || break; sleep 0.2; done
    if running; then die "process $(cat "$STATE/pid") of an earlier run does not end"; fi
  fi
  for control in /sys/fs/cgroup/*/"$CONTROL" /sys/fs/cgroup/"$CONTROL"; do
    [ ! -d "$control" ] || find "$control" -depth -type d -exec rmdir {} + 2> /dev/null || true
  done
  if grep -qF " $STATE/" /proc/self/mountinfo; then die "something is still mounted below $STATE: see /proc/self/mountinfo"; fi
  rm -rf --one-file-system "$STATE"
}

settings() {
  cat > "$STATE/registry.yml" << END
version: 0.1
log: {level: error}
storage: {filesystem: {rootdirectory: $STATE/registry}}
http: {addr: "127.0.0.1:5000"}
END
  cat > "$STATE/buildkitd.toml" << END
root = "$STATE/buildkit"
[grpc]
address = ["$SOCKET"]
[worker.containerd]
enabled = false
[worker.oci]
enabled = true
snapshotter = "overlayfs"
networkMode = "host"
gc = false
defaultCgroupParent = "$CONTROL"
END
}

wait_for() { # WHAT COMMAND...
  local i
  for ((i = 0; i < 100; i++)); do
    "${@:2}" > /dev/null 2>&1 && return
    sleep 0.2
  done
  tail -n 20 "$STATE"/*.log >&2
  die "$1 does not answer after 20 s"
}
enter() { nsenter -t "$(cat "$STATE/pid")" -n "$@"; }
strata() { enter "$STRATA" --root "$STATE/store" "$@"; }

up() {
  mkdir -p "$STATE"
  settings
  setsid unshare -n -m -p --fork --kill-child --mount-proc bash "$HERE/differential.sh" _inside \
    > "$STATE/inside.log" 2>&1 < /dev/null 9>&- &
  echo $! > "$STATE/pid"
  disown # its end is ours, and no news
  wait_for "the registry" enter curl -sf http://localhost:5000/v2/
  wait_for "buildkitd" buildctl --addr "$SOCKET" debug workers
}

# What the cases begin FROM, in the order in which they need each other.
bases() {
  local name script
  for name in base configured; do
    mkdir -p "$STATE/bases/$name"
    cp "$HERE/differential/bases/$name/Dockerfile" "$STATE/bases/$name/"
    script=$HERE/differential/bases/$name/context.sh
    [ ! -f "$script" ] || (cd "$STATE/bases/$name" && bash "$script" "$REPO")
    strata build -q -t "localhost:5000/$name" --push "$STATE/bases/$name" > "$STATE/bases.log" 2>&1 || {
      cat "$STATE/bases.log" >&2
      die "the image $name could not be built"
    }
  done
}

# An oracle that builds nothing would agree with everything that is refused.
check_oracle() {
  mkdir -p "$STATE/oracle"
  printf 'FROM localhost:5000/base\nRUN echo here > /file\nCOPY Dockerfile /\n' > "$STATE/oracle/Dockerfile"
  buildctl --addr "$SOCKET" build --frontend dockerfile.v0 --local context="$STATE/oracle" --local dockerfile="$STATE/oracle" \
    --progress plain --output "type=oci,dest=$STATE/oracle.tar" > "$STATE/oracle.log" 2>&1 || {
    tail -n 20 "$STATE/oracle.log" "$STATE/buildkitd.log" >&2
    die "BuildKit cannot build three lines on this machine: it is no oracle"
  }
}

finish() {
  local result=$?
  bring_down || result=1
  exit $result
}

if [ "${1:-}" = _inside ]; then
  inside
  exit
fi
export PATH=$BIN:$PATH
needs
[ -x "$STRATA" ] || die "the strata command is not built: ./mvnw -B -pl cli -am package -DskipTests"
build buildkit runc registry
exec 9> "$CACHE/differential.lock"
flock -n 9 || die "another differential.sh is running: wait for it"
bring_down
trap finish EXIT
up
bases
check_oracle
REPORT=$REPO/e2e/target/differential.txt
say "building the cases with both"
rm -f "$REPORT"
result=0
(cd "$REPO" && ./mvnw -B -ntp -q -pl e2e -Pdifferential verify "-Dstrata.differential.cases=$CASES" "-Dstrata.differential.state=$STATE" \
  "-Dstrata.differential.only=$*" "-Dstrata.differential.strata=$STRATA" "-Dstrata.bin=$BIN") > "$STATE/maven.log" 2>&1 9>&- || result=$?
[ $result = 0 ] || cat "$STATE/maven.log"
[ ! -f "$REPORT" ] || cat "$REPORT"
exit $result

#!/usr/bin/env bash
# Lists what this machine has (mounts, namespaces, links, nft tables, cgroups, kernel settings, processes, files), starts the
# local cluster: killed halfway, then twice with a Pod that uses a volume, a user namespace and DNS; takes it down, and compares the lists.
set -euo pipefail
HERE=$(cd "$(dirname "$0")" && pwd)
# shellcheck source=lib/common.sh
. "$HERE/lib/common.sh"

WORK=$(mktemp -d)
trap 'bash "$HERE/cluster.sh" down; rm -rf "$WORK"' EXIT
mkdir "$WORK/tmp"

cluster() { TMPDIR=$WORK/tmp bash "$HERE/cluster.sh" "$@"; }

lists() { # DIR
  mkdir "$1"
  awk '{print $5, $(NF-2)}' /proc/self/mountinfo | sort > "$1/mounts"
  ip netns list | sort > "$1/network-namespaces"
  ip -o link | sed 's/^[0-9]*: \([^:@]*\).*/\1/' | sort > "$1/links"
  ip -o addr | awk '{print $2, $4}' | sort > "$1/addresses"
  nft list tables | sort > "$1/nft-tables"
  find /sys/fs/cgroup -type d -name "$NS*" | sort > "$1/cgroups"
  sysctl -a 2> /dev/null | grep -E '^(net.ipv4.ip_forward|vm\.(overcommit_memory|panic_on_oom)|kernel\.(panic|panic_on_oops|keys\.root_max[a-z]*)) ' > "$1/settings"
  local exe
  for exe in /proc/[0-9]*/exe; do readlink "$exe" || true; done 2> /dev/null | grep -E "^($BIN/|/usr/bin/etcd)" | sort > "$1/processes" || true
  # A process that has ended and is not yet reaped by this machine's first process is none.
  local process
  for process in /proc/[0-9]*; do
    grep -q '^State:.[ZX]' "$process/status" 2> /dev/null || readlink "$process/ns/pid" || true
  done 2> /dev/null | sort -u > "$1/pid-namespaces"
  # What packages, systemd and logs of the machine write meanwhile is not the cluster's.
  find /etc /opt /usr /var /run /mnt /srv /dev/shm "$WORK/tmp" -xdev \( -path "$CACHE" -o -path /var/lib/dpkg -o -path /var/cache/apt \
    -o -path /var/log -o -path /var/lib/systemd -o -path /run/systemd -o -path /run/user \) -prune -o -print | sort > "$1/files"
  find "${HOME:-/root}" -xdev -maxdepth 2 | sort > "$1/home-files"
}

bash "$HERE/cluster.sh" build      # packages too are not the cluster's
bash "$HERE/cluster.sh" down       # what an earlier run left is not ours to keep
lists "$WORK/before"

setsid env TMPDIR="$WORK/tmp" bash "$HERE/cluster.sh" up > "$WORK/killed.log" 2>&1 &
starting=$!
for _ in $(seq 300); do [ ! -s "$STATE/node.pid" ] || break; sleep 0.1; done
sleep 2
kill -9 -- "-$starting"
wait "$starting" || true
[ -s "$STATE/node.pid" ] || die "the cluster was not on its way when it was killed: $(cat "$WORK/killed.log")"
cluster down
lists "$WORK/after-kill"
diff -ru "$WORK/before" "$WORK/after-kill" || die "down after a killed up left something (+) or took something away (-)"

cluster up
if (exec 9> "/run/lock/strata-$NS" && flock 9 && cluster down 9>&-) 2> "$WORK/refused"; then
  die "two runs of cluster.sh at once were not refused"
fi
grep -q 'another cluster.sh' "$WORK/refused" || die "the refusal of a second run does not say why: $(cat "$WORK/refused")"
cluster up
cluster kubectl apply -f - << 'YAML'
apiVersion: v1
kind: PersistentVolumeClaim
metadata: {name: probe}
spec: {accessModes: [ReadWriteOnce], resources: {requests: {storage: 1Mi}}}
---
apiVersion: v1
kind: Pod
metadata: {name: probe}
spec:
  hostUsers: false
  restartPolicy: Never
  volumes: [{name: data, persistentVolumeClaim: {claimName: probe}}]
  containers:
  - name: probe
    image: local/busybox:1
    command: [/bin/sh, -ec, 'echo kept > /data/file; cat /data/file; nslookup kubernetes.default.svc.cluster.local; cat /proc/self/uid_map']
    volumeMounts: [{name: data, mountPath: /data}]
YAML
cluster kubectl wait --for=jsonpath='{.status.phase}'=Succeeded --timeout=60s pod/probe \
  || {
    cluster kubectl describe pod probe >&2
    exit 1
  }
cluster kubectl logs probe | tee "$WORK/said"
grep -qx kept "$WORK/said" || die "the volume did not keep the file"
grep -q 10.96.0.1 "$WORK/said" || die "cluster DNS did not answer"
awk 'END {exit !($1 == 0 && $2 != 0)}' "$WORK/said" || die "the Pod did not run in a user namespace of its own"
cluster kubectl get --raw /version > /dev/null || die "the API server does not answer from outside the node"
cluster down
lists "$WORK/after"
diff -ru "$WORK/before" "$WORK/after" || die "down left something (+) or took something away (-)"
say "nothing is left"

# The machine's side of the local cluster: what is made before the node starts, and what `down` takes away again.
# shellcheck shell=bash

LOG=$STATE/log
# A kubelet sets the kernel's; routing needs ip_forward. `down` writes the old values back.
SYSCTLS=(net.ipv4.ip_forward vm.overcommit_memory vm.panic_on_oom kernel.panic kernel.panic_on_oops
  kernel.keys.root_maxkeys kernel.keys.root_maxbytes)

LOCK=/run/lock/strata-$NS # whoever brings the cluster up or down holds it; `down` removes it

locked() {
  exec 9> "$LOCK"
  # A file that another's `down` has removed meanwhile locks nothing.
  flock -n 9 && [ /proc/self/fd/9 -ef "$LOCK" ] || die "another cluster.sh up or down is running: wait for it"
}

# What only a local cluster needs of the machine.
cluster_needs() {
  resolver > /dev/null
  local route
  route=$(ip -4 route show to match "$NODE_ADDRESS" | grep -v "^default\|dev ${NS}0 " | head -n 1 || true)
  [ -z "$route" ] || die "the addresses $UPLINK.0/30 are taken on this machine ($route): set STRATA_CLUSTER_UPLINK to three numbers of a free network, for example 192.168.213"
}

# The file of the name servers that pods can ask: a loopback address is another one inside the node.
resolver() {
  local file
  for file in /etc/resolv.conf /run/systemd/resolve/resolv.conf; do
    if grep -Eqs '^nameserver[[:space:]]' "$file" && ! grep -Eq '^nameserver[[:space:]]+(127\.|::1)' "$file"; then
      echo "$file"
      return
    fi
  done
  die "/etc/resolv.conf names no name server but this machine's own, which pods cannot ask: name another one in it"
}

up() {
  needs
  cluster_needs
  build
  locked
  bring_down
  trap 'failed' EXIT
  mkdir -p "$LOG"/node "$STATE"/{etcd,cni,cni-config,volumes,kubelet,containerd-config}
  remember
  certificates
  cgroups
  network
  cp "$(resolver)" "$STATE/resolv.conf"
  ip netns exec "$NS" true
  setsid nsenter --net="/run/netns/$NS" unshare -m -u -p --fork --kill-child --mount-proc \
    bash "$REPO/e2e/cluster.sh" _node > "$LOG/node.log" 2>&1 < /dev/null 9>&- &
  local outer=$!
  wait_until 10 "the node's first process did not start" first_process "$outer"
  first_process "$outer" > "$STATE/node.pid"
  wait_until 90 "the node is not Ready" node_is_ready
  local_images
  trap - EXIT
  kubectl get nodes
  ! forwarding_is_dropped || say "this machine drops what it forwards, so pods reach nothing outside (docker and ufw set that). Allow it: iptables -I FORWARD -i ${NS}0 -j ACCEPT && iptables -I FORWARD -o ${NS}0 -j ACCEPT"
}

forwarding_is_dropped() {
  nft -j list chains | jq -e '[.nftables[].chain | select(.hook == "forward" and .policy == "drop")] | length > 0' > /dev/null
}

failed() {
  say "the cluster did not start; its logs are kept in $CACHE/failed"
  rm -rf "$CACHE/failed"
  [ ! -d "$LOG" ] || cp -r "$LOG" "$CACHE/failed"
  [ ! -f "$LOG/node.log" ] || tail -n 5 "$LOG/node.log" >&2
  bring_down
}

first_process() { grep -o '[0-9]\+' "/proc/$1/task/$1/children"; } # pid 1 of the node, as this machine sees it
node_is_ready() {
  grep -qx started "$LOG/node.log" && kubectl wait --for=condition=Ready --timeout=1s "node/$NODE_NAME" \
    && kubectl get serviceaccount default
}

# What `down` puts back: kernel settings, and the mount points that were not there.
remember() {
  local name pair place
  for name in "${SYSCTLS[@]}"; do printf '%s=%s\n' "$name" "$(sysctl -n "$name")"; done > "$STATE/sysctls"
  for pair in "${NODE_MOUNTS[@]}"; do
    place=${pair#*:}
    [ -d "$place" ] || { printf '%s\n' "$place" >> "$STATE/made"; mkdir "$place"; }
  done
}

# The node has a network namespace of its own; a veth with NAT lets pods reach package mirrors only through this machine.
# The service addresses are routed to a bridge inside, so that none ever leaves it.
network() {
  ip netns add "$NS"
  ip link add "${NS}0" type veth peer name uplink mtu 1400 netns "$NS"
  ip link set "${NS}0" mtu 1400 up
  ip addr add "$UPLINK.1/30" dev "${NS}0"
  sysctl -qw net.ipv4.ip_forward=1
  nft add table ip "$NS"
  nft add chain ip "$NS" post '{ type nat hook postrouting priority 100 ; }'
  nft add rule ip "$NS" post ip saddr "$UPLINK.0/30" masquerade
  ip -n "$NS" link set lo up
  ip -n "$NS" link set uplink up
  ip -n "$NS" addr add "$NODE_ADDRESS/30" dev uplink
  ip -n "$NS" link add node0 type bridge
  ip -n "$NS" addr add "$NODE_IP/24" dev node0
  ip -n "$NS" link set node0 up
  ip -n "$NS" route add default via "$UPLINK.1"
  ip -n "$NS" route add "$SERVICE_CIDR" dev node0
  nsenter --net="/run/netns/$NS" sysctl -qw net.ipv4.ip_forward=1
}

# A cgroup of the node's own, so that two kubelets never clean up after each other. On v1 a new cpuset is empty until filled.
cgroups() {
  local parent
  for parent in /sys/fs/cgroup/*/ /sys/fs/cgroup/; do
    [ -f "$parent/cgroup.procs" ] || continue
    mkdir -p "$parent/$NS"
    if [ -f "$parent/cpuset.cpus" ]; then
      cat "$parent/cpuset.cpus" > "$parent/$NS/cpuset.cpus"
      cat "$parent/cpuset.mems" > "$parent/$NS/cpuset.mems"
    fi
  done
}

# The two images that the cluster itself needs, from this machine's own programs.
local_images() {
  local work=$STATE/images applet
  mkdir -p "$work/pause" "$work/busybox/bin" "$work/busybox/tmp"
  cp "$BIN/pause" "$work/pause/pause"
  archive local/pause:1 "$work/pause" "$work/pause.tar" /pause
  load "$work/pause.tar" > /dev/null
  cp /bin/busybox "$work/busybox/bin/busybox"
  for applet in $(/bin/busybox --list); do [ "$applet" = busybox ] || ln -s busybox "$work/busybox/bin/$applet"; done
  archive local/busybox:1 "$work/busybox" "$work/busybox.tar" /bin/sh
  load "$work/busybox.tar" > /dev/null
  rm -rf "$work"
}

# A one-layer image in docker's archive form. These two exist before any builder does.
archive() { # NAME DIR FILE ENTRYPOINT
  local work
  work=$(mktemp -d -p "$STATE")
  tar -C "$2" --numeric-owner -cf "$work/layer.tar" .
  printf '{"architecture":"%s","os":"linux","config":{"Env":["PATH=/bin"],"Entrypoint":["%s"]},"rootfs":{"type":"layers","diff_ids":["sha256:%s"]}}' \
    "$(dpkg --print-architecture)" "$4" "$(sha256sum < "$work/layer.tar" | cut -c1-64)" > "$work/config.json"
  printf '[{"Config":"config.json","RepoTags":["%s"],"Layers":["layer.tar"]}]' "$1" > "$work/manifest.json"
  tar -C "$work" -cf "$3" manifest.json config.json layer.tar
  rm -rf "$work"
}

kubectl() { "$BIN/kubectl" --kubeconfig "$STATE/admin.kubeconfig" "$@"; }
running() {
  [ -e "/run/netns/$NS" ] && ip netns pids "$NS" | grep -qx "$(cat "$STATE/node.pid" 2> /dev/null)" \
    || die "no cluster runs here: bash e2e/cluster.sh up"
}
node() {
  running
  nsenter -t "$(cat "$STATE/node.pid")" -n -m -u -p "$@"
}
load() { # ARCHIVE: docker's or the OCI form
  running
  node "$BIN/ctr" -a $SOCK -n k8s.io images import --local "$(realpath "$1")" 2> "$LOG/import.log" || {
    cat "$LOG/import.log" >&2
    die "the node could not import $1"
  }
}

status() {
  running
  kubectl get nodes -o wide && kubectl get pods -A
  echo "export KUBECONFIG=$STATE/admin.kubeconfig PATH=$BIN:\$PATH"
}

down() {
  locked
  bring_down
  rm -f "$LOCK"
}

no_process_of_the_node() { [ -z "$(ip netns pids "$NS")" ]; }

bring_down() {
  local pid control setting place
  if [ -e "/run/netns/$NS" ]; then
    # Killing the first process of the PID namespace ends everything in it, mounts included; then whatever else joined.
    for pid in $(cat "$STATE/node.pid" 2> /dev/null) $(ip netns pids "$NS"); do
      if ip netns pids "$NS" | grep -qx "$pid"; then kill -9 "$pid" 2> /dev/null || true; fi
    done
    wait_until 30 "processes of the cluster do not end: ip netns pids $NS" no_process_of_the_node
    ip netns del "$NS"
  fi
  ip link del "${NS}0" 2> /dev/null || true
  nft delete table ip "$NS" 2> /dev/null || true
  for control in /sys/fs/cgroup/*/"$NS" /sys/fs/cgroup/"$NS"; do
    [ ! -d "$control" ] || find "$control" -depth -type d -exec rmdir {} + 2> /dev/null || true
  done
  [ -d "$STATE" ] || return 0
  while read -r setting; do sysctl -qw "$setting" || true; done < <(cat "$STATE/sysctls" 2> /dev/null)
  while read -r place; do rmdir "$place" || true; done < <(cat "$STATE/made" 2> /dev/null)
  if grep -qF " $STATE/" /proc/self/mountinfo; then die "something is still mounted below $STATE: see /proc/self/mountinfo"; fi
  rm -rf --one-file-system "$STATE"
}

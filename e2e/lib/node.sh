# The inside of the node: the first process of its PID, mount, UTS and network namespaces runs node_main.
# shellcheck shell=bash

NODE_NAME=node1 NODE_IP=172.30.0.1
SERVICE_CIDR=10.96.0.0/16 SERVICE_API=10.96.0.1 SERVICE_DNS=10.96.0.10
POD_CIDR=10.244.0.0/16 NODE_POD_CIDR=10.244.0.0/24
SOCK=/run/containerd/containerd.sock

# DIRECTORY_IN_STATE:PLACE_IN_THE_NODE. The places are those of any node, so that a chart's host paths mean the same here.
NODE_MOUNTS=(kubelet:/var/lib/kubelet cni:/var/lib/cni log/node:/var/log containerd-config:/etc/containerd)

node_main() {
  export PATH=$BIN:$PATH
  node_mounts
  cd "$PKI"
  daemon etcd etcd --data-dir "$STATE/etcd" --unsafe-no-fsync --listen-client-urls http://127.0.0.1:2379 \
    --advertise-client-urls http://127.0.0.1:2379 --listen-peer-urls http://127.0.0.1:2380
  start_api_server
  start_containerd
  wait_until 60 "the API server is not ready" api_is_ready
  daemon controller-manager kube-controller-manager --kubeconfig=controller-manager.kubeconfig --leader-elect=false \
    --service-account-private-key-file=sa.key --root-ca-file=ca.crt --use-service-account-credentials \
    --cluster-signing-cert-file=ca.crt --cluster-signing-key-file=ca.key
  daemon scheduler kube-scheduler --kubeconfig=scheduler.kubeconfig --leader-elect=false
  wait_until 20 "containerd does not listen" test -S $SOCK
  start_kubelet
  start_services
  start_volumes
  echo started
  trap 'exit 0' TERM
  # The first process also reaps what container shims leave behind.
  while :; do wait -n || sleep 1; done
}

# Whatever the daemons write at fixed places is the node's own and goes with it.
node_mounts() {
  mount --make-rprivate /
  mount --make-rshared /
  hostname "$NODE_NAME"
  mount -t tmpfs -o mode=755 tmpfs /run
  mkdir -p /run/containerd /run/netns /run/lock
  local pair
  for pair in "${NODE_MOUNTS[@]}"; do mount --bind "$STATE/${pair%%:*}" "${pair#*:}"; done
}

daemon() { # NAME COMMAND...
  setsid "${@:2}" > "$STATE/log/$1.log" 2>&1 < /dev/null &
}

wait_until() { # SECONDS COMPLAINT COMMAND...
  local i
  for ((i = 0; i < $1 * 5; i++)); do
    "${@:3}" > /dev/null 2>&1 && return
    sleep 0.2
  done
  die "$2 after $1 s; see $STATE/log"
}

api_is_ready() {
  curl -sf --cacert ca.crt --cert admin.crt --key admin.key "https://$NODE_IP:6443/readyz"
}

start_api_server() {
  daemon apiserver kube-apiserver --etcd-servers=http://127.0.0.1:2379 --advertise-address=$NODE_IP \
    --tls-cert-file=apiserver.crt --tls-private-key-file=apiserver.key --client-ca-file=ca.crt \
    --service-account-key-file=sa.pub --service-account-signing-key-file=sa.key \
    --service-account-issuer=https://kubernetes.default.svc --service-cluster-ip-range=$SERVICE_CIDR \
    --authorization-mode=Node,RBAC --enable-admission-plugins=NodeRestriction --allow-privileged=true \
    --kubelet-client-certificate=admin.crt --kubelet-client-key=admin.key \
    --kubelet-certificate-authority=ca.crt --kubelet-preferred-address-types=InternalIP
}

start_containerd() {
  mkdir -p /etc/containerd/certs.d "$STATE/cni-config"
  cat > /etc/containerd/config.toml <<TOML
version = 3
root = "$STATE/containerd"
state = "/run/containerd"
disabled_plugins = ["io.containerd.snapshotter.v1.btrfs", "io.containerd.snapshotter.v1.zfs", "io.containerd.snapshotter.v1.devmapper", "io.containerd.nri.v1.nri"]
[grpc]
  address = "$SOCK"
[plugins.'io.containerd.internal.v1.opt']
  path = "$STATE/opt"
[plugins.'io.containerd.cri.v1.images'.pinned_images]
  sandbox = "local/pause:1"
[plugins.'io.containerd.cri.v1.images'.registry]
  config_path = "/etc/containerd/certs.d"
[plugins.'io.containerd.cri.v1.runtime']
  restrict_oom_score_adj = true   # without CAP_SYS_RESOURCE scores cannot be lowered
[plugins.'io.containerd.cri.v1.runtime'.cni]
  bin_dirs = ["/usr/lib/cni"]
  conf_dir = "$STATE/cni-config"
[plugins.'io.containerd.cri.v1.runtime'.containerd.runtimes.runc]
  runtime_type = "io.containerd.runc.v2"
  [plugins.'io.containerd.cri.v1.runtime'.containerd.runtimes.runc.options]
    BinaryName = "$BIN/runc"
    SystemdCgroup = false
TOML
  cat > "$STATE/cni-config/10-bridge.conflist" <<JSON
{"cniVersion": "1.0.0", "name": "bridge", "plugins": [
  {"type": "bridge", "bridge": "cni0", "isGateway": true, "ipMasq": true, "hairpinMode": true, "mtu": 1400,
   "ipam": {"type": "host-local", "ranges": [[{"subnet": "$NODE_POD_CIDR"}]], "routes": [{"dst": "0.0.0.0/0"}]}},
  {"type": "portmap", "capabilities": {"portMappings": true}}]}
JSON
  daemon containerd containerd -c /etc/containerd/config.toml
}

start_kubelet() {
  cat > "$STATE/kubelet.yaml" <<YAML
apiVersion: kubelet.config.k8s.io/v1beta1
kind: KubeletConfiguration
authentication: {anonymous: {enabled: false}, x509: {clientCAFile: $PKI/ca.crt}}
authorization: {mode: Webhook}
tlsCertFile: $PKI/kubelet.crt
tlsPrivateKeyFile: $PKI/kubelet.key
cgroupDriver: cgroupfs
cgroupRoot: /$NS
failSwapOn: false
failCgroupV1: false   # from 1.35 on a kubelet refuses cgroup v1 unless told
volumePluginDir: $STATE/volume-plugins
clusterDomain: cluster.local
clusterDNS: ["$SERVICE_DNS"]
resolvConf: $STATE/resolv.conf
containerRuntimeEndpoint: unix://$SOCK
evictionHard: {memory.available: "100Mi", nodefs.available: "1%", imagefs.available: "1%"}
YAML
  daemon kubelet kubelet --config="$STATE/kubelet.yaml" --kubeconfig=kubelet.kubeconfig --node-ip=$NODE_IP \
    --hostname-override=$NODE_NAME
}

# Service addresses by kube-proxy, names by CoreDNS in the node itself.
start_services() {
  local admin="kubectl --kubeconfig $PKI/admin.kubeconfig"
  $admin create clusterrolebinding kube-proxy --clusterrole=system:node-proxier --user=system:kube-proxy
  # The conntrack limits are the machine's own: left alone.
  daemon kube-proxy kube-proxy --kubeconfig=kube-proxy.kubeconfig --proxy-mode=nftables --cluster-cidr=$POD_CIDR \
    --hostname-override=$NODE_NAME --conntrack-max-per-core=0 --conntrack-tcp-timeout-established=0 \
    --conntrack-tcp-timeout-close-wait=0
  cat > "$STATE/Corefile" <<CONF
.:53 {
  bind $NODE_IP
  kubernetes cluster.local in-addr.arpa {
    kubeconfig $PKI/admin.kubeconfig
  }
  forward . $STATE/resolv.conf
  cache 10
}
CONF
  daemon coredns coredns -conf "$STATE/Corefile"
  $admin apply -f - <<YAML
apiVersion: v1
kind: Service
metadata: {name: kube-dns, namespace: kube-system}
spec: {clusterIP: $SERVICE_DNS, ports: [{name: dns, port: 53, protocol: UDP}, {name: dns-tcp, port: 53, protocol: TCP}]}
---
apiVersion: discovery.k8s.io/v1
kind: EndpointSlice
metadata: {name: kube-dns, namespace: kube-system, labels: {kubernetes.io/service-name: kube-dns}}
addressType: IPv4
ports: [{name: dns, port: 53, protocol: UDP}, {name: dns-tcp, port: 53, protocol: TCP}]
endpoints: [{addresses: ["$NODE_IP"], conditions: {ready: true}}]
YAML
}

# Dynamic volumes: class local-path, the default one.
start_volumes() {
  local admin="kubectl --kubeconfig $PKI/admin.kubeconfig" space=local-path-storage account=local-path-provisioner
  local files=$STATE/local-path
  mkdir -p "$files/scripts"
  printf '#!/bin/sh\nset -eu\nmkdir -m 0777 -p "$VOL_DIR"\n' > "$files/scripts/setup"
  printf '#!/bin/sh\nset -eu\nrm -rf "$VOL_DIR"\n' > "$files/scripts/teardown"
  printf '{"nodePathMap":[{"node":"DEFAULT_PATH_FOR_NON_LISTED_NODES","paths":["%s"]}]}' "$STATE/volumes" > "$files/config.json"
  cat > "$files/helper-pod.yaml" <<YAML
apiVersion: v1
kind: Pod
metadata: {name: helper-pod}
spec: {containers: [{name: helper-pod, image: local/busybox:1, imagePullPolicy: IfNotPresent}]}
YAML
  $admin apply -f - <<YAML
apiVersion: v1
kind: Namespace
metadata: {name: $space}
---
apiVersion: v1
kind: ServiceAccount
metadata: {name: $account, namespace: $space}
---
apiVersion: storage.k8s.io/v1
kind: StorageClass
metadata: {name: local-path, annotations: {storageclass.kubernetes.io/is-default-class: "true"}}
provisioner: rancher.io/local-path
volumeBindingMode: WaitForFirstConsumer
YAML
  $admin -n $space create configmap local-path-config --from-file="$files/scripts" \
    --from-file=helperPod.yaml="$files/helper-pod.yaml" --from-file=config.json="$files/config.json"
  POD_NAMESPACE=$space daemon local-path local-path-provisioner start --kubeconfig "$PKI/admin.kubeconfig" \
    --config "$files/config.json" --helper-image local/busybox:1 --namespace $space --configmap-name local-path-config \
    --service-account-name $account --helper-pod-file "$files/helper-pod.yaml"
}

#!/usr/bin/env bash
# The chart on a real API server: everything it renders is accepted, and its admission policies refuse and admit what they
# should. Starts etcd and kube-apiserver on loopback, without a kubelet and without controllers.
#
# STRATA_BIN  directory of helm, kube-apiserver and kubectl (default /var/cache/strata/bin)
set -euo pipefail
shopt -s lastpipe   # what stands last in a pipe counts in this shell
HERE=$(cd "$(dirname "$0")" && pwd)
BIN=${STRATA_BIN:-/var/cache/strata/bin}
for program in jq openssl python3; do
  command -v $program > /dev/null || { echo "helm/test-admission.sh: no $program; apt-get install $program" >&2 && exit 1; }
done
for program in helm kube-apiserver kubectl; do
  [ -x "$BIN/$program" ] || { echo "helm/test-admission.sh: no $BIN/$program; bash e2e/cluster.sh build makes it, or set STRATA_BIN" >&2 && exit 1; }
done
ETCD=$(command -v etcd) || { echo "helm/test-admission.sh: no etcd; apt-get install etcd-server" >&2 && exit 1; }
WORK=$(mktemp -d)
started=()
finish() {
  # Nothing of theirs is kept, so nothing needs an orderly end.
  [ ${#started[@]} = 0 ] || kill -KILL "${started[@]}" 2> /dev/null || true
  wait 2> /dev/null
  rm -rf "$WORK"
}
trap finish EXIT

free_port() {
  python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])'
}

k() {
  "$BIN/kubectl" --server "https://127.0.0.1:$port" --insecure-skip-tls-verify --token admin-token --cache-dir "$WORK/cache" "$@"
}

start() {
  local client peer i
  client=$(free_port) peer=$(free_port) port=$(free_port)
  openssl genrsa -out "$WORK/sa.key" 2048 2> /dev/null
  openssl rsa -in "$WORK/sa.key" -pubout -out "$WORK/sa.pub" 2> /dev/null
  echo 'admin-token,admin,1,system:masters' > "$WORK/tokens"
  "$ETCD" --data-dir "$WORK/etcd" --unsafe-no-fsync --listen-client-urls "http://127.0.0.1:$client" \
    --advertise-client-urls "http://127.0.0.1:$client" --listen-peer-urls "http://127.0.0.1:$peer" > "$WORK/etcd.log" 2>&1 &
  started+=($!)
  "$BIN/kube-apiserver" --etcd-servers="http://127.0.0.1:$client" --bind-address=127.0.0.1 --secure-port="$port" \
    --advertise-address=127.0.0.1 --cert-dir="$WORK/certs" --token-auth-file="$WORK/tokens" --authorization-mode=RBAC \
    --service-account-issuer=https://kubernetes.default.svc --service-account-key-file="$WORK/sa.pub" \
    --service-account-signing-key-file="$WORK/sa.key" --service-cluster-ip-range=10.0.0.0/24 \
    --disable-admission-plugins=ServiceAccount --allow-privileged=true > "$WORK/apiserver.log" 2>&1 &
  started+=($!)
  for ((i = 0; i < 150; i++)); do
    k get --raw /readyz > /dev/null 2>&1 && return
    kill -0 "${started[1]}" 2> /dev/null || break
    sleep 0.2
  done
  tail -5 "$WORK/apiserver.log" >&2
  echo "helm/test-admission.sh: the API server did not become ready" >&2
  exit 1
}

failures=0 checks=0
fail() { echo "FAILED $*" >&2; failures=$((failures + 1)); }

# Both read the manifest from standard input; USER "" is the administrator.
admitted() { # NAME USER COMMAND...
  local name=$1 as=() output
  [ -z "$2" ] || as=(--as "$2")
  checks=$((checks + 1))
  output=$(k "${as[@]}" "${@:3}" --dry-run=server -f - 2>&1) || fail "$name: $output"
}
refused() { # NAME EXPECTED USER COMMAND...
  local name=$1 expected=$2 as=() output
  [ -z "$3" ] || as=(--as "$3")
  checks=$((checks + 1))
  if output=$(k "${as[@]}" "${@:4}" --dry-run=server -f - 2>&1); then
    fail "$name was admitted"
  elif [[ $output != *"$expected"* ]]; then
    fail "$name was refused without '$expected': $output"
  fi
}

OPERATOR=system:serviceaccount:strata-system:strata-operator
JOBS=system:serviceaccount:kube-system:job-controller

# A builder pod as the operator makes it, changed by a jq program.
pod() { # JQ
  jq -n '{apiVersion: "v1", kind: "Pod", metadata: {name: "app-1-abcde-x", namespace: "team",
      labels: {"strata.dev/imagebuild": "app"},
      ownerReferences: [{apiVersion: "batch/v1", kind: "Job", name: "app-1-abcde", uid: "u1", controller: true}]},
    spec: {hostUsers: false, nodeSelector: {pool: "builds"}, automountServiceAccountToken: false, restartPolicy: "Never", enableServiceLinks: false,
      securityContext: {sysctls: [{name: "net.ipv4.ping_group_range", value: "0 65535"}]},
      containers: [{name: "build", image: "local/strata-builder:1",
        command: ["/usr/bin/strata-launcher", "nest", "--", "/opt/strata/bin/strata-build"],
        env: [{name: "STRATA_REQUEST_DIGEST", value: ("sha256:" + "a" * 64)}],
        securityContext: {procMount: "Unmasked", seccompProfile: {type: "Localhost", localhostProfile: "strata/builder.json"}},
        volumeMounts: [{name: "store", mountPath: "/strata/store"}]}],
      volumes: [{name: "store", emptyDir: {}}, {name: "request", configMap: {name: "app-1-abcde"}},
        {name: "git", secret: {secretName: "git"}}]}} | '"$1"
}
direct='.spec.containers[0].command[1] = "direct" | .metadata.namespace = "old"
  | .spec.containers[0].securityContext = {procMount: "Unmasked", seccompProfile: {type: "Localhost", localhostProfile: "strata/builder.json"},
      appArmorProfile: {type: "Unconfined"}, capabilities: {add: ["SYS_ADMIN"]}}'
# An ordinary pod.
plain() { # JQ
  jq -n '{apiVersion: "v1", kind: "Pod", metadata: {name: "plain", namespace: "team"},
    spec: {containers: [{name: "c", image: "busybox"}]}} | '"$1"
}
job() { # JQ
  jq -n '{apiVersion: "batch/v1", kind: "Job", metadata: {name: "app-1-abcde", namespace: "team",
      labels: {"strata.dev/imagebuild": "app"}, annotations: {"strata.dev/build-number": "1"},
      ownerReferences: [{apiVersion: "strata.dev/v1alpha1", kind: "ImageBuild", name: "app", uid: "u0", controller: true}]},
    spec: {template: {metadata: {labels: {"strata.dev/imagebuild": "app"}},
      spec: {restartPolicy: "Never", containers: [{name: "build", image: "local/strata-builder:1"}]}}}} | '"$1"
}
imagebuild() { # JQ
  jq -n '{apiVersion: "strata.dev/v1alpha1", kind: "ImageBuild", metadata: {name: "app", namespace: "team"},
    spec: {source: {git: {url: "https://git.example/app.git", secretRef: {name: "git"}}},
      output: {image: "registry.example/app:1", secretRef: {name: "push"}}}} | '"$1"
}

start
k create namespace strata-system > /dev/null
k label namespace strata-system pod-security.kubernetes.io/enforce=privileged > /dev/null
k create namespace team > /dev/null
k label namespace team pod-security.kubernetes.io/enforce=baseline pod-security.kubernetes.io/enforce-version=latest > /dev/null
k create namespace old > /dev/null

"$BIN/helm" template strata "$HERE/strata" --namespace strata-system --kube-version 1.36.0 \
  --set operator.replicas=2 --set builds.nodeSelector.pool=builds --set networkPolicy.enabled=true > "$WORK/chart.yaml"
checks=$((checks + 1))
k apply --server-side --validate=strict -f "$WORK/chart.yaml" > "$WORK/applied" || fail "the API server refuses a part of the chart"
for crd in "$HERE"/strata/files/crds/*.yaml; do
  k wait --for=condition=Established --timeout=30s "crd/$(basename "$crd" .yaml)" > /dev/null
done
# Applied again after a change of a definition: it is upgraded in place.
checks=$((checks + 1))
sed 's/^\( *\)- ib$/\1- ib\n\1- ibx/' "$WORK/chart.yaml" | k apply --server-side -f - > /dev/null
[ "$(k get crd imagebuilds.strata.dev -o jsonpath='{.spec.names.shortNames[1]}')" = ibx ] || fail "a definition did not upgrade"

# What the chart's workloads start is admitted where it runs.
for workload in deployment/strata-operator daemonset/strata-node-agent daemonset/strata-isolation-check; do
  k -n strata-system get "$workload" -o json \
    | jq '{apiVersion: "v1", kind: "Pod", metadata: ({name: "probe", namespace: "strata-system"} + {labels: .spec.template.metadata.labels}), spec: .spec.template.spec}' \
    > "$WORK/pod.json"
  admitted "a pod of $workload" "" create < "$WORK/pod.json"
done
# The operator and the isolation check need no privilege at all.
for workload in deployment/strata-operator daemonset/strata-isolation-check; do
  k -n strata-system get "$workload" -o json \
    | jq '{apiVersion: "v1", kind: "Pod", metadata: {name: "probe", namespace: "team"}, spec: .spec.template.spec}' > "$WORK/pod.json"
  admitted "a pod of $workload at level baseline" "" create < "$WORK/pod.json"
done

# Policies become active some moments after they are created.
for ((i = 0; i < 100; i++)); do
  plain '.spec.securityContext.seccompProfile = {type: "Localhost", localhostProfile: "strata/builder.json"}' \
    | k create --dry-run=server -f - > /dev/null 2>&1 || break
  sleep 0.2
done

message='needs spec.hostUsers: false'
profile='{type: "Localhost", localhostProfile: "strata/builder.json"}'
plain '.' | admitted "an ordinary pod" "" create
plain '.spec.securityContext.seccompProfile = {type: "Localhost", localhostProfile: "other/strata/builder.json"}' \
  | admitted "somebody else's profile" "" create
plain ".spec.hostUsers = false | .spec.containers[0].securityContext.seccompProfile = $profile" \
  | admitted "the profile with a user namespace" "" create
plain ".spec.securityContext.seccompProfile = $profile" | refused "the profile of the pod" "$message" "" create
plain ".spec.containers[0].securityContext.seccompProfile = $profile" | refused "the profile of a container" "$message" "" create
plain ".spec.hostUsers = true | .spec.containers[0].securityContext.seccompProfile = $profile" \
  | refused "the profile with hostUsers: true" "$message" "" create
plain ".spec.initContainers = [{name: \"i\", image: \"busybox\", securityContext: {seccompProfile: $profile}}]" \
  | refused "the profile of an init container" "$message" "" create
for spelled in strata//builder.json ./strata/builder.json strata/./builder.json strata/other.json; do
  plain ".spec.securityContext.seccompProfile = {type: \"Localhost\", localhostProfile: \"$spelled\"}" \
    | refused "the profile spelled $spelled" "$message" "" create
done
plain '.metadata.name = "debugged"' | k create -f - > /dev/null
checks=$((checks + 1))
k -n team get pod debugged -o json \
  | jq ".spec.ephemeralContainers = [{name: \"e\", image: \"busybox\", securityContext: {seccompProfile: $profile}}]" > "$WORK/debug.json"
if k replace --raw /api/v1/namespaces/team/pods/debugged/ephemeralcontainers -f "$WORK/debug.json" > "$WORK/out" 2>&1; then
  fail "the profile of an ephemeral container was admitted"
elif ! grep -qF "$message" "$WORK/out"; then
  fail "the profile of an ephemeral container: $(cat "$WORK/out")"
fi

pod . | admitted "a builder pod" "$JOBS" create
pod "$direct" | admitted "a builder pod of mode UserNamespace" "$JOBS" create
pod . | refused "a builder pod made by a user" "only the Job controller makes pods" "" create
pod . | refused "a pod made by the operator itself" "cannot create resource" "$OPERATOR" create
pod 'del(.metadata.ownerReferences)' | refused "a builder pod of no Job" "controlled by a Job" "$JOBS" create
pod 'del(.spec.hostUsers) | del(.spec.containers[0].securityContext)' | refused "no user namespace" "a builder pod needs spec.hostUsers: false" "$JOBS" create
pod "$direct | .spec.hostUsers = true | del(.spec.containers[0].securityContext.procMount)" \
  | refused "SYS_ADMIN over the host" "needs spec.hostUsers: false" "$JOBS" create
pod 'del(.spec.nodeSelector)' | refused "any node" "runs on nodes with the labels" "$JOBS" create
pod '.spec.nodeSelector.pool = "other"' | refused "other nodes" "runs on nodes with the labels" "$JOBS" create
pod '.spec.nodeSelector.zone = "a"' | admitted "some of the nodes" "$JOBS" create
pod '.spec.shareProcessNamespace = true' | refused "a shared process namespace" "shares no namespace" "$JOBS" create
pod '.metadata.namespace = "old" | .spec.hostPID = true | del(.spec.hostUsers) | del(.spec.containers[0].securityContext)' \
  | refused "the host's processes" "shares no namespace" "$JOBS" create
pod 'del(.spec.automountServiceAccountToken)' | refused "a token" "no service account token" "$JOBS" create
pod '.spec.serviceAccountName = "default" | .spec.volumes += [{name: "t", projected: {sources: [{serviceAccountToken: {path: "t"}}]}}]' \
  | refused "a projected token" "volumes of a builder pod" "$JOBS" create
pod "$direct"' | .spec.volumes += [{name: "h", hostPath: {path: "/"}}]' | refused "a host path" "volumes of a builder pod" "$JOBS" create
pod '.spec.containers += [{name: "other", image: "busybox"}]' | refused "a second container" "one container and no other" "$JOBS" create
pod '.spec.initContainers = [{name: "i", image: "busybox"}]' | refused "an init container" "one container and no other" "$JOBS" create
pod '.spec.containers[0].image = "busybox"' | refused "another image" "in the image local/strata-builder:1" "$JOBS" create
pod '.spec.containers[0].command = ["/bin/sh"]' | refused "another command" "runs strata-build by the launcher" "$JOBS" create
pod '.spec.containers[0].args = ["x"]' | refused "arguments" "runs strata-build by the launcher" "$JOBS" create
message="environment is STRATA_REQUEST_DIGEST alone"
pod 'del(.spec.containers[0].env)' | refused "no digest of the request" "$message" "$JOBS" create
pod '.spec.containers[0].env[0].value = "sha256:x"' | refused "what is no digest" "$message" "$JOBS" create
pod '.spec.containers[0].env[0] = {name: "STRATA_REQUEST_DIGEST", valueFrom: {fieldRef: {fieldPath: "metadata.name"}}}' \
  | refused "a digest from elsewhere" "$message" "$JOBS" create
pod '.spec.containers[0].env += [{name: "JAVA_TOOL_OPTIONS", value: "-Dx"}]' | refused "another variable" "$message" "$JOBS" create
pod '.spec.containers[0].envFrom = [{configMapRef: {name: "x"}}]' | refused "variables of a ConfigMap" "$message" "$JOBS" create
pod "$direct"' | .spec.containers[0].securityContext = {privileged: true}' | refused "a privileged container" "is not privileged" "$JOBS" create
pod "$direct"' | .spec.containers[0].securityContext.capabilities.add += ["NET_ADMIN"]' | refused "one more capability" "has the seccomp profile strata/builder.json, and no added capability" "$JOBS" create
pod '.metadata.namespace = "old" | .spec.containers[0].securityContext.capabilities.add = ["SYS_ADMIN"]' \
  | refused "both classes at once" "has the seccomp profile strata/builder.json, and no added capability" "$JOBS" create
pod '.spec.serviceAccountName = "other"' | refused "another service account" "the default service account" "$JOBS" create
pod '.spec.serviceAccountName = "default"' | admitted "the service account that the API server sets" "$JOBS" create
for extra in '.env = [{name: "LD_PRELOAD", value: "/x"}]' '.envFrom = [{secretRef: {name: "s"}}]' \
  '.lifecycle = {postStart: {exec: {command: ["/bin/sh"]}}}' '.livenessProbe = {exec: {command: ["/bin/sh"]}}' \
  '.readinessProbe = {exec: {command: ["/bin/sh"]}}' '.startupProbe = {exec: {command: ["/bin/sh"]}}' \
  '.ports = [{containerPort: 80, hostPort: 80}]' '.workingDir = "/x"'; do
  pod ".metadata.namespace = \"old\" | .spec.containers[0]$extra" \
    | refused "a builder pod with $extra" "it has no hooks, probes, ports" "$JOBS" create
done
pod '.spec.containers[0].securityContext.runAsUser = 1000' | refused "another user" "runs as the user of its image" "$JOBS" create
pod '.spec.securityContext.runAsGroup = 1000' | refused "another group of the pod" "runs as the user of its image" "$JOBS" create
pod '.spec.containers[0].securityContext.procMount = "Default"' | refused "a masked /proc" "procMount: Unmasked" "$JOBS" create
pod "$direct"' | .spec.containers[0].securityContext.seccompProfile = {type: "RuntimeDefault"}' \
  | refused "another profile in mode UserNamespace" "has the seccomp profile strata/builder.json" "$JOBS" create
pod 'del(.spec.containers[0].securityContext.seccompProfile)' | refused "no seccomp profile" "has the seccomp profile strata/builder.json, and no added capability" "$JOBS" create

# What the operator really makes: its golden Jobs, and the pods that the Job controller makes of them.
for file in "$HERE"/../operator/src/test/resources/desired/*/out-Job.yaml; do
  k create --dry-run=client -o json -f "$file" > "$WORK/job.json"
  case=$(basename "$(dirname "$file")")
  jq '.metadata.namespace = "old"' "$WORK/job.json" | admitted "the Job of $case" "$OPERATOR" create
  jq '{apiVersion: "v1", kind: "Pod", metadata: {name: "p", namespace: "old", labels: .spec.template.metadata.labels,
      ownerReferences: [{apiVersion: "batch/v1", kind: "Job", name: .metadata.name, uid: "u1", controller: true}]},
    spec: .spec.template.spec}' "$WORK/job.json" | admitted "the pod of $case" "$JOBS" create
done

# What may happen to a builder pod afterwards.
pod '.metadata.finalizers = ["batch.kubernetes.io/job-tracking"]' | k --as "$JOBS" create -f - > /dev/null
patched() { # NAME EXPECTED-WORDS-OR-EMPTY KIND OBJECT PATCH
  local output
  checks=$((checks + 1))
  if output=$(k -n team patch "$3" "$4" --type strategic -p "$5" --dry-run=server 2>&1); then
    [ -z "$2" ] || fail "$1 was admitted"
  elif [ -z "$2" ] || [[ $output != *"$2"* ]]; then
    fail "$1: $output"
  fi
}
patched "removing a finalizer" "" pod app-1-abcde-x '{"metadata": {"finalizers": null}}'
patched "changing the image" "in the image local/strata-builder:1" pod app-1-abcde-x \
  '{"spec": {"containers": [{"name": "build", "image": "busybox"}]}}'
stays='neither changes nor goes'
patched "taking the label away" "$stays" pod app-1-abcde-x '{"metadata": {"labels": {"strata.dev/imagebuild": null}}}'
patched "another label" "$stays" pod app-1-abcde-x '{"metadata": {"labels": {"strata.dev/imagebuild": "other"}}}'
patched "labelling another pod" "only the Job controller makes pods" pod debugged '{"metadata": {"labels": {"strata.dev/imagebuild": "app"}}}'

job . | admitted "the operator's Job" "$OPERATOR" create
message='only the Strata operator makes Jobs of an ImageBuild'
notes='only the Strata operator writes annotations strata.dev/...'
job . | refused "a user's Job with every mark" "$message" "" create
job 'del(.metadata.labels) | del(.metadata.ownerReferences)' | refused "a Job with the label in its template" "$message" "" create
job 'del(.metadata.labels) | del(.spec.template.metadata)' | refused "a Job owned by an ImageBuild" "$message" "" create
job 'del(.spec.template.metadata) | del(.metadata.ownerReferences)' | refused "a Job with the label" "$message" "" create
ordinary='del(.metadata.labels) | del(.metadata.annotations) | del(.metadata.ownerReferences) | del(.spec.template.metadata)'
job "$ordinary" | admitted "an ordinary Job" "" create
job "$ordinary"' | .metadata.annotations = {"strata.dev/ended": "x"}' | refused "a Job with the operator's annotation" "$notes" "" create
job . | k --as "$OPERATOR" create -f - > /dev/null
job '.metadata.name = "plain" | '"$ordinary" | k create -f - > /dev/null
patched "another label on the Job" "$message" job app-1-abcde '{"metadata": {"labels": {"strata.dev/imagebuild": "other"}}}'
patched "a label on an ordinary Job" "$message" job plain '{"metadata": {"labels": {"strata.dev/imagebuild": "app"}}}'
patched "somebody's annotation on the Job" "" job app-1-abcde '{"metadata": {"annotations": {"note": "x"}}}'
patched "somebody's annotation of the operator's" "$notes" job app-1-abcde \
  '{"metadata": {"annotations": {"strata.dev/confirmed-image": "registry.example/evil@sha256:0"}}}'
patched "a changed annotation of the operator's" "$notes" job app-1-abcde '{"metadata": {"annotations": {"strata.dev/build-number": "9"}}}'
patched "a removed annotation of the operator's" "$notes" job app-1-abcde '{"metadata": {"annotations": {"strata.dev/build-number": null}}}'
patched "an annotation of the operator's on an ordinary Job" "$notes" job plain '{"metadata": {"annotations": {"strata.dev/ended": "x"}}}'
checks=$((checks + 1))
k --as "$OPERATOR" -n team patch job app-1-abcde --type merge -p '{"metadata": {"annotations": {"strata.dev/confirmed-image": "x"}}}' \
  --dry-run=server > /dev/null || fail "the operator's own annotation was refused"
patched "the garbage collector's orphaning" "" job app-1-abcde '{"metadata": {"ownerReferences": null}}'
spec='only the Strata operator changes the spec of a Job of an ImageBuild'
for change in '"activeDeadlineSeconds": 315360000' '"ttlSecondsAfterFinished": 0' '"suspend": true' '"parallelism": 0' '"backoffLimit": 5'; do
  patched "a changed spec of the operator's Job: $change" "$spec" job app-1-abcde "{\"spec\": {$change}}"
  patched "the same with the marks taken away" "$spec" job app-1-abcde "{\"metadata\": {\"labels\": null, \"ownerReferences\": null}, \"spec\": {$change}}"
  patched "a changed spec of an ordinary Job: $change" "" job plain "{\"spec\": {$change}}"
done

# Rights of the author of an ImageBuild.
k apply -f - > /dev/null << 'YAML'
apiVersion: rbac.authorization.k8s.io/v1
kind: Role
metadata: {name: author, namespace: team}
rules:
- {apiGroups: [strata.dev], resources: [imagebuilds], verbs: [get, create, update, patch]}
---
apiVersion: rbac.authorization.k8s.io/v1
kind: Role
metadata: {name: git, namespace: team}
rules:
- {apiGroups: [""], resources: [secrets], resourceNames: [git], verbs: [get]}
---
apiVersion: rbac.authorization.k8s.io/v1
kind: Role
metadata: {name: push, namespace: team}
rules:
- {apiGroups: [""], resources: [secrets], resourceNames: [push], verbs: [get]}
YAML
bind() { # ROLE USER...
  local user
  for user in "${@:2}"; do k -n team create rolebinding "$1-$user" --role="$1" --user="$user" > /dev/null; done
}
bind author nobody half full
bind git half full
bind push full
sleep 1
imagebuild . | admitted "an author who may read both Secrets" full create
imagebuild . | refused "an author who may read neither" \
  "spec.source.git.secretRef: nobody may not get the Secret git in namespace team" nobody create
imagebuild . | refused "an author who may read one" \
  "spec.output.secretRef: half may not get the Secret push in namespace team" half create
imagebuild 'del(.spec.output.secretRef)' | admitted "one Secret that the author may read" half create
imagebuild 'del(.spec.output.secretRef) | del(.spec.source.git.secretRef)' | admitted "no Secret at all" nobody create
imagebuild '.spec.build.pullSecrets = [{name: "push"}, {name: "git"}]' | admitted "pull secrets that the author may read" full create
imagebuild 'del(.spec.output.secretRef) | .spec.build.pullSecrets = [{name: "git"}, {name: "push"}]' \
  | refused "a pull secret that the author may not read" \
  "spec.build.pullSecrets[1]: half may not get the Secret push in namespace team" half create
imagebuild '.spec.build.pullSecrets = [range(15) | {name: "git"}] + [{name: "push"}]' | admitted "sixteen pull secrets" full create
imagebuild 'del(.spec.output.secretRef) | .spec.build.pullSecrets = [range(15) | {name: "git"}] + [{name: "push"}]' \
  | refused "the last of sixteen" "spec.build.pullSecrets[15]: half may not get the Secret push" half create
imagebuild . | k --as full create -f - > /dev/null
checks=$((checks + 1))
k --as nobody -n team patch imagebuild app --type merge -p '{"metadata": {"labels": {"a": "b"}}}' --dry-run=server > /dev/null \
  || fail "a label on an ImageBuild was refused"
checks=$((checks + 1))
if k --as nobody -n team patch imagebuild app --type merge -p '{"spec": {"source": {"git": {"url": "https://evil.example/x"}}}}' \
  --dry-run=server > "$WORK/out" 2>&1; then
  fail "credentials were sent to another address"
elif ! grep -qF "nobody may not get the Secret git" "$WORK/out"; then
  fail "another address: $(cat "$WORK/out")"
fi

# Who may share a Registry.
registry() { # JQ
  jq -n '{apiVersion: "strata.dev/v1alpha1", kind: "Registry", metadata: {name: "images", namespace: "team"}, spec: {}} | '"$1"
}
k create clusterrole registries --verb=get,create,update,patch --resource=registries.strata.dev > /dev/null
k create clusterrole strata-share --verb=share --resource=registries.strata.dev > /dev/null
for user in owner sharer; do
  k -n team create rolebinding "registries-$user" --clusterrole=registries --user="$user" > /dev/null
done
k -n team create rolebinding share-in-team --clusterrole=strata-share --user=owner > /dev/null
k create clusterrolebinding strata-share --clusterrole=strata-share --user=sharer > /dev/null
sleep 1
message='may not share Registries with other namespaces; an administrator allows it with: kubectl create clusterrole strata-share'
pull='.spec.access = {pull: {namespaceSelector: {}}}'
push='.spec.access = {push: {namespaceSelector: {matchLabels: {team: "blue"}}}}'
registry . | admitted "a Registry for its own namespace" owner create
registry '.spec.access = {pull: {}, push: {}}' | admitted "a Registry without a selector" owner create
registry "$pull" | refused "a shared Registry, by an author who may share in one namespace only" "owner $message" owner create
registry "$push" | refused "a Registry that others may push to" "owner $message" owner create
registry "$pull" | admitted "a shared Registry, by one who may share" sharer create
registry "$push" | admitted "a Registry that others may push to, by one who may share" sharer create
registry "$push" | k create -f - > /dev/null
as() { # NAME EXPECTED-WORDS-OR-EMPTY USER PATCH
  local output
  checks=$((checks + 1))
  if output=$(k --as "$3" -n team patch registry images --type merge -p "$4" --dry-run=server 2>&1); then
    [ -z "$2" ] || fail "$1 was admitted"
  elif [ -z "$2" ] || [[ $output != *"$2"* ]]; then
    fail "$1: $output"
  fi
}
as "a wider selector" "$message" owner '{"spec": {"access": {"push": {"namespaceSelector": {"matchLabels": null}}}}}'
as "a selector more" "$message" owner '{"spec": {"access": {"pull": {"namespaceSelector": {}}}}}'
as "a selector more, by one who may share" "" sharer '{"spec": {"access": {"pull": {"namespaceSelector": {}}}}}'
as "another field of a shared Registry" "" owner '{"spec": {"deletion": {"enabled": true}}}'
as "the operator's finalizer" "" "$OPERATOR" '{"metadata": {"finalizers": ["strata.dev/registry"]}}'

# The operator's own rights, as the API server reads them.
can() { # yes|no ARGUMENTS
  local answer
  checks=$((checks + 1))
  answer=$(k auth can-i "${@:2}" --as "$OPERATOR" 2> /dev/null) || true
  [ "$answer" = "$1" ] || fail "the operator can-i ${*:2}: $answer"
}
can yes get secrets -n team
can no list secrets -n team
can no watch secrets --all-namespaces
can no list secrets -n strata-system
can yes patch persistentvolumeclaims -n team
can no delete persistentvolumeclaims -n team
can no list configmaps -n team
can no create pods -n team
can no create pods --subresource=exec -n team
can yes get pods --subresource=log -n team
can yes create jobs.batch -n team
can yes update leases.coordination.k8s.io -n strata-system
can no update leases.coordination.k8s.io -n team
can no patch imagebuilds.strata.dev -n team
can yes patch imagebuilds.strata.dev --subresource=status -n team
can no create clusterroles.rbac.authorization.k8s.io

[ $failures = 0 ] || { echo "helm/test-admission.sh: $failures of $checks checks failed" >&2 && exit 1; }
echo "helm/test-admission.sh: $checks checks passed"

#!/usr/bin/env bash
# Tests of the chart that need nothing but the helm program: lint, rendered output, refused values, golden file.
#
# test.sh [--golden]     --golden writes helm/tests/golden/ in place of comparing with it
#
# STRATA_BIN  directory of helm (default /var/cache/strata/bin)
set -euo pipefail
HERE=$(cd "$(dirname "$0")" && pwd)
HELM=${STRATA_BIN:-/var/cache/strata/bin}/helm
CHART=$HERE/strata
[ -x "$HELM" ] || { echo "helm/test.sh: no helm at $HELM; bash e2e/cluster.sh build makes it, or set STRATA_BIN" >&2 && exit 1; }
WORK=$(mktemp -d)
trap 'rm -rf "$WORK"' EXIT
failures=0 checks=0

fail() { echo "FAILED $*" >&2; failures=$((failures + 1)); }
check() { checks=$((checks + 1)); }

render() { # ARGUMENTS: the manifests
  "$HELM" template strata "$CHART" --namespace strata-system --kube-version 1.36.0 "$@"
}

document() { # KIND NAME FILE: the one document of that kind and name
  awk -v kind="kind: $1" -v name="  name: $2" '
    function flush() { if (isKind && isName) printf "%s", text; text = ""; isKind = isName = 0 }
    /^---$/ { flush(); next }
    { text = text $0 "\n" }
    $0 == kind { isKind = 1 }
    $0 == name { isName = 1 }
    END { flush() }' "$3"
}

has() { # FILE TEXT: a line of FILE, without its indentation, is TEXT
  check
  sed 's/^[ -]*//' "$1" | grep -xF -- "$2" > /dev/null || fail "no line '$2' in $(basename "$1")"
}

hasNot() { # FILE REGEX: comments aside
  check
  ! grep -v '^ *#' "$1" | grep -E -- "$2" > /dev/null || fail "$(basename "$1") has '$2'"
}

absent() { # KIND NAME FILE
  check
  [ -z "$(document "$1" "$2" "$3")" ] || fail "$1 $2 is in $(basename "$3")"
}

refused() { # EXPECTED-WORDS ARGUMENTS: the schema refuses these values and says so
  local expected=$1
  shift
  check
  if render "$@" > "$WORK/out" 2>&1; then
    fail "accepted: $*"
  elif ! grep -qF -- "$expected" "$WORK/out"; then
    fail "$* was refused without '$expected': $(tr '\n' ' ' < "$WORK/out")"
  fi
}

golden() { # NAME: $WORK/NAME equals the checked-in file
  if [ "${mode:-}" = --golden ]; then
    cp "$WORK/$1" "$HERE/tests/golden/$1"
  else
    check
    diff -u "$HERE/tests/golden/$1" "$WORK/$1" >&2 || fail "$1 differs from helm/tests/golden/$1; bash helm/test.sh --golden if it should"
  fi
}

mode=${1:-}

check
"$HELM" lint --strict --kube-version 1.36.0 "$CHART" > "$WORK/lint" 2>&1 || fail "lint: $(cat "$WORK/lint")"

check
diff -r <(cd "$HERE/../crds" && cat -- *.yaml) <(cd "$CHART/files/crds" && cat -- *.yaml) > /dev/null \
  || fail "helm/strata/files/crds/ is not equal to crds/*.yaml; cp crds/*.yaml helm/strata/files/crds/"

# What every installation gets.
render > "$WORK/default.yaml"
for part in "ClusterRole strata-operator" "Deployment strata-operator" "DaemonSet strata-node-agent" "DaemonSet strata-isolation-check"; do
  read -r kind name <<< "$part"
  document "$kind" "$name" "$WORK/default.yaml" > "$WORK/$kind-$name.yaml"
done
mv "$WORK/ClusterRole-strata-operator.yaml" "$WORK/clusterrole.yaml"
golden clusterrole.yaml

check
[ "$(grep -c 'helm.sh/resource-policy: keep' "$WORK/default.yaml")" = "$(find "$HERE/../crds" -maxdepth 1 -name '*.yaml' | wc -l)" ] \
  || fail "not every CustomResourceDefinition is kept at uninstall"

operator=$WORK/Deployment-strata-operator.yaml
has "$operator" "replicas: 1"
has "$operator" "runAsNonRoot: true"
has "$operator" "runAsUser: 65532"
has "$operator" "readOnlyRootFilesystem: true"
has "$operator" "allowPrivilegeEscalation: false"
has "$operator" "capabilities: {drop: [ALL]}"
has "$operator" "memory: 256Mi"
has "$operator" "imagePullPolicy: IfNotPresent"
has "$operator" '{name: STRATA_CLUSTER_DOMAIN, value: "cluster.local"}'
has "$operator" '{name: STRATA_BUILDER_IMAGE, value: "local/strata-builder:1"}'
has "$operator" '{name: STRATA_REGISTRY_IMAGE, value: "local/strata-registry:1"}'
has "$operator" '{name: STRATA_GIT_POLL_SECONDS, value: "60"}'
has "$operator" '{name: STRATA_MAX_ACTIVE_BUILDS, value: "10"}'
has "$operator" '{name: STRATA_MAX_ACTIVE_BUILDS_PER_NAMESPACE, value: "5"}'
has "$operator" '{name: STRATA_BUILDS_NODE_SELECTOR, value: ""}'
hasNot "$operator" 'hostPath|hostNetwork|privileged'

agent=$WORK/DaemonSet-strata-node-agent.yaml
has "$agent" "automountServiceAccountToken: false"
has "$agent" "hostNetwork: true"
has "$agent" "capabilities: {drop: [ALL]}"
has "$agent" "readOnlyRootFilesystem: true"
has "$agent" "hostPath: {path: /etc/containerd/certs.d, type: DirectoryOrCreate}"
has "$agent" "hostPath: {path: /var/lib/kubelet/seccomp, type: DirectoryOrCreate}"
check
[ "$(grep -c hostPath: "$agent")" = 2 ] || fail "the node agent mounts more of its host than two directories"
hasNot "$agent" 'privileged|capabilities:.*add'

# The operator's tests compare it with the builder's pod.
cp "$WORK/DaemonSet-strata-isolation-check.yaml" "$WORK/isolation-check.yaml"
golden isolation-check.yaml
nesting=$WORK/DaemonSet-strata-isolation-check.yaml
has "$nesting" "hostUsers: false"
has "$nesting" "procMount: Unmasked"
has "$nesting" "seccompProfile: {type: Localhost, localhostProfile: strata/builder.json}"
has "$nesting" "automountServiceAccountToken: false"
hasNot "$nesting" 'hostPath|hostNetwork|privileged|capabilities'

absent PodDisruptionBudget strata-operator "$WORK/default.yaml"
absent ServiceMonitor strata-operator "$WORK/default.yaml"
absent NetworkPolicy strata-operator "$WORK/default.yaml"

# The operator's rights hold no listing of Secrets, no exec and no wildcard.
check
[ "$(awk '/resources: \[.*secrets/ { getline; print }' "$WORK/clusterrole.yaml")" = '  verbs: [get, create, patch, delete]' ] \
  || fail "the rules for Secrets are others than the one"
hasNot "$WORK/clusterrole.yaml" 'exec|\*|escalate|impersonate|bind'
document ClusterRole strata-view "$WORK/default.yaml" > "$WORK/strata-view.yaml"
hasNot "$WORK/strata-view.yaml" 'create|update|patch|delete'
has "$WORK/strata-view.yaml" 'rbac.authorization.k8s.io/aggregate-to-view: "true"'
document ClusterRole strata-edit "$WORK/default.yaml" > "$WORK/strata-edit.yaml"
hasNot "$WORK/strata-edit.yaml" 'aggregate-to-view'

# Every value does something.
cat > "$WORK/odd-values.yaml" << 'YAML'
images:
  operator: registry.example:5000/strata/operator@sha256:0000000000000000000000000000000000000000000000000000000000000000
  builder: registry.example/strata/builder:2
  registry: registry.example/registry:3
  nodeAgent: registry.example/agent:4
  pullPolicy: Always
imagePullSecrets: [pull]
clusterDomain: k8s.example.com
crds: {enabled: false}
operator:
  replicas: 2
  gitPollSeconds: 3600
  maxActiveBuilds: 10000
  maxActiveBuildsPerNamespace: 77
  resources: {limits: {memory: 300Mi}}
  nodeSelector: {pool: system}
  tolerations: [{key: dedicated, operator: Equal, value: system, effect: NoSchedule}]
  affinity: {nodeAffinity: {}}
nodeAgent:
  certsDirectory: /var/lib/containerd/certs.d
  kubeletDirectory: /data/kubelet
  nodeSelector: {kubernetes.io/os: linux}
  tolerations: []
builds:
  nodeSelector: {builds: "true", example.com/pool: big}
admission: {jobControllers: [other-controller]}
metrics: {serviceMonitor: {enabled: true, interval: 10s}}
networkPolicy: {enabled: true}
YAML
"$HELM" template other "$CHART" --namespace elsewhere --kube-version 1.33.0 --values "$WORK/odd-values.yaml" > "$WORK/odd.yaml"
odd=$WORK/odd.yaml
has "$odd" "image: registry.example:5000/strata/operator@sha256:0000000000000000000000000000000000000000000000000000000000000000"
has "$odd" "image: registry.example/agent:4"
has "$odd" "image: registry.example/strata/builder:2"
has "$odd" '{name: STRATA_BUILDER_IMAGE, value: "registry.example/strata/builder:2"}'
has "$odd" '{name: STRATA_REGISTRY_IMAGE, value: "registry.example/registry:3"}'
has "$odd" '{name: STRATA_GIT_POLL_SECONDS, value: "3600"}'
has "$odd" '{name: STRATA_MAX_ACTIVE_BUILDS, value: "10000"}'
has "$odd" '{name: STRATA_MAX_ACTIVE_BUILDS_PER_NAMESPACE, value: "77"}'
has "$odd" '{name: STRATA_CLUSTER_DOMAIN, value: "k8s.example.com"}'
has "$odd" "hostPath: {path: /var/lib/containerd/certs.d, type: DirectoryOrCreate}"
has "$odd" '{name: STRATA_CERTS_D, value: "/var/lib/containerd/certs.d"}'
has "$odd" "hostPath: {path: /data/kubelet/seccomp, type: DirectoryOrCreate}"
has "$odd" "name: pull"
has "$odd" "pool: system"
has "$odd" "key: dedicated"
has "$odd" "nodeAffinity: {}"
has "$odd" 'builds: "true"'
has "$odd" '{name: STRATA_BUILDS_NODE_SELECTOR, value: "builds=true,example.com/pool=big"}'
has "$odd" "kubernetes.io/os: linux"
has "$odd" '!variables.fresh || request.userInfo.username in ["other-controller"]'
has "$odd" "expression: \"request.userInfo.username == 'system:serviceaccount:elsewhere:strata-operator'\""
has "$odd" "kind: PodDisruptionBudget"
has "$odd" "kind: ServiceMonitor"
has "$odd" "kind: NetworkPolicy"
has "$odd" "{port: http, path: /metrics, interval: 10s}"
hasNot "$odd" 'kind: CustomResourceDefinition|namespace: strata-system|local/strata|IfNotPresent'

# Values that would do nothing, or harm, are refused by name.
refused "surprise" --set surprise=1
refused "replica" --set operator.replica=2
refused "operator/replicas" --set operator.replicas=0
refused "operator/gitPollSeconds" --set operator.gitPollSeconds=4
refused "operator/maxActiveBuildsPerNamespace" --set operator.maxActiveBuildsPerNamespace=0
refused "builds/nodeSelector" --set 'builds.nodeSelector.a=b\,c=d'
refused "nodeSelector" --set isolationCheck.nodeSelector.a=b
refused "clusterDomain" --set clusterDomain=-x
refused "pullPolicy" --set images.pullPolicy=Sometimes
refused "images/builder" --set images.builder="a' || true || '"
refused "images/builder" --set images.builder=
refused "certsDirectory" --set nodeAgent.certsDirectory=relative/path
refused "certsDirectory" --set nodeAgent.certsDirectory=/etc/../root
refused "kubeletDirectory" --set nodeAgent.kubeletDirectory=/
refused "jobControllers" --set-json 'admission.jobControllers=[]'
check
if "$HELM" template strata "$CHART" --kube-version 1.32.0 > "$WORK/out" 2>&1; then fail "Kubernetes 1.32 was accepted"; fi

[ $failures = 0 ] || { echo "helm/test.sh: $failures of $checks checks failed" >&2 && exit 1; }
echo "helm/test.sh: $checks checks passed"

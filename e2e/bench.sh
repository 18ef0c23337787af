#!/usr/bin/env bash
# Figures of the running local cluster: from `kubectl apply` to Ready of hello-world, and where the time goes; then the
# operator's memory with many ImageBuilds present. Measures, and asserts nothing.
#
#   bench.sh [--runs N] [--builds N]
#
# Needs what e2e/demo.sh leaves. Works in a namespace `bench` of its own, which it removes. --runs (5) counts the builds after
# the first one, each started by a changed build argument; --builds (500) the suspended ImageBuilds, 0 leaves memory out
# (operator/src/test's OperatorMemoryIT measures the process with the finished Jobs and pods of 500).
set -euo pipefail
HERE=$(cd "$(dirname "$0")" && pwd)
# shellcheck source=lib/common.sh
. "$HERE/lib/common.sh"
for part in node pki host; do . "$HERE/lib/$part.sh"; done
RUNS=5 BUILDS=500
while [ $# -gt 0 ]; do
  case $1 in
    --runs) RUNS=${2:?--runs N} && shift 2 ;;
    --builds) BUILDS=${2:?--builds N} && shift 2 ;;
    *) die "unknown argument $1: bench.sh [--runs N] [--builds N]" ;;
  esac
done

k() { "$BIN/kubectl" --kubeconfig "$STATE/admin.kubeconfig" -n bench "$@"; }
WORK=$(mktemp -d) WATCHES=()
trap 'rm -rf "$WORK"' EXIT
finish() {
  local result=$?
  [ ${#WATCHES[@]} = 0 ] || kill "${WATCHES[@]}" 2> /dev/null || true
  "$BIN/kubectl" --kubeconfig "$STATE/admin.kubeconfig" delete namespace bench --ignore-not-found --timeout=180s > /dev/null || true
  rm -rf "$WORK"
  exit $result
}

# The times at which changes arrive here: the API's own have whole seconds only. containerd says when a container's process
# began and ended.
watch_changes() {
  changes jobs '[now, "job", .metadata.annotations["strata.dev/build-number"], .metadata.name]'
  changes pods 'select(any(.status.containerStatuses[]?; .state.terminated))
    | [now, "ended", .metadata.labels["batch.kubernetes.io/job-name"]]'
  changes imagebuilds 'select(.status.observedGeneration == .metadata.generation)
    | select(any(.status.conditions[]?; .type == "Ready" and .status == "True"))
    | [now, "ready", .status.lastSuccessfulBuild.number]'
  running
  nsenter -t "$(cat "$STATE/node.pid")" -n -m -u -p "$BIN/ctr" -a $SOCK -n k8s.io events > "$WORK/events" 2> /dev/null &
  WATCHES+=($!)
}
# Seconds since 1970 at which the process of a container began (start) or ended (exit).
event() { # start|exit CONTAINER
  local line
  line=$(grep -F " /tasks/$1 " "$WORK/events" | grep -F "\"container_id\":\"$2\"" | head -n 1 || true)
  [ -n "$line" ] || die "containerd did not tell the $1 of the container $2"
  date -d "$(sed -E 's/^([0-9-]+ [0-9:.]+ [+-][0-9]+) .*/\1/' <<< "$line")" +%s.%N
}
changes() { # KIND FILTER
  "$BIN/kubectl" --kubeconfig "$STATE/admin.kubeconfig" -n bench get "$1" --watch -o json \
    > >(jq --unbuffered -r "($2) | @tsv" > "$WORK/$1.changes") 2> /dev/null &
  WATCHES+=($!)
}
# When a change arrived first, and what it says besides.
seen() { # KIND WORD KEY
  awk -v word="$2" -v key="$3" '$2 == word && $3 == key {print $1, $4; exit}' "$WORK/$1.changes"
}

prepare() {
  k get --raw /readyz > /dev/null 2>&1 || die "no cluster runs here: bash e2e/demo.sh"
  k -n demo rollout status deployment/git --timeout=5s > /dev/null 2>&1 || die "the git server of the examples is missing: bash e2e/demo.sh"
  trap finish EXIT
  sed 's/^\( *name\(space\)\?\): demo$/\1: bench/' "$REPO/examples/namespace.yaml" "$REPO/examples/registry.yaml" > "$WORK/first.yaml"
  # Two files, one stream.
  sed -i 's/^apiVersion:/---\n&/' "$WORK/first.yaml"
  k apply -f "$WORK/first.yaml" > /dev/null
  k wait --for=condition=Ready --timeout=180s registries.strata.dev/registry > /dev/null
}

# hello-world of the examples with its Dockerfile inline, so that a build argument changes the image: both of its layers are
# made and pushed anew in each run.
manifest() { # RUN
  cat << YAML
apiVersion: strata.dev/v1alpha1
kind: ImageBuild
metadata: {name: hello-world, namespace: bench}
spec:
  source:
    git: {url: git://git.demo.svc.cluster.local/hello-world.git, revision: main}
  dockerfile:
    inline: |
      FROM scratch
      ARG RUN
      WORKDIR /run-\$RUN
      COPY hello /
      CMD ["/hello"]
  build: {args: [{name: RUN, value: "$1"}]}
  output: {registryRef: {name: registry}, repository: hello-world}
YAML
}

# One build; a JSON line with the seconds of each part.
measure() { # BUILD-NUMBER
  local apply ready='' created job ended='' uid container began reported exited deadline=$((SECONDS + 120))
  manifest "$1" > "$WORK/build.yaml"
  apply=$(date +%s.%N)
  k apply -f "$WORK/build.yaml" > /dev/null
  until [ -n "$ended" ] && [ -n "$ready" ]; do
    [ $SECONDS -lt $deadline ] || { k get imagebuild hello-world -o yaml >&2 && die "build $1 is not Ready after 120 s"; }
    sleep 0.05
    read -r created job < <(seen jobs job "$1") || continue
    ready=$(seen imagebuilds ready "$1") ended=$(seen pods ended "$job")
  done
  k get pods -l "batch.kubernetes.io/job-name=$job" -o json > "$WORK/pod.json"
  uid=$(jq -r '.items[0].metadata.uid' "$WORK/pod.json")
  container=$(jq -r '.items[0].status.containerStatuses[0].containerID | sub("^containerd://"; "")' "$WORK/pod.json")
  began=$(event start "$container") exited=$(event exit "$container")
  # The report is the last that the engine writes. It says how long the launcher and the JVM took, and each part after them.
  reported=$(node sh -c 'stat -c %.6Y /var/lib/kubelet/pods/"$0"/containers/build/*' "$uid")
  jq -c --argjson apply "$apply" --argjson job "$created" --argjson began "$began" --argjson reported "$reported" \
    --argjson exited "$exited" --argjson ended "$ended" --argjson ready "$ready" '
    .items[0].status.containerStatuses[0].state.terminated.message | fromjson | .cachedSteps as $cached | .timings
    | map_values(. / 1000) as $t | (["source", "cache", "steps", "push", "cache-export"] | map($t[.] // 0)) as $parts
    | if $cached != 0 then error("a step came from the cache: this measures less than a build") else . end
    | {"apply to Ready": ($ready - $apply), "engine process": ($exited - $began),
       "queue: apply to Job": ($job - $apply), "pod start: Job to process": ($began - $job),
       "launcher, JVM": $t.start, source: $parts[0], "cache: read, meanwhile": $parts[1], steps: $parts[2],
       push: $parts[3], "cache: write": $parts[4],
       "engine, other": ($reported - $began - $t.start - ($parts | add) + ($parts[0:2] | min)),
       "report to exit": ($exited - $reported),
       "kubelet: exit to pod status": ($ended - $exited), "operator: pod to Ready": ($ready - $ended)}' "$WORK/pod.json"
}

table() { # lines of `measure`, the first build first
  jq -rs '
    def column: (. * 100 | round / 100 | tostring) as $s | if ($s | contains(".")) then $s else $s + ".00" end
      | if test("\\.[0-9]$") then . + "0" else . end | (" " * (8 - length)) + .;
    def line($name; $cells): "\($name)\(" " * (28 - ($name | length)))\($cells | join(""))";
    .[0] as $first | .[1:] as $rest | line("seconds"; ["   first", "     min", "  median", "     max"]),
    ($first | keys_unsorted[] | . as $part | ($rest | map(.[$part]) | sort) as $s
      | line($part; [$first[$part], $s[0], $s[(($s | length) - 1) / 2 | floor], $s[-1]] | map(column)))' "$1"
}

operator_rss() { # KiB
  local container
  container=$(k -n strata-system get pods -l app.kubernetes.io/name=strata-operator -o jsonpath='{.items[0].status.containerStatuses[0].containerID}')
  node sh -c 'for p in $(grep -l "$0" /proc/[0-9]*/cgroup 2> /dev/null); do sed -n "s/^VmRSS:[^0-9]*\([0-9]*\) kB/\1/p" "${p%cgroup}status"; done' \
    "${container#containerd://}" | sort -n | tail -1
}

memory() {
  local before i
  before=$(operator_rss)
  say "creating $BUILDS suspended ImageBuilds"
  for ((i = 1; i <= BUILDS; i++)); do
    printf -- '---\napiVersion: strata.dev/v1alpha1\nkind: ImageBuild\nmetadata: {name: suspended-%d, namespace: bench}\nspec:\n' "$i"
    printf '  suspend: true\n  source: {inline: {files: {Dockerfile: "FROM scratch\\nLABEL n=%d\\n"}}}\n' "$i"
    printf '  output: {registryRef: {name: registry}, repository: suspended/%d}\n' "$i"
  done > "$WORK/suspended.yaml"
  k create -f "$WORK/suspended.yaml" > /dev/null
  k wait --for=jsonpath='{.status.observedGeneration}'=1 --timeout=120s "imagebuild/suspended-$BUILDS" > /dev/null
  sleep 10
  # What a build leaves weighs more than the ImageBuild, and a suspended one leaves nothing.
  k get jobs -A -l strata.dev/imagebuild -o json > "$WORK/jobs.json"
  printf 'operator resident, MiB      %8d with %d ImageBuilds, of which %d have finished Jobs (%d Jobs, %d pods); %d before\n' \
    "$(($(operator_rss) / 1024))" "$(k get imagebuilds -A -o name | wc -l)" \
    "$(jq '[.items[] | select(.status.completionTime or any(.status.conditions[]?; .type == "Failed" and .status == "True"))
      | .metadata.namespace + "/" + .metadata.labels["strata.dev/imagebuild"]] | unique | length' "$WORK/jobs.json")" \
    "$(jq '.items | length' "$WORK/jobs.json")" "$(k get pods -A -l strata.dev/imagebuild -o name | wc -l)" "$((before / 1024))"
}

prepare
watch_changes
say "a first build, then $RUNS more"
for ((run = 1; run <= RUNS + 1; run++)); do measure "$run" >> "$WORK/rows"; done
table "$WORK/rows"
[ "$BUILDS" = 0 ] || memory

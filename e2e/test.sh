#!/usr/bin/env bash
# Every test: unit and integration tests on this machine, then the end-to-end tests on the local cluster, which is taken down
# at the end. The first failure ends the run.
set -euo pipefail
HERE=$(cd "$(dirname "$0")" && pwd)
# shellcheck source=lib/common.sh
. "$HERE/lib/common.sh"
for part in needs binaries node pki host install; do . "$HERE/lib/$part.sh"; done

SUMMARY=() STEP='' BEGAN=$SECONDS
WORK=$(mktemp -d)
finish() {
  local result=$?
  if [ -n "$STEP" ]; then
    [ $result != 0 ] || result=1
    SUMMARY+=("FAILED  $((SECONDS - BEGAN)) s  $STEP")
  fi
  if [ $result != 0 ] && [ -s "$STATE/node.pid" ]; then
    rm -rf "$CACHE/failed"
    cp -r "$STATE/log" "$CACHE/failed" || true
    say "the cluster's logs are kept in $CACHE/failed"
  fi
  bash "$HERE/cluster.sh" down || result=1
  rm -rf "$WORK"
  printf '%s\n' ${SUMMARY[@]+"${SUMMARY[@]}"} "$([ $result = 0 ] && echo 'all passed' || echo 'NOT passed') in $SECONDS s"
  exit $result
}
step() { # TITLE COMMAND...
  STEP=$1 BEGAN=$SECONDS
  say "$STEP"
  "${@:2}"
  SUMMARY+=("passed  $((SECONDS - BEGAN)) s  $STEP")
  STEP=
}
maven() { (cd "$REPO" && ./mvnw -B -ntp "$@"); }
chart() {
  load_images
  install_chart
}

needs
cluster_needs
trap finish EXIT
step "programs of the local cluster" build
step "unit and integration tests" maven verify "-Dstrata.bin=$BIN" "-Dstrata.test.registry=$BIN/registry"
step "chart's own tests" env STRATA_BIN="$BIN" bash "$REPO/helm/test.sh"
step "chart's policies on a real API server" env STRATA_BIN="$BIN" bash "$REPO/helm/test-admission.sh"
step "down leaves nothing" bash "$HERE/test-cluster-leaves-nothing.sh"
step "images" bash "$REPO/images/build.sh"
step "local cluster" bash "$HERE/cluster.sh" up
step "chart" chart
step "examples are Ready" apply_examples
step "end-to-end tests" maven -pl e2e -Pe2e verify "-Dstrata.kubeconfig=$STATE/admin.kubeconfig" "-Dstrata.bin=$BIN" \
  "-Dstrata.repository=$REPO"

#!/usr/bin/env bash
# What takes long: the demo with nothing compiled and with everything compiled, the benchmark with 20 builds, and the
# comparison with BuildKit.
# Removes every target/ of this tree, takes down the local cluster that runs, and its own at the end. The cache of other runs
# is left alone.
#
# nightly.sh
set -euo pipefail
HERE=$(cd "$(dirname "$0")" && pwd)
STRATA_CACHE=$(mktemp -d /var/cache/strata-nightly.XXXXXX)
export STRATA_CACHE
# shellcheck source=lib/common.sh
. "$HERE/lib/common.sh"
finish() {
  local result=$?
  bash "$HERE/cluster.sh" down || result=1
  chmod -R u+w "$STRATA_CACHE" && rm -rf "$STRATA_CACHE"
  exit $result
}
trap finish EXIT

demo() { # NAME
  local began=$SECONDS
  bash "$HERE/demo.sh"
  FIGURES+=("demo, $1: $((SECONDS - began)) s")
}

FIGURES=()
export GOCACHE=$STRATA_CACHE/go-build
find "$REPO" -maxdepth 2 -name target -type d -exec rm -rf {} +
demo "nothing compiled"
demo "everything compiled"
bash "$HERE/bench.sh" --runs 20
bash "$HERE/differential.sh"
printf '%s\n' "${FIGURES[@]}"

#!/usr/bin/env bash
# Builds our own images with our own engine and saves them as archives that a node can load.
#
# build.sh [--root DIR] [--out DIR]
#
# DIR of --root is the store (default: $STRATA_CACHE/store), DIR of --out gets NAME.tar for each image, and values.yaml, which
# names them to the chart (default: $STRATA_CACHE/images). Needs `./mvnw package` and `e2e/cluster.sh build` before.
set -euo pipefail
HERE=$(cd "$(dirname "$0")" && pwd)
# shellcheck source=../e2e/lib/common.sh
. "$HERE/../e2e/lib/common.sh"
. "$HERE/../e2e/lib/install.sh"
STORE=$CACHE/store OUT=$CACHE/images
while [ $# -gt 0 ]; do
  case $1 in
    --root) STORE=$2 && shift 2 ;;
    --out) OUT=$2 && shift 2 ;;
    *) die "unknown argument $1: build.sh [--root DIR] [--out DIR]" ;;
  esac
done
STRATA=$REPO/cli/target/strata
ASSEMBLE=$REPO/runtime/assemble.sh
export SOURCE_DATE_EPOCH=1767225600
[ -x "$STRATA/bin/strata" ] || die "the strata command is not built: ./mvnw -B package -DskipTests"
[ -x "$BIN/registry" ] || die "the registry is not compiled: bash e2e/cluster.sh build"
JAVA_HOME=$("$REPO/.mvn/find-jdk")
export JAVA_HOME
mkdir -p "$OUT" "$STORE"
WORK=$(mktemp -d -p "$OUT")
trap 'rm -rf "$WORK"' EXIT

# From its Dockerfile, and what lies in $WORK/DIRECTORY. FIELD is its name among the chart's `images`.
image() { # NAME DIRECTORY [FIELD]
  say "building $1"
  mkdir -p "$WORK/$2"
  cp "$HERE/$2/Dockerfile" "$WORK/$2/"
  local id content
  id=$("$STRATA/bin/strata" --root "$STORE" build --progress plain -t "$1" "$WORK/$2" 2> "$WORK/log") || {
    cat "$WORK/log" >&2
    die "building $1 failed"
  }
  content=${1%:*}:${id:7:12} # another image is another name, so that a cluster that runs the old one takes it
  "$STRATA/bin/strata" --root "$STORE" tag "$1" "$content"
  "$STRATA/bin/strata" --root "$STORE" save -o "$OUT/$(basename "${1%:*}").tar" "$1" "$content"
  [ $# -lt 3 ] || printf '  %s: %s\n' "$3" "$content" >> "$WORK/values.yaml"
}

# One jlinked runtime with class path and archive; kept between runs as long as the jars are the same.
program() { # DIRECTORY NAME MAIN ASSEMBLE-OPTION... -- JAR-OR-DIRECTORY...
  local into=$WORK/$1/strata name=$2 main=$3 options=() kept=$CACHE/programs/$2 key
  shift 3
  while [ "$1" != -- ]; do options+=("$1") && shift; done
  shift
  key=$({ cat "$ASSEMBLE" "$HERE/training.sh" "$JAVA_HOME/release" && find "$@" -name '*.jar' -print0 | sort -z | xargs -0 cat; } | sha256sum)
  if [ "$(cat "$kept.key" 2> /dev/null)" != "$key" ]; then
    rm -rf "$kept" "$kept.key"
    mkdir -p "$kept"
    ${TRAINED_BY[@]+"${TRAINED_BY[@]}"} "$ASSEMBLE" --link ${options[@]+"${options[@]}"} "$kept" "$name" "$main" "$@"
    echo "$key" > "$kept.key"
  fi
  mkdir -p "$(dirname "$into")"
  cp -a "$kept" "$into"
}

base() {
  mkdir -p "$WORK/base"
  cp "$(base_rootfs)" "$WORK/base/rootfs.tar.xz"
  image local/strata-base:1 base
}

builder() {
  local jars=$WORK/builder-jars jar
  mkdir -p "$jars"
  # The command's class path without what only the command uses.
  for jar in "$STRATA"/lib/*.jar; do
    case $(basename "$jar") in cli-* | picocli-*) ;; *) cp "$jar" "$jars/" ;; esac
  done
  TRAINED_BY=("$HERE/training.sh" "$WORK/training" "$BIN/registry")
  program builder strata-build dev.strata.engine.build.StrataBuild \
    --train "$WORK/training" --classes "$STRATA/lib/strata.classes" -- "$jars"
  TRAINED_BY=()
  cp "$STRATA/libexec/strata-launcher" "$WORK/builder/strata-launcher"
  image local/strata-builder:1 builder builder
}

operator() {
  local target=$REPO/operator/target jar
  jar=$(find "$target" -maxdepth 1 -name 'operator-*.jar' ! -name '*-sources.jar' ! -name '*-tests.jar')
  program operator strata-operator dev.strata.operator.OperatorMain -- "$target/jars" "$jar"
  image local/strata-operator:1 operator operator
  program node-agent strata-node-agent dev.strata.operator.agent.AgentMain -- "$target/jars" "$jar"
  image local/strata-node-agent:1 node-agent nodeAgent
}

registry() {
  mkdir -p "$WORK/registry"
  cp "$BIN/registry" "$WORK/registry/registry"
  image local/strata-registry:1 registry registry
}

echo "images:" > "$WORK/values.yaml"
base
builder
operator
registry
image local/strata-git-server:1 git-server
mv "$WORK/values.yaml" "$OUT/values.yaml"
say "images: $OUT"

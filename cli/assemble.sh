#!/usr/bin/env bash
# The runnable distribution in TARGET/strata, from TARGET/jars and this module's own JAR. Called by `mvnw package`.
set -euo pipefail
HERE=$(cd "$(dirname "$0")" && pwd)
TARGET=$1 JAR=$2
WORK=$(mktemp -d)
trap 'rm -rf "$WORK"' EXIT

# The training build reaches the parser, the layer writer and the store, without a RUN.
printf 'FROM scratch\nCOPY . /\nCMD ["/hello"]\n' > "$WORK/Dockerfile"
mkdir -p "$TARGET/strata/libexec"
"$HERE/../engine/src/main/c/build.sh" "$TARGET/strata/libexec/strata-launcher"
"$HERE/../runtime/assemble.sh" --train "--root $WORK/store build -t training:1 $WORK" \
  "$TARGET/strata" strata dev.strata.cli.Strata "$TARGET/jars" "$JAR"

#!/usr/bin/env bash
# Puts a Java program of ours into a directory that can be moved as a whole:
#
#   OUT/bin/NAME        starts it
#   OUT/lib/*.jar       its class path, in the order of their names
#   OUT/lib/NAME.jsa    a static CDS archive: faster start, checked against the jars
#   OUT/runtime/        with --link: a Java runtime of only the modules that our programs need. Without it NAME looks for a JDK 25 itself
#
# assemble.sh [--link] [--train ARGUMENTS] [--classes FILE] OUT NAME MAIN JAR-OR-DIRECTORY...
#
# The archive holds the JDK's own list, every class of ours, and what a training run with ARGUMENTS loads (that run may
# fail: only the classes it loaded count) or what the list FILE names. The training run's list is kept as OUT/lib/NAME.classes.
set -euo pipefail
HERE=$(cd "$(dirname "$0")" && pwd)
EPOCH=${SOURCE_DATE_EPOCH:-1767225600}
FLAGS=(-XX:+UseSerialGC -XX:TieredStopAtLevel=1 --enable-native-access=ALL-UNNAMED)
# A TLS client offers a key of the first two kinds of group, and the first key of secp256r1 costs a JVM that just started
# 60 ms: it is still there for a server that wants it.
FLAGS+=(-Djdk.tls.namedGroups=x25519,ffdhe2048,secp256r1,secp384r1,secp521r1,x448)
# What our programs reach; java.rmi is for an exception of the ssh client. Libraries name java.desktop and java.sql too, in
# code that we never run.
MODULES=java.base,java.logging,java.management,java.naming,java.net.http,java.rmi,java.security.jgss,java.xml,jdk.httpserver,jdk.management,jdk.unsupported

LINK='' TRAIN='' TRAINED=no LIST=''
while :; do
  case ${1:-} in
    --link) LINK=yes && shift ;;
    --train) TRAINED=yes TRAIN=$2 && shift 2 ;;
    --classes) LIST=$2 && shift 2 ;;
    *) break ;;
  esac
done
[ $# -ge 4 ] || {
  sed -n '2,/^set/s/^# \{0,1\}//p' "$0" >&2
  exit 2
}
OUT=$1 NAME=$2 MAIN=$3
shift 3
export LC_ALL=C.UTF-8
JAVA_HOME=$("$HERE/../.mvn/find-jdk")
WORK=$(mktemp -d)
trap 'rm -rf "$WORK"' EXIT

copy_jars() {
  rm -rf "${OUT:?}/bin" "$OUT/lib" "$OUT/runtime"
  mkdir -p "$OUT/bin" "$OUT/lib"
  OUT=$(cd "$OUT" && pwd)
  local from
  for from in "$@"; do
    if [ -d "$from" ]; then cp "$from"/*.jar "$OUT/lib/"; else cp "$from" "$OUT/lib/"; fi
  done
  unsign
  touch -d "@$EPOCH" "$OUT"/lib/*.jar
  mapfile -t JARS < <(cd "$OUT/lib" && printf '%s\n' *.jar | LC_ALL=C sort)
  CLASS_PATH=$(printf ":$OUT/lib/%s" "${JARS[@]}")
  CLASS_PATH=${CLASS_PATH#:}
}

# An archive takes no class of a signed jar, and such classes are slow to load: every one is checked against the
# signature. Maven has checked the jar's own digest when it fetched it.
unsign() {
  python3 - "$OUT"/lib/*.jar << 'PY'
import re, shutil, sys, zipfile
SIGNATURE = re.compile(r'META-INF/[^/]+\.(SF|RSA|DSA|EC)')
for path in sys.argv[1:]:
    with zipfile.ZipFile(path) as jar:
        if not any(SIGNATURE.fullmatch(name) for name in jar.namelist()):
            continue
        with zipfile.ZipFile(path + '.new', 'w') as unsigned:
            for entry in jar.infolist():
                if not SIGNATURE.fullmatch(entry.filename):
                    unsigned.writestr(entry, jar.read(entry), compress_type=entry.compress_type)
    shutil.move(path + '.new', path)
PY
}

link_runtime() {
  "$JAVA_HOME/bin/jlink" --add-modules "$MODULES" --strip-java-debug-attributes --no-header-files --no-man-pages \
    --compress zip-6 --output "$OUT/runtime"
  # Of security providers only those that are in it: for a missing one the JVM looks through the class path, and starts
  # Bouncy Castle's there (600 classes) at every TLS connection.
  sed -i -E '/^security\.provider\.[0-9]+=/{/=(SUN|SunRsaSign|SunEC|SunJSSE|SunJCE)$/!d}' "$OUT/runtime/conf/security/java.security"
}

java() {
  if [ -n "$LINK" ]; then "$OUT/runtime/bin/java" "$@"; else "$JAVA_HOME/bin/java" "$@"; fi
}

# Names only: of generated classes, the lambdas count by the lines of their own.
names() { sed 's/ .*//' "$@" | grep -E '^[A-Za-z0-9_/$]+$' | grep -vE '\$\$|LambdaForm|^jdk/proxy' | LC_ALL=C sort -u; }

class_list() {
  local jar
  cat "$JAVA_HOME/lib/classlist" > "$WORK/loaded"
  : > "$WORK/lambdas"
  if [ $TRAINED = yes ]; then
    # shellcheck disable=SC2086  # ARGUMENTS are words
    (cd "$WORK" && HOME=$WORK timeout 60 "$(java_path)" "${FLAGS[@]}" "-Dstrata.home=$OUT" "-XX:DumpLoadedClassList=$WORK/trained" \
      -cp "$CLASS_PATH" "$MAIN" $TRAIN) > "$WORK/training.log" 2>&1 || echo "assemble: the training run of $NAME ended early (its classes count)" >&2
    names "$WORK/trained" > "$OUT/lib/$NAME.classes"
    cat "$OUT/lib/$NAME.classes" >> "$WORK/loaded"
    grep '^@' "$WORK/trained" > "$WORK/lambdas" || true
  fi
  [ -z "$LIST" ] || cat "$LIST" >> "$WORK/loaded"
  for jar in "$OUT"/lib/*.jar; do
    "$JAVA_HOME/bin/jar" tf "$jar" | sed -n 's/^\(dev\/strata\/.*\)\.class$/\1/p' | grep -v -e '-info$' >> "$WORK/loaded" || true
  done
  { names "$WORK/loaded" && LC_ALL=C sort -u "$WORK/lambdas"; } > "$WORK/classes"
}

java_path() { if [ -n "$LINK" ]; then echo "$OUT/runtime/bin/java"; else echo "$JAVA_HOME/bin/java"; fi; }

dump_archive() {
  java "${FLAGS[@]}" -XX:+AOTClassLinking -Xshare:dump "-XX:SharedClassListFile=$WORK/classes" "-XX:SharedArchiveFile=$OUT/lib/$NAME.jsa" \
    -cp "$CLASS_PATH" > "$WORK/dump.log" 2>&1 || {
    tail -20 "$WORK/dump.log" >&2
    exit 1
  }
  touch -d "@$EPOCH" "$OUT/lib/$NAME.jsa"
  # An archive that the JVM refuses is only a slow start at run time, so it is tried here.
  java "${FLAGS[@]}" -Xshare:on "-XX:SharedArchiveFile=$OUT/lib/$NAME.jsa" -cp "$CLASS_PATH" -version > "$WORK/try.log" 2>&1 || {
    cat "$WORK/try.log" >&2
    exit 1
  }
}

write_command() {
  # A program in a pod must not go on half: the pod's end with exit code 3 is seen, a thread that is missing is not.
  local find='"$home/runtime"' under="" memory="-XX:+ExitOnOutOfMemoryError"
  if [ -z "$LINK" ]; then
    memory=""
    mkdir -p "$OUT/libexec"
    cp "$HERE/../.mvn/find-jdk" "$OUT/libexec/find-jdk"
    find='$("$home/libexec/find-jdk")'
    # In a mount namespace of its own: what a build mounts goes with it, also at kill -9.
    under='"$home/libexec/strata-launcher" local -- '
  fi
  cat > "$OUT/bin/$NAME" << SH
#!/bin/sh
set -eu
home=\$(cd "\$(dirname "\$(readlink -f "\$0")")/.." && pwd)
java=$find
LC_ALL=C.UTF-8
export LC_ALL
# A refused archive is no news for whoever reads the output.
exec $under"\$java/bin/java" ${FLAGS[*]}${memory:+ $memory} -Xlog:disable -Xlog:all=error:stderr -Xshare:auto \\
  -XX:SharedArchiveFile="\$home/lib/$NAME.jsa" "-Dstrata.home=\$home" \${STRATA_JAVA_OPTIONS:-} \\
  -cp "$(printf ':$home/lib/%s' "${JARS[@]}" | cut -c2-)" $MAIN "\$@"
SH
  chmod 755 "$OUT/bin/$NAME"
}

copy_jars "$@"
[ -z "$LINK" ] || link_runtime
class_list
dump_archive
write_command

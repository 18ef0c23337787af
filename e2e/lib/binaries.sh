# Compiles the pinned programs in e2e/tools into $BIN: each again only when its own go.mod, go.sum or source, or this file, changes.
# shellcheck shell=bash

TOOLS=$REPO/e2e/tools

# Without arguments every program of the local cluster; else only the named ones, for work that needs none.
build() { # PROGRAM...
  command -v go > /dev/null || die "Go is missing: install Go 1.26 or later and put it on PATH"
  mkdir -p "$BIN"
  local tool
  exec 8> "$CACHE/build.lock"
  flock -n 8 || { say "another build is running, waiting for it" && flock 8; }
  if [ $# != 0 ]; then
    for tool in "$@"; do compile_one "$tool"; done
    exec 8>&-
    return
  fi
  local version component=k8s.io/component-base/version
  version=$(sed -n 's/^.*k8s.io\/kubernetes v\([0-9.]*\).*$/\1/p' "$TOOLS/kubernetes/go.mod")
  [ -n "$version" ] || die "e2e/tools/kubernetes/go.mod does not say the version of k8s.io/kubernetes"
  compile kubernetes -ldflags "-s -w -X $component.gitVersion=v$version -X $component.gitMajor=${version%%.*} -X $component.gitMinor=$(cut -d. -f2 <<< "$version")"
  for tool in containerd coredns local-path helm registry runc; do compile_one "$tool"; done
  if stale pause "$TOOLS/pause.c"; then
    gcc -O2 -static -o "$BIN/pause" "$TOOLS/pause.c"
    fresh pause "$TOOLS/pause.c"
  fi
  exec 8>&-
}

compile_one() { # MODULE
  case $1 in
    runc) compile runc -tags seccomp -ldflags "-s -w" ;;
    *) CGO_ENABLED=0 compile "$1" -ldflags "-s -w" ;;
  esac
}

compile() { # MODULE FLAG...
  stale "$1" "$TOOLS/$1/"* || return 0
  say "compiling $1"
  (cd "$TOOLS/$1" && go build -o "$BIN/" "${@:2}" tool)
  fresh "$1" "$TOOLS/$1/"*
}

key() { { go env GOVERSION && cat "$@" "$REPO/e2e/lib/binaries.sh"; } | sha256sum | cut -c1-64; }
stale() { [ "$(cat "$BIN/.$1.key" 2> /dev/null)" != "$(key "${@:2}")" ]; }
fresh() { key "${@:2}" > "$BIN/.$1.key"; }

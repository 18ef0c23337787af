# Strata on a cluster: images into the node, the chart, and the examples' git repositories. Whoever includes this makes the
# directory $WORK and removes it.
# shellcheck shell=bash

# Both work on the local cluster and, with CONTEXT set, on one that the user has.
k() {
  if [ -n "${CONTEXT:-}" ]; then command kubectl --context "$CONTEXT" "$@"; else kubectl "$@"; fi
}
helm() {
  if [ -n "${CONTEXT:-}" ]; then "$BIN/helm" --kube-context "$CONTEXT" "$@"; else "$BIN/helm" --kubeconfig "$STATE/admin.kubeconfig" "$@"; fi
}

# LOAD is the command that brings an archive to the nodes of the user's cluster, for example `kind load image-archive`.
load_images() {
  local archive
  for archive in "$CACHE"/images/*.tar; do
    if [ -z "${CONTEXT:-}" ]; then
      load "$archive" > /dev/null
    elif [ -n "${LOAD:-}" ]; then
      # shellcheck disable=SC2086  # a command with its arguments
      $LOAD "$archive"
    fi
  done
}

install_chart() {
  helm upgrade --install strata "$REPO/helm/strata" --namespace strata-system --create-namespace \
    --values "$CACHE/images/values.yaml" --wait --timeout 3m > /dev/null || {
    k -n strata-system get pods >&2 || true
    die "the chart did not become ready"
  }
}

git_server() {
  k apply -f "$REPO/examples/git-server.yaml" > /dev/null
  k -n demo rollout status --timeout=120s deployment/git > /dev/null
}

# Makes DIRECTORY the only commit of the branch main of the repository NAME on the cluster's git server.
publish() { # NAME DIRECTORY
  local bare when=2026-01-01T00:00:00Z   # the same files give the same commit
  bare=$(mktemp -d -p "$WORK")
  git init -q --bare -b main "$bare/$1.git"
  GIT_DIR=$bare/$1.git GIT_WORK_TREE=$2 git add -A -f
  GIT_DIR=$bare/$1.git GIT_WORK_TREE=$2 GIT_AUTHOR_DATE=$when GIT_COMMITTER_DATE=$when \
    git -c user.name=demo -c user.email=demo@example.invalid -c commit.gpgsign=false commit -q -m "the example's source"
  tar -C "$bare" --mode=u+rwX -cf - "$1.git" | k -n demo exec -i deployment/git -- tar -C /srv/git --no-same-owner -xf -
}

# The same files give the same archive.
PACK=(--sort=name --owner=0 --group=0 --numeric-owner --mtime=2026-01-01T00:00:00Z --use-compress-program='gzip -n' -c)

# What the examples' repositories hold besides what is checked in: compiled and packed files.
publish_examples() {
  local work=$WORK/examples name
  mkdir "$work"
  for name in hello-world tutorial debian-vim; do cp -r "$REPO/examples/$name/source" "$work/$name"; done
  gcc -O2 -static -s -o "$work/hello-world/hello" "$work/hello-world/hello.c"
  tar -C "$work/tutorial" "${PACK[@]}" -f "$work/tutorial/bunch.tar.gz" bunch
  mkdir -p "$work/base/busybox" "$work/base/debian"
  "$REPO/images/busybox.sh" "$work/busybox"
  tar -C "$work/busybox" "${PACK[@]}" -f "$work/base/busybox/rootfs.tar.gz" .
  cp "$(base_rootfs)" "$work/base/debian/rootfs.tar.xz"
  for name in base hello-world tutorial debian-vim; do publish "$name" "$work/$name"; done
}

# The base root file system of images/, made once per state of this machine's apt sources.
base_rootfs() {
  local key file
  key=$({ cat "$REPO/images/rootfs.sh" /etc/apt/sources.list /etc/apt/sources.list.d/* 2> /dev/null || true; } | sha256sum | cut -c1-16)
  file=$CACHE/rootfs-$key.tar.xz
  [ -f "$file" ] || { say "making the base root file system" && "$REPO/images/rootfs.sh" "$file" >&2; }
  echo "$file"
}

ready() { # KIND NAME SECONDS
  k -n demo wait --for=condition=Ready --timeout="${3}s" "$1.strata.dev/$2" > /dev/null || {
    k -n demo get "$1.strata.dev/$2" -o yaml >&2
    die "$1 $2 is not Ready after $3 s"
  }
}

# The examples' namespace, Registry, git server and builds, until all of them are Ready.
apply_examples() {
  k apply -f "$REPO/examples/namespace.yaml" -f "$REPO/examples/registry.yaml"
  git_server
  publish_examples
  ready registries registry 180
  k apply -f "$REPO/examples/base/imagebuild.yaml"
  ready imagebuilds base-busybox 180
  ready imagebuilds base-debian 180
  k apply -f "$REPO/examples/hello-world/imagebuild.yaml" -f "$REPO/examples/tutorial/imagebuild.yaml" -f "$REPO/examples/debian-vim/imagebuild.yaml"
  ready imagebuilds hello-world 120
  ready imagebuilds tutorial 120
  ready imagebuilds debian-vim 600
}

run_pod() { # NAME: its output, when it has ended well
  k -n demo delete pod "$1" --ignore-not-found > /dev/null
  k apply -f "$REPO/examples/$1/pod.yaml" > /dev/null
  k -n demo wait --for=jsonpath='{.status.phase}'=Succeeded --timeout=120s "pod/$1" > /dev/null || {
    k -n demo describe pod "$1" >&2
    k -n demo logs "$1" >&2 || true
    die "the Pod $1 did not succeed"
  }
  k -n demo logs "$1"
}

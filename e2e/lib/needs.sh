# What the machine must have. Only Debian packages are installed; everything else is asked for in one line.
# shellcheck shell=bash

PACKAGES=(
  libseccomp-dev pkg-config gcc libc6-dev                                 # to compile runc and our launcher
  etcd-server nftables containernetworking-plugins iproute2 openssl curl  # the local cluster
  busybox-static debootstrap                                              # base images
  crun libisal2 libisal-dev                                                           # the engine
  xz-utils zstd bzip2 git openssh-server maven ca-certificates jq python3 procps      # builds and their tests
)

needs() {
  [ "$(id -u)" = 0 ] || die "root is needed (namespaces, mounts, overlay): run it with sudo"
  command -v apt-get > /dev/null || die "a Debian machine is needed: apt-get is missing"
  command -v go > /dev/null || die "Go is missing: install Go 1.26 or later and put it on PATH"
  [ "$(go env GOVERSION | sed 's/^go1\.\([0-9]*\).*/\1/')" -ge 26 ] || die "$(go env GOVERSION) is too old: install Go 1.26 or later"
  JAVA_HOME=$("$REPO/.mvn/find-jdk") || exit 1
  export JAVA_HOME
  unshare -m -n -p --fork --mount-proc mount -t tmpfs none /mnt 2> /dev/null \
    || die "this machine may not make mount, network and process namespaces: run it outside a container, or in a privileged one"
  grep -qw overlay /proc/filesystems || modprobe overlay 2> /dev/null \
    || die "the kernel has no overlay file system: load the module 'overlay'"
  install_packages
}

install_packages() {
  local missing=() package policy=/usr/sbin/policy-rc.d made=
  for package in "${PACKAGES[@]}"; do
    dpkg-query -W -f '${db:Status-Status}\n' "$package" 2> /dev/null | grep -qx installed || missing+=("$package")
  done
  [ ${#missing[@]} = 0 ] && return
  say "installing ${missing[*]}"
  # Debian starts a freshly installed etcd; ours runs in the node only.
  if [ ! -e "$policy" ]; then
    made=$policy
    printf '#!/bin/sh\nexit 101\n' > "$policy"
    chmod 755 "$policy"
  fi
  local log result=0
  log=$(mktemp)
  apt_install "$log" "${missing[@]}" || { apt-get update -q >> "$log" 2>&1 && apt_install "$log" "${missing[@]}"; } || result=$?
  [ -z "$made" ] || rm -f "$made"
  if [ $result != 0 ]; then
    tail -20 "$log" >&2
    rm -f "$log"
    die "packages are missing and could not be installed: apt-get install ${missing[*]}"
  fi
  rm -f "$log"
}

apt_install() { # LOG PACKAGE...
  DEBIAN_FRONTEND=noninteractive apt-get install -q -y --no-install-recommends "${@:2}" >> "$1" 2>&1
}

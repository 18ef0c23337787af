#!/usr/bin/env bash
# busybox.sh DIRECTORY  lays out a BusyBox root file system from this machine's static busybox.
set -euo pipefail
ROOT=$1
mkdir -p "$ROOT"/{bin,etc,tmp,root}
chmod 1777 "$ROOT/tmp"
cp /bin/busybox "$ROOT/bin/busybox"
printf 'root:x:0:0:root:/root:/bin/sh\n' > "$ROOT/etc/passwd"
printf 'root:x:0:\n' > "$ROOT/etc/group"
for applet in $(/bin/busybox --list); do
  [ "$applet" = busybox ] || ln -s busybox "$ROOT/bin/$applet"
done

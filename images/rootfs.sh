#!/usr/bin/env bash
# rootfs.sh FILE  writes a minimal Debian bookworm as rootfs.tar.xz, from the mirror that this machine's own apt uses.
#
# The same packages give the same bytes: fixed order, times and owners; no cache, log or list stays. The machine's apt
# settings go in, so that apt-get works in builds as it does here.
set -euo pipefail
FILE=$(realpath -m "$1") SUITE=bookworm
EPOCH=${SOURCE_DATE_EPOCH:-1767225600}
WORK=$(mktemp -d -p "$(dirname "$FILE")")
trap 'rm -rf --one-file-system "$WORK"' EXIT

sources() {
  local file
  for file in "$@"; do
    if [ -f "$file" ]; then cat "$file" && echo; fi
  done
}

# The address of the first source that serves the suite itself, in either of apt's two forms.
mirror() {
  sources /etc/apt/sources.list.d/*.sources | awk -v suite="$SUITE" '
    /^URIs:/ {uri = $2} /^Suites:/ {for (i = 2; i <= NF; i++) if ($i == suite) found = 1}
    found && uri != "" {print uri; uri = ""} /^$/ {uri = ""; found = 0}'
  sources /etc/apt/sources.list /etc/apt/sources.list.d/*.list | sed 's/\[[^]]*\]//' | awk -v suite="$SUITE" '$1 == "deb" && $3 == suite {print $2}'
}
MIRROR=$(mirror | sed -n 1p)
[ -n "$MIRROR" ] || {
  echo "rootfs.sh: no apt source of this machine serves $SUITE: add one to /etc/apt/sources.list" >&2
  exit 1
}

ROOT=$WORK/root
debootstrap --variant=minbase --include=ca-certificates "$SUITE" "$ROOT" "$MIRROR" > "$WORK/log" 2>&1 || {
  tail -20 "$WORK/log" >&2
  exit 1
}
# Only the sources that serve this suite: others may need keys and certificates that are not in the image.
rm -f "$ROOT"/etc/apt/sources.list "$ROOT"/etc/apt/sources.list.d/*
for source in /etc/apt/sources.list /etc/apt/sources.list.d/*.sources /etc/apt/sources.list.d/*.list; do
  if [ -f "$source" ] && grep -q "$MIRROR" "$source"; then cp "$source" "$ROOT${source}"; fi
done
for setting in /etc/apt/apt.conf.d/*; do
  if grep -qE '^Acquire::' "$setting"; then cp "$setting" "$ROOT/etc/apt/apt.conf.d/"; fi
done
# They go into every image that is built on this one.
if grep -rqE '://[^/@[:space:]"]+@' "$ROOT"/etc/apt; then
  echo "rootfs.sh: this machine's apt settings hold a password, which would end up in the images: give the mirror or proxy one without" >&2
  exit 1
fi
rm -rf "$ROOT"/var/cache/apt/* "$ROOT"/var/lib/apt/lists/* "$ROOT"/var/log/* "$ROOT"/var/cache/ldconfig/* \
  "$ROOT"/var/cache/debconf/*-old "$ROOT"/var/lib/dpkg/*-old "$ROOT"/etc/machine-id "$ROOT"/etc/hostname \
  "$ROOT"/etc/resolv.conf "$ROOT"/tmp/* "$ROOT"/debootstrap "$ROOT"/usr/share/doc/* "$ROOT"/usr/share/man/* "$ROOT"/usr/share/locale/*
find "$ROOT" -newermt "@$EPOCH" -print0 | xargs -0r touch -h -d "@$EPOCH"
tar -C "$ROOT" --sort=name --numeric-owner --xattrs --xattrs-include='*' --format=posix \
  --pax-option=exthdr.name=%d/PaxHeaders/%f,delete=atime,delete=ctime -cf "$WORK/rootfs.tar" .
xz -T0 -2 --stdout "$WORK/rootfs.tar" > "$WORK/rootfs.tar.xz"
mv "$WORK/rootfs.tar.xz" "$FILE"

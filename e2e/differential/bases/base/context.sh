# The root file system that most cases begin FROM: BusyBox, with what they need to be different from an empty one.
set -eu
rm -rf rootfs
bash "$1/images/busybox.sh" rootfs
cd rootfs
mkdir -p dev proc sys
mkdir -p usr/lib usr/share/doc/deep var/lib/data srv/opaque
ln -s usr/lib lib
echo library > usr/lib/libone.so
echo text > usr/share/doc/readme
echo deep > usr/share/doc/deep/er
echo old > srv/opaque/old
echo data > var/lib/data/file
chmod 750 var/lib/data
chown -R 33:44 var/lib/data
cat >> etc/passwd << END
app:x:1000:1001:app:/home/app:/bin/sh
www-data:x:33:33::/var/www:/bin/false
END
cat >> etc/group << END
www-data:x:33:
app:x:1001:
extra:x:2000:app
END
echo hard > srv/first
ln srv/first srv/second
ln -s opaque srv/link
cat > ../setxattr.c << END
// setxattr NAME HEX PATH
#include <stdio.h>
#include <string.h>
#include <sys/xattr.h>
int main(int argc, char **argv) {
  unsigned char value[64];
  size_t size = 0;
  if (argc != 4) return 2;
  for (; size < strlen(argv[2]) / 2; size++) sscanf(argv[2] + 2 * size, "%2hhx", &value[size]);
  return setxattr(argv[3], argv[1], value, size, 0) != 0;
}
END
gcc -O2 -static -s -o bin/setxattr ../setxattr.c
find . -depth -exec touch -h -d 2024-02-03T04:05:06Z {} +

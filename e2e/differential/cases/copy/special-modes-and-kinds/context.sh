echo s > setuid; chmod 4755 setuid
echo g > setgid; chmod 2755 setgid
mkdir sticky setgiddir; chmod 1777 sticky; chmod 2775 setgiddir
echo n > none; chmod 000 none
mkfifo pipe
touch -d 1969-12-31T23:59:00Z old
touch -d 2100-01-01T00:00:00Z future
mknod null c 1 3
mknod disk b 7 9

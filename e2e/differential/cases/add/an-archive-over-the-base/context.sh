mkdir -p t/srv/opaque t/usr/share/doc/readme t/etc
echo over > t/srv/first
ln -s first t/srv/opaque/old
echo x > t/usr/share/doc/readme/x
echo file > t/srv/link
mkfifo t/srv/pipe
chmod 700 t/srv
chown 9:9 t/srv t/srv/first
tar -C t -cf over.tar srv usr
rm -r t

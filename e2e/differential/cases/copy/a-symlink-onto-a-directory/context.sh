mkdir -p root/srv
ln -s elsewhere root/srv/opaque

mkdir -p root/srv real
echo x > real/x
ln -s opaque/old root/srv/first
ln -s real/x link
ln -s real dirlink

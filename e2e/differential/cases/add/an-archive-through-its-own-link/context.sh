mkdir a
ln -s /tmp a/out
tar -C a -cf link.tar out
rm a/out
mkdir a/out
echo x > a/out/file
tar -C a -rf link.tar out/file
rm -r a

mkdir a
echo x > escaped
tar -C a -P -cf up.tar ../escaped
rm escaped

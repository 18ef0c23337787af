mkdir -p t/sub t/srv/opaque
echo one > t/one
echo two > t/sub/two
ln t/one t/sub/hard
ln -s one t/soft
chmod 4711 t/one
chmod 700 t/sub
echo new > t/srv/opaque/new
chown -R 123:456 t/sub t/one
find t -exec touch -h -d 2021-06-05T04:03:02Z {} +
tar -C t --sort=name -cf t.tar .
tar -C t --sort=name -cf names.tar one sub soft srv

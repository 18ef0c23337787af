mkdir -p tree/sub/empty tree/sub/deep
echo a > tree/a
echo b > tree/sub/b
echo c > tree/sub/deep/c
printf "#!/bin/sh\n" > tree/run
chmod 750 tree/run
chmod 640 tree/a
chmod 711 tree/sub
chmod 700 tree/sub/deep
ln -s a tree/link
ln -s sub tree/dirlink
ln -s /nowhere tree/dangling
ln tree/a tree/hard
ln tree/a tree/sub/hard
touch -h -d 2023-05-06T07:08:09.123456789Z tree/a tree/link tree/sub/deep
touch -d 2022-01-01T00:00:00Z tree tree/sub

long=$(printf 'l%.0s' $(seq 1 90))
mkdir -p "t/$long/$long"
echo x > "t/$long/$long/file"
ln -s "$long/$long/file" t/link
echo ü > t/ümläut
touch -d 2001-02-03T04:05:06.789Z t/ümläut
for format in gnu pax; do tar -C t --format=$format -cf $format.tar .; done
tar -C t --format=ustar --exclude=./link -cf ustar.tar .   # a link there holds 100 bytes
mkdir s
echo v > s/v
tar -C s --format=v7 -cf v7.tar v
tar -C s -cf dots.tar ./v
echo one > s/v
tar -C s -cf twice.tar v
echo two > s/v
tar -C s -rf twice.tar v
echo a > s/a
tar -C s -cf - a v > m.tar
head -c 1024 m.tar | gzip > multi.tar.gz
tail -c +1025 m.tar | gzip >> multi.tar.gz
rm -r s t m.tar

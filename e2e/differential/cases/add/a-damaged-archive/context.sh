head -c 100000 /dev/urandom > x
tar -czf whole.tar.gz x
head -c 50000 whole.tar.gz > cut.tar.gz
rm x whole.tar.gz

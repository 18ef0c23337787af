echo text | gzip -n > plain.gz
echo "no archive" > looks.tar
: > empty.tar
mkdir dir
echo x > x
tar -cf dir/inner.tar x
tar -czf cut.tar.gz.txt x
rm x

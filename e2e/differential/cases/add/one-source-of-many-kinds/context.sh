echo p > plain
mkdir -p d t/in
echo d > d/d
echo i > t/in/i
chmod 750 t/in
tar -C t -cf t.tar in
rm -r t

mkdir -p l/lib
echo two > l/lib/libtwo.so
tar -C l -cf lib.tar .

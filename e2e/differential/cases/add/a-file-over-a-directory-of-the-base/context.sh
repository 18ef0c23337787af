mkdir -p t/srv
echo file > t/srv/opaque
tar -C t -cf over.tar srv
rm -r t

mkdir -p real/sub
echo f > real/file
echo s > real/sub/s
ln -s real dirlink
ln -s real/file filelink
ln -s ../../../../../../real/file uplink
ln -s /real abslink
ln -s dirlink chain

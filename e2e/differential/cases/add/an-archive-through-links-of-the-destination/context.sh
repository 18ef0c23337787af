mkdir -p a/abs/share a/up a/rel/new
for at in abs/share up rel/new; do echo "$at" > "a/$at/file"; done
ln a/rel/new/file a/rel/hard
tar -C a -cf links.tar abs/share/file up/file rel/new/file rel/hard
rm -r a

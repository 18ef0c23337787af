for name in 'a b' ümläut '#hash' '$dollar' 'back\slash' -dash "new
line" .hidden ..twodots 'star*'; do echo "$name" > "$name"; done
mkdir "$(printf 'd%.0s' $(seq 1 120))"
touch "$(printf 'd%.0s' $(seq 1 120))/$(printf 'f%.0s' $(seq 1 120))"

#!/usr/bin/env bash
# Runs COMMAND where a builder pod's main can build and push for real, so that the classes it loads are known:
# ROOT is its `/`, with a request, a git source and a registry with TLS, in a network namespace of its own.
#
# training.sh ROOT REGISTRY-PROGRAM COMMAND...
set -euo pipefail
if [ "${TRAINING:-}" != inside ]; then
  exec env TRAINING=inside unshare -n -- bash "$0" "$@"
fi
ROOT=$1 REGISTRY=$2
shift 2
ADDRESS=10.255.255.1                                 # on the namespace's own loopback device
ip link set lo up
ip addr add "$ADDRESS/32" dev lo
mkdir -p "$ROOT"/{dev,strata/request,strata/registry,strata/ca,source,data}
openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2 -subj /CN=training \
  -addext "subjectAltName=IP:$ADDRESS" -keyout "$ROOT/key.pem" -out "$ROOT/strata/ca/ca.crt" 2> /dev/null
cat > "$ROOT/registry.yml" << YML
version: 0.1
storage: {filesystem: {rootdirectory: $ROOT/data}}
http: {addr: "$ADDRESS:5000", tls: {certificate: $ROOT/strata/ca/ca.crt, key: $ROOT/key.pem}}
YML
"$REGISTRY" serve "$ROOT/registry.yml" > "$ROOT/registry.log" 2>&1 &
servers=($!)
# Not `git daemon`: the signal would end `git` and leave its child.
"$(git --exec-path)/git-daemon" --listen=$ADDRESS --export-all --base-path="$ROOT" > "$ROOT/git.log" 2>&1 &
servers+=($!)
trap 'kill "${servers[@]}"' EXIT
for _ in $(seq 100); do curl -s --cacert "$ROOT/strata/ca/ca.crt" "https://$ADDRESS:5000/v2/" > /dev/null && break || sleep 0.05; done

printf 'FROM scratch AS base\nARG A=b\nENV C=$A\nWORKDIR /work\nFROM base\nCOPY file /\nADD . /all/\nCMD ["/file"]\n' > "$ROOT/source/Dockerfile"
echo content > "$ROOT/source/file"
git -C "$ROOT/source" init -q -b main
git -C "$ROOT/source" add -A
git -C "$ROOT/source" -c user.name=training -c user.email=training@example.invalid -c commit.gpgsign=false commit -q -m training
echo '{"auths":{}}' > "$ROOT/strata/registry/config.json"
cat > "$ROOT/strata/request/request.json" << JSON
{"source":{"git":{"url":"git://$ADDRESS/source/.git","commit":"$(git -C "$ROOT/source" rev-parse HEAD)"}},"contextDir":"",
 "dockerfile":{},"args":{},"output":{"repository":"$ADDRESS:5000/training/app","tags":["1"],"debugTag":"debug-1"},
 "cache":{"repository":"$ADDRESS:5000/training/app/cache","scope":"training"}}
JSON
STRATA_REQUEST_DIGEST=sha256:$(sha256sum < "$ROOT/strata/request/request.json" | cut -d' ' -f1)
export STRATA_REQUEST_DIGEST
"$@"
[ -s "$ROOT/dev/termination-log" ] && grep -q '"image":"' "$ROOT/dev/termination-log" || {
  cat "$ROOT/dev/termination-log" >&2
  echo "training.sh: the training build failed" >&2
  exit 1
}

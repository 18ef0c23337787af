#!/usr/bin/env bash
# From nothing to running Pods: builds Strata, starts the local cluster, installs the chart, applies examples/ and runs a Pod
# from each image that was built. Leaves the cluster up.
#
# demo.sh [--context NAME [--load COMMAND]]
#
# --context uses a cluster of yours by that kubeconfig context in place of the local one. COMMAND brings an image archive to
# its nodes and gets the archive as its last argument, for example --load "kind load image-archive".
set -euo pipefail
HERE=$(cd "$(dirname "$0")" && pwd)
# shellcheck source=lib/common.sh
. "$HERE/lib/common.sh"
for part in needs binaries node pki host install; do . "$HERE/lib/$part.sh"; done
CONTEXT='' LOAD=''
while [ $# -gt 0 ]; do
  case $1 in
    --context) CONTEXT=${2:?--context NAME} && shift 2 ;;
    --load) LOAD=${2:?--load COMMAND} && shift 2 ;;
    *) die "unknown argument $1: demo.sh [--context NAME [--load COMMAND]]" ;;
  esac
done

needs
WORK=$(mktemp -d)
trap 'rm -rf "$WORK"' EXIT
if [ -n "$CONTEXT" ]; then
  export KUBECACHEDIR=$WORK/kubectl HELM_CACHE_HOME=$WORK/helm HELM_CONFIG_HOME=$WORK/helm HELM_DATA_HOME=$WORK/helm
  command -v kubectl > /dev/null || die "kubectl is missing: put the one that you use for the context $CONTEXT on PATH"
  command kubectl --context "$CONTEXT" get --raw /readyz > /dev/null || die "the cluster of the context $CONTEXT does not answer: kubectl --context $CONTEXT get nodes"
  say "compiling helm and the registry"
  build helm registry
else
  cluster_needs
  say "compiling the programs of the local cluster (about 12 minutes the first time)"
  build
fi
say "building Strata"
(cd "$REPO" && ./mvnw -q -B package -DskipTests)
bash "$REPO/images/build.sh"
if [ -z "$CONTEXT" ]; then
  say "starting the local cluster"
  bash "$HERE/cluster.sh" up
fi
say "loading the images"
load_images
say "installing the chart"
install_chart

say "applying examples/"
apply_examples

for name in hello-world tutorial debian-vim; do
  say "the Pod $name says"
  run_pod "$name"
done
k -n demo get registries.strata.dev,imagebuilds.strata.dev,jobs,pods

if [ -n "$CONTEXT" ]; then kubectl_command="kubectl --context $CONTEXT"; else kubectl_command="bash e2e/cluster.sh kubectl"; fi
cat << TEXT

The cluster stays up. Try next:
  $kubectl_command -n demo describe imagebuild tutorial
  $kubectl_command explain imagebuild.spec
  $kubectl_command -n demo apply -f examples/tutorial/imagebuild.yaml   # nothing to do: the same spec builds nothing
  $kubectl_command -n demo logs -l batch.kubernetes.io/job-name --tail=-1 --prefix
TEXT
[ -n "$CONTEXT" ] || echo "  bash e2e/cluster.sh down"

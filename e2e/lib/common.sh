# What every script under e2e/ and images/ shares: the places, how to speak and how to stop.
# shellcheck shell=bash
set -euo pipefail
# Without these, a script that is ended has the status of the command before as its own when its EXIT trap runs.
trap 'exit 130' INT
trap 'exit 143' TERM

REPO=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
CACHE=${STRATA_CACHE:-/var/cache/strata} # compiled programs, the base root file system, our images: survives `down`
BIN=$CACHE/bin
STATE=${STRATA_STATE:-/var/lib/strata-cluster} # everything of one running cluster: gone after `down`
NS=${STRATA_CLUSTER_NAME:-strata}              # name of the network namespace, veth, nft table and cgroup
UPLINK=${STRATA_CLUSTER_UPLINK:-198.18.213}    # the /30 between this machine and the node
NODE_ADDRESS=$UPLINK.2                         # the node as this machine sees it

# The clients would leave their caches in the home directory otherwise.
export KUBECACHEDIR=$STATE/kubectl HELM_CACHE_HOME=$STATE/helm HELM_CONFIG_HOME=$STATE/helm HELM_DATA_HOME=$STATE/helm
export NO_PROXY="${NO_PROXY:+$NO_PROXY,}$NODE_ADDRESS" no_proxy="${no_proxy:+$no_proxy,}$NODE_ADDRESS"

say() { printf '%s %s\n' "==>" "$*" >&2; }
die() {
  printf '%s: %s\n' "$(basename "$0")" "$*" >&2
  exit 1
}

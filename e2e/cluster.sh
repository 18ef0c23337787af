#!/usr/bin/env bash
# A real single-node Kubernetes on one Debian machine, inside its own network, PID, mount and UTS namespaces.
#
#   cluster.sh up             takes down what an earlier run left, compiles what is not compiled yet, starts the node
#   cluster.sh down           ends everything; only the cache directory stays
#   cluster.sh status         nodes and pods, and how to reach the cluster from this machine
#   cluster.sh build [NAME..] only compiles (about 12 minutes on two cores the first time), all or some of e2e/tools
#   cluster.sh load ARCHIVE   imports an image archive (docker's or the OCI form) into the node
#   cluster.sh kubectl ...    kubectl as cluster administrator
#   cluster.sh node ...       runs a command inside the node's namespaces
#
# STRATA_CACHE (/var/cache/strata) survives `down`; STRATA_STATE (/var/lib/strata-cluster) does not.
set -euo pipefail
HERE=$(cd "$(dirname "$0")" && pwd)
# shellcheck source=lib/common.sh
. "$HERE/lib/common.sh"
. "$HERE/lib/needs.sh"
. "$HERE/lib/binaries.sh"
. "$HERE/lib/node.sh"
. "$HERE/lib/pki.sh"
. "$HERE/lib/host.sh"

case ${1:-} in
  up) up ;;
  down) down ;;
  status) status ;;
  build) needs && build "${@:2}" ;;
  load) load "${2:?cluster.sh load ARCHIVE}" ;;
  kubectl) running && kubectl "${@:2}" ;;
  node) node "${@:2}" ;;
  _node) node_main ;;
  *)
    sed -n '2,/^set/s/^# \{0,1\}//p' "$0" >&2
    exit 2
    ;;
esac

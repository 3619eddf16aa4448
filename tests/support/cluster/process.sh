#!/usr/bin/env bash
# Faults for tests: one program of a cluster is killed, started again as it was, stopped or continued.
#   process.sh STATE kill|start|stop|continue NAME        NAME: etcd, kube-apiserver, kube-scheduler, node1 ...
set -euo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/common.sh"
[ $# = 3 ] || { sed -n '2,3p' "$0" >&2; exit 2; }
state=$1 verb=$2 name=$3 file=$1/pids/$3
[ -e "$state/commands/$name" ] || fail "no $name in $state"
with_paths
case $verb in
    kill) stop KILL "$file"; gone 50 "$file" || fail "$name does not end" ;;
    start) ! alive "$file" || fail "$name runs"
           # A node lives in cgroups of its own: else its pods would be accounted to whoever starts it, and down.sh would leave them behind.
           if [ -e "$state/$name/cgroups" ]; then while read -r cgroup; do echo $$ >"$cgroup/cgroup.procs"; done <"$state/$name/cgroups"; fi
           eval "command=($(cat "$state/commands/$name"))"; start "$name" "${command[@]}" ;;
    stop) stop STOP "$file" ;;
    continue) stop CONT "$file" ;;
    *) fail "kill, start, stop or continue, not $verb" ;;
esac

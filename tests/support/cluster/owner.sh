#!/usr/bin/env bash
# Takes a cluster down once the process that it was made for has ended, however that ended: owner.sh PID STATE. Started by up.sh.
set -uo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/common.sh"
state=$2
record "$state/owner" "$1"
while [ -d "$state/pids" ] && alive "$state/owner"; do sleep 1; done
[ ! -d "$state/pids" ] || exec "$here/down.sh" --state "$state"

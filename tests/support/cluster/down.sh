#!/usr/bin/env bash
# Ends what up.sh started, by process id and start time and nothing else, and removes its network namespaces, cgroups and folder.
#   down.sh [--state FOLDER] [--keep]       --keep leaves the logs
set -uo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/common.sh"
state=$default_state keep=0
while [ $# -gt 0 ]; do case $1 in
    --state) state=$2; shift 2 ;;
    --keep) keep=1; shift ;;
    *) sed -n '2,3p' "$0" >&2; exit 2 ;;
esac; done
[ -d "$state/pids" ] || { say "nothing is up in $state"; exit 0; }
shopt -s nullglob
pids=$state/pids all=()
for file in "$pids"/*; do
    read -r id _ <"$file"
    [ "$id" = $$ ] || all+=("$file")                    # the owner's watch may be the very process that runs this
done
stop CONT "${all[@]}"                                   # a process that a test had stopped would not hear the rest
stop KILL "$pids"/node*                                 # --kill-child: with the node's first process ends all that is on it
but_etcd=(); for file in "${all[@]}"; do [ "$file" = "$pids/etcd" ] || but_etcd+=("$file"); done
stop TERM "${but_etcd[@]}"
gone 15 "${but_etcd[@]}" || stop KILL "${but_etcd[@]}"  # the API server would wait for its open watches
stop KILL "$pids/etcd"                                  # its data is about to go
gone 50 "${all[@]}" || say "still there after 5 s: $(for file in "${all[@]}"; do if alive "$file"; then basename "$file"; fi; done | xargs)" >&2
if [ -e "$state/networks" ]; then while read -r network; do ip netns del "$network" 2>/dev/null; done <"$state/networks"; fi
remove_cgroup() {
    for _ in 1 2 3 4 5 6 7 8 9 10; do
        find "$1" -depth -type d -exec rmdir {} + 2>/dev/null
        [ -d "$1" ] || return 0
        sleep 0.2
    done
    say "$1 is left over" >&2
}
for list in "$state"/node*/cgroups; do while read -r cgroup; do remove_cgroup "$cgroup"; done <"$list"; done
if [ $keep = 1 ]; then rm -rf "$pids" "$state/networks" "$state/commands" "$state/etcd"; else rm -rf "$state"; fi
say "done"

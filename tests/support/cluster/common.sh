# Shared by the scripts of this folder: where things are, and processes that are known by id and start time.
KUBERNETES_VERSION=1.20.2
GO_VERSION=1.19
DEBIAN_SUITE=bookworm                 # the last release whose `kubernetes` source package is the whole tree
RECIPE=1                              # raised when build.sh makes something else out of the same version

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
cache=${K8SMEDIAFLOW_CLUSTER_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/k8smediaflow/kubernetes-$KUBERNETES_VERSION-$RECIPE}
bin=$cache/bin root=$cache/root
programs=(kube-apiserver kube-controller-manager kube-scheduler kubelet kubectl kube-proxy)

started=$SECONDS
say() { printf '%s: %3ds %s\n' "$(basename "$0" .sh)" $((SECONDS - started)) "$*"; }
fail() { printf '%s: %s\n' "$(basename "$0" .sh)" "$*" >&2; exit 1; }

# The kernel gives process ids again: id and start time together name one process for good.
# Without any process of its own: owner.sh asks once a second, and a process costs milliseconds.
look() { # look ID: sets process_state and process_start
    local stat
    { read -r stat <"/proc/$1/stat"; } 2>/dev/null || return 1
    stat=${stat##*) }; set -- $stat; process_state=$1 process_start=${20}
}
record() { process_start=; look "$2" || true; echo "$2 $process_start" >"$1"; }
alive() { # alive FILE: is the recorded process still that process, and not only its unreaped remains?
    local id start
    { read -r id start <"$1"; } 2>/dev/null || return 1
    look "$id" && [ "$process_start" = "$start" ] && [ "$process_state" != Z ]
}
default_state=${TMPDIR:-/tmp}/k8smediaflow-cluster-$(id -u)
with_paths() {
    lib=$(echo "$root"/usr/lib/*-linux-gnu)
    export PATH=$bin:$root/usr/bin:$root/usr/sbin:$root/wrap:$PATH LD_LIBRARY_PATH=$lib XTABLES_LIBDIR=$lib/xtables
    # The servers share two cores with all that runs on them: one thread each, and less collecting of garbage for some memory.
    export GOMAXPROCS=1 GOGC=300
}

# start NAME COMMAND...: in the background, in a session of its own, its log and command line kept (process.sh starts it again).
start() {
    local name=$1; shift
    printf '%q ' "$@" >"$state/commands/$name"
    setsid "$@" >>"$state/log/$name.log" 2>&1 </dev/null 9>&- &
    record "$state/pids/$name" $!
}
stop() { # stop SIGNAL FILE...
    local signal=$1 file id; shift
    for file in "$@"; do if alive "$file"; then read -r id _ <"$file"; kill "-$signal" "$id" 2>/dev/null || true; fi; done
}
gone() { # gone TENTHS FILE...: wait for all of them to end
    local left=$1 file any; shift
    while :; do
        any=0; for file in "$@"; do if alive "$file"; then any=1; fi; done
        [ $any = 1 ] || return 0
        [ "$left" -gt 0 ] || return 1
        left=$((left - 1)); sleep 0.1
    done
}
wait_for() { # wait_for SECONDS WHAT COMMAND...
    local end=$((SECONDS + $1)) what=$2; shift 2
    until "$@" >/dev/null 2>&1; do
        [ $SECONDS -lt $end ] || fail "no $what in time; logs: $state/log"
        sleep 0.1
    done
    say "$what"
}

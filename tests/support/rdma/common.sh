# Shared by the scripts of this folder: where the guest's parts are.
DEBIAN_SUITE=bookworm
RECIPE=1                              # raised when build.sh makes something else
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
cache=${K8SMEDIAFLOW_RDMA_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/k8smediaflow/rdma-guest-$DEBIAN_SUITE-$RECIPE}

started=$SECONDS
say() { printf '%s: %3ds %s\n' "$(basename "$0" .sh)" $((SECONDS - started)) "$*" >&2; }
fail() { printf '%s: %s\n' "$(basename "$0" .sh)" "$*" >&2; exit 1; }

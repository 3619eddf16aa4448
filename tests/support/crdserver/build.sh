#!/usr/bin/env bash
# Builds the API server for custom resources (main.go) from the libraries, the Go and the etcd of Debian's sid, into one cache folder:
#   build.sh [--check | --where]      --check only says (by its exit code) whether it is there, --where prints the folder
# The folder ($K8SMEDIAFLOW_CRDSERVER_CACHE, else the user's cache) is keyed by what is built from: crdserver, etcd, and `versions`, the packages.
# Packages are unpacked with dpkg -x: nothing is installed, and the host's apt configuration is read and not changed.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
. "$here/../../../scripts/apt.sh"
RECIPE=1                              # raised when this script makes something else of the same main.go
suite=sid
# What the libraries' packages drag in and the server imports nothing of: two thirds of the download, and most of the unpacking.
left_out='circl|klauspost-compress|pierrec-lz4|aws-sdk|golang-x-tools|google-cloud|google-api|gonum|nxadm-tail|mongo|x-image|pjbgf|pprof|nats|charmbracelet|arrow|go-control-plane'

key=$(sha256sum "$here/main.go" | cut -c1-12)
cache=${K8SMEDIAFLOW_CRDSERVER_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/k8smediaflow/crdserver-$RECIPE-$key}
complete() { [ -e "$cache/versions" ]; }
case "${1:-}" in
    --where) echo "$cache"; exit 0 ;;
    --check) complete; exit ;;
esac
if complete; then exit 0; fi
mkdir -p "$cache"
exec 9>"$cache/.lock"; flock 9        # one build at a time; who waited finds it done
if complete; then exit 0; fi

scratch=$cache/scratch root=$cache/scratch/root
say() { printf 'crdserver: %3ds %s\n' $SECONDS "$*"; }
quietly() { local log=$scratch/$1.log; shift; "$@" >"$log" 2>&1 || { tail -n 30 "$log" >&2; echo "crdserver: failed: $1 (whole log: $log)" >&2; exit 1; }; }
rm -rf "$scratch"; mkdir -p "$scratch/debs" "$root"
say "building the API server for custom resources into $cache: once, about 4 minutes of processor time and 2 GB meanwhile"

private_apt "$scratch/apt" $suite deb || exit 1
# No package is installed in its eyes, so it names all that the libraries need.
: >"$scratch/apt/status"; echo "Dir::State::status \"$scratch/apt/status\";" >>"$scratch/apt/apt.conf"
export APT_CONFIG=$scratch/apt/apt.conf
quietly update apt-get -q update
quietly resolve apt-get -s -o APT::Install-Recommends=false install golang-k8s-apiextensions-apiserver-dev golang-go etcd-server
packages=$(awk '$1 == "Inst" && $2 ~ /^(golang-|etcd-server)/ {print $2}' "$scratch/resolve.log" | grep -vE "$left_out")
(cd "$scratch/debs" && quietly download apt-get -q download $packages)
say "$(echo "$packages" | wc -l) packages of $suite, $(du -sm "$scratch/debs" | cut -f1) MB"
for deb in "$scratch"/debs/*.deb; do dpkg -x "$deb" "$root"; done
say "unpacked"

export GOROOT GOPATH=$root/usr/share/gocode GOCACHE=$scratch/gocache GO111MODULE=off GOTOOLCHAIN=local GOFLAGS= CGO_ENABLED=0
GOROOT=$(echo "$root"/usr/lib/go-*)
cd "$here"
quietly build nice -n 10 "$GOROOT/bin/go" build -trimpath -gcflags='all=-N -l' -ldflags='-s -w' -o "$cache/crdserver" .
mv "$root/usr/bin/etcd" "$cache/etcd"
(cd "$scratch/debs" && ls | sed -n 's/_[a-z0-9]*\.deb$//p' | tr _ ' ') >"$scratch/versions"
mv "$scratch/versions" "$cache/versions"
chmod -R u+w "$scratch"; rm -rf "$scratch"
say "built: $(grep -o 'apiextensions-apiserver-dev .*' "$cache/versions"), $(grep -o 'etcd-server .*' "$cache/versions")"

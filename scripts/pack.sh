#!/usr/bin/env bash
# Makes the packages: pack.sh [FOLDER]. It builds in a folder of its own: ContinuousIntegrationBuild takes this machine's paths out of the
# assemblies, and other builds and tests are not to notice. PathMap hides the name of that folder, which is another one every time.
set -euo pipefail
cd "$(dirname "$0")/.."
target=$(realpath -m "${1:-artifacts/packages}")
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
scripts/icon.py "$work/icon.png"
# Time of the files in the packages: the commit's, or the first that a zip file can have.
export SOURCE_DATE_EPOCH=${SOURCE_DATE_EPOCH:-$(git log -1 --format=%ct 2>/dev/null || echo 315532800)}
for room in libs/CapnProto src/Sdk; do
    dotnet pack "$room" -c Release -v q --nologo -warnaserror -o "$target" --artifacts-path "$work" -p:UseArtifactsOutput=true \
        -p:ContinuousIntegrationBuild=true -p:PathMap="$work/=/_build/" -p:PackageIconFile="$work/icon.png"
done
ls "$target"

#!/usr/bin/env bash
# Makes the packages: pack.sh [FOLDER]. It builds in a folder of its own: ContinuousIntegrationBuild takes this machine's paths out of the
# assemblies, and other builds and tests are not to notice.
set -euo pipefail
cd "$(dirname "$0")/.."
target=$(realpath -m "${1:-artifacts/packages}")
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
scripts/icon.py "$work/icon.png"
for room in libs/CapnProto src/Sdk; do
    dotnet pack "$room" -c Release -v q --nologo -o "$target" --artifacts-path "$work" -p:ContinuousIntegrationBuild=true -p:PackageIconFile="$work/icon.png"
done
ls "$target"

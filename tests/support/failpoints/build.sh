#!/usr/bin/env bash
# Builds the programs with failpoints (libs/Primitives/Failpoint.cs) into one folder: build.sh FOLDER. Apart from the other builds, whose
# files it would replace; nothing of it is published.
set -euo pipefail
cd "$(dirname "$0")/../../.."
folder=$(realpath -m "${1:?folder}")
for room in Sidecar MediaOperators Cli; do
    dotnet publish "src/$room/$room.csproj" -c Release -o "$folder" -v q --nologo -p:Failpoints=true -p:UseArtifactsOutput=true \
        -p:ArtifactsPath="$folder-build"
done
rm -rf "$folder-build"

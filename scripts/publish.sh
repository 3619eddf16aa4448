#!/usr/bin/env bash
# Builds the Cli, the sidecar and the media operators into one folder: publish.sh FOLDER [CONFIGURATION].
set -euo pipefail
cd "$(dirname "$0")/.."
folder=${1:?folder} configuration=${2:-Release}
for room in Sidecar MediaOperators Cli; do
    dotnet publish "src/$room/$room.csproj" -c "$configuration" -o "$folder" -v q --nologo
done

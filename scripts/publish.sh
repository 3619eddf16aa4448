#!/usr/bin/env bash
# Builds the Cli, the sidecar and the media operators into one folder: publish.sh FOLDER [CONFIGURATION] [--compiled].
# --compiled: machine code beside the portable one, for a machine on which compiling at the start costs too much.
set -euo pipefail
cd "$(dirname "$0")/.."
folder=${1:?folder} configuration=${2:-Release} options=()
[ "${3:-}" != --compiled ] || options=(--use-current-runtime --self-contained false -p:PublishReadyToRun=true)
for room in Sidecar MediaOperators Cli; do
    dotnet publish "src/$room/$room.csproj" -c "$configuration" -o "$folder" -v q --nologo "${options[@]}"
done

#!/usr/bin/env bash
# Builds the Cli, the sidecar and the media operators into one folder: publish.sh FOLDER [CONFIGURATION] [--compiled [ROOM...]].
# --compiled: to machine code beforehand, for a machine on which compiling at the start costs too much. Needs a C compiler to link.
set -euo pipefail
cd "$(dirname "$0")/.."
folder=${1:?folder} configuration=${2:-Release}
# The media operators have nothing that is found out at run time; the libraries of the others have.
ready="--self-contained false -p:PublishReadyToRun=true"
declare -A compiled=([Sidecar]=$ready [MediaOperators]=-p:PublishAot=true [Cli]=$ready)
rooms=("${@:4}")
[ ${#rooms[@]} -gt 0 ] || rooms=(Sidecar MediaOperators Cli)
for room in "${rooms[@]}"; do
    options=()
    [ "${3:-}" != --compiled ] || read -ra options <<<"--use-current-runtime ${compiled[$room]}"
    dotnet publish "src/$room/$room.csproj" -c "$configuration" -o "$folder" -v q --nologo "${options[@]}"
done

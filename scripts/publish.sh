#!/usr/bin/env bash
# Builds the Cli, the sidecar and the media operators into one folder: publish.sh FOLDER [CONFIGURATION] [--compiled | --native].
# --compiled: to machine code beforehand, so that a start costs less processor time. --native: for an emulated machine, on which a start costs too much
# even so; the media operators then need no runtime at all. Needs a C compiler to link.
set -euo pipefail
cd "$(dirname "$0")/.."
folder=${1:?folder} configuration=${2:-Release}
compiled="--use-current-runtime --self-contained false -p:PublishReadyToRun=true"
declare -A options=()
case "${3:-}" in
    --compiled) options=([Sidecar]=$compiled [MediaOperators]=$compiled [Cli]=$compiled) ;;
    # The media operators have nothing that is found out at run time; the libraries of the others have.
    --native) options=([Sidecar]=$compiled [MediaOperators]="--use-current-runtime -p:PublishAot=true" [Cli]=$compiled) ;;
esac
for room in Sidecar MediaOperators Cli; do
    read -ra words <<<"${options[$room]:-}"
    dotnet publish "src/$room/$room.csproj" -c "$configuration" -o "$folder" -v q --nologo "${words[@]}"
done

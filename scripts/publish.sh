#!/usr/bin/env bash
# Builds the Cli, the sidecar and the media operators into one folder: publish.sh FOLDER [CONFIGURATION] [--native].
# --native: as programs that need no runtime and compile nothing when they start. Takes two minutes more, and a C compiler to link.
set -euo pipefail
cd "$(dirname "$0")/.."
folder=${1:?folder} configuration=${2:-Release}
native=()
[ "${3:-}" != --native ] || native=(-p:Compilation=Native)
for room in Sidecar MediaOperators Cli; do
    dotnet publish "src/$room/$room.csproj" -c "$configuration" -o "$folder" -v q --nologo "${native[@]}"
done

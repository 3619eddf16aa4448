#!/usr/bin/env bash
# Builds the Cli, the sidecar and the media operators into one folder: publish.sh FOLDER [CONFIGURATION] [--native].
# --native: as programs that need no runtime and compile nothing when they start, each with its symbols in NAME.dbg. Takes minutes more,
# and a C compiler to link. So does `make publish`, and so do the images, the tests and the benchmarks; `make run` does without.
set -euo pipefail
cd "$(dirname "$0")/.."
folder=${1:?folder} configuration=${2:-Release}
native=()
[ "${3:-}" != --native ] || native=(-p:Compilation=Native)
# A build of the other kind left files that would stand beside these programs, and be taken for a part of them.
[ ! -e "$folder/k8smediaflow" ] || rm -f "$folder"/{k8smediaflow,k8smediaflow-sidecar,media-operator} \
    "$folder"/*.{dll,pdb,dbg,xml,deps.json,runtimeconfig.json}
for room in Sidecar MediaOperators Cli; do
    dotnet publish "src/$room/$room.csproj" -c "$configuration" -o "$folder" -v q --nologo "${native[@]}"
done
# These are of assemblies, and those are inside of the native programs.
[ ${#native[@]} = 0 ] || rm -f "$folder"/*.{pdb,xml}

#!/usr/bin/env bash
# Writes the public API of the libraries that are packages into their PublicAPI.Unshipped.txt, for a review to see what changes.
# A release moves the lines to PublicAPI.Shipped.txt: nothing has been released so far.
set -euo pipefail
cd "$(dirname "$0")/.."
log=$(mktemp)
trap 'rm -f "$log"' EXIT
for room in libs/CapnProto src/Sdk; do
    echo '#nullable enable' > "$room/PublicAPI.Unshipped.txt"
    dotnet build "$room" -c Release --no-incremental -v q --nologo --no-dependencies -p:TreatWarningsAsErrors=false > "$log" || { cat "$log"; exit 1; }
    sed -nE "s/.* RS0016: Symbol '(.*)' is not part of the declared public API.*/\1/p" "$log" | LC_ALL=C sort -u >> "$room/PublicAPI.Unshipped.txt"
    echo "$room: $(($(wc -l < "$room/PublicAPI.Unshipped.txt") - 1)) public members"
done

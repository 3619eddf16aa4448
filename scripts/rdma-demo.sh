#!/usr/bin/env bash
# The sample pipeline with decode's edges over RDMA, in a throw-away guest with two Soft-RoCE devices: rdma-demo.sh [INPUT].
# 640x360, 300 frames, unless INPUT names a file. Everything runs in the guest; results come to out/rdma.
set -euo pipefail
cd "$(dirname "$0")/.."
results=out/rdma
mkdir -p "$results"
rm -f "$results"/*
if [ $# -gt 0 ]; then
    input=$(realpath -e -- "$1") || { echo "INPUT: no such file: $1" >&2; exit 1; }
    cp -- "$input" "$results/match.mp4"
else
    ffmpeg -nostdin -hide_banner -loglevel error -y \
        -f lavfi -i "testsrc2=size=640x360:rate=30:duration=10" -f lavfi -i "sine=frequency=440:sample_rate=48000:duration=10" \
        -ac 2 -c:v libx264 -preset veryfast -pix_fmt yuv420p -c:a aac -f mp4 "$results/match.mp4"
fi
scripts/publish.sh artifacts/compiled Release --compiled
started=$SECONDS
# The guest's files are lost with it, but for its output: the results come by that.
code=0
tests/rdma/run.sh --seconds "${RDMA_DEMO_SECONDS:-900}" --memory 3072 bash scripts/rdma-demo-guest.sh "$PWD/$results" >"$results/results.tar" || code=$?
[ ! -s "$results/results.tar" ] || tar -xf "$results/results.tar" -C "$results"
rm -f "$results/results.tar"
echo "rdma-demo: $((SECONDS - started)) s with the guest's start and end, exit code $code; results in $results"
exit "$code"

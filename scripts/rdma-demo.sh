#!/usr/bin/env bash
# The sample pipeline with decode's edges over RDMA, in a throw-away guest with two Soft-RoCE devices: rdma-demo.sh [INPUT].
# 640x360, 300 frames, unless INPUT names a file. Everything runs in the guest; results come to out/rdma. RDMA_DEMO_SECONDS (900) bounds the time in
# the guest, RDMA_DEMO_BUILD_SECONDS (1800) each step before it; RDMA_DEMO_SIGN_SECONDS (30) is the time between two signs of life.
set -euo pipefail
cd "$(dirname "$0")/.."
results=out/rdma started=$SECONDS
seconds=${RDMA_DEMO_SECONDS:-900} build_seconds=${RDMA_DEMO_BUILD_SECONDS:-1800} sign_seconds=${RDMA_DEMO_SIGN_SECONDS:-30}
say() { echo "rdma-demo: $((SECONDS - started)) s: $*"; }
fail() { echo "rdma-demo: $*" >&2; exit 1; }
# Looks each second: a longer sleep would outlive the script and hold its output open.
signs_of_life() { # WHAT
    local since=$SECONDS due=$sign_seconds
    while sleep 1; do
        [ $((SECONDS - since)) -ge "$due" ] || continue
        echo "rdma-demo: $1 for $((SECONDS - since)) s" >&2
        due=$((SECONDS - since + sign_seconds))
    done
}
# What takes long says every half minute that it goes on.
with_signs_of_life() { # WHAT COMMAND...
    local what=$1 code=0; shift
    signs_of_life "$what" & signs=$!
    "$@" & child=$!
    wait "$child" || code=$?
    kill "$signs" 2>/dev/null || true
    signs=
    return "$code"
}
signs='' child=''
trap '[ -z "$signs" ] || kill "$signs" "$child" 2>/dev/null || true' EXIT
trap 'exit 130' INT; trap 'exit 143' TERM
prepare() { # WHAT COMMAND...: one step before the guest, bounded
    local what=$1 code=0; shift
    say "$what"
    with_signs_of_life "$what" timeout -k 10 "$build_seconds" "$@" || code=$?
    [ "$code" != 124 ] || fail "$what has not ended in $build_seconds s; RDMA_DEMO_BUILD_SECONDS=N gives it longer"
    [ "$code" = 0 ] || fail "$what has failed"
}
mkdir -p "$results"
rm -f "$results"/*
if [ $# -gt 0 ]; then
    input=$(realpath -e -- "$1") || { echo "INPUT: no such file: $1" >&2; exit 1; }
    cp -- "$input" "$results/match.mp4"
else
    prepare "making the clip" ffmpeg -nostdin -hide_banner -loglevel error -y \
        -f lavfi -i "testsrc2=size=640x360:rate=30:duration=10" -f lavfi -i "sine=frequency=440:sample_rate=48000:duration=10" \
        -ac 2 -c:v libx264 -preset veryfast -pix_fmt yuv420p -c:a aac -f mp4 "$results/match.mp4"
fi
prepare "compiling the programs to machine code" scripts/publish.sh artifacts/compiled Release --native
prepare "fetching the guest's kernel, where it is not there" tests/support/rdma/build.sh
say "starting the guest, an emulated machine: some 40 s, then two minutes for the pipeline; longer where this machine is busy, at most $seconds s"
# The guest's files are lost with it, but for its output: the results come by that.
code=0
with_signs_of_life "in the guest" tests/support/rdma/run.sh --seconds "$seconds" --memory 3072 --live bash scripts/rdma-demo-guest.sh "$PWD/$results" >"$results/results.tar" || code=$?
[ ! -s "$results/results.tar" ] || tar -xf "$results/results.tar" -C "$results"
rm -f "$results/results.tar"
[ "$code" != 124 ] || fail "the guest has not ended in $seconds s; RDMA_DEMO_SECONDS=N gives it longer"
say "exit code $code; results in $results"
exit "$code"

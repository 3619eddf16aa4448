#!/usr/bin/env bash
# Runs config/samples/highlights.yaml on this machine, with the programs in PROGRAMS: run-sample.sh [INPUT].
set -euo pipefail
cd "$(dirname "$0")/.."
mkdir -p out
clip=out/clip-1080p30-10s.mp4
if [ $# -gt 0 ]; then
    input=$(realpath -e -- "$1") || { echo "INPUT: no such file: $1" >&2; exit 1; }
else
    if [ ! -f "$clip" ]; then
        echo "Making the default clip: 10 s of 1920x1080 at 30 frames a second, with sound ($clip)"
        ffmpeg -nostdin -hide_banner -loglevel error -y \
            -f lavfi -i "testsrc2=size=1920x1080:rate=30:duration=10" -f lavfi -i "sine=frequency=440:sample_rate=48000:duration=10" \
            -ac 2 -c:v libx264 -preset veryfast -pix_fmt yuv420p -c:a aac -f mp4 "$clip.partial"
        mv "$clip.partial" "$clip"
    fi
    input=$(realpath -- "$clip")
fi
ln -sfn "$input" out/match.mp4
exec "${PROGRAMS:-artifacts/run}/k8smediaflow" run config/samples/highlights.yaml --set media=out --probe

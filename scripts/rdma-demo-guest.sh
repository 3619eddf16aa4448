#!/usr/bin/env bash
# In the guest: the sample pipeline, then the proof from the devices' own counters. What it has to say goes to standard error, the results
# as a tar file to standard output: rdma-demo-guest.sh FOLDER (which has match.mp4).
set -euo pipefail
media=$(mktemp -d)
ln -s "$1/match.mp4" "$media/match.mp4"
exec 3>&1 1>&2

echo "rdma-demo: the guest is up, $(cut -d. -f1 /proc/uptime) s after its start; the pipeline starts"
counter() { cat "/sys/class/infiniband/$1/ports/1/hw_counters/$2"; }
# Packets that were sent again: what came to the other end twice, or after one that was lost.
again() { echo $(($(counter rxe1 duplicate_request) + $(counter rxe1 out_of_seq_request))); }
mtu=$(ibv_devinfo -d rxe0 | awk '/active_mtu/ {print $2}')
read -r sent0 again0 <<<"$(counter rxe0 sent_pkts) $(again)"
tcp_before=$(cat /sys/class/net/lo/statistics/tx_bytes)

code=0
# An emulated CPU: what costs compile time does not pay.
export DOTNET_TieredPGO=0
artifacts/compiled/k8smediaflow run config/samples/highlights.yaml --set media="$media" --probe --stall-seconds 240 --silence-seconds 200 \
    --device highlights-decode-0=rxe0 --device highlights-studio-0=rxe1 | tee "$media/run.log" || code=$?

read -r sent1 again1 <<<"$(counter rxe0 sent_pkts) $(again)"
loopback=$(($(cat /sys/class/net/lo/statistics/tx_bytes) - tcp_before))
(cd "$media" && tar -c highlights.mp4 highlights.json run.log 2>/dev/null >&3) || true
[ "$code" = 0 ] || exit "$code"

fail() { echo "rdma-demo: $*"; exit 1; }
# frames, MB of the edges that leave decode
grep -q 'decode.video->analyse.video (RDMA): ' "$media/run.log" || fail "decode.video is not on RDMA"
grep -q 'decode.audio->encode.audio (RDMA): ' "$media/run.log" || fail "decode.audio is not on RDMA"
read -r frames payload <<<"$(sed -n 's/^ *decode\.[^ ]* (RDMA): \([0-9]*\) frames, \([0-9.]*\) MB.*/\1 \2/p' "$media/run.log" |
    awk '{frames += $1; payload += $2 * 1000000} END {printf "%d %d", frames, payload}')"
headers=$((frames * 256))
# What carries nothing is taken off: rxe0's own questions whether its peer lives, and its answers to those of rxe1.
empty=$(sed -n 's/.*RDMA by rxe[01] as .*, \([0-9]*\) empty packets.*/\1/p' "$media/run.log" | awk '{sum += $1} END {print sum + 0}')
packets=$((sent1 - sent0 - (again1 - again0) - empty))
identities=$(grep -o '"sequence":[0-9]*' "$media/highlights.json" | cut -d: -f2)
count=$(wc -l <<<"$identities")
[ "$identities" = "$(seq 1 "$count")" ] || fail "the frames in highlights.json are not 1 to $count in order"
wire=$((packets * mtu))
permille=$(((wire - payload - headers) * 1000 / (payload + headers)))
echo "rdma-demo: $count frames in order; RDMA carried $payload bytes of payload and $headers of headers in $frames frames:"
echo "rdma-demo: the device sent $packets packets ($((again1 - again0)) repeats and $empty empty ones taken off) of up to $mtu bytes: $wire bytes, $((permille / 10)).$((${permille#-} % 10)) % from that"
echo "rdma-demo: the loopback, with all control connections, carried $loopback bytes: no payload byte went by TCP"
[ "${permille#-}" -le 50 ] || fail "more than 5 % apart"
[ $((loopback * 20)) -lt "$payload" ] || fail "the loopback carried $loopback bytes: payload went by TCP"

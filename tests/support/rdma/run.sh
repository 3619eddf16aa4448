#!/usr/bin/env bash
# Runs one command in a throw-away guest whose kernel has two RDMA devices (Soft-RoCE), and ends with its exit code:
#   run.sh [--seconds N] [--memory MiB] [--live] COMMAND [ARGUMENT...]
# The guest sees this machine's root and the current folder, read-only; what it writes is lost, but for output and errors, which come when it
# has ended; with --live, errors as they are written. Exit codes of its own: 124 time over, 125 the guest died (its console is printed). No device, no KVM and no network is needed.
set -euo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/common.sh"
seconds=600 memory=1536 live=
while :; do
    case ${1:-} in
        --seconds) seconds=$2; shift 2 ;;
        --memory) memory=$2; shift 2 ;;
        --live) live=1; shift ;;
        *) break ;;
    esac
done
[ $# -gt 0 ] || fail "no command"
"$here/build.sh"
command -v qemu-system-x86_64 >/dev/null || fail "qemu-system-x86_64 is missing: scripts/install.sh test installs it"

state=$(mktemp -d); guest=
trap '[ -z "$guest" ] || kill "$guest" 2>/dev/null || true; rm -rf "$state"' EXIT
trap 'exit 143' TERM; trap 'exit 130' INT
mkdir "$state/run"
cp "$here/guest.sh" "$state/run/"
pwd -P | tr -d '\n' >"$state/run/folder"
env -0 >"$state/run/environment"
printf '%s\0' "$@" >"$state/run/arguments"
for one in out err code console; do : >"$state/$one"; done

share() { options+=(-fsdev "local,id=$1,path=${2//,/,,},security_model=none,readonly=on,multidevs=remap" -device "virtio-9p-pci,fsdev=$1,mount_tag=$1"); }
serial() { options+=(-chardev "file,id=$1,path=$state/$1" -device "virtserialport,chardev=$1,name=$1"); }
# A CPU without AVX: its emulation makes .NET slower, and this is all that .NET asks for.
options=(-nodefaults -no-user-config -display none -no-reboot -M q35 -m "$memory" -smp 2 -cpu Westmere,+rdrand -accel tcg,thread=multi,tb-size=512
    -kernel "$cache/vmlinux" -initrd "$cache/init.cpio"
    -append "console=ttyS0 quiet panic=-1 oops=panic mitigations=off nokaslr random.trust_cpu=on net.ifnames=0"
    -chardev "file,id=console,path=$state/console" -serial chardev:console -device virtio-rng-pci -device virtio-serial-pci)
share root /; share run "$state/run"; share folder "$(pwd -P)"
for one in out err code; do serial $one; done

timeout -k 5 "$seconds" qemu-system-x86_64 "${options[@]}" </dev/null >"$state/qemu" 2>&1 &
guest=$! ended=0
# It ends when the guest has, and has then shown all.
[ -z "$live" ] || { tail -n +1 -s 0.3 -f --pid="$guest" "$state/err" >&2 & follower=$!; }
wait "$guest" || ended=$?
guest=
cat "$state/out"
if [ -n "$live" ]; then wait "$follower" || true; else cat "$state/err" >&2; fi
code=$(tr -dc 0-9 <"$state/code")
[ -z "$code" ] || exit "$code"
tail -n 40 "$state/console" "$state/qemu" >&2
if [ $ended = 124 ] || [ $ended = 137 ]; then echo "run: the guest's $seconds s are over" >&2; exit 124; fi
echo "run: the guest died (QEMU ended with $ended)" >&2
exit 125

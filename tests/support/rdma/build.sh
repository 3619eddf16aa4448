#!/usr/bin/env bash
# Unpacks Debian's kernel and makes an initial file system for the guest that has RDMA, into one cache folder:
#   build.sh [--check | --where]     --check only says (by its exit code) whether everything is there, --where prints the folder
# Nothing is installed and the host's apt configuration is read, not changed. 70 MB to fetch, 60 MB afterwards, about 20 s; a second run ends at once.
set -euo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/common.sh"
. "$here/../../../scripts/apt.sh"
[ "${1:-}" != --where ] || { echo "$cache"; exit 0; }
complete() { [ -s "$cache/init.cpio" ] && [ "$cache/init.cpio" -nt "$here/init.sh" ]; }
if complete; then exit 0; fi
[ "${1:-}" != --check ] || exit 1

mkdir -p "$cache"
exec 9>"$cache/.lock"; flock 9        # one build at a time; who waited finds it done
if complete; then exit 0; fi
for tool in busybox cpio depmod modprobe xz zstd; do
    command -v $tool >/dev/null || [ -x /sbin/$tool ] || [ -x /usr/sbin/$tool ] || fail "$tool is missing: scripts/install.sh test installs it"
done
export PATH=$PATH:/usr/sbin:/sbin
scratch=$(mktemp -d "$cache/.build-XXXXXX"); trap 'rm -rf "$scratch"' EXIT

# An apt of our own: the host's Debian mirror, our suite.
fetch_kernel() {
    private_apt "$scratch/apt" $DEBIAN_SUITE deb || exit 1
    export APT_CONFIG=$scratch/apt/apt.conf
    apt-get -q update >"$scratch/log" 2>&1 || { cat "$scratch/log" >&2; exit 1; }
    package=$(apt-cache depends linux-image-amd64 | awk '/Depends:/ {print $2; exit}')
    [ -n "$package" ] || fail "no linux-image-amd64 in $DEBIAN_SUITE"
    say "fetching $package"
    (cd "$scratch" && apt-get -q download "$package" >log 2>&1) || { cat "$scratch/log" >&2; exit 1; }
    dpkg -x "$scratch"/*.deb "$scratch/unpacked"
}

# The kernel proper out of its compressed image: QEMU starts it as it is, and the emulated CPU has nothing to unpack (2 s).
unpack_kernel() { # IMAGE TARGET
    local sectors offset length
    sectors=$(od -An -tu1 -j 497 -N 1 "$1") offset=$(od -An -tu4 -j 584 -N 4 "$1") length=$(od -An -tu4 -j 588 -N 4 "$1")
    tail -c +$(((sectors + 1) * 512 + offset + 1)) "$1" | head -c $((length - 4)) >"$scratch/packed" || true
    { xz -dc --single-stream <"$scratch/packed" || zstd -dcq <"$scratch/packed" || gzip -dc <"$scratch/packed"; } >"$2" 2>/dev/null || true
    [ "$(head -c 4 "$2" | od -An -tx1 | tr -d ' ')" = 7f454c46 ] || cp "$1" "$2"
}

# busybox, the modules for the shared roots and for RDMA, and init.
make_init() { # KERNEL_VERSION
    local root=$scratch/init name verb path module
    mkdir -p "$root"/{bin,modules,proc,sys,dev,lower,upper,guest}
    cp "$(command -v busybox)" "$root/bin/busybox"
    cp "$here/init.sh" "$root/init"; chmod +x "$root/init"
    # What rdma_rxe needs and does not name: crc32.
    for name in virtio_pci 9pnet_virtio 9p overlay virtio_console virtio_rng veth crc32_generic rdma_rxe ib_uverbs sch_netem; do
        while read -r verb path _; do
            module=${path##*/}; module=${module%.xz}; module=${module%.zst}
            [ "$verb" = insmod ] && [ ! -e "$root/modules/$module" ] || continue
            case $path in *.xz) xz -dc "$path" ;; *.zst) zstd -dcq "$path" ;; *) cat "$path" ;; esac >"$root/modules/$module"
            echo "$module" >>"$root/modules/order"
        done < <(modprobe -d "$scratch/unpacked" -S "$1" --show-depends $name 2>/dev/null)
    done
    for name in rdma_rxe ib_uverbs 9p overlay; do [ -s "$root/modules/$name.ko" ] || fail "the kernel has no module $name"; done
    (cd "$root" && find . -print0 | cpio -0 -o -H newc --quiet) >"$scratch/init.cpio"
}

fetch_kernel
version=${package#linux-image-}
depmod -b "$scratch/unpacked" "$version"
make_init "$version"
unpack_kernel "$scratch/unpacked/boot/vmlinuz-$version" "$scratch/vmlinux"
mv -f "$scratch/vmlinux" "$cache/vmlinux"
mv -f "$scratch/init.cpio" "$cache/init.cpio"
say "guest with Linux $version in $cache"

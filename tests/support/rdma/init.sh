#!/bin/busybox sh
# First program of the guest: modules, the host's root with a layer of memory over it, then guest.sh in there.
/bin/busybox --install -s /bin; export PATH=/bin
give_up() { echo "GUEST FAILED: $*"; poweroff -f; sleep 60; }
mount -t proc proc /proc; mount -t sysfs sysfs /sys; mount -t devtmpfs dev /dev
for module in $(cat /modules/order); do insmod /modules/$module || echo "no module $module"; done

share() { mount -t 9p -o "ro,trans=virtio,version=9p2000.L,msize=262144,cache=loose" "$1" "$2" || give_up "no share $1"; }
mount -t tmpfs -o mode=755 upper /upper; mkdir /upper/changes /upper/work
share root /lower
mount -t overlay -o lowerdir=/lower,upperdir=/upper/changes,workdir=/upper/work root /guest || give_up "no root"
mount -t proc proc /guest/proc; mount -t sysfs sysfs /guest/sys; mount -t devtmpfs dev /guest/dev
mkdir -p /guest/dev/pts /guest/dev/shm
mount -t devpts devpts /guest/dev/pts; mount -t tmpfs -o mode=1777 shm /guest/dev/shm
ln -sf /proc/self/fd /guest/dev/fd; ln -sf fd/0 /guest/dev/stdin; ln -sf fd/1 /guest/dev/stdout; ln -sf fd/2 /guest/dev/stderr
mount -t tmpfs -o mode=1777 tmp /guest/tmp; mount -t tmpfs -o mode=755 run /guest/run
mkdir -p /guest/run/guest; share run /guest/run/guest
# The folder that the command runs in may stand where the guest has memory now.
folder=$(cat /guest/run/guest/folder); mkdir -p "/guest$folder"; share folder "/guest$folder"
umount /proc /sys
exec switch_root /guest /bin/bash /run/guest/guest.sh || give_up "no bash in the host's root"

# In the guest, in the host's root: two RDMA devices with a cable between them, the command, the end. Process 1: it must not return.
#   rxe0 on eth0 is 10.77.0.1, rxe1 on eth1 is 10.77.0.2; what one sends to the other crosses the cable, so that netem and link down act on it.
export PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin
run=/run/guest address=(10.77.0.1 10.77.0.2)
port() { local one; for one in /sys/class/virtio-ports/*; do [ "$(cat "$one/name" 2>/dev/null)" != "$1" ] || echo "/dev/${one##*/}"; done; }
finish() { echo "$1" >"$(port code)"; sync; echo o >/proc/sysrq-trigger; sleep 60; }
require() { "$@" || { echo "in the guest failed: $*" >"$(port err)"; finish 125; }; }
set_kernel() { local one; for one; do echo "${one#*=}" >"/proc/sys/net/${one%%=*}"; done; }

ulimit -l unlimited
# Programs come by 9p, a message each time: large ones.
for one in /sys/class/bdi/9p*/read_ahead_kb; do [ ! -w "$one" ] || echo 2048 >"$one"; done
ip link set lo up
require ip link add eth0 mtu 4500 type veth peer name eth1 mtu 4500      # room for RDMA's path MTU of 4096
set_kernel ipv4/conf/all/rp_filter=0 ipv4/conf/all/accept_local=1
for i in 0 1; do
    set_kernel ipv6/conf/eth$i/keep_addr_on_down=1 ipv4/conf/eth$i/{accept_local=1,rp_filter=0,arp_ignore=1}
    ip addr add ${address[i]}/24 dev eth$i
    ip link set eth$i up
done
# Both addresses are this machine's: without rules of our own the kernel would never use the cable. An address is local only for what came
# in by it; what goes from one to the other has a table that names the device.
routes() { for i in 0 1; do ip route replace ${address[1 - i]} dev eth$i src ${address[i]} table $((100 + i)); done; } 2>/dev/null
for i in 0 1; do
    ip rule add pref 10 iif eth$i lookup local
    ip rule add pref 20 from ${address[i]} to ${address[1 - i]} lookup $((100 + i))
done
routes
(ip monitor link | while read -r _; do routes; done) </dev/null >/dev/null 2>&1 &     # link down takes the routes away
ip rule add pref 30 lookup local; ip rule del pref 0
for i in 0 1; do require rdma link add rxe$i type rxe netdev eth$i; done

# An address becomes a GID a little later.
has_gid() { grep -qs "ffff:$(printf '%02x%02x:%02x%02x' ${address[$1]//./ })" /sys/class/infiniband/rxe$1/ports/1/gids/*; }
for i in 0 1; do for ((wait = 0; wait < 200; wait++)); do has_gid $i && break; sleep 0.05; done; require has_gid $i; done

mapfile -d '' -t environment <$run/environment; mapfile -d '' -t arguments <$run/arguments
cd "$(cat $run/folder)" || finish 125
env -i "${environment[@]}" K8SMEDIAFLOW_GUEST=1 "${arguments[@]}" </dev/null >"$(port out)" 2>"$(port err)"
finish $?

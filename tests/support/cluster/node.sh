#!/usr/bin/env bash
# The inside of one node: up.sh runs it as the first process of fresh namespaces. Not for use by hand.
set -euo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/common.sh"
. "$1"
with_paths
mount --make-rprivate /
mount -t proc proc /proc
hostname "$node"

# cgroup v1, each hierarchy mounted afresh: in this cgroup namespace its root is the node's own cgroup.
mount -t tmpfs -o mode=755 cgroup /sys/fs/cgroup
while IFS=: read -r _ controller _; do
    [ -n "$controller" ] || continue
    mountpoint=/sys/fs/cgroup/${controller#name=}; mkdir -p "$mountpoint"
    case $controller in name=*) options=none,$controller ;; *) options=$controller ;; esac
    mount -t cgroup -o "$options" cgroup "$mountpoint"
done </proc/self/cgroup

# Copy-on-write /etc, /opt and /var and a fresh /run: what the node writes stays in its own folder.
for one in etc opt var; do
    mkdir -p "$folder/$one.up" "$folder/$one.work"
    mount -t overlay -o "lowerdir=/$one,upperdir=$folder/$one.up,workdir=$folder/$one.work" overlay "/$one"
done
mount -t tmpfs -o mode=755 run /run; mount --make-rshared /run; mkdir -p /run/lock
for one in containerd kubelet; do                      # not on overlayfs: containerd stacks overlays of its own there
    mkdir -p "$folder/$one" "/var/lib/$one"; mount --bind "$folder/$one" "/var/lib/$one"; mount --make-rshared "/var/lib/$one"
done
mkdir -p /var/log/pods /var/log/containers /etc/cni/net.d /etc/kubernetes/manifests /opt/cni /etc/containerd
ln -sfn "$root/usr/lib/cni" /opt/cni/bin
printf 'nameserver 127.0.0.1\n' >"$folder/resolv.conf"
printf '127.0.0.1 localhost\n%s %s\n' "$node_address" "$node" >/etc/hosts

# Pods hang on a bridge of this node; up.sh routes between the nodes.
cat >/etc/cni/net.d/10-pods.conflist <<J
{"cniVersion":"0.4.0","name":"pods","plugins":[{"type":"bridge","bridge":"cni0","isGateway":true,"hairpinMode":true,
 "ipam":{"type":"host-local","dataDir":"/run/cni-ipam","ranges":[[{"subnet":"$pod_network"}]],"routes":[{"dst":"0.0.0.0/0"}]}}]}
J
# restrict_oom_score_adj: a machine without CAP_SYS_RESOURCE does not let the runtime lower it, and every pod would fail.
# crun: runc starts Go three times for each container and each probe, and copies itself into memory each time.
cat >/etc/containerd/config.toml <<T
version = 2
[plugins."io.containerd.grpc.v1.cri"]
  sandbox_image = "localhost/pause:1"
  disable_apparmor = true
  restrict_oom_score_adj = true
  [plugins."io.containerd.grpc.v1.cri".cni]
    bin_dir = "$root/usr/lib/cni"
    conf_dir = "/etc/cni/net.d"
  [plugins."io.containerd.grpc.v1.cri".containerd.runtimes.runc]
    runtime_type = "io.containerd.runc.v2"
    [plugins."io.containerd.grpc.v1.cri".containerd.runtimes.runc.options]
      BinaryName = "$root/usr/bin/crun"
T
containerd >"$log/$node-containerd.log" 2>&1 &
until ctr version >/dev/null 2>&1; do sleep 0.1; done
for one in "$root/pause.tar" "${images[@]}"; do ctr -n k8s.io images import "$one"; done
# Every image under a second tag, for upgrades to the "next" version.
for one in $(ctr -n k8s.io images ls -q | grep ':dev$' || true); do ctr -n k8s.io images tag --force "$one" "${one%:dev}:next"; done
touch "$folder/images-done"

cat >"$folder/kubelet.yaml" <<Y
apiVersion: kubelet.config.k8s.io/v1beta1
kind: KubeletConfiguration
address: 0.0.0.0
authentication: {anonymous: {enabled: false}, webhook: {enabled: true}, x509: {clientCAFile: $pki/ca.crt}}
authorization: {mode: Webhook}
tlsCertFile: $pki/$node.crt
tlsPrivateKeyFile: $pki/$node.key
cgroupDriver: cgroupfs
failSwapOn: false
makeIPTablesUtilChains: false
clusterDNS: [10.96.0.10]
clusterDomain: cluster.local
resolvConf: $folder/resolv.conf
staticPodPath: /etc/kubernetes/manifests
evictionHard: {memory.available: 100Mi, nodefs.available: 1%, imagefs.available: 1%}
imageGCHighThresholdPercent: 100
nodeStatusUpdateFrequency: 2s
nodeStatusReportFrequency: 1m
volumeStatsAggPeriod: -1s
nodeLeaseDurationSeconds: 12
syncFrequency: 5s
serializeImagePulls: false
kubeAPIQPS: 100
kubeAPIBurst: 200
eventRecordQPS: 50
eventBurst: 100
Y
kubelet --config="$folder/kubelet.yaml" --kubeconfig="$pki/$node.conf" --hostname-override="$node" --node-ip="$node_address" \
    --container-runtime=remote --container-runtime-endpoint=unix:///run/containerd/containerd.sock \
    --housekeeping-interval=1m ${KUBELET_FLAGS:-} >"$log/$node-kubelet.log" 2>&1 &
if [ "$proxy" = 1 ]; then
    kube-proxy --kubeconfig="$pki/kube-proxy.conf" --hostname-override="$node" --proxy-mode=iptables \
        --cluster-cidr=10.244.0.0/16 --conntrack-max-per-core=0 --conntrack-tcp-timeout-established=0s \
        --conntrack-tcp-timeout-close-wait=0s --healthz-bind-address=127.0.0.1:10256 >"$log/$node-proxy.log" 2>&1 &
fi
trap 'exit 0' TERM
while :; do wait -n || true; sleep 0.2; done           # also reaps what the shims leave behind

#!/usr/bin/env bash
# Starts a real Kubernetes on this machine: a control plane and, asked for, real nodes.
#   up.sh [--only-api | --nodes N [--proxy] [--image FILE.tar]...] [--state FOLDER] [--port P] [--owner PID] [--audit] [--api-flag F]...
#
#   --only-api     etcd and kube-apiserver alone, on 127.0.0.1: for tests of the API client and the controller. Needs no root.
#   (neither)      also kube-controller-manager and kube-scheduler.
#   --nodes N      also N nodes (1..9), each a containerd and a kubelet in namespaces of its own: network, mount, UTS, IPC, PID, cgroup. The control
#                  plane then has a network namespace too; the host sees 127.0.0.1:PORT alone, joined to it by a UNIX socket. Needs root.
#   --proxy        also a kube-proxy on each node (cluster addresses of Services).
#   --image FILE   import this image archive on every node; image.sh makes one.
#   --state FOLDER everything is kept here (default /tmp/k8smediaflow-cluster-UID); with nodes not on overlayfs.
#   --port P       the API server's port; 0 takes a free one (default 6443).
#   --owner PID    when this process ends, the cluster goes down by itself.
#   --audit        log/audit.log has a line for every request that writes.
#   --api-flag F   one more flag of the API server.
#
# Flags for single programs: API_SERVER_FLAGS, CONTROLLER_MANAGER_FLAGS, SCHEDULER_FLAGS, KUBELET_FLAGS.
# The cluster administrator's FOLDER/kubeconfig is the result. down.sh ends what FOLDER/pids lists and nothing else.
set -euo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/common.sh"
state=$default_state nodes=0 proxy=0 port=6443 owner='' only_api=0 audit=0 images=() api_flags=()
while [ $# -gt 0 ]; do case $1 in
    --only-api) only_api=1; shift ;;
    --nodes) nodes=$2; shift 2 ;;
    --proxy) proxy=1; shift ;;
    --image) images+=("$(realpath "$2")"); shift 2 ;;
    --state) state=$2; shift 2 ;;
    --port) port=$2; shift 2 ;;
    --owner) owner=$2; shift 2 ;;
    --audit) audit=1; shift ;;
    --api-flag) api_flags+=("$2"); shift 2 ;;
    *) sed -n '2,19p' "$0" >&2; exit 2 ;;
esac; done
"$here/build.sh" --check || fail "Kubernetes $KUBERNETES_VERSION is not built: run tests/support/cluster/build.sh"
[ ! -e "$state/pids" ] || fail "$state/pids exists: run down.sh --state $state first"
if [ "$nodes" -gt 0 ]; then
    [ "$(id -u)" = 0 ] || fail "nodes need root"
    grep -q ':memory:' /proc/self/cgroup || fail "nodes need a machine with cgroup v1: this kubelet knows no other well enough"
fi
mkdir -p "$state"/{pids,commands,log,pki}; state=$(realpath "$state")
with_paths
prefix=mf$(printf %s "$state" | cksum | cut -c1-5)    # of network namespaces and cgroups: two clusters may stand side by side
trap 'code=$?; [ $code = 0 ] || "$here/down.sh" --state "$state" --keep >/dev/null' EXIT

free_port() {
    local one
    while :; do
        one=$((RANDOM % 12000 + 20000))
        (exec 3<>"/dev/tcp/127.0.0.1/$one") 2>/dev/null || { echo $one; return; }
    done
}
[ "$port" != 0 ] || port=$(free_port)
etcd_port=$(free_port); until etcd_peer_port=$(free_port); [ "$etcd_peer_port" != "$etcd_port" ]; do :; done

plane=$prefix-cp plane_address=10.250.0.1
if [ "$nodes" -gt 0 ]; then inside=(ip netns exec "$plane"); address=$plane_address; else inside=(); address=127.0.0.1; fi

# ---- certificates and kubeconfigs (P-256: quick to make) ----------------------------------------------
cd "$state/pki"
key() { openssl ecparam -name prime256v1 -genkey -noout -out "$1.key" 2>/dev/null; }
authority() {
    key "$1"
    openssl req -x509 -new -key "$1.key" -subj "/CN=$1" -days 30 -out "$1.crt" -addext 'keyUsage=critical,digitalSignature,keyCertSign' 2>/dev/null
}
certificate() { # certificate NAME SUBJECT AUTHORITY USAGE [SUBJECT_NAMES]
    key "$1"
    openssl req -new -key "$1.key" -subj "$2" -out "$1.csr" 2>/dev/null
    openssl x509 -req -in "$1.csr" -CA "$3.crt" -CAkey "$3.key" -CAcreateserial -days 30 -out "$1.crt" \
        -extfile <(printf 'keyUsage=critical,digitalSignature\nextendedKeyUsage=%s\n%s\n' "$4" "${5:+subjectAltName=$5}") 2>/dev/null
    rm "$1.csr"
}
kubeconfig() { # kubeconfig FILE CERTIFICATE SERVER
    cat >"$1" <<Y
apiVersion: v1
kind: Config
clusters: [{name: cluster, cluster: {server: "$3", certificate-authority-data: $(base64 -w0 ca.crt)}}]
users: [{name: user, user: {client-certificate-data: $(base64 -w0 "$2.crt"), client-key-data: $(base64 -w0 "$2.key")}}]
contexts: [{name: context, context: {cluster: cluster, user: user}}]
current-context: context
Y
}
if [ ! -e ca.crt ]; then
    authority ca; authority front-proxy-ca
    key accounts; openssl ec -in accounts.key -pubout -out accounts.pub 2>/dev/null
    certificate apiserver /CN=kube-apiserver ca serverAuth \
        "DNS:localhost,DNS:kubernetes,DNS:kubernetes.default,DNS:kubernetes.default.svc,DNS:kubernetes.default.svc.cluster.local,IP:127.0.0.1,IP:10.96.0.1,IP:$plane_address"
    certificate admin /O=system:masters/CN=admin ca clientAuth
    certificate kubelet-client /O=system:masters/CN=kube-apiserver-kubelet-client ca clientAuth
    certificate front-proxy-client /CN=front-proxy-client front-proxy-ca clientAuth
    for one in kube-controller-manager kube-scheduler kube-proxy; do certificate $one /CN=system:$one ca clientAuth; done
fi
server=https://127.0.0.1:$port; [ "$nodes" = 0 ] || server=https://$plane_address:6443
kubeconfig "$state/kubeconfig" admin "https://127.0.0.1:$port"
for one in kube-controller-manager kube-scheduler kube-proxy; do kubeconfig $one.conf $one "$server"; done
for n in $(seq 1 "$nodes"); do
    certificate "node$n" "/O=system:nodes/CN=system:node:node$n" ca clientAuth,serverAuth "DNS:node$n,IP:10.250.0.$((10 + n))"
    kubeconfig "node$n.conf" "node$n" "$server"
done
chmod 600 ./*.key "$state/kubeconfig"

# ---- networks, with nodes only ------------------------------------------------------------------------
if [ "$nodes" -gt 0 ]; then
    echo "$plane" >"$state/networks"; ip netns add "$plane"
    ip -n "$plane" link set lo up
    ip -n "$plane" link add br0 type bridge
    ip -n "$plane" addr add $plane_address/24 dev br0
    ip -n "$plane" link set br0 up
    for n in $(seq 1 "$nodes"); do
        network=$prefix-node$n; echo "$network" >>"$state/networks"; ip netns add "$network"
        ip -n "$network" link set lo up
        ip -n "$plane" link add "v$n" type veth peer name eth0 netns "$network"
        ip -n "$plane" link set "v$n" master br0 up
        ip -n "$network" addr add 10.250.0.$((10 + n))/24 dev eth0
        ip -n "$network" link set eth0 up
        ip netns exec "$network" sysctl -qw net.ipv4.ip_forward=1
    done
    for n in $(seq 1 "$nodes"); do                     # the pods of node n are 10.244.n.0/24
        ip -n "$plane" route add "10.244.$n.0/24" via 10.250.0.$((10 + n))
        for m in $(seq 1 "$nodes"); do [ "$m" = "$n" ] || ip -n "$prefix-node$m" route add "10.244.$n.0/24" via 10.250.0.$((10 + n)); done
        ip -n "$prefix-node$n" route add default via $plane_address   # nothing is behind it; kubelet and kube-proxy want one
    done
fi

# ---- control plane ------------------------------------------------------------------------------------
if [ -n "$owner" ]; then start owner "$here/owner.sh" "$owner" "$state"; fi
start etcd "${inside[@]}" etcd --name e --data-dir "$state/etcd" --log-level warn \
    --listen-client-urls "http://127.0.0.1:$etcd_port" --advertise-client-urls "http://127.0.0.1:$etcd_port" \
    --listen-peer-urls "http://127.0.0.1:$etcd_peer_port" --initial-advertise-peer-urls "http://127.0.0.1:$etcd_peer_port" \
    --initial-cluster "e=http://127.0.0.1:$etcd_peer_port" --auto-compaction-retention=1h
listen=(--bind-address=127.0.0.1 --secure-port="$port" --endpoint-reconciler-type=none)
[ "$nodes" = 0 ] || listen=(--bind-address=0.0.0.0 --secure-port=6443 --endpoint-reconciler-type=lease)
if [ $audit = 1 ]; then
    cat >audit.yaml <<'Y'
apiVersion: audit.k8s.io/v1
kind: Policy
omitStages: [RequestReceived]
rules:
  - {level: None, verbs: [get, list, watch]}
  - {level: Metadata}
Y
    listen+=(--audit-policy-file="$state/pki/audit.yaml" --audit-log-path="$state/log/audit.log" --audit-log-mode=blocking)
fi
pki=$state/pki
start kube-apiserver "${inside[@]}" kube-apiserver --etcd-servers="http://127.0.0.1:$etcd_port" --advertise-address="$address" "${listen[@]}" \
    --client-ca-file="$pki/ca.crt" --tls-cert-file="$pki/apiserver.crt" --tls-private-key-file="$pki/apiserver.key" \
    --authorization-mode=Node,RBAC --enable-admission-plugins=NodeRestriction --allow-privileged=true \
    --kubelet-certificate-authority="$pki/ca.crt" --kubelet-client-certificate="$pki/kubelet-client.crt" \
    --kubelet-client-key="$pki/kubelet-client.key" --kubelet-preferred-address-types=InternalIP \
    --service-account-key-file="$pki/accounts.pub" --service-account-signing-key-file="$pki/accounts.key" \
    --service-account-issuer=https://kubernetes.default.svc --service-cluster-ip-range=10.96.0.0/16 \
    --requestheader-client-ca-file="$pki/front-proxy-ca.crt" --requestheader-allowed-names=front-proxy-client \
    --requestheader-username-headers=X-Remote-User --requestheader-group-headers=X-Remote-Group \
    --requestheader-extra-headers-prefix=X-Remote-Extra- --enable-aggregator-routing=true \
    --proxy-client-cert-file="$pki/front-proxy-client.crt" --proxy-client-key-file="$pki/front-proxy-client.key" \
    --cert-dir="$pki" --profiling=false ${API_SERVER_FLAGS:-} "${api_flags[@]}"
if [ "$nodes" -gt 0 ]; then                            # 127.0.0.1:PORT of the host -> UNIX socket -> the API server in its namespace
    start forward-inside "${inside[@]}" socat UNIX-LISTEN:"$state/api.sock",fork,mode=600,unlink-early TCP:127.0.0.1:6443
    start forward-outside socat "TCP-LISTEN:$port,bind=127.0.0.1,fork,reuseaddr" UNIX-CONNECT:"$state/api.sock"
fi
export KUBECONFIG=$state/kubeconfig
wait_for 240 'kube-apiserver ready' "$bin/kubectl" get --raw /readyz
# It is ready a moment before it has made its namespaces.
wait_for 120 'namespace default' "$bin/kubectl" get namespace default
[ $only_api = 0 ] || { say "up: KUBECONFIG=$KUBECONFIG"; exit 0; }
start kube-controller-manager "${inside[@]}" kube-controller-manager --kubeconfig="$pki/kube-controller-manager.conf" \
    --bind-address=127.0.0.1 --port=0 --leader-elect=false --use-service-account-credentials=true --cert-dir="$pki" \
    --service-account-private-key-file="$pki/accounts.key" --root-ca-file="$pki/ca.crt" \
    --cluster-signing-cert-file="$pki/ca.crt" --cluster-signing-key-file="$pki/ca.key" \
    --kube-api-qps=200 --kube-api-burst=400 --pvclaimbinder-sync-period=3s --node-monitor-period=1s ${CONTROLLER_MANAGER_FLAGS:-}
start kube-scheduler "${inside[@]}" kube-scheduler --kubeconfig="$pki/kube-scheduler.conf" --bind-address=127.0.0.1 --port=0 \
    --cert-dir="$pki" --leader-elect=false --kube-api-qps=200 --kube-api-burst=400 ${SCHEDULER_FLAGS:-}
wait_for 240 'kube-controller-manager ready' "$bin/kubectl" -n default get serviceaccount default

# ---- nodes --------------------------------------------------------------------------------------------
own_cgroups() { # own_cgroups NODE LIST: a cgroup of the node's own in every hierarchy, below ours; moves the calling shell into them
    local mine line controller path mount cgroup
    mapfile -t mine </proc/self/cgroup                 # all of it first: moving ourselves changes the file
    for line in "${mine[@]}"; do
        IFS=: read -r _ controller path <<<"$line"
        if [ -n "$controller" ]; then mount=/sys/fs/cgroup/${controller#name=}
        else mount=$(awk '{for (i = 7; i < NF; i++) if ($i == "-" && $(i + 1) == "cgroup2") {print $5; exit}}' /proc/self/mountinfo); fi
        mountpoint -q "$mount" || continue
        cgroup=$mount${path%/}/$prefix-$1; mkdir -p "$cgroup"; echo "$cgroup" >>"$2"
        if [ "$controller" = cpuset ]; then            # a new one is empty, and admits nobody, until filled
            cat "$cgroup/../cpuset.cpus" >"$cgroup/cpuset.cpus"; cat "$cgroup/../cpuset.mems" >"$cgroup/cpuset.mems"
            echo 1 >"$cgroup/cgroup.clone_children"
        fi
        echo "$BASHPID" >"$cgroup/cgroup.procs"
    done
}
for n in $(seq 1 "$nodes"); do
    folder=$state/node$n; mkdir -p "$folder"; : >"$folder/cgroups"
    cat >"$folder/environment" <<E
node=node$n node_address=10.250.0.$((10 + n)) pod_network=10.244.$n.0/24 folder=$folder pki=$pki proxy=$proxy log=$state/log
images=(${images[*]@Q})
E
    # The first process of the node's PID namespace is node.sh: when it ends, all on the node ends.
    (own_cgroups "node$n" "$folder/cgroups"
     start "node$n" ip netns exec "$prefix-node$n" unshare --mount --uts --ipc --pid --cgroup --fork --kill-child=KILL bash "$here/node.sh" "$folder/environment")
done
for n in $(seq 1 "$nodes"); do wait_for 300 "node$n ready" sh -c "'$bin/kubectl' get node node$n | grep -qw Ready"; done
for n in $(seq 1 "$nodes"); do wait_for 300 "node$n has its images" test -e "$state/node$n/images-done"; done
say "up: KUBECONFIG=$KUBECONFIG"

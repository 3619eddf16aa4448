using System.Diagnostics;
using System.Net.Sockets;
using K8sMediaFlow.TestKit.Clusters;

namespace K8sMediaFlow.Cluster.Tests.Harness;

/// <summary>
/// A way from this process to a port of a pod: the pods' network is the control plane's and the nodes', not the machine's.
/// </summary>
internal sealed class PodTunnel : IDisposable
{
    private readonly string _socket;
    private readonly Process _process;

    public PodTunnel(TwoNodes cluster, string address, int port)
    {
        _socket = Path.Combine(cluster.Cluster.Folder, $"tunnel-{Guid.NewGuid():N}"[..16]);
        var plane = File.ReadLines(Path.Combine(cluster.Cluster.Folder, "networks")).First();
        const string Script = ". \"$0\"; with_paths; exec ip netns exec \"$1\" socat \"UNIX-LISTEN:$2,fork\" \"TCP:$3\"";
        _process = Process.Start(new ProcessStartInfo("bash",
            ["-c", Script, Path.Combine(KubernetesBuild.Folder, "common.sh"), plane, _socket,
            FormattableString.Invariant($"{address}:{port}")]))!;
        Wait.Until($"a tunnel to {address}:{port}", () => File.Exists(_socket));
    }

    public NetworkStream Connect()
    {
        var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        socket.Connect(new UnixDomainSocketEndPoint(_socket));
        // Every wait is bounded.
        (socket.ReceiveTimeout, socket.SendTimeout) = (10_000, 10_000);
        return new(socket, ownsSocket: true);
    }

    public void Dispose()
    {
        _process.Kill(entireProcessTree: true);
        _process.Dispose();
        File.Delete(_socket);
    }
}

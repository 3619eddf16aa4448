using K8sMediaFlow.Native.Sockets;

namespace K8sMediaFlow.Fabric.Tcp;

/// <summary>Puts the options on a socket before its handshake.</summary>
internal static class TcpTuning
{
    public static void Apply(StreamSocket socket, FabricOptions options)
    {
        Require(socket.SetNoDelay(options.NoDelay), "TCP_NODELAY");
        Require(socket.SetPeerTimeout(options.PeerTimeout), "TCP_USER_TIMEOUT");
        Require(socket.SetSendTimeout(options.WriteTimeout), "SO_SNDTIMEO");
        if (options.SendBufferBytes > 0)
            Require(socket.SetSendBuffer(options.SendBufferBytes), "SO_SNDBUF");
        if (options.ReceiveBufferBytes > 0)
            Require(socket.SetReceiveBuffer(options.ReceiveBufferBytes), "SO_RCVBUF");
        if (options.CongestionControl is { } name)
            Require(socket.SetCongestionControl(name), $"TCP_CONGESTION {name}");
    }

    /// <summary>A wait as poll(2) takes it: whole milliseconds, rounded up, never for ever.</summary>
    public static int Milliseconds(TimeSpan wait) => (int)Math.Clamp(Math.Ceiling(wait.TotalMilliseconds), 0, 3_600_000);

    private static void Require(SocketResult result, string option)
    {
        if (result.IsError)
            throw new FabricException(FabricError.Incompatible, $"{option}: {result}");
    }
}

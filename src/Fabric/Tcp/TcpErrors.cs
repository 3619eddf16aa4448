using System.Net;
using K8sMediaFlow.Native.Sockets;

namespace K8sMediaFlow.Fabric.Tcp;

/// <summary>The one place where an errno becomes an error that a link can act on.</summary>
internal static class TcpErrors
{
    private const int Etimedout = 110;

    public static FabricException OfConnect(SocketResult result, IPEndPoint endpoint) =>
        new(result.Errno == Etimedout ? FabricError.Deadline : FabricError.Refused, $"connecting to {endpoint}: {result}");

    public static FabricException OfListen(SocketResult result, IPEndPoint endpoint) =>
        new(FabricError.Refused, $"listening on {endpoint}: {result}");

    public static FabricException OfSend(SocketResult result, bool isAborted)
    {
        if (isAborted)
            return OfAbort();
        return result.WouldBlock
            ? new FabricException(FabricError.Deadline, "the peer took no byte of a frame within the write timeout")
            : new FabricException(FabricError.PeerGone, $"sending: {result}");
    }

    public static FabricException OfReceive(SocketResult result, bool isAborted, bool isMidFrame)
    {
        if (isAborted)
            return OfAbort();
        var what = result.IsError ? $"receiving: {result}" : "the peer closed the connection";
        return new FabricException(FabricError.PeerGone, isMidFrame ? what + " inside a frame" : what);
    }

    public static FabricException OfAbort() => new(FabricError.Aborted, "this end was aborted");
}

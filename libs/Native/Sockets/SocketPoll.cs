using static K8sMediaFlow.Native.Sockets.LibcSockets;

namespace K8sMediaFlow.Native.Sockets;

/// <summary>poll(2) over a few sockets: for handshakes, where there are never many and none for long.</summary>
public static unsafe class SocketPoll
{
    /// <summary>Waits until one of the sockets has something to read, or has failed; marks which. Returns how many.</summary>
    public static int WaitReadable(ReadOnlySpan<StreamSocket> sockets, Span<bool> isReady, int timeoutMs)
    {
        var descriptors = stackalloc pollfd[sockets.Length];
        for (var index = 0; index < sockets.Length; index++)
            descriptors[index] = new pollfd { fd = sockets[index].Descriptor, events = POLLIN };
        var count = poll(descriptors, (nuint)sockets.Length, timeoutMs);
        for (var index = 0; index < sockets.Length; index++)
            isReady[index] = count > 0 && descriptors[index].revents != 0;
        return Math.Max(0, count);
    }
}

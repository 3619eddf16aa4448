using System.Text;
using static K8sMediaFlow.Native.Sockets.LibcSockets;

namespace K8sMediaFlow.Native.Sockets;

/// <summary>The options of a stream socket that a fabric sets.</summary>
public static unsafe class StreamSocketOptions
{
    public static SocketResult SetNoDelay(this StreamSocket target, bool isOn) => target.SetOption(IPPROTO_TCP, TCP_NODELAY, isOn ? 1 : 0);

    /// <summary>SO_SNDBUF; the kernel doubles it, bounds it by net.core.wmem_max, and stops tuning it.</summary>
    public static SocketResult SetSendBuffer(this StreamSocket target, int bytes) => target.SetOption(SOL_SOCKET, SO_SNDBUF, bytes);

    /// <summary>SO_RCVBUF; see <see cref="SetSendBuffer"/>. On a listening socket it holds for what it accepts.</summary>
    public static SocketResult SetReceiveBuffer(this StreamSocket target, int bytes) => target.SetOption(SOL_SOCKET, SO_RCVBUF, bytes);

    /// <summary>How long a send may wait for room; zero means for ever.</summary>
    public static SocketResult SetSendTimeout(this StreamSocket target, TimeSpan timeout) =>
        target.SetOption(SOL_SOCKET, SO_SNDTIMEO, TimeValue(timeout));

    /// <summary>How long a receive may wait for bytes; zero means for ever.</summary>
    public static SocketResult SetReceiveTimeout(this StreamSocket target, TimeSpan timeout) =>
        target.SetOption(SOL_SOCKET, SO_RCVTIMEO, TimeValue(timeout));

    /// <summary>How long sent bytes may stay unacknowledged.</summary>
    public static SocketResult SetPeerTimeout(this StreamSocket target, TimeSpan timeout) =>
        target.SetOption(IPPROTO_TCP, TCP_USER_TIMEOUT, (int)timeout.TotalMilliseconds);

    /// <summary>Closing throws away what was not sent and resets the connection.</summary>
    public static SocketResult SetResetOnClose(this StreamSocket target) =>
        target.SetOption(SOL_SOCKET, SO_LINGER, new linger { l_onoff = 1, l_linger = 0 });

    /// <summary>Congestion control by name; ENOENT where the kernel (or this network namespace) does not have it.</summary>
    public static SocketResult SetCongestionControl(this StreamSocket target, string name)
    {
        var bytes = Encoding.ASCII.GetBytes(name);
        fixed (byte* value = bytes)
            return StreamSocket.Result(setsockopt(target.Descriptor, IPPROTO_TCP, TCP_CONGESTION, value, (uint)bytes.Length));
    }

    public static string CongestionControl(this StreamSocket target)
    {
        var value = stackalloc byte[16];
        uint length = 16;
        var result = StreamSocket.Result(getsockopt(target.Descriptor, IPPROTO_TCP, TCP_CONGESTION, value, &length));
        return result.IsError ? "" : Encoding.ASCII.GetString(value, (int)length).TrimEnd('\0');
    }

    private static timeval TimeValue(TimeSpan timeout) =>
        new() { tv_sec = (long)timeout.TotalSeconds, tv_usec = timeout.Ticks / TimeSpan.TicksPerMicrosecond % 1_000_000 };
}

namespace K8sMediaFlow.Native.Sockets;

/// <summary>
/// What a socket call answers: a count, or the errno. An error on a connection is an ordinary event, so it is no exception here.
/// </summary>
public readonly record struct SocketResult(long Value)
{
    /// <summary>Bytes moved; meaningful only without an error. 0 from a receive: the peer has closed.</summary>
    public int Bytes => (int)Value;

    public bool IsError => Value < 0;

    public int Errno => IsError ? (int)-Value : 0;

    /// <summary>Nothing could be moved within the socket's timeout, or at once where the call does not wait.</summary>
    public bool WouldBlock => Value == -LibcSockets.EAGAIN;

    /// <summary>As a call answers that moved nothing in its time.</summary>
    public static SocketResult NothingYet => new(-LibcSockets.EAGAIN);

    /// <summary>The listening socket listens no more.</summary>
    public bool IsShutDown => Value == -LibcSockets.EINVAL;

    public override string ToString() =>
        IsError ? $"errno {Errno}: {System.Runtime.InteropServices.Marshal.GetPInvokeErrorMessage(Errno)}" : $"{Value} bytes";
}

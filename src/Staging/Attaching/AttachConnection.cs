using K8sMediaFlow.Native;
using K8sMediaFlow.Primitives;

namespace K8sMediaFlow.Staging.Attaching;

public enum AttachReceipt
{
    Message,

    /// <summary>The peer closed, or its process is dead: the lease is over.</summary>
    Closed,

    TimedOut,
}

/// <summary>The connection between an SDK and its sidecar: whole messages with descriptors. Knows nothing of what they say.</summary>
/// <remarks>Any thread may send; one at a time receives.</remarks>
public sealed class AttachConnection : IDisposable
{
    public const int MessageBytesMax = 64 << 10;
    private const int SendTimeoutMs = 5000;

    private readonly LocalSocket _socket;
    private readonly Lock _sending = new();
    private readonly byte[] _buffer = new byte[MessageBytesMax];

    /// <param name="socket">A socket that connected, or that was accepted; owned by this object from here on.</param>
    public AttachConnection(LocalSocket socket) => _socket = socket;

    /// <summary>For an <see cref="EventPoll"/> or another way of waiting; owned by this object.</summary>
    public int Descriptor => _socket.Descriptor;

    /// <summary>As the kernel noted it when the peer connected.</summary>
    public int PeerProcessId => _socket.PeerProcessId;

    /// <summary>Connects to a sidecar, waiting for it to listen.</summary>
    /// <exception cref="StagingException"><see cref="StagingError.PeerGone"/>: no sidecar listened in time.</exception>
    public static AttachConnection Connect(string path, TimeSpan timeout)
    {
        try
        {
            return new AttachConnection(LocalSocket.Connect(path, timeout));
        }
        catch (NativeException failure)
        {
            throw new StagingException(StagingError.PeerGone, $"no sidecar listens at {path}: {failure.Message}", failure);
        }
    }

    /// <summary>Two ends connected to each other, for tests.</summary>
    public static (AttachConnection First, AttachConnection Second) Pair()
    {
        var (first, second) = LocalSocket.Pair();
        return (new AttachConnection(first), new AttachConnection(second));
    }

    /// <summary>Sends one message, whole; the peer gets duplicates of the descriptors.</summary>
    /// <param name="message">1..<see cref="MessageBytesMax"/> bytes.</param>
    /// <exception cref="StagingException"><see cref="StagingError.PeerGone"/>; <see cref="StagingError.Deadline"/>: the peer did not read
    /// for 5 s.</exception>
    public void Send(ReadOnlySpan<byte> message, params ReadOnlySpan<int> descriptors)
    {
        Invariant.That(message.Length is > 0 and <= MessageBytesMax);
        try
        {
            lock (_sending)
                _socket.Send(message, descriptors, SendTimeoutMs);
        }
        catch (NativeException failure)
        {
            throw new StagingException(Classify(failure), $"attach message not sent: {failure.Message}", failure);
        }
    }

    /// <summary>Receives one message.</summary>
    /// <param name="timeout">Negative: no limit.</param>
    /// <param name="message">Set for <see cref="AttachReceipt.Message"/>; the caller's to dispose.</param>
    /// <exception cref="StagingException"><see cref="StagingError.BadMessage"/>: longer, or with more descriptors, than the protocol
    /// allows.</exception>
    public AttachReceipt Receive(TimeSpan timeout, out AttachMessage? message)
    {
        message = null;
        Span<int> descriptors = stackalloc int[LocalSocket.DescriptorsMax];
        try
        {
            var length = _socket.Receive(_buffer, descriptors, out var count,
                timeout < TimeSpan.Zero ? -1 : (int)timeout.TotalMilliseconds);
            if (length <= 0)
                return length == 0 ? AttachReceipt.Closed : AttachReceipt.TimedOut;
            message = new AttachMessage(_buffer.AsSpan(0, length), descriptors[..count]);
            return AttachReceipt.Message;
        }
        catch (NativeException failure)
        {
            throw new StagingException(StagingError.BadMessage, $"attach message refused: {failure.Message}", failure);
        }
    }

    /// <summary>Ends the lease: the peer, and a thread of ours in <see cref="Receive"/>, see the close.</summary>
    public void Shutdown() => _socket.Shutdown();

    public void Dispose() => _socket.Dispose();

    private static StagingError Classify(NativeException failure) =>
        failure.IsPeerGone ? StagingError.PeerGone : failure.IsTimeout ? StagingError.Deadline : StagingError.BadMessage;
}

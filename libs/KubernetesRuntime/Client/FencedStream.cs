using System.Net.Sockets;

namespace K8sMediaFlow.KubernetesRuntime.Client;

/// <summary>
/// The bytes of a leader's writes, below TLS and HTTP: every one asks the fence right before its system call. A fence asked any earlier,
/// even with the first byte of a body, was seen to fail: what HTTP/2 and TLS had buffered when the process was stopped went out when it was
/// continued, after the take-over. Hence also no SendAsync: what it queues for a full socket would leave later, unasked.
/// </summary>
internal sealed class FencedStream : Stream
{
    private static readonly TimeSpan FullSocketPause = TimeSpan.FromMilliseconds(2);

    private readonly Socket _socket;
    private readonly NetworkStream _reads;
    private readonly IWriteFence _fence;

    /// <summary>Owns the socket.</summary>
    public FencedStream(Socket socket, IWriteFence fence)
    {
        (_socket, _fence) = (socket, fence);
        _reads = new(socket, ownsSocket: true);
        // After the stream was made: it refuses sockets that do not block, and its asynchronous reads need none.
        socket.Blocking = false;
    }

    public override bool CanRead => true;
    public override bool CanSeek => false;
    public override bool CanWrite => true;
    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    public override async ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        while (!buffer.IsEmpty)
        {
            var sent = Send(buffer.Span);
            buffer = buffer[sent..];
            if (sent == 0)
                await Task.Delay(FullSocketPause, cancellationToken);
        }
    }

    public override Task WriteAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        WriteAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException("only asynchronous writes");

    public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) =>
        _reads.ReadAsync(buffer, cancellationToken);

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        _reads.ReadAsync(buffer, offset, count, cancellationToken);

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException("only asynchronous reads");

    public override Task FlushAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public override void Flush()
    {
    }

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    protected override void Dispose(bool disposing)
    {
        if (disposing)
            _reads.Dispose();
        base.Dispose(disposing);
    }

    /// <summary>The question and the system call, with nothing in between.</summary>
    private int Send(ReadOnlySpan<byte> bytes)
    {
        _fence.Demand();
        var sent = _socket.Send(bytes, SocketFlags.None, out var error);
        return error switch
        {
            SocketError.Success => sent,
            SocketError.WouldBlock => 0,
            _ => throw new IOException("the connection broke", new SocketException((int)error)),
        };
    }
}

using System.Buffers.Binary;
using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using K8sMediaFlow.CapnProto;
using K8sMediaFlow.Messages;

namespace K8sMediaFlow.Sidecar.Links.Shells;

/// <summary>
/// One control connection: framed messages over TLS over a socket. One thread reads, one writes, any aborts. Everything is synchronous: the
/// threads are the link's own, and steady messages then allocate nothing.
/// </summary>
internal sealed class ControlConnection : IDisposable
{
    /// <summary>Longest message that the protocol allows.</summary>
    public const int MessageBytesMax = 1 << 20;

    private const int PrefixBytes = 4;
    private const int MessageBytesOut = 32 << 10;
    private const int QueueBytes = 64 << 10;

    private readonly Socket _socket;
    private readonly MessageBuffer _building = new(MessageBytesOut);
    private readonly byte[] _queue = new byte[QueueBytes];
    private byte[] _received = new byte[4 << 10];
    private MessageBuffer _reading = new(4 << 10);
    private SslStream? _tls;
    private int _queuedBytes;

    public ControlConnection(Socket socket, TimeSpan writeTimeout)
    {
        _socket = socket;
        _socket.NoDelay = true;
        _socket.SendTimeout = (int)writeTimeout.TotalMilliseconds;
    }

    /// <summary>The TLS layer, once authenticated.</summary>
    public SslStream Tls => _tls ?? throw new InvalidOperationException("TLS has not begun.");

    /// <summary>TLS stands: what is written now only the peer can read.</summary>
    public bool IsAuthenticated => _tls is { IsAuthenticated: true, IsMutuallyAuthenticated: true };

    /// <summary>When the first of both ends' certificates runs out: nobody may go on longer as who it was.</summary>
    public DateTimeOffset ValidUntil { get; set; } = DateTimeOffset.MaxValue;

    /// <summary>Where an accepted connection came from.</summary>
    public IPAddress? PeerAddress { get; private init; }

    public static ControlConnection ForAccepted(Socket socket, TimeSpan writeTimeout) =>
        new(socket, writeTimeout) { PeerAddress = (socket.RemoteEndPoint as IPEndPoint)?.Address };

    public static ControlConnection ForDialling(AddressFamily family, TimeSpan writeTimeout) =>
        new(new Socket(family, SocketType.Stream, ProtocolType.Tcp), writeTimeout);

    /// <summary>A pod may have several addresses; the peer knows one of them.</summary>
    public void Dial(IPEndPoint peer, IPAddress? from)
    {
        if (from is not null && from.AddressFamily == peer.AddressFamily)
            _socket.Bind(new IPEndPoint(from, 0));
        _socket.Connect(peer);
    }

    /// <summary>The stream for a TLS handshake over this socket.</summary>
    public SslStream BeginTls(RemoteCertificateValidationCallback check) =>
        _tls = new SslStream(new NetworkStream(_socket, ownsSocket: false), leaveInnerStreamOpen: false, check);

    /// <summary>Ends the connection from any thread; whoever waits in it gets an error.</summary>
    public void Abort()
    {
        try
        {
            // Not Close(0): a reset could overtake the goodbye that was sent last.
            _socket.Shutdown(SocketShutdown.Both);
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            // Never connected, or closed already: there is nothing left to shut down.
        }
        _socket.Close();
    }

    /// <summary>Aborts when the time is over, unless disposed before: bounds a handshake step by step without a timeout per read.</summary>
    public Timer AbortAfter(TimeSpan deadline) => new(static state => ((ControlConnection)state!).Abort(), this, deadline, Timeout.InfiniteTimeSpan);

    /// <summary>Starts a message; <see cref="Queue"/> ends it.</summary>
    public LinkMessage.Builder Begin() => _building.Begin<LinkMessage.Builder>();

    /// <summary>Puts the message begun last into the queue, to go with the next flush.</summary>
    public void Queue()
    {
        var message = _building.Finish().Span;
        if (_queuedBytes + PrefixBytes + message.Length > QueueBytes)
            Flush();
        BinaryPrimitives.WriteInt32LittleEndian(_queue.AsSpan(_queuedBytes), message.Length);
        message.CopyTo(_queue.AsSpan(_queuedBytes + PrefixBytes));
        _queuedBytes += PrefixBytes + message.Length;
    }

    /// <summary>Sends what is queued as one TLS write.</summary>
    public void Flush()
    {
        if (_queuedBytes == 0)
            return;
        Tls.Write(_queue, 0, _queuedBytes);
        _queuedBytes = 0;
    }

    /// <summary>Waits for the next message. It is valid until the next call.</summary>
    public LinkMessage.Reader Receive()
    {
        ReadExactly(PrefixBytes);
        var length = BinaryPrimitives.ReadUInt32LittleEndian(_received);
        if (length is 0 or > MessageBytesMax)
            throw new LinkException(LinkLoss.ProtocolViolation, $"control message of {length} bytes");
        if (length > _received.Length)
            (_received, _reading) = (new byte[length], new MessageBuffer((int)length));
        ReadExactly((int)length);
        return _reading.Read<LinkMessage.Reader>(_received.AsSpan(0, (int)length));
    }

    public void Dispose()
    {
        // The socket first: disposing TLS would otherwise try to say goodbye to a peer that may not read.
        Abort();
        _tls?.Dispose();
    }

    private void ReadExactly(int count)
    {
        var read = 0;
        while (read < count)
        {
            var more = Tls.Read(_received, read, count - read);
            if (more == 0)
                throw new LinkException(LinkLoss.ControlClosed, "the peer closed the control connection");
            read += more;
        }
    }
}

using System.Buffers.Binary;
using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Numerics;
using K8sMediaFlow.CapnProto;
using K8sMediaFlow.Links.Contract;
using K8sMediaFlow.Messages;
using K8sMediaFlow.Primitives;

namespace K8sMediaFlow.Links.Connection;

/// <summary>
/// One control connection: framed messages over TLS over a socket. One reads, one writes, any thread aborts. The handshake waits on its own
/// thread; once both ends are ready no thread waits any more: messages are read as they come (<see cref="ReadAll"/>), and written where the
/// socket has room (<see cref="TryFlush"/>). Steady messages allocate nothing.
/// </summary>
internal sealed class ControlConnection : IDisposable
{
    /// <summary>Longest message that the protocol allows.</summary>
    public const int MessageBytesMax = 1 << 20;

    private const int PrefixBytes = 4;

    /// <summary>What buffers begin with: an idle link says and hears short words only.</summary>
    private const int BufferBytesMin = 512;

    /// <summary>A socket is writable when a third of this is free: more than what is written at a time.</summary>
    private const int SendBufferBytes = 512 << 10;

    /// <summary>How long a peer may take nothing of what is said to it.</summary>
    private const long StuckNanosecondsMax = 10_000_000_000;

    // getsockopt(IPPROTO_TCP, TCP_INFO): tcpi_unacked, segments, and tcpi_last_ack_recv, milliseconds.
    private const int IpProtocolTcp = 6, TcpInformation = 11, UnacknowledgedOffset = 24, LastAcknowledgedOffset = 56,
        TcpInformationBytes = 60;

    private readonly Socket _socket;
    private MessageBuffer _building = new(BufferBytesMin);
    private byte[] _queue = new byte[BufferBytesMin];
    private byte[] _received = new byte[BufferBytesMin];
    private MessageBuffer _reading = new(BufferBytesMin);
    private SslStream? _tls;
    private int _queuedBytes, _messageBytes;
    private long _stuckSinceNanoseconds;

    public ControlConnection(Socket socket, TimeSpan writeTimeout)
    {
        _socket = socket;
        _socket.NoDelay = true;
        _socket.SendBufferSize = SendBufferBytes;
        _socket.SendTimeout = (int)writeTimeout.TotalMilliseconds;
    }

    /// <summary>The TLS layer, once authenticated.</summary>
    public SslStream Tls => _tls ?? throw new InvalidOperationException("TLS has not begun.");

    /// <summary>TLS stands: what is written now only the peer can read.</summary>
    public bool IsAuthenticated => _tls is { IsAuthenticated: true, IsMutuallyAuthenticated: true };

    /// <summary>When the first of both ends' certificates runs out: neither end may use its identity longer.</summary>
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

    /// <summary>Ends the connection from any thread; a thread that waits in it gets an error.</summary>
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

    /// <summary>
    /// Aborts when the time is over, unless disposed before: bounds a handshake step by step without a timeout per read. A peer whose
    /// machine answers lives, but hangs or is starved: it has longer, since a handshake that is broken off is begun again.
    /// </summary>
    public IDisposable AbortAfter(TimeSpan deadline, TimeSpan hungMax = default) => new OpeningDeadline(this, deadline, hungMax);

    /// <summary>Starts a message; <see cref="Queue"/> ends it.</summary>
    /// <param name="listBytes">Room for lists that may be long.</param>
    public LinkMessage.Builder Begin(int listBytes = 0)
    {
        if (_building.Bytes.Length < BufferBytesMin + listBytes)
            _building = new MessageBuffer((int)BitOperations.RoundUpToPowerOf2((uint)(BufferBytesMin + listBytes)));
        return _building.Begin<LinkMessage.Builder>();
    }

    /// <summary>Puts the message begun last into the queue, to go with the next flush.</summary>
    public void Queue()
    {
        var message = _building.Finish().Span;
        if (_queuedBytes + PrefixBytes + message.Length > _queue.Length)
            Array.Resize(ref _queue, (int)BitOperations.RoundUpToPowerOf2((uint)(_queuedBytes + PrefixBytes + message.Length)));
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

    /// <summary>Gives back what the handshake's words needed. For the thread that writes, when nothing is queued.</summary>
    public void ShrinkToFit()
    {
        Invariant.That(_queuedBytes == 0);
        (_building, _queue) = (new MessageBuffer(BufferBytesMin), new byte[BufferBytesMin]);
    }

    /// <summary>
    /// Sends what is queued if the socket has room for it; never waits. False: it stays queued, and nothing should be added.
    /// </summary>
    public bool TryFlush()
    {
        if (_queuedBytes == 0)
            return true;
        if (!_socket.Poll(0, SelectMode.SelectWrite))
        {
            var now = MonotonicClock.Nanoseconds;
            _stuckSinceNanoseconds = _stuckSinceNanoseconds == 0 ? now : _stuckSinceNanoseconds;
            return now - _stuckSinceNanoseconds < StuckNanosecondsMax ? false
                : throw new LinkException(LinkLoss.Silence, "the peer reads nothing of what is said to it");
        }
        _stuckSinceNanoseconds = 0;
        Flush();
        return true;
    }

    /// <summary>Whether something has come that was not read yet.</summary>
    public bool HasUnread
    {
        get
        {
            try
            {
                return _socket.Available > 0;
            }
            catch (Exception e) when (e is SocketException or ObjectDisposedException)
            {
                return false;
            }
        }
    }

    /// <summary>
    /// Whether the peer's kernel has acknowledged all that was sent, or something in that time: it does so for a process that is stopped,
    /// too. An end that had no time to run has sent nothing that could be acknowledged.
    /// </summary>
    public bool IsAnsweredWithin(TimeSpan time)
    {
        Span<byte> information = stackalloc byte[TcpInformationBytes];
        try
        {
            return _socket.GetRawSocketOption(IpProtocolTcp, TcpInformation, information) == TcpInformationBytes
                && (BinaryPrimitives.ReadUInt32LittleEndian(information[UnacknowledgedOffset..]) == 0
                    || BinaryPrimitives.ReadUInt32LittleEndian(information[LastAcknowledgedOffset..]) <= time.TotalMilliseconds);
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            return false;
        }
    }

    /// <summary>
    /// Hands every message from here on to the reader, until it has enough. Without a thread of its own, and without a buffer while nothing
    /// comes.
    /// </summary>
    public async Task ReadAll(IControlReader reader)
    {
        // What the handshake needed is more than what an idle link needs.
        (_received, _reading) = (new byte[BufferBytesMin], new MessageBuffer(BufferBytesMin));
        do
        {
            await Tls.ReadAsync(Memory<byte>.Empty).ConfigureAwait(false);
            for (var have = 0; have < PrefixBytes;)
                have += Some(await Tls.ReadAsync(_received.AsMemory(have, PrefixBytes - have)).ConfigureAwait(false));
            var length = PrepareForLength();
            for (var have = 0; have < length;)
                have += Some(await Tls.ReadAsync(_received.AsMemory(have, length - have)).ConfigureAwait(false));
        }
        while (reader.Take(_reading.Read<LinkMessage.Reader>(_received.AsSpan(0, _messageBytes))));
    }

    /// <summary>Waits for the next message. It is valid until the next call.</summary>
    public LinkMessage.Reader Receive()
    {
        ReadExactly(PrefixBytes);
        ReadExactly(PrepareForLength());
        return _reading.Read<LinkMessage.Reader>(_received.AsSpan(0, _messageBytes));
    }

    public void Dispose()
    {
        // The socket first: disposing TLS would otherwise try to say goodbye to a peer that may not read.
        Abort();
        _tls?.Dispose();
    }

    private int PrepareForLength()
    {
        var length = BinaryPrimitives.ReadUInt32LittleEndian(_received);
        if (length is 0 or > MessageBytesMax)
            throw new LinkException(LinkLoss.ProtocolViolation, $"control message of {length} bytes");
        if (length > _received.Length)
            (_received, _reading) = (new byte[length], new MessageBuffer((int)length));
        return _messageBytes = (int)length;
    }

    private void ReadExactly(int count)
    {
        for (var have = 0; have < count;)
            have += Some(Tls.Read(_received, have, count - have));
    }

    private static int Some(int bytes) =>
        bytes > 0 ? bytes : throw new LinkException(LinkLoss.ControlClosed, "the peer closed the control connection");
}

/// <summary>Takes control messages in their order. Never waits.</summary>
internal interface IControlReader
{
    /// <summary>False: this was the last one. A message is valid during the call.</summary>
    bool Take(LinkMessage.Reader message);
}

using System.Buffers.Binary;
using System.Net;
using System.Numerics;
using K8sMediaFlow.CapnProto;
using K8sMediaFlow.Links.Contract;
using K8sMediaFlow.Messages;
using K8sMediaFlow.Primitives;

namespace K8sMediaFlow.Links.Connection;

/// <summary>
/// One control connection: framed messages over a stream of bytes. One reads, one writes, any thread aborts. The handshake waits on its own
/// thread; once both ends are ready no thread waits any more: messages are read as they come (<see cref="ReadAll"/>), and written where the
/// stream has room (<see cref="TryFlush"/>). Steady messages allocate nothing. What carries the bytes is a derived class's affair.
/// </summary>
internal abstract class ControlConnection : IDisposable
{
    /// <summary>Longest message that the protocol allows.</summary>
    public const int MessageBytesMax = 1 << 20;

    private const int PrefixBytes = 4;

    /// <summary>What buffers begin with: an idle link says and hears short words only.</summary>
    private const int BufferBytesMin = 512;

    /// <summary>How long a peer may take nothing of what is said to it.</summary>
    private const long StuckNanosecondsMax = 10_000_000_000;

    private MessageBuffer _building = new(BufferBytesMin);
    private byte[] _queue = new byte[BufferBytesMin];
    private byte[] _received = new byte[BufferBytesMin];
    private MessageBuffer _reading = new(BufferBytesMin);
    private int _queuedBytes, _messageBytes;
    private long _stuckSinceNanoseconds;

    /// <summary>Who the peer is stands: what is written now only the peer can read.</summary>
    public abstract bool IsAuthenticated { get; }

    /// <summary>When the first of both ends' certificates runs out: neither end may use its identity longer.</summary>
    public DateTimeOffset ValidUntil { get; set; } = DateTimeOffset.MaxValue;

    /// <summary>Where an accepted connection came from.</summary>
    public abstract IPAddress? PeerAddress { get; }

    /// <summary>Whether something has come that was not read yet.</summary>
    public abstract bool HasUnread { get; }

    /// <summary>Whether something can be written without a wait.</summary>
    protected abstract bool HasRoom { get; }

    /// <summary>A pod may have several addresses; the peer knows one of them.</summary>
    public abstract void Dial(IPEndPoint peer, IPAddress? from);

    /// <summary>The dialling end shows who it is, and checks that the peer is one of those that are expected.</summary>
    public abstract void AuthenticateAsDialler(LinkCredentials credentials, IReadOnlyList<string> expected);

    /// <summary>The accepting end: who the peer may be depends on the edge that its hello will name.</summary>
    public abstract void AuthenticateAsAcceptor(LinkCredentials credentials);

    /// <exception cref="LinkException">The peer is none of those.</exception>
    public abstract void CheckIdentity(IReadOnlyList<string> expected);

    /// <summary>
    /// Whether the peer's machine has acknowledged all that was sent, or something in that time: it does so for a process that is stopped,
    /// too. An end that had no time to run has sent nothing that could be acknowledged.
    /// </summary>
    public abstract bool IsAnsweredWithin(TimeSpan time);

    /// <summary>Ends the connection from any thread; a thread that waits in it gets an error.</summary>
    public abstract void Abort();

    /// <summary>
    /// Aborts when the time is over, unless disposed before: bounds a handshake step by step without a timeout per read. A peer whose
    /// machine answers lives, but hangs or is starved: it has longer, since a handshake that is broken off is begun again.
    /// </summary>
    public IDisposable AbortAfter(TimeSpan deadline, TimeSpan hungMax = default, TimeProvider? clock = null) =>
        new OpeningDeadline(this, deadline, hungMax, clock ?? TimeProvider.System);

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

    /// <summary>Sends what is queued as one write.</summary>
    public void Flush()
    {
        if (_queuedBytes == 0)
            return;
        Write(_queue, _queuedBytes);
        _queuedBytes = 0;
    }

    /// <summary>Gives back what the handshake's words needed. For the thread that writes, when nothing is queued.</summary>
    public void ShrinkToFit()
    {
        Invariant.That(_queuedBytes == 0);
        (_building, _queue) = (new MessageBuffer(BufferBytesMin), new byte[BufferBytesMin]);
    }

    /// <summary>
    /// Sends what is queued if there is room for it; never waits. False: it stays queued, and nothing should be added.
    /// </summary>
    public bool TryFlush()
    {
        if (_queuedBytes == 0)
            return true;
        if (!HasRoom)
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
            await ReadAsync(Memory<byte>.Empty).ConfigureAwait(false);
            for (var have = 0; have < PrefixBytes;)
                have += Some(await ReadAsync(_received.AsMemory(have, PrefixBytes - have)).ConfigureAwait(false));
            var length = PrepareForLength();
            for (var have = 0; have < length;)
                have += Some(await ReadAsync(_received.AsMemory(have, length - have)).ConfigureAwait(false));
        }
        while (reader.Take(_reading.Read<LinkMessage.Reader>(_received.AsSpan(0, _messageBytes))));
    }

    /// <summary>
    /// To be called before <see cref="Receive"/>, which waits: a simulation has no thread to spare for it, and waits here.
    /// </summary>
    public virtual ValueTask AwaitMessage() => default;

    /// <summary>Waits for the next message. It is valid until the next call.</summary>
    public LinkMessage.Reader Receive()
    {
        ReadExactly(PrefixBytes);
        ReadExactly(PrepareForLength());
        return _reading.Read<LinkMessage.Reader>(_received.AsSpan(0, _messageBytes));
    }

    public virtual void Dispose() => Abort();

    protected abstract void Write(byte[] buffer, int count);

    /// <summary>Waits until there is something; 0: the peer has closed.</summary>
    protected abstract int Read(byte[] buffer, int offset, int count);

    /// <summary>The same without a thread that waits.</summary>
    protected abstract ValueTask<int> ReadAsync(Memory<byte> buffer);

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
            have += Some(Read(_received, have, count - have));
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

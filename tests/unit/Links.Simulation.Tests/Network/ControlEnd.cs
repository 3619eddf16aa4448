using System.Net;
using K8sMediaFlow.CapnProto;
using K8sMediaFlow.Links.Connection;
using K8sMediaFlow.Links.Contract;
using K8sMediaFlow.Messages;

namespace K8sMediaFlow.Links.Simulation.Tests.Network;

/// <summary>
/// One end of a simulated control connection. Framing, messages and their order of reading are the product's; bytes, and that the peer is
/// who it says, are played.
/// </summary>
internal sealed class ControlEnd(ControlNetwork network, Process owner, string name, bool isDialler) : ControlConnection
{
    private const int PrefixBytes = 4;

    private readonly List<byte> _inbox = [];
    private readonly MessageBuffer _heard = new(1 << 12);
    private TaskCompletionSource<int>? _pendingRead;
    private Memory<byte> _pendingBuffer;
    private long _lastArrival;
    private bool _isClosed, _hasEnd;

    public Process Owner => owner;

    public string Name => name;

    public ControlEnd? Peer { get; set; }

    public string PeerName { get; set; } = "";

    public override bool IsAuthenticated => true;

    public override IPAddress? PeerAddress => isDialler ? null : ControlNetwork.AddressOf(PeerName);

    public override bool HasUnread => _inbox.Count > 0;

    protected override bool HasRoom => true;

    public override void Dial(IPEndPoint peer, IPAddress? from)
    {
        ObjectDisposedException.ThrowIf(_isClosed, this);
        PeerName = peer.Address.ToString();
        Peer = network.Connect(this, name, PeerName);
    }

    public override void AuthenticateAsDialler(LinkCredentials credentials, IReadOnlyList<string> expected)
    {
        // Who it is has tests of its own.
    }

    public override void AuthenticateAsAcceptor(LinkCredentials credentials)
    {
        // As above.
    }

    public override void CheckIdentity(IReadOnlyList<string> expected)
    {
        // As above.
    }

    public override bool IsAnsweredWithin(TimeSpan time) =>
        network.CutSince(name, PeerName) is var since && (since == Scheduler.Never || network.Now - since <= time.TotalNanoseconds);

    public override ValueTask AwaitMessage() => new Suspension(network.Scheduler, owner, HasMessage, Scheduler.Never).Begin();

    public override void Abort()
    {
        if (_isClosed)
            return;
        Close();
        Bring(() => Peer?.HearEnd());
    }

    /// <summary>The process is dead: its peer hears of it, its own code does not.</summary>
    public void OwnerDied()
    {
        if (_isClosed)
            return;
        _isClosed = true;
        network.Forget(this);
        Bring(() => Peer?.HearEnd());
    }

    /// <summary>The connection is reset from outside.</summary>
    public void Reset()
    {
        _inbox.Clear();
        HearEnd();
    }

    protected override void Write(byte[] buffer, int count)
    {
        Listen(buffer.AsSpan(0, count));
        if (_isClosed)
            throw new IOException("the control connection is closed");
        var bytes = buffer[..count];
        Bring(() => Peer?.Hear(bytes));
    }

    protected override int Read(byte[] buffer, int offset, int count)
    {
        if (_isClosed)
            throw new IOException("the control connection is closed");
        return Take(buffer.AsMemory(offset, count));
    }

    protected override ValueTask<int> ReadAsync(Memory<byte> buffer)
    {
        if (_isClosed)
            throw new IOException("the control connection is closed");
        if (_inbox.Count > 0 || _hasEnd)
            return new ValueTask<int>(Take(buffer));
        (_pendingRead, _pendingBuffer) = (new TaskCompletionSource<int>(), buffer);
        return new ValueTask<int>(_pendingRead.Task);
    }

    private void Close()
    {
        _isClosed = true;
        network.Forget(this);
        var pending = _pendingRead;
        _pendingRead = null;
        pending?.SetException(new IOException("the control connection is closed"));
    }

    private void Hear(byte[] bytes)
    {
        if (_isClosed || _hasEnd)
            return;
        _inbox.AddRange(bytes);
        Answer();
    }

    private void HearEnd()
    {
        if (_isClosed || _hasEnd)
            return;
        _hasEnd = true;
        Answer();
    }

    private void Answer()
    {
        if (_pendingRead is not { } pending)
            return;
        _pendingRead = null;
        pending.SetResult(Take(_pendingBuffer));
    }

    private int Take(Memory<byte> buffer)
    {
        var count = Math.Min(buffer.Length, _inbox.Count);
        for (var index = 0; index < count; index++)
            buffer.Span[index] = _inbox[index];
        _inbox.RemoveRange(0, count);
        return count;
    }

    private bool HasMessage() => _isClosed || _hasEnd || (_inbox.Count >= PrefixBytes
        && _inbox.Count >= PrefixBytes + BitConverter.ToInt32([_inbox[0], _inbox[1], _inbox[2], _inbox[3]]));

    /// <summary>In order, and not while the two are cut off.</summary>
    private void Bring(Action arrive)
    {
        var at = Math.Max(network.Now + network.Latency(), _lastArrival);
        At(at);

        void At(long due)
        {
            _lastArrival = Math.Max(_lastArrival, due);
            network.Scheduler.After(due - network.Now, Peer?.Owner, () =>
            {
                var healed = network.HealedAt(name, PeerName);
                if (healed > network.Now)
                    At(healed);
                else
                    arrive();
            });
        }
    }

    private void Listen(ReadOnlySpan<byte> bytes)
    {
        while (bytes.Length > PrefixBytes)
        {
            var length = BitConverter.ToInt32(bytes);
            var which = _heard.Read<LinkMessage.Reader>(bytes.Slice(PrefixBytes, length)).Which;
            bytes = bytes[(PrefixBytes + length)..];
            if (isDialler)
                network.Said(name, PeerName, which);
            else
                network.Said(PeerName, name, which);
        }
    }
}

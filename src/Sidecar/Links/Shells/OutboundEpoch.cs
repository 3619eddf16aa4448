using K8sMediaFlow.Fabric;
using K8sMediaFlow.Messages;
using K8sMediaFlow.Sidecar.Links.Fabrics;
using K8sMediaFlow.Sidecar.Links.Ledgers;

namespace K8sMediaFlow.Sidecar.Links.Shells;

/// <summary>
/// One epoch of a dialling link, from Ready to the fence. Three threads: the shepherd (caller of <see cref="Run"/>) writes control and watches, the reader
/// takes control messages into the ledger, the data thread is the only one that touches source and fabric.
/// </summary>
internal sealed class OutboundEpoch
{
    private readonly uint _epoch;
    private readonly string _name;
    private readonly SenderLedger _ledger;
    private readonly ILinkSource _source;
    private readonly ControlConnection _connection;
    private readonly IFabricSender _sender;
    private readonly Beats _beats;
    private readonly Bell _watch = new();
    private readonly OutboundPump _pump;
    private readonly Grant[] _grants = new Grant[ControlWords.GrantsMax];
    private readonly AckBuffer _landed = new(), _done = new();
    private LinkException? _failure;
    private volatile bool _peerDrained;
    private bool _drainedSaid;

    public OutboundEpoch(string name, SenderLedger ledger, ILinkSource source, ControlConnection connection, IFabricSender sender,
        OutboundCounters counters, LinkOptions options)
    {
        _epoch = ledger.Epoch;
        (_name, _ledger, _source, _connection, _sender) = (name, ledger, source, connection, sender);
        _beats = new Beats(options);
        _pump = new OutboundPump(ledger, source, sender, counters, () => _beats.RoundTripNanoseconds, options.WritesInFlightMax, _watch);
    }

    /// <summary>What carries it.</summary>
    public required LinkWay Way { get; init; }

    /// <summary>A better fabric can be used now; asked at every beat.</summary>
    public Func<bool> IsOutdone { private get; init; } = static () => false;

    public long RoundTripNanoseconds => _beats.RoundTripNanoseconds;

    /// <summary>Takes nothing new from the source; ends in order when all that was taken is done. Any thread.</summary>
    public void Drain() => _pump.Drain();

    /// <summary>Ends the epoch for a reason. The first one counts. Any thread.</summary>
    public void Fail(LinkException why)
    {
        Interlocked.CompareExchange(ref _failure, why, null);
        _watch.Ring();
    }

    /// <summary>Runs until the end. Null: the orderly one. Afterwards the epoch is fenced: the fabric reads nothing, no thread is left.</summary>
    public LinkException? Run()
    {
        var reader = LinkThread.Start($"{_name} control", () => Shell(Read));
        var data = LinkThread.Start($"{_name} data", () => Shell(_pump.Run));
        try
        {
            Watch();
        }
        catch (Exception e) when (LinkException.IsExpected(e))
        {
            Fail(LinkException.Of(e));
        }
        Fence(reader, data);
        return _failure;
    }

    private void Fence(LinkThread reader, LinkThread data)
    {
        _pump.Stop();
        if (_failure is not null)
            _sender.Abort();
        data.Join();
        _connection.Abort();
        reader.Join();
        _sender.Dispose();
        lock (_ledger)
            _ledger.Fence();
    }

    private void Shell(Action run)
    {
        try
        {
            run();
        }
        catch (Exception e) when (LinkException.IsExpected(e))
        {
            Fail(LinkException.Of(e));
        }
    }

    private void Watch()
    {
        while (Volatile.Read(ref _failure) is null)
        {
            if (_beats.IsSilent())
                throw new LinkException(LinkLoss.Silence, "nothing heard from the peer");
            if (IsOutdone())
                throw new LinkException(LinkLoss.BetterFabric, "a better fabric can be used again");
            var pause = _beats.Beat(_connection, _epoch);
            SayDrained();
            _connection.Flush();
            if (_peerDrained)
            {
                SayBye();
                return;
            }
            _watch.Wait(pause);
        }
    }

    private void SayDrained()
    {
        if (_drainedSaid || !_pump.IsFinished)
            return;
        var drained = _connection.Begin().InitDrained();
        drained.Epoch = _epoch;
        lock (_ledger)
            drained.LastSequence = _ledger.LastOffered;
        _connection.Queue();
        _drainedSaid = true;
    }

    private void SayBye()
    {
        var bye = _connection.Begin().InitBye();
        bye.Epoch = _epoch;
        _connection.Queue();
        _connection.Flush();
    }

    private void Read()
    {
        while (Volatile.Read(ref _failure) is null && !_peerDrained)
        {
            var message = _connection.Receive();
            _beats.Heard();
            Take(message);
        }
    }

    private void Take(LinkMessage.Reader message)
    {
        switch (message.Which)
        {
            case LinkMessage.Which.Grant:
                Take(message.Grant);
                break;
            case LinkMessage.Which.Ack:
                Take(message.Ack);
                break;
            case LinkMessage.Which.Heartbeat:
                _beats.Heard(message.Heartbeat.SentNs, message.Heartbeat.EchoNs, message.Heartbeat.EchoHeldNs);
                break;
            case LinkMessage.Which.Drained when _drainedSaid:
                _peerDrained = true;
                _watch.Ring();
                break;
            case LinkMessage.Which.Bye:
                throw message.Bye.DataLost
                    ? new LinkException(LinkLoss.DataClosed, "the peer's " + ControlWords.Words(message.Bye.Reason))
                    : new LinkException(LinkLoss.PeerLeft, "the peer left: " + ControlWords.Words(message.Bye.Reason));
            default:
                throw new LinkException(LinkLoss.ProtocolViolation, $"unexpected {message.Which}");
        }
    }

    private void Take(LinkMessage.Grant.Reader grant)
    {
        var grants = ControlWords.ReadGrants(grant, _grants);
        lock (_ledger)
            Check(_ledger.Grant(grant.Epoch, grant.Sequence, grants, grant.Total));
        _pump.Wake();
    }

    private void Take(LinkMessage.Ack.Reader ack)
    {
        var landed = _landed.Read(ack.Landed);
        var done = _done.Read(ack.Done);
        lock (_ledger)
            Check(_ledger.Acknowledge(ack.Epoch, landed, ack.Returned, done));
        _pump.Wake();
    }

    /// <summary>On one connection in order nothing can be stale either.</summary>
    public static void Check(LedgerVerdict verdict)
    {
        if (verdict != LedgerVerdict.Accepted)
            throw new LinkException(LinkLoss.ProtocolViolation, $"control message refused: {verdict}");
    }
}

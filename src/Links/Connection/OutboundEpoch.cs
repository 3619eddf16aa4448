using K8sMediaFlow.Fabric;
using K8sMediaFlow.Links.Contract;
using K8sMediaFlow.Links.Ledgers;
using K8sMediaFlow.Messages;
using K8sMediaFlow.Primitives;

namespace K8sMediaFlow.Links.Connection;

/// <summary>
/// One epoch of a dialling link, from Ready to the fence. The link's thread (caller of <see cref="Run"/>) is the only one that touches
/// source and fabric. What it says and whether the peer lives is seen to in turns of the loop; what the peer says goes into the ledger as
/// it comes.
/// </summary>
internal sealed class OutboundEpoch : ILoopTask, IControlReader
{
    private static readonly TimeSpan StuckPause = TimeSpan.FromMilliseconds(25);

    private readonly uint _epoch;
    private readonly SenderLedger _ledger;
    private readonly ILinkSource _source;
    private readonly ControlConnection _connection;
    private readonly IFabricSender _sender;
    private readonly LinkPlatform _platform;
    private readonly HeartbeatTimer _beats;
    private readonly LoopRegistration _watch;
    private readonly OutboundPump _pump;
    private readonly AckBuffer _landed = new(), _done = new();
    private LinkException? _failure;
    private volatile bool _peerDrained;
    private volatile bool _drainedSaid, _isOver;

    public OutboundEpoch(SenderLedger ledger, ILinkSource source, ControlConnection connection, IFabricSender sender,
        OutboundCounters counters, LinkOptions options, LinkPlatform platform, bool knowsDeadlines = true)
    {
        _epoch = ledger.Epoch;
        (_ledger, _source, _connection, _sender, _platform) = (ledger, source, connection, sender, platform);
        _beats = new HeartbeatTimer(options);
        connection.ShrinkToFit();
        _watch = platform.Loop.Add(this);
        _pump = new OutboundPump(ledger, source, sender, counters, () => _beats.RoundTripNanoseconds, options.WritesInFlightMax,
            _watch.Ring, platform)
        {
            KnowsDeadlines = knowsDeadlines,
        };
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
        if (Interlocked.CompareExchange(ref _failure, why, null) is not null)
            return;
        _pump.Stop();
        // The link's thread may be blocked in a write; and a device's end takes its time, which the caller may not have.
        _platform.RunLater(static sender => sender.Abort(), _sender);
    }

    /// <summary>
    /// Runs until the end. Null: the orderly one. Afterwards the epoch is fenced: the fabric reads nothing, no task is left.
    /// </summary>
    public async ValueTask<LinkException?> Run()
    {
        var reading = Read();
        _watch.Ring();
        await Shell(_pump.Run).ConfigureAwait(false);
        // A pump that ended by itself has failed; one that was stopped was so by a failure or after the last word.
        _watch.Dispose();
        if (_failure is not null)
            _sender.Abort();
        _connection.Abort();
        await _platform.WaitFor(reading).ConfigureAwait(false);
        _sender.Dispose();
        lock (_ledger)
            _ledger.Fence();
        return _isOver ? null : _failure;
    }

    /// <summary>The loop's: says that this end lives, looks whether the other one does.</summary>
    public TimeSpan RunTurn()
    {
        try
        {
            return Volatile.Read(ref _failure) is null ? Watch() : Timeout.InfiniteTimeSpan;
        }
        catch (Exception e) when (LinkException.IsExpected(e))
        {
            Fail(LinkException.Of(e));
            return Timeout.InfiniteTimeSpan;
        }
    }

    /// <summary>The peer's next word.</summary>
    public bool Take(LinkMessage.Reader message)
    {
        _beats.Heard();
        TakeWord(message);
        return Volatile.Read(ref _failure) is null && !_peerDrained;
    }

    private async Task Read()
    {
        try
        {
            await _connection.ReadAll(this).ConfigureAwait(false);
        }
        catch (Exception e) when (LinkException.IsExpected(e))
        {
            Fail(LinkException.Of(e));
        }
    }

    private async ValueTask Shell(Func<ValueTask> run)
    {
        try
        {
            await run().ConfigureAwait(false);
        }
        catch (Exception e) when (LinkException.IsExpected(e))
        {
            Fail(LinkException.Of(e));
        }
    }

    private TimeSpan Watch()
    {
        if (_isOver)
            return Timeout.InfiniteTimeSpan;
        if (_beats.IsSilent(_connection, out var why))
            throw new LinkException(LinkLoss.Silence, why);
        if (IsOutdone())
            throw new LinkException(LinkLoss.BetterFabric, "a better fabric can be used again");
        if (_sender.IsKeyUsedUp)
            throw new LinkException(LinkLoss.KeyUsedUp, "the key of the data connection is used up, a new one is agreed on");
        if (!_connection.TryFlush())
            return StuckPause;
        var pause = _beats.Beat(_connection, _epoch);
        SayDrained();
        if (!_peerDrained)
            return _connection.TryFlush() ? pause : StuckPause;
        SayBye();
        _isOver = true;
        _pump.Stop();
        return Timeout.InfiniteTimeSpan;
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

    private void TakeWord(LinkMessage.Reader message)
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
                    ? new LinkException(LinkLoss.DataClosed, "the peer's " + ControlMessages.Words(message.Bye.Reason))
                    : new LinkException(LinkLoss.PeerLeft, "the peer left: " + ControlMessages.Words(message.Bye.Reason));
            default:
                throw new LinkException(LinkLoss.ProtocolViolation, $"unexpected {message.Which}");
        }
    }

    private void Take(LinkMessage.Grant.Reader grant)
    {
        var grants = ControlMessages.ReadGrants(grant, stackalloc Grant[ControlMessages.GrantsMax]);
        lock (_ledger)
            Check(_ledger.Grant(grant.Epoch, grant.Sequence, grants, grant.Total));
        _pump.Wake();
    }

    private void Take(LinkMessage.Ack.Reader ack)
    {
        var landed = _landed.Read(ack.Landed);
        var done = _done.Read(ack.Done);
        Failpoint.At("acknowledged");
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

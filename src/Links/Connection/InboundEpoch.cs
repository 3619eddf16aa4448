using K8sMediaFlow.Fabric;
using K8sMediaFlow.Links.Contract;
using K8sMediaFlow.Links.Ledgers;
using K8sMediaFlow.Links.Wire;
using K8sMediaFlow.Messages;
using K8sMediaFlow.Primitives;

namespace K8sMediaFlow.Links.Connection;

/// <summary>
/// One epoch of an accepting link, from Ready to the fence. The connection's own thread takes landings (<see cref="Run"/>), the link's
/// turns in the loop call
/// <see cref="Say"/> to grant, acknowledge and beat, and what the peer says is taken as it comes.
/// </summary>
internal sealed class InboundEpoch : IControlReader
{
    /// <summary>Bounds every sleep of the receiving thread; an idle link wakes no oftener.</summary>
    private static readonly TimeSpan ReceiveMax = TimeSpan.FromSeconds(1);

    private static readonly TimeSpan StuckPause = TimeSpan.FromMilliseconds(25);

    private readonly ReceiverLedger _ledger;
    private readonly ILinkSink _sink;
    private readonly InboundDelivery _delivery;
    private readonly ControlConnection _connection;
    private readonly IFabricReceiver _receiver;
    private readonly LoopRegistration _registration;
    private readonly LinkPlatform _platform;
    private readonly TimeSpan _acknowledgeDelay;
    private readonly HeartbeatTimer _beats;
    private readonly long[] _offsets;
    private LinkException? _failure;
    private volatile LinkException? _dataLoss;
    private ulong _acknowledged;
    private ulong _drainedAt;
    private volatile bool _drainAsked;
    private volatile bool _drainedSaid;
    private volatile bool _peerSaidBye;

    public InboundEpoch(ReceiverLedger ledger, ILinkSink sink, InboundDelivery delivery, ControlConnection connection,
        IFabricReceiver receiver, LoopRegistration registration, LinkOptions options, LinkPlatform platform)
    {
        (_ledger, _sink, _delivery, _connection, _receiver) = (ledger, sink, delivery, connection, receiver);
        (_registration, _acknowledgeDelay) = (registration, options.AcknowledgeDelay);
        (Epoch, _platform) = (ledger.Epoch, platform);
        _beats = new HeartbeatTimer(options);
        connection.ShrinkToFit();
        _offsets = new long[sink.SlotCount];
    }

    public uint Epoch { get; }

    /// <summary>A better fabric can be used now; asked at every beat.</summary>
    public Func<bool> IsOutdone { private get; init; } = static () => false;

    public long RoundTripNanoseconds => _beats.RoundTripNanoseconds;

    /// <summary>Ends the epoch for a reason; the first one counts. Any thread.</summary>
    public void Fail(LinkException why)
    {
        Interlocked.CompareExchange(ref _failure, why, null);
        EndReceiving();
        _connection.Abort();
    }

    /// <summary>Takes landings until the end; null: the orderly one. The caller takes the epoch from the loop, then fences.</summary>
    public async ValueTask<LinkException?> Run()
    {
        var reading = Read();
        await ReceiveOrTell().ConfigureAwait(false);
        // Where only the data connection is lost, the peer is still to hear of it.
        await _platform.WaitFor(reading).ConfigureAwait(false);
        return _peerSaidBye || (_drainedSaid && _failure?.Loss is LinkLoss.ControlClosed or LinkLoss.DataClosed or LinkLoss.Closed)
            ? null
            : _failure;
    }

    /// <summary>The peer's next word.</summary>
    public bool Take(LinkMessage.Reader message)
    {
        _beats.Heard();
        TakeWord(message);
        return Volatile.Read(ref _failure) is null && !_peerSaidBye;
    }

    private async Task Read()
    {
        try
        {
            await _connection.ReadAll(this).ConfigureAwait(false);
            EndReceiving();
        }
        catch (Exception e) when (LinkException.IsExpected(e))
        {
            Fail(LinkException.Of(e));
        }
    }

    /// <summary>A device's end takes its time, which the caller may not have: the fence itself is <see cref="Dispose"/>'s.</summary>
    private void EndReceiving() => _platform.RunLater(static receiver => receiver.Abort(), _receiver);

    /// <summary>After this nothing lands: fabric aborted, its resources gone.</summary>
    public void Dispose()
    {
        _receiver.Abort();
        _receiver.Dispose();
        _connection.Abort();
    }

    /// <summary>Grants, acknowledges, beats. Called in the link's turns only; returns how long until it must be called again.</summary>
    public TimeSpan Say()
    {
        try
        {
            if (Volatile.Read(ref _failure) is not null)
                return Timeout.InfiniteTimeSpan;
            if (_beats.IsSilent(_connection, out var why))
                throw new LinkException(LinkLoss.Silence, why);
            if (!_connection.TryFlush())
                return StuckPause;
            if (_dataLoss is { } lost)
                SayDataLost(lost);
            if (IsOutdone())
                throw new LinkException(LinkLoss.BetterFabric, "a better fabric can be used again");
            SayGrants();
            SayAcknowledgements();
            SayDrained();
            var pause = _beats.Beat(_connection, Epoch);
            return _connection.TryFlush() ? pause : StuckPause;
        }
        catch (Exception e) when (LinkException.IsExpected(e))
        {
            Fail(LinkException.Of(e));
            return Timeout.InfiniteTimeSpan;
        }
    }

    /// <summary>A data connection may fail at this end alone: the peer has to hear of it, or it would dial the same way again.</summary>
    private async ValueTask ReceiveOrTell()
    {
        try
        {
            await Receive().ConfigureAwait(false);
        }
        catch (FabricException failure) when (LinkException.Of(failure).Loss == LinkLoss.DataClosed && !_drainedSaid)
        {
            _dataLoss = LinkException.Of(failure);
            _registration.Ring();
        }
        catch (Exception e) when (LinkException.IsExpected(e))
        {
            Fail(LinkException.Of(e));
        }
    }

    private async ValueTask Receive()
    {
        while (Volatile.Read(ref _failure) is null && !_peerSaidBye)
        {
            if (_receiver.TryReceive(out var landing, ReceiveMax))
                Land(landing);
            else
                await _platform.WaitedFor(_receiver, ReceiveMax).ConfigureAwait(false);
        }
    }

    private void Land(Landing landing)
    {
        var fault = FrameHeaderCodec.TryRead(_sink.Read(_offsets[landing.Slot], FrameHeaderCodec.SizeBytes), out var header);
        if (fault != FrameHeaderFault.None)
            throw new LinkException(LinkLoss.LandingViolation, $"frame header: {fault}");
        LedgerVerdict verdict;
        Failpoint.At("land");
        lock (_ledger)
            verdict = _ledger.Land(header, landing.Slot, landing.LengthBytes);
        if (verdict == LedgerVerdict.Stale)
            _sink.GiveBack(landing.Slot);
        else if (verdict != LedgerVerdict.Accepted)
            throw new LinkException(LinkLoss.LandingViolation, $"landing refused: {verdict}");
        _delivery.RoundTripNanoseconds = _beats.RoundTripNanoseconds;
        _delivery.Deliver();
        _registration.RingWithin(_acknowledgeDelay);
    }

    private void SayGrants()
    {
        while (TryGrant())
        {
        }
        Span<Grant> grants = stackalloc Grant[ControlMessages.GrantsMax];
        int count;
        do
        {
            ulong message, total;
            lock (_ledger)
                count = _ledger.TakeGrants(grants, out message, out total);
            if (count == 0)
                return;
            Failpoint.At("grant");
            ControlMessages.WriteGrants(_connection, Epoch, message, total, grants[..count]);
        }
        while (count == grants.Length);
    }

    /// <summary>The fabric hears of a grant before the ledger, and the peer last.</summary>
    private bool TryGrant()
    {
        if (_drainAsked || HasGrantedAll() || !_sink.TryTakeBlock(out var slot, out var offset, out var sizeBytes))
            return false;
        _offsets[slot] = offset;
        _receiver.Grant(slot, offset, sizeBytes);
        lock (_ledger)
            _ledger.Grant(new Grant(slot, offset, sizeBytes));
        return true;
    }

    /// <summary>A landing makes room and rings the pump.</summary>
    private bool HasGrantedAll()
    {
        lock (_ledger)
            return _ledger.GrantsOutstanding >= _receiver.GrantsMax;
    }

    private void SayAcknowledgements()
    {
        lock (_ledger)
        {
            if (_ledger.Changes == _acknowledged)
                return;
            _acknowledged = _ledger.Changes;
            var ack = _connection.Begin(ControlMessages.BytesOf(_ledger.Landed, _ledger.Done)).InitAck();
            ack.Epoch = Epoch;
            ack.Returned = _ledger.ReturnedTotal;
            ControlMessages.Write(ack.InitLanded(), _ledger.Landed);
            ControlMessages.Write(ack.InitDone(), _ledger.Done);
        }
        Failpoint.At("acknowledge");
        _connection.Queue();
    }

    private void SayDataLost(LinkException lost)
    {
        var reason = ControlMessages.Cut(lost.Message);
        var bye = _connection.Begin(ControlMessages.BytesOf(reason)).InitBye();
        (bye.Epoch, bye.Reason, bye.DataLost) = (Epoch, reason, true);
        _connection.Queue();
        _connection.Flush();
        throw lost;
    }

    private void SayDrained()
    {
        if (!_drainAsked || _drainedSaid)
            return;
        lock (_ledger)
        {
            if (_ledger.Done.Cumulative < Volatile.Read(ref _drainedAt))
                return;
        }
        var drained = _connection.Begin().InitDrained();
        drained.Epoch = Epoch;
        drained.LastSequence = Volatile.Read(ref _drainedAt);
        _connection.Queue();
        _drainedSaid = true;
    }

    private void TakeWord(LinkMessage.Reader message)
    {
        switch (message.Which)
        {
            case LinkMessage.Which.Heartbeat:
                _beats.Heard(message.Heartbeat.SentNs, message.Heartbeat.EchoNs, message.Heartbeat.EchoHeldNs);
                break;
            case LinkMessage.Which.Drained:
                Volatile.Write(ref _drainedAt, message.Drained.LastSequence);
                _drainAsked = true;
                _registration.Ring();
                break;
            case LinkMessage.Which.Bye:
                _peerSaidBye = true;
                break;
            default:
                throw new LinkException(LinkLoss.ProtocolViolation, $"unexpected {message.Which}");
        }
    }
}

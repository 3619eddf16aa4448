using K8sMediaFlow.Links.Ledgers;
using K8sMediaFlow.Links.Wire;

namespace K8sMediaFlow.Sidecar.Tests.Links.Simulation;

/// <content>What OutboundLink does with threads and sockets.</content>
internal sealed partial class LinkSimulation
{
    private const int WritesInFlightMax = 6;

    private void Dial()
    {
        if (_sender.Wire is not null)
            return;
        var (life, wire) = (_sender, new SimulatedWire(_time, _random, _writesInOrder));
        life.Wire = wire;
        wire.ToReceiver(() => OnHello(wire, life));
        // A dial into nothing is given up.
        _time.After(50_000, () =>
        {
            if (life.Wire == wire && !life.IsReady)
                LoseSender(life, wire);
        });
    }

    private void LoseSender(SenderLife life, SimulatedWire wire)
    {
        if (life != _sender || life.Wire != wire)
            return;
        wire.Cut();
        (life.Wire, life.IsReady) = (null, false);
        _source.ReadNothing();
        life.Ledger.Fence();
        TellSource(life);
        _time.After(_random.Next(10, 8_000), Dial);
    }

    private void RestartSender()
    {
        Restarts++;
        Repeated += _sender.Ledger.Repeated;
        var wire = _sender.Wire;
        _sender = new SenderLife(_lives++);
        _source.Restarted();
        if (wire is not null)
        {
            wire.Cut();
            NoticeLoss(wire);
        }
        _time.After(_random.Next(10, 10_000), Dial);
    }

    private void OnWelcome(SimulatedWire wire, SenderLife life, uint epoch, SetSnapshot landed, SetSnapshot done)
    {
        if (life != _sender || life.Wire != wire)
            return;
        life.Ledger.Open(epoch, LargeBytes, landed.ToSet(), done.ToSet()).ShouldBe(LedgerVerdict.Accepted);
        TellSource(life);
        var senderDone = SetSnapshot.Of(life.Ledger.Done);
        wire.ToReceiver(() => OnReady(wire, life, senderDone));
    }

    private void OnReadyAnswer(SimulatedWire wire, SenderLife life)
    {
        if (life != _sender || life.Wire != wire)
            return;
        life.IsReady = true;
        PumpSender(life);
    }

    private void PumpSender(SenderLife life)
    {
        TellSource(life);
        while (life.Ledger.HasRoom && life.Ledger.Retained < _retainedMax && _source.TryTake(out var frame))
            life.Ledger.Offer(frame);
        while (life.IsReady && life.Ledger.InFabric < WritesInFlightMax && life.Ledger.TryWrite(out var write))
            Write(life, life.Wire!, write);
        TellSource(life);
    }

    private void Write(SenderLife life, SimulatedWire wire, PendingWrite write)
    {
        var header = FrameHeaderCodec.Describe(write.Frame, life.Ledger.Epoch, write.LinkSequence, write.Grant.Slot, 0);
        _source.ReadBegin(write.Frame.Handle);
        wire.Write(() => OnLanding(wire, header, write));
        _time.After(_random.Next(10, 4000), () =>
        {
            if (life != _sender || life.Wire != wire)
                return;
            _source.ReadEnd(write.Frame.Handle);
            life.Ledger.Completed(write.LinkSequence);
            PumpSender(life);
        });
    }

    private void OnGrant(SimulatedWire wire, uint epoch, ulong message, Grant[] grants, ulong total) =>
        OnControl(wire, epoch, life => life.Ledger.Grant(epoch, message, grants, total));

    private void OnAck(SimulatedWire wire, uint epoch, SetSnapshot landed, ulong returned, SetSnapshot done) =>
        OnControl(wire, epoch, life => life.Ledger.Acknowledge(epoch, landed.Told, returned, done.Told));

    /// <summary>A control message reaches whatever sender lives now, also a message of a dead connection: the ledger must know it by its
    /// epoch. Epochs of two lives of the receiver may be equal, but never on one connection.</summary>
    private void OnControl(SimulatedWire wire, uint epoch, Func<SenderLife, LedgerVerdict> take)
    {
        var life = _sender;
        if (life.Wire != wire && life.Ledger.Epoch == epoch)
            return;
        switch (take(life))
        {
            case LedgerVerdict.Accepted: break;
            case LedgerVerdict.Stale: Stale++; break;
            case LedgerVerdict.GrantGap when life.Wire is not null: LoseSender(life, life.Wire); break;
            case var verdict: verdict.ShouldBe(LedgerVerdict.Accepted); break;
        }
        PumpSender(life);
    }

    private void TellSource(SenderLife life)
    {
        while (life.Ledger.TryTakeEvent(out var next))
        {
            if (next.Kind == SenderEventKind.Done)
                _source.Done(next.Handle);
            if (next.Kind == SenderEventKind.Refused)
                _source.IsTooLarge(next.Handle).ShouldBeTrue();
        }
    }
}

using K8sMediaFlow.Links.Contract;
using K8sMediaFlow.Links.Ledgers;

namespace K8sMediaFlow.Sidecar.Tests.Links.Simulation;

/// <content>What InboundLink does with threads and sockets.</content>
internal sealed partial class LinkSimulation
{
    private void OnHello(SimulatedWire wire, SenderLife sender)
    {
        if (wire.IsCut)
            return;
        var life = _receiver;
        if (life.Wire is not null)
            LoseReceiver(life);
        var freed = new List<uint>();
        var epoch = life.Ledger.Open(sender.Incarnation, freed);
        freed.ForEach(life.Sink.GiveBack);
        life.Wire = wire;
        var (landed, done) = (SetSnapshot.Of(life.Ledger.Landed), SetSnapshot.Of(life.Ledger.Done));
        wire.ToSender(() => OnWelcome(wire, sender, epoch, landed, done));
    }

    private void OnReady(SimulatedWire wire, SenderLife sender, SetSnapshot done)
    {
        var life = _receiver;
        if (life.Wire != wire)
            return;
        life.Ledger.Adopt(done.ToSet());
        life.IsReady = true;
        wire.ToSender(() => OnReadyAnswer(wire, sender));
        PumpReceiver(life);
    }

    /// <summary>Fence: from here on nothing of that connection lands.</summary>
    private static void LoseReceiver(ReceiverLife life)
    {
        if (life.Wire is null)
            return;
        life.Wire.IsFenced = true;
        life.Wire.Cut();
        (life.Wire, life.IsReady) = (null, false);
        var freed = new List<uint>();
        life.Ledger.Fence(freed);
        freed.ForEach(life.Sink.GiveBack);
    }

    private void RestartReceiver()
    {
        Restarts++;
        if (_receiver.Wire is { } wire)
        {
            wire.IsFenced = true;
            wire.Cut();
            NoticeLoss(wire);
        }
        _receiver = NewReceiver();
    }

    private void OnLanding(SimulatedWire wire, FrameHeader header, PendingWrite write)
    {
        var life = _receiver;
        life.Wire.ShouldBe(wire, "only the living epoch lands");
        life.Sink.IsWritten(write.Grant.Slot);
        life.Ledger.Land(header, write.Grant.Slot, (int)write.TotalLengthBytes).ShouldBe(LedgerVerdict.Accepted);
        PumpReceiver(life);
    }

    private void PumpReceiver(ReceiverLife life)
    {
        if (life != _receiver)
            return;
        while (_consumer.HasRoom && life.Ledger.TryTakeDelivery(out var delivery))
            Deliver(life, delivery);
        while (life.IsReady && life.Sink.TryTakeBlock(_random, out var grant))
            life.Ledger.Grant(grant);
        if (life.SayPlanned || !life.IsReady)
            return;
        life.SayPlanned = true;
        _time.After(_random.Next(10, 2_000), () => Say(life));
    }

    private void Deliver(ReceiverLife life, Delivery delivery)
    {
        if (_random.Next(10) == 0)
        {
            life.Ledger.PutBack(delivery);
            life.Ledger.TryTakeDelivery(out delivery).ShouldBeTrue();
        }
        life.Sink.Deliver(delivery.Slot);
        var fresh = _consumer.Take(delivery, life.Ledger.Sender, life.Incarnation, () => life.Ledger.MarkDone(delivery.Ticket));
        var returnedAfter = _random.Next(10, 3_000);
        _time.After(returnedAfter, () =>
        {
            life.Sink.Return(delivery.Slot);
            life.Ledger.Returned();
            PumpReceiver(life);
        });
        if (!fresh)
            return;
        var identity = delivery.Header.Sequence;
        _time.After(returnedAfter + _random.Next(0, 12_000), () => Finish(identity));
    }

    private void Finish(ulong identity)
    {
        if (identity == _kept && _consumer.Consumed < (ulong)_frameCount)
        {
            _time.After(10_000, () => Finish(identity));
            return;
        }
        _consumer.Finish(identity);
        PumpReceiver(_receiver);
    }

    /// <summary>Says what is granted, landed and done. Now and then a grant message is lost, which only the gap shows.</summary>
    private void Say(ReceiverLife life)
    {
        life.SayPlanned = false;
        if (life != _receiver || !life.IsReady)
            return;
        var (wire, epoch) = (life.Wire!, life.Ledger.Epoch);
        var grants = new Grant[3];
        while (life.Ledger.TakeGrants(grants, out var message, out var total) is var count and > 0)
            SendGrants(wire, epoch, message, grants[..count], total);
        var (landed, done, returned) = (SetSnapshot.Of(life.Ledger.Landed), SetSnapshot.Of(life.Ledger.Done), life.Ledger.ReturnedTotal);
        wire.ToSenderLoosely(() => OnAck(wire, epoch, landed, returned, done));
    }

    private void SendGrants(SimulatedWire wire, uint epoch, ulong message, Grant[] grants, ulong total)
    {
        if (_time.Now < _faultsUntil && _random.Next(200) == 0)
        {
            // If no later grant shows the gap, silence ends the connection.
            _time.After(50_000, () => NoticeLoss(wire));
            return;
        }
        wire.ToSender(() => OnGrant(wire, epoch, message, grants, total));
        if (_random.Next(10) == 0)
            wire.ToSender(() => OnGrant(wire, epoch, message, grants, total));
    }
}

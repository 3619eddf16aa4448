using System.Net;
using K8sMediaFlow.TestKit;

namespace K8sMediaFlow.Fabric.Tests;

/// <summary>How connections begin and end badly.</summary>
public abstract partial class FabricConformance
{
    [Fact]
    public void A_wrong_token_opens_nothing()
    {
        using var listener = _fabric.Listen(IPAddress.Loopback, 0, FabricOptions.Default);
        using var proposal = _fabric.Propose(FabricOptions.Default);
        using var offer = listener.Open(1, proposal.Bytes.Span, _area.Address, _area.LengthBytes);
        var forged = offer.Bytes.ToArray();
        forged[12] ^= 1;
        IsTurnedAway(forged).ShouldBeTrue();
        Should.Throw<FabricException>(() => offer.Accept(TimeSpan.FromMilliseconds(50))).Error.ShouldBe(FabricError.Deadline);
        using var sender = proposal.Connect(offer.Bytes.Span, FabricPair.Watchdog);
        using var receiver = offer.Accept(FabricPair.Watchdog);
    }

    [Fact]
    public void A_token_is_good_once()
    {
        using var listener = _fabric.Listen(IPAddress.Loopback, 0, FabricOptions.Default);
        using var proposal = _fabric.Propose(FabricOptions.Default);
        using var offer = listener.Open(1, proposal.Bytes.Span, _area.Address, _area.LengthBytes);
        using var sender = proposal.Connect(offer.Bytes.Span, FabricPair.Watchdog);
        using var receiver = offer.Accept(FabricPair.Watchdog);
        IsTurnedAway(offer.Bytes.ToArray()).ShouldBeTrue();
        receiver.TryReceive(out _, TimeSpan.Zero).ShouldBeFalse();
    }

    [Fact]
    public void A_withdrawn_offer_opens_nothing()
    {
        using var listener = _fabric.Listen(IPAddress.Loopback, 0, FabricOptions.Default);
        using var proposal = _fabric.Propose(FabricOptions.Default);
        var offer = listener.Open(1, proposal.Bytes.Span, _area.Address, _area.LengthBytes);
        offer.Dispose();
        IsTurnedAway(offer.Bytes.ToArray(), proposal).ShouldBeTrue();
    }

    [Fact]
    public void Bytes_that_are_no_offer_are_refused()
    {
        var random = new Random(Seed.Take(nameof(Bytes_that_are_no_offer_are_refused)));
        for (var turn = 0; turn < 200; turn++)
        {
            var bytes = new byte[random.Next(64)];
            random.NextBytes(bytes);
            if (bytes.Length > 0)
                bytes[0] = 0xFF;
            using var proposal = _fabric.Propose(FabricOptions.Default);
            Should.Throw<FabricException>(() => proposal.Connect(bytes, TimeSpan.FromMilliseconds(50)));
        }
    }

    [Fact]
    public void Waiting_for_a_sender_has_a_deadline()
    {
        using var listener = _fabric.Listen(IPAddress.Loopback, 0, FabricOptions.Default);
        using var proposal = _fabric.Propose(FabricOptions.Default);
        using var offer = listener.Open(1, proposal.Bytes.Span, _area.Address, _area.LengthBytes);
        Should.Throw<FabricException>(() => offer.Accept(TimeSpan.FromMilliseconds(50))).Error.ShouldBe(FabricError.Deadline);
    }

    [Fact]
    public void Waiting_for_a_sender_ends_when_the_listener_is_disposed()
    {
        var listener = _fabric.Listen(IPAddress.Loopback, 0, FabricOptions.Default);
        using var proposal = _fabric.Propose(FabricOptions.Default);
        var offer = listener.Open(1, proposal.Bytes.Span, _area.Address, _area.LengthBytes);
        var waiting = Watched.Start(() =>
            Should.Throw<FabricException>(() => offer.Accept(FabricPair.Watchdog)).Error.ShouldBe(FabricError.Aborted));
        listener.Dispose();
        waiting.Join();
    }

    [Fact]
    public void Nobody_listens_any_more_where_a_listener_was_disposed()
    {
        var listener = _fabric.Listen(IPAddress.Loopback, 0, FabricOptions.Default);
        using var proposal = _fabric.Propose(FabricOptions.Default);
        using var offer = listener.Open(1, proposal.Bytes.Span, _area.Address, _area.LengthBytes);
        listener.Dispose();
        Should.Throw<FabricException>(() => proposal.Connect(offer.Bytes.Span, FabricPair.Watchdog)).Error.ShouldBe(FabricError.Refused);
    }

    [Fact]
    public void What_was_written_before_the_sender_was_disposed_lands()
    {
        using var pair = new FabricPair(_fabric, _area);
        for (var slot = 0u; slot < 3; slot++)
        {
            pair.Grant(slot);
            pair.Write(TestFrame.Of(FabricPair.Epoch, slot, slot, _source.Part(0, 30_000)), slot);
        }
        pair.Sender.Dispose();
        for (var slot = 0u; slot < 3; slot++)
            pair.Receive().Slot.ShouldBe(slot);
        pair.ReceiveUntilError().ShouldBe(FabricError.PeerGone);
    }

    [Fact]
    public void A_sender_that_has_nothing_to_send_stays_connected()
    {
        using var pair = new FabricPair(_fabric, _area);
        for (var turn = 0; turn < 20; turn++)
            pair.Sender.Poll(new ulong[16], TimeSpan.FromMilliseconds(10)).ShouldBe(0);
        pair.Grant(0);
        pair.Write(TestFrame.Of(FabricPair.Epoch, 0, 1));
        pair.Receive().Slot.ShouldBe(0u);
    }

    [Fact]
    public void A_sender_notices_that_its_receiver_is_gone()
    {
        using var pair = new FabricPair(_fabric, _area);
        pair.Receiver.Dispose();
        pair.PollUntilError().ShouldBe(FabricError.PeerGone);
        Should.Throw<FabricException>(() => pair.Write(TestFrame.Of(FabricPair.Epoch, 0, 1))).Error.ShouldBe(FabricError.PeerGone);
    }

    [Fact]
    public void After_an_abort_every_call_says_so_and_aborting_again_does_nothing()
    {
        using var pair = new FabricPair(_fabric, _area);
        pair.Receiver.Abort();
        pair.Receiver.Abort();
        Should.Throw<FabricException>(() => pair.Receiver.TryReceive(out _, TimeSpan.Zero)).Error.ShouldBe(FabricError.Aborted);
        pair.Sender.Abort();
        pair.Sender.Abort();
        Should.Throw<FabricException>(() => pair.Write(TestFrame.Of(FabricPair.Epoch, 0, 1))).Error.ShouldBe(FabricError.Aborted);
        Should.Throw<FabricException>(() => pair.Sender.Poll(new ulong[1], TimeSpan.Zero)).Error.ShouldBe(FabricError.Aborted);
    }

    [Fact]
    public void An_abort_ends_a_wait_of_another_thread()
    {
        using var pair = new FabricPair(_fabric, _area);
        var receiving = Watched.Start(() => pair.ReceiveUntilError().ShouldBe(FabricError.Aborted));
        var polling = Watched.Start(() => pair.PollUntilError().ShouldBeOneOf(FabricError.Aborted, FabricError.PeerGone));
        pair.Receiver.Abort();
        pair.Sender.Abort();
        receiving.Join();
        polling.Join();
    }

    [Fact]
    public void Nothing_lands_after_an_abort_of_either_side_at_any_moment()
    {
        var random = new Random(Seed.Take(nameof(Nothing_lands_after_an_abort_of_either_side_at_any_moment)));
        for (var turn = 0; turn < AbortsTried; turn++)
            AbortAtRandom(random);
    }

    private void AbortAtRandom(Random random)
    {
        const byte after = 0x3C;
        _source.Fill(0x11);
        using var pair = new FabricPair(_fabric, _area);
        for (var slot = 0u; slot < BlockCount; slot++)
            pair.Grant(slot);
        var writing = Watched.Start(() => IgnoringTheEnd(() => WriteEndlessly(pair)));
        var receiving = Watched.Start(() => IgnoringTheEnd(() => ReceiveEndlessly(pair)));
        Thread.Sleep(TimeSpan.FromMicroseconds(random.Next(4000)));
        if (random.Next(2) == 0)
            pair.Sender.Abort();
        pair.Receiver.Abort();
        _area.Fill(after);
        writing.Join();
        receiving.Join();
        _area.IsFilledWith(after).ShouldBeTrue();
    }

    private void WriteEndlessly(FabricPair pair)
    {
        var tags = new ulong[16];
        for (var number = 0ul; ; number++)
        {
            pair.Write(TestFrame.Of(FabricPair.Epoch, (uint)(number % BlockCount), number, _source.Part(0, BlockBytes / 2)), number);
            pair.Sender.Poll(tags, TimeSpan.FromSeconds(1));
        }
    }

    private static void ReceiveEndlessly(FabricPair pair)
    {
        while (true)
            pair.Grant(pair.Receive().Slot);
    }

    /// <summary>The writer here does not wait for grants, so it may also be refused; all that counts is what lands.</summary>
    private static void IgnoringTheEnd(Action action)
    {
        try
        {
            action();
        }
        catch (FabricException)
        {
        }
    }

    private bool IsTurnedAway(byte[] offer)
    {
        using var stranger = _fabric.Propose(FabricOptions.Default);
        return IsTurnedAway(offer, stranger);
    }

    private static bool IsTurnedAway(byte[] offer, IFabricProposal proposal)
    {
        try
        {
            using var sender = proposal.Connect(offer, FabricPair.Watchdog);
            sender.Poll(new ulong[1], FabricPair.Watchdog);
            return false;
        }
        catch (FabricException refused)
        {
            return refused.Error is FabricError.Refused or FabricError.PeerGone or FabricError.Incompatible;
        }
    }
}

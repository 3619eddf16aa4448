using K8sMediaFlow.Messages;
using K8sMediaFlow.Primitives;
using K8sMediaFlow.Sdk.Tests.Fakes;
using K8sMediaFlow.Staging.Channels;

namespace K8sMediaFlow.Sdk.Tests;

/// <summary>One operator between two raw ends.</summary>
public sealed class PasserTests : IDisposable
{
    private static readonly PortSpec[] Video = [new("video")];

    private readonly FakeSidecar _sidecar = new();
    private readonly RawProducer _source = new();
    private readonly RawConsumer _sink = new();

    public void Dispose() => _sidecar.Dispose();

    [Fact]
    public async Task A_forward_carries_the_payload_by_reference_and_metadata_in_a_fresh_envelope()
    {
        await using var media = await Passer();
        _source.Send(1, 1001);
        using (var frame = media.Inputs["video"].Receive()!.Value)
            media.Outputs["video"].Forward(frame, static metadata => metadata.Set("score", 0.5));
        var descriptor = _sink.Pop();
        descriptor.Segment(1).Region.ShouldBe((ushort)1);
        (descriptor.Stream, descriptor.Sequence).ShouldBe((42UL, 1UL));
        _sink.Read(ref descriptor, out var view).ShouldBeTrue();
        view.Payload0.Length.ShouldBe(1001);
        view.Payload0[1000].ShouldBe((byte)1);
        view.Metadata.TryGet("score", out double score).ShouldBeTrue();
        score.ShouldBe(0.5);
        view.Info.PresentationTimeNs.ShouldBe(1000);
    }

    [Fact]
    public async Task A_forward_and_a_derived_frame_keep_the_times_of_their_source()
    {
        var timing = new TimingInfo { BaseNumerator = 1, BaseDenominator = 90_000, PresentationTicks = 9001, DurationTicks = 3003 };
        await using var media = await Passer();
        _source.Timing = timing;
        _source.Send(1);
        _source.Send(2);
        using (var frame = media.Inputs["video"].Receive()!.Value)
        {
            frame.Timing.ShouldBe(new FrameTiming(9001, 3003, new(1, 90_000)));
            media.Outputs["video"].Forward(frame);
        }
        using (var frame = media.Inputs["video"].Receive()!.Value)
        using (var loan = media.Outputs["video"].Loan(8))
            loan.Send(frame);
        foreach (var _ in (int[])[1, 2])
        {
            var descriptor = _sink.Pop();
            _sink.Read(ref descriptor, out var view).ShouldBeTrue();
            view.Info.Timing.ShouldBe(timing);
        }
    }

    [Fact]
    public async Task Times_that_are_set_in_nanoseconds_replace_those_of_the_source()
    {
        await using var media = await Passer();
        _source.Timing = new() { BaseNumerator = 1, BaseDenominator = 90_000, PresentationTicks = 9001, DurationTicks = 3003 };
        _source.Send(1);
        using (var frame = media.Inputs["video"].Receive()!.Value)
        using (var loan = media.Outputs["video"].Loan(8))
        {
            loan.PresentationTimeNs = 5;
            loan.Send(frame);
        }
        var descriptor = _sink.Pop();
        _sink.Read(ref descriptor, out var view).ShouldBeTrue();
        (view.Info.Timing.IsKnown, view.Info.PresentationTimeNs, view.Info.DurationNs).ShouldBe((false, 5L, 1000L));
    }

    [Fact]
    public async Task Times_of_a_source_that_knows_nanoseconds_only_are_ticks_of_one()
    {
        await using var media = await Passer();
        _source.Send(3);
        using var frame = media.Inputs["video"].Receive()!.Value;
        frame.Timing.ShouldBe(new FrameTiming(3000, 1000, TimeBase.Nanoseconds));
    }

    [Fact]
    public async Task A_frames_age_counts_from_its_sources_send_over_all_edges_until_it_is_received()
    {
        await using var media = await Passer();
        _source.AgeNanoseconds = 3_000_000_000;
        _source.EdgeAgeNanoseconds = 500_000_000;
        var sent = MonotonicClock.Nanoseconds;
        _source.Send(1);
        using var frame = media.Inputs["video"].Receive()!.Value;
        var here = TimeSpan.FromTicks((MonotonicClock.Nanoseconds - sent) / 100);
        frame.Age.ShouldBeInRange(TimeSpan.FromSeconds(3.5), TimeSpan.FromSeconds(3.5) + here);
    }

    [Fact]
    public async Task Earlier_metadata_is_included_in_a_second_forward()
    {
        await using var media = await Passer(consumers: 2);
        var (second, end) = await _sidecar.Attach("second", Video, Video);
        await using var _ = second;
        var last = new RawConsumer("last");
        _sidecar.Connect(Ends["first"], end, "video", "video", 8, _source.Region);
        _sidecar.Connect(end, last, "video", "video", 8, Ends["first"].Region!, _source.Region);
        Media["first"].Outputs["video"].InFlight.ShouldBe(0);
        _source.Send(1);
        using (var frame = media.Inputs["video"].Receive()!.Value)
            media.Outputs["video"].Forward(frame, static metadata => metadata.Set("one", 1));
        // Round robin: the second consumer of the port gets the second frame.
        _sink.PopFrame();
        _source.Send(2);
        using (var frame = media.Inputs["video"].Receive()!.Value)
            media.Outputs["video"].Forward(frame, static metadata => metadata.Set("one", 1));
        using (var frame = second.Inputs["video"].Receive()!.Value)
        {
            frame.Metadata.TryGet("one", out long one).ShouldBeTrue();
            one.ShouldBe(1);
            Should.Throw<InvalidOperationException>(() => frame.Metadata.Set("no", 1));
            second.Outputs["video"].Forward(frame, static metadata => metadata.Set("two", "zwei"));
        }
        var descriptor = last.Pop();
        last.Read(ref descriptor, out var view).ShouldBeTrue();
        view.Metadata.Count.ShouldBe(2);
        last.Payload(ref descriptor)[0].ShouldBe((byte)2);
        descriptor.SegmentCount.ShouldBe((ushort)2);
    }

    [Fact]
    public async Task An_input_is_done_when_what_derives_from_it_is()
    {
        await using var media = await Passer();
        _source.Send(1);
        using (var frame = media.Inputs["video"].Receive()!.Value)
        {
            using var loan = media.Outputs["video"].Loan(500);
            loan.Payload.Fill(9);
            loan.Send();
        }
        _source.AwaitReturns(returns => returns.Count == 1);
        _source.Returns.ShouldBe([(1UL, ReturnKind.Returned)]);
        _sink.PopFrame().ShouldBe((1UL, (byte)9));
        media.Inputs["video"].TryReceive(out _).ShouldBeFalse();
        _source.AwaitReturns(returns => returns.Count == 2);
        _source.Returns[1].ShouldBe((1UL, ReturnKind.Done));
    }

    [Fact]
    public async Task A_forward_holds_its_input_until_it_is_done()
    {
        await using var media = await Passer();
        _source.Send(1);
        using (var frame = media.Inputs["video"].Receive()!.Value)
            media.Outputs["video"].Forward(frame);
        var ticket = _sink.Pop().Ticket;
        _sink.Return(ticket, ReturnKind.Returned);
        media.Inputs["video"].TryReceive(out _).ShouldBeFalse();
        _source.Collect();
        _source.Returns.ShouldBeEmpty();
        _sink.Return(ticket, ReturnKind.Done);
        _source.AwaitReturns(returns => returns.Count == 1);
        _source.Returns[0].Kind.ShouldBe(ReturnKind.Both);
    }

    [Fact]
    public async Task A_frame_disposed_without_output_leaves_a_gap_and_is_done_when_the_gap_is()
    {
        await using var media = await Passer();
        _source.Send(1);
        media.Inputs["video"].Receive()!.Value.Dispose();
        var gap = _sink.Pop();
        (gap.Kind, gap.Sequence, gap.GapCount, gap.GapCause).ShouldBe((FrameKind.Gap, 1UL, 1u, GapCause.Disposed));
        _source.AwaitReturns(returns => returns.Count == 1);
        _sink.Return(gap.Ticket, ReturnKind.Both);
        _source.AwaitReturns(returns => returns.Count == 2);
    }

    [Fact]
    public async Task Gap_notices_are_passed_on()
    {
        await using var media = await Passer();
        _source.SendGap(1, 7);
        media.Inputs["video"].TryReceive(out _).ShouldBeFalse();
        var gap = _sink.Pop();
        (gap.Kind, gap.Sequence, gap.GapCount, gap.GapCause).ShouldBe((FrameKind.Gap, 1UL, 7u, GapCause.Dropped));
    }

    [Fact]
    public async Task The_same_identity_does_not_go_out_twice_on_a_port()
    {
        await using var media = await Passer();
        _source.Send(1);
        using var frame = media.Inputs["video"].Receive()!.Value;
        media.Outputs["video"].Forward(frame);
        Should.Throw<InvalidOperationException>(() => media.Outputs["video"].Forward(frame)).Message.ShouldContain("OpenStream");
        using var loan = media.Outputs["video"].Loan(10);
        Should.Throw<InvalidOperationException>(() => loan.Send(frame)).Message.ShouldContain("already");
        Should.Throw<InvalidOperationException>(() => loan.Send()).Message.ShouldContain("already");
    }

    [Fact]
    public async Task A_port_with_a_stream_of_its_own_counts_for_itself_and_still_derives()
    {
        await using var media = await Passer();
        var stream = media.Outputs["video"].OpenStream();
        _source.Send(5);
        using (var frame = media.Inputs["video"].Receive()!.Value)
        {
            for (var i = 0; i < 2; i++)
            {
                using var loan = media.Outputs["video"].Loan(10);
                loan.Payload.Clear();
                loan.Send(frame);
            }
        }
        for (var i = 1UL; i <= 2; i++)
        {
            var descriptor = _sink.Pop();
            (descriptor.Stream, descriptor.Sequence).ShouldBe((stream, i));
            _source.Collect();
            _source.Returns.ShouldNotContain(entry => (entry.Kind & ReturnKind.Done) != 0);
            _sink.Return(descriptor.Ticket, ReturnKind.Both);
        }
        _source.AwaitReturns(returns => returns.Exists(entry => (entry.Kind & ReturnKind.Done) != 0));
    }

    [Fact]
    public async Task A_disposed_frame_says_so()
    {
        await using var media = await Passer();
        _source.Send(1);
        var frame = media.Inputs["video"].Receive()!.Value;
        frame.Dispose();
        frame.Dispose();
        Should.Throw<ObjectDisposedException>(() => frame.Sequence);
        Should.Throw<ObjectDisposedException>(() => media.Outputs["video"].Forward(frame));
    }

    [Fact]
    public async Task A_frame_that_was_given_back_gives_back_no_other_and_shows_none()
    {
        await using var media = await Passer();
        _source.Send(1);
        var first = media.Inputs["video"].Receive()!.Value;
        first.Dispose();
        _source.Send(2);
        using var second = media.Inputs["video"].Receive()!.Value;
        first.Dispose();
        second.Sequence.ShouldBe(2UL);
        Should.Throw<ObjectDisposedException>(() => first.Sequence);
        (first == second).ShouldBeFalse();
        media.Outputs["video"].Forward(second);
        _sink.Pop().Kind.ShouldBe(FrameKind.Gap);
        _sink.PopFrame().Sequence.ShouldBe(2UL);
    }

    [Fact]
    public async Task A_loan_that_is_over_gives_back_no_other_and_sends_none()
    {
        await using var media = await Passer();
        _source.Send(1);
        using var frame = media.Inputs["video"].Receive()!.Value;
        var unsent = media.Outputs["video"].Loan(10);
        unsent.Dispose();
        using var loan = media.Outputs["video"].Loan(20);
        unsent.Dispose();
        Should.Throw<ObjectDisposedException>(unsent.Send);
        Should.Throw<ObjectDisposedException>(() => unsent.Metadata.Set("whose", 1));
        loan.Payload.Length.ShouldBe(20);
        loan.Send(frame);
        Should.Throw<ObjectDisposedException>(() => loan.Send(frame));
        using var next = media.Outputs["video"].Loan(30);
        loan.Dispose();
        next.Payload.Length.ShouldBe(30);
        _sink.PopFrame().Sequence.ShouldBe(1UL);
    }

    [Fact]
    public async Task The_end_of_the_input_becomes_the_end_of_the_output_and_disposal_waits_until_all_is_done()
    {
        var media = await Passer();
        _source.Send(1);
        _source.End(1);
        await foreach (var frame in media.Inputs["video"].ReadAllAsync(media.Stopping))
        {
            using (frame)
                media.Outputs["video"].Forward(frame);
        }
        media.Inputs["video"].Ended.ShouldBeTrue();
        var disposal = media.DisposeAsync().AsTask();
        var (first, end) = (_sink.Pop(), _sink.Pop());
        (end.Kind, end.Stream, end.Sequence).ShouldBe((FrameKind.EndOfStream, 42UL, 1UL));
        disposal.IsCompleted.ShouldBeFalse();
        _sink.Return(first.Ticket, ReturnKind.Both);
        _sink.Return(end.Ticket, ReturnKind.Both);
        await disposal.WaitAsync(Bounded.Watchdog);
        Ends["first"].Listen(Messages.AttachMessage.Which.Completed);
    }

    [Fact]
    public async Task Disposal_before_the_end_is_a_death()
    {
        var media = await Passer();
        _source.Send(1);
        media.Inputs["video"].Receive().ShouldNotBeNull();
        await media.DisposeAsync();
        Ends["first"].ListenToTheEnd();
        Ends["first"].HasHeard(Messages.AttachMessage.Which.Completed).ShouldBeFalse();
        _sink.Channel.TryPop(out _).ShouldBeFalse();
    }

    [Fact]
    public async Task A_frame_that_is_not_sound_ends_its_channel_and_leaves_a_gap()
    {
        await using var media = await Passer();
        _source.SendGarbage(1);
        _source.SendGarbage(2);
        media.Inputs["video"].TryReceive(out _).ShouldBeFalse();
        Ends["first"].Listen(Messages.AttachMessage.Which.Violation).Text.ShouldContain("video");
        var gap = _sink.Pop();
        (gap.Kind, gap.GapCause).ShouldBe((FrameKind.Gap, GapCause.Lost));
        media.Statistics.Violations.ShouldBe(1);
        Ends["first"].HasHeard(Messages.AttachMessage.Which.Goodbye).ShouldBeFalse();
        Ends["first"].Close(1);
        _sink.Return(gap.Ticket, ReturnKind.Both);
        Ends["first"].Listen(Messages.AttachMessage.Which.Goodbye).Channel.ShouldBe(1UL);
    }

    [Fact]
    public async Task What_an_operator_that_has_failed_lets_go_of_is_neither_explained_nor_done_and_goes_to_its_next_life()
    {
        var media = await Passer();
        _source.Send(1);
        _source.Send(2);
        using (var frame = media.Inputs["video"].Receive()!.Value)
            media.Outputs["video"].Forward(frame);
        using (var frame = media.Inputs["video"].Receive()!.Value)
        {
            media.Fail("out of luck");
            Should.Throw<MediaOperatorException>(() => media.Outputs["video"].Forward(frame));
        }
        _sink.PopFrame(ReturnKind.None).Sequence.ShouldBe(1UL);
        await media.DisposeAsync();
        _sink.Channel.TryPop(out var more).ShouldBeFalse($"{more.Kind} {more.GapCause} of {more.Sequence}");
        _source.Collect();
        _source.Returns.ShouldBeEmpty();
    }

    private Dictionary<string, AttachedMediaOperator> Ends { get; } = [];

    private Dictionary<string, MediaOperator> Media { get; } = [];

    private async Task<MediaOperator> Passer(int consumers = 1)
    {
        var (media, end) = await _sidecar.Attach("first", Video, [new PortSpec("video", Peers: consumers)]);
        (Ends["first"], Media["first"]) = (end, media);
        _sidecar.Connect(_source, end, "video", "video");
        _sidecar.Connect(end, _sink, "video", "video", 8, _source.Region);
        return media;
    }
}

using K8sMediaFlow.Messages;
using K8sMediaFlow.Primitives;
using K8sMediaFlow.Sdk.Tests.Fakes;
using K8sMediaFlow.Staging.Channels;
using K8sMediaFlow.Staging.Regions;

namespace K8sMediaFlow.Sdk.Tests;

/// <summary>An operator without inputs.</summary>
public sealed class SourceTests : IDisposable
{
    private static readonly VideoCaps Small = new(32, 16, "yuv420p", 30, 1);

    private readonly FakeSidecar _sidecar = new();
    private readonly RawConsumer _sink = new();

    public void Dispose() => _sidecar.Dispose();

    [Fact]
    public async Task A_source_gives_identities_from_one_and_takes_size_and_planes_from_its_caps()
    {
        await using var media = await Source();
        for (var i = 0; i < 2; i++)
        {
            using var loan = media.Outputs["out"].Loan();
            loan.Payload.Length.ShouldBe(32 * 16 * 3 / 2);
            loan.Plane(0).Fill(1);
            loan.Plane(1).Fill(1);
            loan.Plane(2).Fill(1);
            loan.PresentationTimeNs = 77;
            loan.Send();
        }
        for (var sequence = 1UL; sequence <= 2; sequence++)
        {
            var descriptor = _sink.Pop();
            descriptor.Sequence.ShouldBe(sequence);
            _sink.Read(ref descriptor, out var view).ShouldBeTrue();
            view.Info.Video.Planes.Count.ShouldBe(3);
            (view.Info.PresentationTimeNs, view.Info.DurationNs).ShouldBe((77L, 33_333_333L));
            view.Info.CaptureTimeWallNs.ShouldBeGreaterThan(0);
            _sink.Payload(ref descriptor).IndexOfAnyExcept((byte)1).ShouldBe(-1);
        }
    }

    [Fact]
    public async Task Times_in_ticks_arrive_as_they_were_set_and_give_those_in_nanoseconds()
    {
        await using var media = await Source();
        using (var loan = media.Outputs["out"].Loan())
        {
            loan.PresentationTimeNs = 77;
            loan.Timing = new(3003, 1001, new(1, 30_000));
            loan.Send();
        }
        var descriptor = _sink.Pop();
        _sink.Read(ref descriptor, out var view).ShouldBeTrue();
        view.Info.Timing.ShouldBe(
            new TimingInfo { BaseNumerator = 1, BaseDenominator = 30_000, PresentationTicks = 3003, DurationTicks = 1001 });
        (view.Info.PresentationTimeNs, view.Info.DurationNs).ShouldBe((100_100_000L, 33_366_667L));
    }

    [Theory]
    [InlineData(0, 0)]
    [InlineData(0, 30)]
    [InlineData(1, 0)]
    [InlineData(-1, 30)]
    [InlineData(1, -30)]
    public async Task A_frame_of_a_time_base_that_is_no_time_cannot_be_sent(int numerator, int denominator)
    {
        await using var media = await Source();
        using var loan = media.Outputs["out"].Loan();
        loan.Timing = new(1, 1, new(numerator, denominator));
        Should.Throw<InvalidOperationException>(() => loan.Send())
            .Message.ShouldBe($"The time base {numerator}/{denominator} of a frame on output 'out' is not valid: both parts are greater than 0.");
    }

    [Fact]
    public async Task Back_pressure_is_felt_where_the_loan_is_taken()
    {
        await using var media = await Source();
        for (var i = 0; i < 4; i++)
            Send(media, (byte)i);
        media.Outputs["out"].TryLoan(out _).ShouldBeFalse();
        media.Statistics.OutputWaits.ShouldBe(0);
        var blocked = Task.Run(() => Send(media, 4));
        Bounded.Await(() => media.Statistics.OutputWaits == 1);
        _sink.PopFrame(ReturnKind.Returned);
        blocked.IsCompleted.ShouldBeFalse();
        _sink.PopFrame();
        await blocked.WaitAsync(Bounded.Watchdog);
    }

    /// <summary>In a batch nobody starts a sidecar again that has finished: who looked for it would never end.</summary>
    [Fact]
    [Trait("Category", "Slow")]
    public async Task A_sidecar_that_ends_as_soon_as_it_has_kept_the_last_word_is_not_waited_for()
    {
        for (var round = 0; round < 20; round++)
        {
            using var sidecar = new FakeSidecar { DrainPatience = TimeSpan.FromSeconds(2) };
            var (media, end) = await sidecar.Attach("source", [], [new("out") { Caps = Small }]);
            var sink = new RawConsumer();
            sidecar.Connect(end, sink, "out", "in");
            media.Outputs["out"].Complete();
            sink.Return(sink.Pop().Ticket, ReturnKind.Both);
            var disposal = media.DisposeAsync().AsTask();
            end.Listen(Messages.AttachMessage.Which.Completed);
            sidecar.End();
            await disposal.WaitAsync(Bounded.Watchdog);
        }
    }

    [Fact]
    public async Task Loans_that_were_given_count_as_room_taken()
    {
        await using var media = await Source();
        var loans = new List<FrameLoan>();
        while (media.Outputs["out"].TryLoan(out var loan))
            loans.Add(loan);
        loans.Count.ShouldBe(4);
        loans.ForEach(loan => loan.Dispose());
        media.Outputs["out"].TryLoan(out var again).ShouldBeTrue();
        again.Dispose();
        Should.Throw<ObjectDisposedException>(() => again.Payload.Length);
    }

    [Fact]
    public async Task The_ports_quota_bounds_its_blocks()
    {
        await using var media = await Source(quotaBlocks: 4);
        using var first = media.Outputs["out"].Loan();
        using var second = media.Outputs["out"].Loan();
        media.Outputs["out"].TryLoan(out _).ShouldBeFalse();
    }

    [Fact]
    public async Task A_waiting_loan_can_be_cancelled()
    {
        await using var media = await Source(connect: false);
        using var cancellation = new CancellationTokenSource(50);
        Should.Throw<OperationCanceledException>(() => media.Outputs["out"].Loan(cancellation.Token));
    }

    [Fact]
    public async Task A_frame_that_fits_no_block_is_refused_with_the_figures()
    {
        await using var media = await Source();
        var failure = Should.Throw<MediaOperatorException>(() => media.Outputs["out"].Loan(70_000));
        failure.Error.ShouldBe(MediaOperatorError.FrameTooLarge);
        failure.Message.ShouldContain("65536");
    }

    [Fact]
    public async Task A_gap_explains_the_next_sequences()
    {
        await using var media = await Source();
        media.Outputs["out"].SendGap(3);
        Send(media, 1);
        var gap = _sink.Pop();
        (gap.Kind, gap.Sequence, gap.GapCount).ShouldBe((FrameKind.Gap, 1UL, 3u));
        _sink.PopFrame().Sequence.ShouldBe(4UL);
    }

    [Fact]
    public async Task Nothing_is_sent_after_the_end()
    {
        await using var media = await Source();
        Send(media, 1);
        var loan = media.Outputs["out"].Loan();
        media.Outputs["out"].Complete();
        media.Outputs["out"].Complete();
        Should.Throw<InvalidOperationException>(() => loan.Send()).Message.ShouldContain("complete");
        Should.Throw<InvalidOperationException>(() => media.Outputs["out"].Loan());
        loan.Dispose();
        _sink.PopFrame();
        var end = _sink.Pop();
        (end.Kind, end.Sequence).ShouldBe((FrameKind.EndOfStream, 1UL));
        _sink.Return(end.Ticket, ReturnKind.Both);
    }

    [Fact]
    public async Task An_operator_that_has_failed_ends_no_stream_and_explains_no_gap()
    {
        await using var media = await Source();
        Send(media, 1);
        media.Fail("out of luck");
        Should.Throw<MediaOperatorException>(() => media.Outputs["out"].SendGap(1));
        Should.Throw<MediaOperatorException>(() => media.Outputs["out"].Complete());
        _sink.PopFrame().Sequence.ShouldBe(1UL);
        _sink.Channel.TryPop(out var more).ShouldBeFalse($"{more.Kind}");
    }

    [Fact]
    public async Task A_stop_asks_a_source_to_end()
    {
        await using var media = await Source();
        _end.Stop();
        Bounded.Await(() => media.Stopping.IsCancellationRequested);
    }

    [Fact]
    public async Task A_failure_is_said_to_the_sidecar_and_thrown_by_every_later_call()
    {
        await using var media = await Source();
        media.Fail("the file is truncated");
        _end.Listen(Messages.AttachMessage.Which.Failed).Text.ShouldBe("the file is truncated");
        Should.Throw<MediaOperatorException>(() => media.Outputs["out"].Loan()).Message.ShouldContain("the file is truncated");
        media.Stopping.IsCancellationRequested.ShouldBeTrue();
    }

    [Fact]
    public async Task What_a_dead_consumer_was_not_done_with_goes_to_its_successor()
    {
        await using var media = await Source();
        for (byte i = 1; i <= 3; i++)
            Send(media, i);
        _sink.PopFrame();
        _sink.PopFrame(ReturnKind.Returned);
        _end.Close(1);
        _end.ConsumerGone(1);
        var successor = new RawConsumer(_sink.Name);
        _sidecar.Connect(_end, successor, "out", "in", 4);
        successor.PopFrame(ReturnKind.None).ShouldBe((2UL, (byte)2));
        var last = successor.Pop();
        (last.Sequence, last.Flags).ShouldBe((3UL, DescriptorFlags.MayBeReplay));
        media.Statistics.ResentFrames.ShouldBe(2);
    }

    [Fact]
    public async Task A_successor_gets_what_the_dead_was_not_done_with_at_once_but_the_block_only_when_the_readers_let_go()
    {
        await using var media = await Source(quotaBlocks: 2);
        Send(media, 1);
        _end.Close(1);
        var successor = new RawConsumer(_sink.Name);
        _sidecar.Connect(_end, successor, "out", "in", 4);
        successor.PopFrame().Sequence.ShouldBe(1UL);
        Thread.Sleep(20);
        media.Outputs["out"].TryLoan(out _).ShouldBeFalse();
        _end.ConsumerGone(1);
        Send(media, 2);
        successor.PopFrame().Sequence.ShouldBe(2UL);
    }

    [Fact]
    public async Task An_end_whose_frames_are_not_done_downstream_is_no_completion_and_says_so()
    {
        _sidecar.DrainPatience = TimeSpan.FromMilliseconds(100);
        var media = await Source();
        Send(media, 1);
        media.Outputs["out"].Complete();
        var failure = await Should.ThrowAsync<MediaOperatorException>(async () => await media.DisposeAsync());
        failure.Error.ShouldBe(MediaOperatorError.Timeout);
        failure.Message.ShouldContain("2 of output 'out' are not");
    }

    [Fact]
    public async Task An_end_waits_for_what_is_not_done_downstream_as_long_as_it_takes()
    {
        _sidecar.DrainPatience = new MediaOperatorOptions { SocketPath = "", TokenFile = "", Name = "" }.DrainPatience;
        _sidecar.DrainPatience.ShouldBe(Timeout.InfiniteTimeSpan);
        var media = await Source();
        Send(media, 1);
        media.Outputs["out"].Complete();
        var end = media.DisposeAsync().AsTask();
        (await Task.WhenAny(end, Task.Delay(300))).ShouldNotBe(end);
        _sink.PopFrame();
        _sink.Return(_sink.Pop().Ticket, ReturnKind.Both);
        await end.WaitAsync(Bounded.Watchdog);
    }

    [Fact]
    public async Task A_loan_that_is_smaller_than_a_picture_of_its_caps_cannot_be_sent()
    {
        await using var media = await Source();
        using var loan = media.Outputs["out"].Loan(32 * 16);
        Should.Throw<InvalidOperationException>(() => loan.Send())
            .Message.ShouldContain("'out' has 512 bytes, a picture of its caps has 768");
    }

    [Fact]
    public async Task A_frame_without_the_key_of_its_edge_cannot_be_sent_and_one_that_has_it_can()
    {
        await using var media = await Source(keyField: "track");
        using var loan = media.Outputs["out"].Loan();
        Should.Throw<InvalidOperationException>(() => loan.Send()).Message.ShouldBe("Edge out deals frames out by 'track', which is not in "
            + "its metadata: set it to a whole number, a truth value, a text or bytes before the frame is sent on output 'out'.");
        loan.Metadata.Set("track", 0.5);
        Should.Throw<InvalidOperationException>(() => loan.Send()).Message.ShouldContain("which is a Double");
        loan.Metadata.Set("track", "left");
        loan.Payload.Fill(7);
        loan.Send();
        _sink.PopFrame().Content.ShouldBe((byte)7);
    }

    private AttachedMediaOperator _end = null!;

    private async Task<MediaOperator> Source(int quotaBlocks = 64, bool connect = true, string keyField = "")
    {
        BlockClass[] classes = [new(4096, 32), new(64 << 10, 16)];
        var port = new PortSpec("out", QuotaBlocks: quotaBlocks, Caps: Small, KeyField: keyField);
        (var media, _end) = await _sidecar.Attach("source", [], [port], classes);
        if (connect)
            _sidecar.Connect(_end, _sink, "out", "in", 4);
        return media;
    }

    private static void Send(MediaOperator media, byte content)
    {
        using var loan = media.Outputs["out"].Loan();
        loan.Payload.Fill(content);
        loan.Send();
    }
}

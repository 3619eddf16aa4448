using K8sMediaFlow.Sdk.Tests.Fakes;
using K8sMediaFlow.Staging.Channels;

namespace K8sMediaFlow.Sdk.Tests;

/// <summary>Producers and sidecars die; what the SDK makes of it.</summary>
public sealed class DeathTests : IDisposable
{
    private static readonly PortSpec[] Port = [new("video")];

    private readonly FakeSidecar _sidecar = new();

    public void Dispose() => _sidecar.Dispose();

    [Fact]
    public async Task A_dead_producers_channel_is_drained_and_left_with_a_goodbye()
    {
        var source = new RawProducer();
        var (media, end) = await _sidecar.Attach("sink", Port, []);
        await using var _ = media;
        var channel = _sidecar.Connect(source, end, "video", "video");
        source.Send(1);
        source.Send(2);
        var first = media.Inputs["video"].Receive()!.Value;
        end.Close(channel);
        media.Inputs["video"].Receive()!.Value.Dispose();
        media.Inputs["video"].TryReceive(out var none).ShouldBeFalse();
        none.ShouldBe(default);
        end.HasHeard(Messages.AttachMessage.Which.Goodbye).ShouldBeFalse();
        first.Payload[0].ShouldBe((byte)1);
        first.Dispose();
        end.Listen(Messages.AttachMessage.Which.Goodbye).Channel.ShouldBe(channel);
        end.RegionGone(source.Region);
        media.Inputs["video"].Ended.ShouldBeFalse();
    }

    [Fact]
    public async Task After_the_sidecars_death_what_was_sent_and_not_done_is_copied_and_sent_again()
    {
        var (media, end) = await _sidecar.Attach("source", [], Port);
        await using var _ = media;
        _sidecar.Connect(end, new RawConsumer(), "video", "video");
        for (byte i = 1; i <= 3; i++)
            Send(media, i);
        var loan = media.Outputs["video"].Loan(777);
        loan.Payload.Fill(4);

        var (sink, again) = await Reattach(media, [], Port);
        again.LastSidecar.ShouldBe(1UL);
        _sidecar.Connect(again, sink, "video", "video");
        for (byte i = 1; i <= 3; i++)
            sink.PopFrame().ShouldBe(((ulong)i, i));
        loan.Send();
        sink.PopFrame().ShouldBe((4UL, (byte)4));
        Send(media, 5);
        sink.PopFrame().ShouldBe((5UL, (byte)5));
        (media.Statistics.CopiedFrames, media.Statistics.Reattaches).ShouldBe((4L, 1L));
        media.Outputs["video"].Complete();
        sink.Return(sink.Pop().Ticket, ReturnKind.Both);
        Bounded.Await(() => media.Statistics.OutputsNotDone == 0);
    }

    [Fact]
    public async Task A_frame_in_hand_outlives_the_sidecar_and_its_replay_is_done_when_it_is()
    {
        var source = new RawProducer();
        var (media, end) = await _sidecar.Attach("passer", Port, Port);
        await using var _ = media;
        _sidecar.Connect(source, end, "video", "video");
        _sidecar.Connect(end, new RawConsumer(), "video", "video", 8, source.Region);
        source.Send(1);
        source.Send(2);
        var inHand = media.Inputs["video"].Receive()!.Value;

        var (sink, again) = await Reattach(media, Port, Port);
        var upstream = new RawProducer();
        _sidecar.Connect(upstream, again, "video", "video");
        _sidecar.Connect(again, sink, "video", "video", 8, upstream.Region);
        inHand.Payload[0].ShouldBe((byte)1);
        upstream.Send(1, flags: DescriptorFlags.MayBeReplay);
        upstream.Send(2, flags: DescriptorFlags.MayBeReplay);
        using (var second = media.Inputs["video"].Receive()!.Value)
        {
            second.Sequence.ShouldBe(2UL);
            media.Outputs["video"].Forward(second);
        }
        sink.PopFrame().ShouldBe((2UL, (byte)2));
        using (var loan = media.Outputs["video"].Loan(10))
        {
            loan.Payload.Fill(7);
            loan.Send(inHand);
        }
        inHand.Dispose();
        media.Inputs["video"].TryReceive(out var none).ShouldBeFalse();
        none.ShouldBe(default);
        upstream.AwaitReturns(returns => returns.Exists(entry => entry == (2UL, ReturnKind.Both)));
        upstream.Returns.ShouldNotContain(entry => entry.Ticket == 1 && (entry.Kind & ReturnKind.Done) != 0);
        sink.PopFrame().ShouldBe((1UL, (byte)7));
        media.Inputs["video"].TryReceive(out none).ShouldBeFalse();
        upstream.AwaitReturns(returns => returns.Exists(entry => entry.Ticket == 1 && (entry.Kind & ReturnKind.Done) != 0));
        media.Statistics.Duplicates.ShouldBe(1);
    }

    [Fact]
    public async Task A_forward_whose_payload_fits_no_block_of_the_new_region_is_made_again_from_the_replay()
    {
        Staging.Regions.BlockClass[] envelopesOnly = [new(4096, 32)];
        var source = new RawProducer();
        var (media, end) = await _sidecar.Attach("passer", Port, Port, envelopesOnly);
        await using var _ = media;
        _sidecar.Connect(source, end, "video", "video");
        _sidecar.Connect(end, new RawConsumer(), "video", "video", 8, source.Region);
        source.Send(1, 20_000);
        using (var frame = media.Inputs["video"].Receive()!.Value)
            media.Outputs["video"].Forward(frame);

        var (sink, again) = await Reattach(media, Port, Port, envelopesOnly);
        var upstream = new RawProducer();
        _sidecar.Connect(upstream, again, "video", "video");
        _sidecar.Connect(again, sink, "video", "video", 8, upstream.Region);
        upstream.Send(1, 20_000, DescriptorFlags.MayBeReplay);
        using (var frame = media.Inputs["video"].Receive()!.Value)
            media.Outputs["video"].Forward(frame);
        sink.PopFrame().ShouldBe((1UL, (byte)1));
        media.Inputs["video"].TryReceive(out var none).ShouldBeFalse();
        none.ShouldBe(default);
        upstream.AwaitReturns(returns => returns.Exists(entry => entry == (1UL, ReturnKind.Both)));
        media.Statistics.CopiedFrames.ShouldBe(0);
    }

    [Fact]
    public async Task A_forward_that_fits_is_copied_with_its_payload()
    {
        var source = new RawProducer();
        var (media, end) = await _sidecar.Attach("passer", Port, Port);
        await using var _ = media;
        _sidecar.Connect(source, end, "video", "video");
        _sidecar.Connect(end, new RawConsumer(), "video", "video", 8, source.Region);
        source.Send(1, 20_001);
        using (var frame = media.Inputs["video"].Receive()!.Value)
            media.Outputs["video"].Forward(frame, static metadata => metadata.Set("kept", true));

        var (sink, again) = await Reattach(media, Port, Port);
        var upstream = new RawProducer();
        _sidecar.Connect(upstream, again, "video", "video");
        _sidecar.Connect(again, sink, "video", "video", 8, upstream.Region);
        upstream.Send(1, 20_001, DescriptorFlags.MayBeReplay);
        var descriptor = sink.Pop();
        descriptor.Segment(1).Region.ShouldBe((ushort)0);
        sink.Read(ref descriptor, out var view).ShouldBeTrue();
        view.Payload0.Length.ShouldBe(20_001);
        view.Metadata.TryGet("kept", out bool kept).ShouldBeTrue();
        kept.ShouldBeTrue();
        media.Inputs["video"].TryReceive(out var duplicate).ShouldBeFalse();
        duplicate.ShouldBe(default);
        sink.Return(descriptor.Ticket, ReturnKind.Both);
        upstream.AwaitReturns(returns => returns.Exists(entry => (entry.Kind & ReturnKind.Done) != 0));
    }

    private async Task<(RawConsumer Sink, AttachedMediaOperator End)> Reattach(MediaOperator media, PortSpec[] inputs, PortSpec[] outputs,
        Staging.Regions.BlockClass[]? classes = null)
    {
        _sidecar.DieAndComeAgain();
        var end = await Task.Run(() => _sidecar.Welcome(inputs, outputs, classes)).WaitAsync(Bounded.Watchdog);
        Bounded.Await(() => media.Statistics.Reattaches == 1);
        return (new RawConsumer(), end);
    }

    private static void Send(MediaOperator media, byte content)
    {
        using var loan = media.Outputs["video"].Loan(500);
        loan.Payload.Fill(content);
        loan.Send();
    }
}

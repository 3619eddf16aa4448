using K8sMediaFlow.Staging.Regions;

namespace K8sMediaFlow.Links.Simulation.Tests.Pods;

/// <summary>
/// Passes every frame on under its identity: with an envelope of its own and the payload where it lies, as a forward, or as a copy.
/// </summary>
internal sealed class MiddleOperator : Operator
{
    // A notice has a block here, as if it were a frame.
    private const int NoticeBlocks = 8;

    private const long WorkMin = 5_000, WorkMax = 150_000;

    private readonly bool _copies;
    private long _busyUntil;
    private bool _isEnded;

    public MiddleOperator(Scheduler scheduler, Process process, Pod pod, ushort life, bool copies)
        : base(scheduler, process, pod, life, pod.PortWindow + NoticeBlocks)
    {
        _copies = copies;
        Out = pod.MakeFan(this);
        In = pod.MakePort();
    }

    public override bool IsIdle => Out!.InFlight == 0 && OutputsNotDone == 0 && In!.NotDone == 0;

    protected override void Turn()
    {
        while (AttachedTo is not null && _busyUntil <= Scheduler.Now && TryPass())
            _busyUntil = Scheduler.Now + Scheduler.Between(WorkMin, WorkMax);
        if (_busyUntil > Scheduler.Now)
            By(_busyUntil);
        // What a new life of the sidecar brings again was had before the end.
        while (_isEnded && In!.TryTake(Scheduler.Now, out var number))
        {
            In.Descriptor(number).Kind.ShouldNotBe(FrameKind.Frame, $"{Pod.Name}: a new frame behind the end");
            GiveBack(number);
        }
        if (In!.Ended && !_isEnded)
            End();
    }

    private bool TryPass()
    {
        if (!Out!.HasRoom() || !Own.TryTake(out var block))
            return false;
        if (!In!.TryTake(Scheduler.Now, out var number))
        {
            Own.Free(block);
            return false;
        }
        var link = (LinkPlace)In.ChannelOf(number).State!;
        ref var input = ref In.Descriptor(number);
        var output = input.Kind == FrameKind.Gap ? input : Derive(ref input, block, AreaOf(link, AttachedTo!));
        (output.AgeNanoseconds, output.EdgeAgeNanoseconds) = (EdgePolicy.AgeNs(in input, Scheduler.Now), 0);
        (output.SentAtNanoseconds, output.Epoch) = ((ulong)Scheduler.Now, 0);
        Out.Post(in output, AddOutput(new Output(number, block, HasBlock: true)));
        link.At(Step.Receive);
        foreach (var next in Pod.Outbound)
            next.At(Step.Send);
        return true;
    }

    private FrameDescriptor Derive(ref FrameDescriptor input, uint block, Region area)
    {
        IsWhole(ref input, area).ShouldBeTrue($"frame {input.Sequence} was altered on its way to {Pod.Name}");
        var output = new FrameDescriptor { Kind = input.Kind, Stream = input.Stream, Sequence = input.Sequence, Flags = input.Flags };
        Pattern.Fill(Own.Bytes(block, 0, Region.EnvelopeBytes), input.Stream, input.Sequence, 0);
        output.AddSegment(new SegmentRef(0, new BlockRef(block, 1), 0, Region.EnvelopeBytes));
        if (input.SegmentCount < 2)
            return output;
        var payload = input.Segment(1);
        if (_copies)
        {
            area.Bytes(payload.Block, (int)payload.Offset, (int)payload.Length)
                .CopyTo(Own.Bytes(block, Region.EnvelopeBytes, (int)payload.Length));
            payload = new SegmentRef(0, new BlockRef(block, 1), Region.EnvelopeBytes, payload.Length);
        }
        else
            payload.RegionName = area.Name;
        output.AddSegment(in payload);
        return output;
    }

    private void End()
    {
        _isEnded = true;
        var end = new FrameDescriptor
        {
            Kind = FrameKind.EndOfStream,
            Stream = In!.Last.Stream,
            Sequence = In.Last.Sequence,
            SentAtNanoseconds = (ulong)Scheduler.Now,
        };
        Out!.Post(in end, AddOutput(new Output(-1, 0, HasBlock: false)));
    }
}

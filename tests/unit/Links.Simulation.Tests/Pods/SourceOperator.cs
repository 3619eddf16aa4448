using K8sMediaFlow.Staging.Regions;

namespace K8sMediaFlow.Links.Simulation.Tests.Pods;

/// <summary>A source: each life of it opens a stream of its own.</summary>
internal sealed class SourceOperator : Operator
{
    private const long PeriodMin = 20_000, PeriodMax = 400_000;

    private readonly Feed _feed;
    private readonly SourceStream _stream;
    private long _nextAt;
    private bool _isEnded;

    public SourceOperator(Scheduler scheduler, Process process, Pod pod, ushort life, Feed feed)
        : base(scheduler, process, pod, life, pod.PortWindow)
    {
        (_feed, _stream) = (feed, feed.Open());
        Out = pod.MakeFan(this);
    }

    public override bool IsIdle => _isEnded && Out!.InFlight == 0 && OutputsNotDone == 0;

    /// <summary>It has said that nothing more comes: its stream cannot be begun anew.</summary>
    public bool IsEnded => _isEnded;

    /// <summary>It dies: what waits in its own memory is lost with it.</summary>
    public void Dies() => _stream.IsCutOff |= AttachedTo is null || Out!.HasOwed() || Pod.Edges.Any(edge => !edge.IsKept);

    protected override void Turn()
    {
        while (!_isEnded && AttachedTo is not null && _nextAt <= Scheduler.Now && TrySend())
        {
        }
        // Otherwise it waits for what comes back.
        if (!_isEnded && _nextAt > Scheduler.Now)
            By(_nextAt);
    }

    private bool TrySend()
    {
        if (_feed.IsUsedUp)
            return End();
        if (!_feed.MayGoOn || !Out!.HasRoom() || !Own.TryTake(out var block))
            return false;
        _nextAt = Scheduler.Now + (Scheduler.Between(PeriodMin, PeriodMax) * _feed.Slowness);
        var descriptor = new FrameDescriptor
        {
            Kind = FrameKind.Frame,
            Stream = _stream.Number,
            Sequence = _feed.Next(_stream),
            SentAtNanoseconds = (ulong)Scheduler.Now,
        };
        Fill(ref descriptor, block);
        Out.Post(in descriptor, AddOutput(new Output(-1, block, HasBlock: true)));
        foreach (var link in Pod.Outbound)
            link.At(Step.Send);
        return true;
    }

    private void Fill(ref FrameDescriptor descriptor, uint block)
    {
        var payload = Scheduler.Random.Next(0, 80) * sizeof(ulong);
        Put(ref descriptor, block, 0, Region.EnvelopeBytes);
        if (payload > 0)
            Put(ref descriptor, block, Region.EnvelopeBytes, payload);
    }

    private void Put(ref FrameDescriptor descriptor, uint block, int offset, int length)
    {
        Pattern.Fill(Own.Bytes(block, offset, length), descriptor.Stream, descriptor.Sequence, descriptor.SegmentCount);
        descriptor.AddSegment(new SegmentRef(0, new BlockRef(block, 1), (uint)offset, (uint)length));
    }

    private bool End()
    {
        _isEnded = true;
        var end = new FrameDescriptor
        {
            Kind = FrameKind.EndOfStream,
            Stream = _stream.Number,
            Sequence = _stream.Sent,
            SentAtNanoseconds = (ulong)Scheduler.Now,
        };
        Out!.Post(in end, AddOutput(new Output(-1, 0, HasBlock: false)));
        return false;
    }
}

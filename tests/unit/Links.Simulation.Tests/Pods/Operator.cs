using K8sMediaFlow.Staging.Regions;

namespace K8sMediaFlow.Links.Simulation.Tests.Pods;

/// <summary>
/// One life of a media operator: the product's fan and input port, with the few steps around them that its SDK does. A kind of it says what
/// it does with frames.
/// </summary>
internal abstract class Operator : WokenStep, IFrameOwner
{
    private const long LookAnyway = 25 * Scheduler.Millisecond, WatchEvery = 100 * Scheduler.Millisecond;

    /// <summary>As the sidecar's, and as the SDK's default.</summary>
    public const long StandstillPatience = 5_000 * Scheduler.Millisecond;

    private readonly Dictionary<RegionName, Region> _foreign = [];
    private readonly HandleTable<Output> _outputs = new();
    private long _watchedAt;

    protected Operator(Scheduler scheduler, Process process, Pod pod, ushort life, int blocks)
        : base(scheduler, process)
    {
        (Scheduler, Pod) = (scheduler, pod);
        Own = new Region(blocks, new RegionName(0, life));
    }

    protected readonly record struct Output(int Input, uint Block, bool HasBlock);

    /// <summary>The region of what it sends.</summary>
    public Region Own { get; }

    public FanOut? Out { get; protected init; }

    public FanIn? In { get; protected init; }

    /// <summary>The sidecar that it is attached to.</summary>
    public Sidecar? AttachedTo { get; private set; }

    /// <summary>It takes its time until then.</summary>
    public long PausedUntil { get; set; }

    /// <summary>Everything that it was to do is done.</summary>
    public abstract bool IsIdle { get; }

    protected Pod Pod { get; }

    protected Scheduler Scheduler { get; }

    /// <summary>Frames that it sent and that are not done.</summary>
    protected int OutputsNotDone => _outputs.Count;

    /// <summary>Everything that the attach hands over: a channel for each link of the pod.</summary>
    public void Attach(Sidecar sidecar)
    {
        AttachedTo = sidecar;
        foreach (var ingress in sidecar.Ingresses)
            _foreign[ingress.Area.Name] = ingress.Area;
        foreach (var (link, egress) in sidecar.Egresses)
        {
            var ring = Pod.MakeRing(link);
            ring.Returned = Wake;
            Out!.Attach(link.Subscriber, new RingOut(ring));
            for (var index = 0; index < sidecar.Ingresses.Count; index++)
                Out.MapRegion(link.Subscriber, sidecar.Ingresses[index].Area.Name, index + 1);
            egress.Offer(ring, this);
        }
        for (var producer = 0; producer < sidecar.Ingresses.Count; producer++)
        {
            var ring = Pod.MakeRing(Pod.Inbound[producer]);
            ring.Pushed = Wake;
            In!.Attach(ring.Producer.Header.Id, producer, new RingIn(ring)).State = Pod.Inbound[producer];
            sidecar.Attach(sidecar.Ingresses[producer], ring, this);
        }
        Wake();
    }

    /// <summary>The sidecar is dead: all that is not done goes again, and what was taken stays valid.</summary>
    public virtual void SidecarGone()
    {
        AttachedTo = null;
        Out?.TakeBackAll();
        In?.Cut();
        Wake();
    }

    void IFrameOwner.Returned(int tag)
    {
        // As in the SDK, nothing follows from it: a forward holds its input until it is done.
    }

    void IFrameOwner.Done(int tag)
    {
        var output = _outputs.Remove(tag);
        if (output.HasBlock)
            Own.Free(output.Block);
        if (output.Input >= 0)
            GiveBack(output.Input);
    }

    /// <summary>What lies in a dead sidecar's region is copied into the own one, behind its envelope.</summary>
    bool IFrameOwner.Prepare(int tag, ref FrameDescriptor descriptor)
    {
        if (descriptor.SegmentCount < 2 || descriptor.Segment(1).Region == 0)
            return true;
        ref var segment = ref descriptor.Segment(1);
        var name = segment.RegionName;
        if (AttachedTo is { } sidecar && sidecar.Ingresses.Exists(one => one.Area.Name == name))
            return true;
        var block = descriptor.Segment(0).BlockRef;
        Read(in segment).CopyTo(Own.Bytes(block.Block, Region.EnvelopeBytes, (int)segment.Length));
        segment = new SegmentRef(0, block, Region.EnvelopeBytes, segment.Length);
        return true;
    }

    protected int AddOutput(in Output output) => _outputs.Add(in output);

    protected override void Work()
    {
        By(Scheduler.Now + LookAnyway);
        Out?.DrainReturns();
        Watch();
        if (Out is not null)
            Out.HasBroken.ShouldBeFalse("a link's beginning broke the rules of its channel");
        if (PausedUntil > Scheduler.Now)
            By(PausedUntil);
        else
            Turn();
        if (In is not null)
            RemoveFinished(In);
    }

    private void Watch()
    {
        if (Scheduler.Now - _watchedAt < WatchEvery)
            return;
        _watchedAt = Scheduler.Now;
        Out?.Watch(Scheduler.Now, StandstillPatience);
    }

    /// <summary>What this kind of operator does now.</summary>
    protected abstract void Turn();

    protected void GiveBack(int input)
    {
        var link = (LinkPlace)In!.ChannelOf(input).State!;
        In.Return(input, done: true, Scheduler.Now);
        link.At(Step.Return);
    }

    /// <summary>Whether every segment has the bytes that its frame was made with.</summary>
    protected static bool IsWhole(ref FrameDescriptor descriptor, Region region)
    {
        for (var index = 0; index < descriptor.SegmentCount; index++)
        {
            ref var segment = ref descriptor.Segment(index);
            if (!Pattern.Is(region.Bytes(segment.Block, (int)segment.Offset, (int)segment.Length), descriptor.Stream, descriptor.Sequence,
                index))
                return false;
        }
        return true;
    }

    protected static Region AreaOf(LinkPlace link, Sidecar sidecar) => sidecar.Ingresses[link.To.Inbound.IndexOf(link)].Area;

    private ReadOnlySpan<byte> Read(in SegmentRef segment) =>
        _foreign[segment.RegionName].Bytes(segment.Block, (int)segment.Offset, (int)segment.Length);

    private static void RemoveFinished(FanIn port)
    {
        for (var index = port.Channels.Count - 1; index >= 0; index--)
        {
            if (port.Channels[index].IsCut && port.IsFinished(port.Channels[index]))
                port.Remove(port.Channels[index]);
        }
    }
}

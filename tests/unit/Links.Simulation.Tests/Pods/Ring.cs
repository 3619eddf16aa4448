using K8sMediaFlow.Native;

namespace K8sMediaFlow.Links.Simulation.Tests.Pods;

/// <summary>A channel of the product with both its ends; in place of doorbells it wakes steps.</summary>
internal sealed class Ring : IDisposable
{
    private readonly ChannelFile _file;
    private readonly MappedMemory _memory;

    public Ring(ulong id, int capacity, bool canTakeBack)
    {
        _file = ChannelFile.Create(id, capacity, canTakeBack);
        _memory = ChannelFile.Map(_file.File);
        Producer = new ChannelProducer(_memory);
        Consumer = new ChannelConsumer(_memory);
    }

    public ChannelProducer Producer { get; }

    public ChannelConsumer Consumer { get; }

    /// <summary>Rings the consumer.</summary>
    public Action Pushed { get; set; } = static () => { };

    /// <summary>Rings the producer.</summary>
    public Action Returned { get; set; } = static () => { };

    /// <summary>Counts what either end drops.</summary>
    public required Action<GapCause, long> Dropped { get; init; }

    public void Dispose()
    {
        _memory.Dispose();
        _file.Dispose();
    }
}

/// <summary>The producing end, as a fan has it.</summary>
internal sealed class RingOut(Ring ring) : IOutboundChannel
{
    public int Capacity => ring.Producer.Capacity;

    public bool IsBroken => ring.Producer.Violation != ChannelViolation.None;

    public bool IsAway => ring.Producer.IsConsumerAway;

    public bool CanTakeBack => ring.Producer.Header.CanTakeBack;

    public int Unread => ring.Producer.Unread;

    public int TakeBack(out ulong first) => ring.Producer.TakeBack(out first);

    public void CountDrops(GapCause cause, long sequences) => ring.Dropped(cause, sequences);

    public bool TryPush(ref FrameDescriptor descriptor)
    {
        if (!ring.Producer.TryPush(ref descriptor))
            return false;
        ring.Pushed();
        return true;
    }

    public bool TryPopReturn(out ReturnEntry entry) => ring.Producer.TryPopReturn(out entry);
}

/// <summary>The consuming end, as an input port has it.</summary>
internal sealed class RingIn(Ring ring) : IInboundChannel
{
    public int Capacity => ring.Consumer.Capacity;

    public bool IsBroken => ring.Consumer.Violation != ChannelViolation.None;

    public bool HasDescriptor => ring.Consumer.HasDescriptor;

    public bool TryPop(out FrameDescriptor descriptor) => ring.Consumer.TryPop(out descriptor);

    public void Return(ulong ticket, ReturnKind kind)
    {
        ring.Consumer.Return(ticket, kind);
        ring.Returned();
    }

    public void CountFrame(ref FrameDescriptor descriptor, long nowNs, long wakeUpNs)
    {
        // Figures have tests of their own.
    }

    public void CountProcessing(long nanoseconds)
    {
        // As above.
    }

    public void CountGaps(uint sequences)
    {
        // As above.
    }

    public void CountDrops(GapCause cause, long sequences) => ring.Dropped(cause, sequences);

    public void CountDuplicate()
    {
        // As above.
    }
}

/// <summary>A step that others wake.</summary>
internal abstract class WokenStep(Scheduler scheduler, Process owner) : IStep
{
    private const long WakeUpMax = 200_000;

    public Process? Owner => owner;

    public long Due { get; private set; }

    /// <summary>Soon, after as long as a wake-up takes.</summary>
    public void Wake() => By(scheduler.Now + scheduler.Between(0, WakeUpMax));

    /// <summary>Not later than then.</summary>
    protected void By(long due) => Due = Math.Min(Due, due);

    public void Run()
    {
        Due = Scheduler.Never;
        Work();
    }

    protected abstract void Work();
}

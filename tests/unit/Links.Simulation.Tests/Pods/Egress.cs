using K8sMediaFlow.Fabric;
using K8sMediaFlow.Links.Contract;
using K8sMediaFlow.Sidecar.Channels;

namespace K8sMediaFlow.Links.Simulation.Tests.Pods;

/// <summary>One life of a producer's channel into a link.</summary>
internal sealed class EgressChannel(Ring ring, Operator producer, EgressChannel? predecessor)
{
    public Ring Ring => ring;

    public Operator Producer => producer;

    public bool IsClosing { get; set; }

    public int Held { get; set; }

    public bool HasDescriptor => ring.Consumer.HasDescriptor;

    public bool IsBehind => predecessor is { HasDescriptor: true };

    public bool IsFinished => IsClosing && Held == 0 && !HasDescriptor;

    public void Return(ulong ticket)
    {
        ring.Consumer.Return(ticket, ReturnKind.Both);
        ring.Returned();
    }
}

/// <summary>
/// Plays the sidecar's EgressBridge: the channels of one producer's lives as a link's source, read in turn. What it does to a frame is the
/// same, step by step; regions, doorbells and the broker are left out.
/// </summary>
internal sealed class Egress(Scheduler scheduler, LinkPlace link, Func<ushort, Region?> regionOf, Action<Operator> finished)
    : ILinkSource, IHasNews
{
    private const ulong ReturnedAlready = 0;

    private readonly List<EgressChannel> _channels = [];
    private readonly HandleTable<(EgressChannel Channel, ulong Ticket)> _holds = new();
    private bool _isEnded, _isWoken;
    private bool _isAway = true;

    public bool TakesWithGrant => !link.Edge.IsKept;

    public bool Ended => _isEnded && _holds.Count == 0;

    public int HeldCount => _holds.Count;

    public bool HasNews => _isWoken || _channels.Exists(static channel => channel.HasDescriptor);

    public void Seen() => _isWoken = false;

    public void Offer(Ring ring, Operator producer)
    {
        ring.Consumer.SetAway(_isAway);
        _channels.Add(new EgressChannel(ring, producer, _channels.LastOrDefault()));
        ring.Pushed = Wake;
        _isEnded = false;
        Wake();
    }

    /// <summary>The producer is dead; what it had published goes out.</summary>
    public void Close(Operator producer)
    {
        foreach (var channel in _channels.Where(channel => channel.Producer == producer))
            channel.IsClosing = true;
        Wake();
        Settle();
    }

    public bool Has(Operator producer) => _channels.Exists(channel => channel.Producer == producer);

    public bool TryTake(out LinkFrame frame)
    {
        foreach (var channel in _channels)
        {
            while (!channel.IsBehind && channel.Ring.Consumer.TryPop(out var descriptor))
            {
                if (!TryTake(channel, ref descriptor, out frame))
                    continue;
                link.At(Step.Take);
                return true;
            }
        }
        Settle();
        frame = default;
        return false;
    }

    public void Landed(ulong handle)
    {
        // Blocks and retention both follow done.
    }

    public void Dropped(ulong handle, GapCause cause) => link.Edge.Count(cause, 1);

    public void Refused(ulong handle, LinkRefusal refusal) => throw new InvalidOperationException($"a frame was refused: {refusal}");

    public void Done(ulong handle)
    {
        var (channel, ticket) = _holds.Remove((int)handle);
        channel.Held--;
        if (ticket != ReturnedAlready)
            channel.Return(ticket);
        Settle();
        link.At(Step.Done);
    }

    public void Carries(bool isUp)
    {
        _isAway = !isUp;
        foreach (var channel in _channels)
        {
            channel.Ring.Consumer.SetAway(_isAway);
            channel.Ring.Returned();
        }
    }

    public void Wait(TimeSpan timeout) => throw new InvalidOperationException("waits are the platform's here");

    public void Wake() => _isWoken = true;

    private bool TryTake(EgressChannel channel, ref FrameDescriptor descriptor, out LinkFrame frame)
    {
        frame = default;
        var ticket = descriptor.Ticket;
        if (descriptor.Kind == FrameKind.EndOfStream)
        {
            // The end belongs to one life of a producer: where the next one has its channel already, the stream goes on.
            if (channel != _channels[^1])
            {
                channel.Return(ticket);
                return false;
            }
            _isEnded = true;
        }
        if (EdgePolicy.IsLate(in descriptor, link.Edge.DeadlineNs, scheduler.Now))
            ticket = Expire(channel, ref descriptor);
        frame = FrameDescriptors.ToLink(in descriptor);
        (frame.DeadlineNanoseconds, frame.IsSentOnce) = (link.Edge.DeadlineNs, TakesWithGrant);
        for (var index = 0; index < descriptor.SegmentCount; index++)
            frame.AddSegment(Resolve(channel, in descriptor.Segment(index)));
        channel.Held++;
        frame.Handle = (ulong)_holds.Add((channel, ticket));
        frame.TakenAtNanoseconds = scheduler.Now;
        return true;
    }

    private MemoryPart Resolve(EgressChannel channel, in Staging.Regions.SegmentRef segment)
    {
        var region = segment.Region == 0 ? channel.Producer.Own : regionOf(segment.Region)!;
        return new MemoryPart(region.Address + ((nint)segment.Block * Region.BlockBytes) + (nint)segment.Offset, (int)segment.Length);
    }

    private ulong Expire(EgressChannel channel, ref FrameDescriptor descriptor)
    {
        link.Edge.Count(GapCause.Deadline, 1);
        channel.Return(descriptor.Ticket);
        (descriptor.Kind, descriptor.SegmentCount, descriptor.GapCount, descriptor.GapCause) = (FrameKind.Gap, 0, 1, GapCause.Deadline);
        return ReturnedAlready;
    }

    private void Settle()
    {
        for (var index = _channels.Count - 1; index >= 0; index--)
        {
            var channel = _channels[index];
            if (!channel.IsFinished)
                continue;
            _channels.RemoveAt(index);
            finished(channel.Producer);
        }
    }
}

using K8sMediaFlow.CapnProto;
using K8sMediaFlow.Messages;
using K8sMediaFlow.Staging.Channels;
using K8sMediaFlow.Staging.Delivery;
using K8sMediaFlow.Staging.Regions;

namespace K8sMediaFlow.Sdk.Ports;

/// <summary>
/// What is behind a <see cref="Frame"/>. Used again for one frame after the other; a handle knows by <see cref="Life"/> whether it is
/// still its own.
/// </summary>
internal sealed class FrameSlot(MediaOperatorCore core)
{
    private long _life;
    private FrameView _view;
    private bool _hasMetadata;

    public MediaOperatorCore Core => core;

    /// <summary>Moves on when the frame is given back.</summary>
    public long Life => Volatile.Read(ref _life);

    public InputPort Port { get; private set; } = null!;

    public FrameCaps? Caps { get; private set; }

    public int Tag { get; private set; }

    public bool MayBeReplay { get; private set; }

    public TimeSpan Age { get; private set; }

    public FrameMetadata Metadata { get; } = new();

    public ref readonly FrameInfo Info => ref _view.Info;

    public ref FrameView View => ref _view;

    public void Open(InputPort port, int tag, in FrameView view, long nowNs)
    {
        (Port, Tag, _view, _hasMetadata) = (port, tag, view, false);
        Caps = port.CapsOf(in view.Info);
        MayBeReplay = (Descriptor().Flags & DescriptorFlags.MayBeReplay) != 0;
        Age = TimeSpan.FromTicks((long)(EdgePolicy.AgeNs(in Descriptor(), nowNs) / TimeSpan.NanosecondsPerTick));
    }

    /// <summary>Gives the frame back, if it is still that one.</summary>
    public void GiveBack(long life)
    {
        if (Life != life)
            return;
        // Under the lock, so that a send or a forward that has found the handle good keeps it until it is through.
        lock (core.Gate)
        {
            if (_life != life)
                return;
            Volatile.Write(ref _life, life + 1);
            core.LetGo(this, Tag);
            core.Poll();
        }
    }

    /// <summary>The metadata, read on first use.</summary>
    public FrameMetadata ReadMetadata()
    {
        if (!_hasMetadata)
            ReadMetadata(Metadata);
        _hasMetadata = true;
        return Metadata;
    }

    public void ReadMetadata(FrameMetadata into)
    {
        try
        {
            MetadataTransfer.Read(ref _view, into);
        }
        catch (Exception broken) when (broken is CapnProtoException or InvalidOperationException)
        {
            var identity = new FrameIdentity(Info.Stream, Info.Sequence);
            throw new MediaOperatorException(MediaOperatorError.Protocol,
                $"The metadata of frame {identity} on input '{Port.Plan.Name}' cannot be read: {broken.Message}", broken);
        }
    }

    /// <summary>Its descriptor; under the operator's lock.</summary>
    public ref FrameDescriptor Descriptor()
    {
        ref var record = ref core.Record(Tag);
        return ref record.Port.Merge.Descriptor(record.Number);
    }

    /// <summary>A payload segment as the operator's own descriptors name it; under the operator's lock.</summary>
    public SegmentRef Segment(int index)
    {
        ref var record = ref core.Record(Tag);
        var segment = Descriptor().Segment(index);
        segment.RegionName = (index == 1 ? record.Region1! : record.Region2!).Name;
        return segment;
    }
}

using K8sMediaFlow.Primitives;
using K8sMediaFlow.Staging.Channels;

namespace K8sMediaFlow.Sidecar.Channels;

/// <summary>Sequences that a gap notice explained instead of a frame, by cause. One writer.</summary>
internal sealed class GapCounts
{
    private readonly long[] _counts = new long[ChannelCounters.Causes];

    public long this[GapCause cause] => Volatile.Read(ref _counts[(int)cause]);

    public void Add(GapCause cause) => _counts[(int)cause]++;

    public void Add(in FrameDescriptor descriptor)
    {
        if (descriptor.Kind == FrameKind.Gap && (int)descriptor.GapCause < _counts.Length)
            _counts[(int)descriptor.GapCause] += descriptor.GapCount;
    }
}

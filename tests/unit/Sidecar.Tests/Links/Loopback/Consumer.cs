using K8sMediaFlow.Links.Contract;
using K8sMediaFlow.Links.Wire;
using K8sMediaFlow.Primitives;

namespace K8sMediaFlow.Sidecar.Tests.Links.Loopback;

/// <summary>
/// What a media operator behind the link has seen: outlives sidecars. Faults are collected, not thrown: they are found on the link's
/// threads.
/// </summary>
internal sealed class Consumer
{
    private ulong _last;

    public List<string> Faults { get; } = [];

    /// <summary>Frames seen for the first time; they must be 1, 2, 3 ….</summary>
    public ulong Last => Volatile.Read(ref _last);

    public ulong Duplicates { get; private set; }

    public ulong Gaps { get; private set; }

    public void Arrived(in FrameHeader header, ReadOnlySpan<byte> block)
    {
        Check(header, block, "at arrival");
        if (header.Sequence <= _last)
        {
            Duplicates++;
            return;
        }
        if (header.Sequence != _last + 1)
            Faults.Add($"{header.Sequence} after {_last}");
        Volatile.Write(ref _last, header.Sequence);
    }

    public void Left(in FrameHeader header, ReadOnlySpan<byte> block) => Check(header, block, "at return");

    private void Check(in FrameHeader header, ReadOnlySpan<byte> block, string when)
    {
        if (header.Kind == FrameKind.Gap)
            Gaps++;
        // The segments lie one after the other: the first is 64 bytes long, so no padding stands between.
        var payload = 0;
        for (var index = 0; index < header.SegmentCount; index++)
            payload += (int)header.Segment(index).LengthBytes;
        if (payload > 0 && !MemorySource.IsFilled(block.Slice(FrameHeaderCodec.SizeBytes, payload), header.Sequence))
            Faults.Add($"frame {header.Sequence} is torn {when}");
    }
}

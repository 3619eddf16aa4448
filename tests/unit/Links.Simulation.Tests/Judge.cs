using K8sMediaFlow.Links.Simulation.Tests.Pods;

namespace K8sMediaFlow.Links.Simulation.Tests;

/// <summary>What all lives of one sink have had, and whether that is what was promised.</summary>
/// <param name="name">Of the sink.</param>
/// <param name="isKept">No edge on the way may drop anything.</param>
internal sealed class Judge(string name, bool isKept)
{
    private readonly HashSet<(ulong Stream, ulong Sequence)> _finished = [], _taken = [], _explained = [];

    public long Gaps { get; private set; }

    public Dictionary<GapCause, long> Causes { get; } = [];

    public SinkLife NewLife() => new(this, name);

    public void Took(ulong stream, ulong sequence) => _taken.Add((stream, sequence));

    public void Finished(ulong stream, ulong sequence) => _finished.Add((stream, sequence));

    public void Explained(in FrameDescriptor gap)
    {
        // What an earlier life had finished ahead of others does not come again, and the next life gives it up.
        for (var index = 0u; index < gap.GapCount && isKept; index++)
            _finished.ShouldContain((gap.Stream, gap.Sequence + index), $"{name}: lost on edges that keep all ({gap.GapCause})");
        Gaps += gap.GapCount;
        Causes[gap.GapCause] = Causes.GetValueOrDefault(gap.GapCause) + gap.GapCount;
        for (var index = 0u; index < gap.GapCount; index++)
            _explained.Add((gap.Stream, gap.Sequence + index));
    }

    /// <summary>At the end: every sequence was delivered, or its absence was explained.</summary>
    public void Decide(SourceStream stream)
    {
        var last = stream.IsCutOff ? Highest(stream.Number) : stream.Sent;
        for (var sequence = isKept ? 1UL : stream.UnexplainedUpTo + 1; sequence <= last; sequence++)
        {
            var identity = (stream.Number, sequence);
            var isThere = isKept ? _finished.Contains(identity) : _taken.Contains(identity) || _explained.Contains(identity);
            isThere.ShouldBeTrue(
                $"{name}: frame {sequence} of {stream.Sent} of stream {stream.Number} {(isKept ? "is lost" : "is not explained")}");
        }
    }

    private ulong Highest(ulong stream) =>
        _taken.Concat(_explained).Where(one => one.Stream == stream).Select(static one => one.Sequence).DefaultIfEmpty(0UL).Max();
}

/// <summary>One life of a sink: nothing twice, and in order.</summary>
internal sealed class SinkLife(Judge judge, string name)
{
    private readonly HashSet<(ulong Stream, ulong Sequence)> _had = [];
    private readonly Dictionary<ulong, ulong> _last = [];

    public void Took(in FrameDescriptor descriptor)
    {
        var last = _last.GetValueOrDefault(descriptor.Stream);
        _last[descriptor.Stream] = Math.Max(last, descriptor.Sequence + Math.Max(1, descriptor.GapCount) - 1);
        if (descriptor.Kind == FrameKind.Gap)
        {
            // A notice of what a dead process had taken may come behind frames that it had passed on all the same.
            judge.Explained(in descriptor);
            return;
        }
        descriptor.Sequence.ShouldBeGreaterThan(last, $"{name}: out of order");
        _had.Add((descriptor.Stream, descriptor.Sequence)).ShouldBeTrue($"{name}: frame {descriptor.Sequence} was delivered twice");
        judge.Took(descriptor.Stream, descriptor.Sequence);
    }

    public void Finished(in FrameDescriptor descriptor)
    {
        if (descriptor.Kind == FrameKind.Frame)
            judge.Finished(descriptor.Stream, descriptor.Sequence);
    }
}

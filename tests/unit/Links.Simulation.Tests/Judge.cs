using K8sMediaFlow.Links.Simulation.Tests.Pods;

namespace K8sMediaFlow.Links.Simulation.Tests;

/// <summary>What all lives of one sink have had, and whether that is what was promised.</summary>
/// <param name="sink">Whose.</param>
/// <param name="way">The edges from the source to it.</param>
internal sealed class Judge(Pod sink, IReadOnlyList<EdgePlace> way)
{
    private readonly HashSet<(ulong Stream, ulong Sequence)> _finished = [], _taken = [], _explained = [];
    private readonly Dictionary<GapCause, long> _causes = [];

    /// <summary>Sequences that notices explained.</summary>
    public long Gaps => _causes.Values.Sum();

    private string Name => sink.Name;

    private bool IsKept => way.All(static edge => edge.IsKept);

    public SinkLife NewLife() => new(this, Name, sink.IsOrdered);

    public void Took(ulong stream, ulong sequence) => _taken.Add((stream, sequence));

    public void Finished(ulong stream, ulong sequence) => _finished.Add((stream, sequence));

    public void Explained(in FrameDescriptor gap)
    {
        var cause = gap.GapCause;
        if (IsKept)
            ShouldBeFinishedBefore(in gap);
        else
            MayHear(cause).ShouldBeTrue($"{Name}: no edge on the way drops frames for {cause}");
        _causes[cause] = _causes.GetValueOrDefault(cause) + gap.GapCount;
        for (var index = 0u; index < gap.GapCount; index++)
            _explained.Add((gap.Stream, gap.Sequence + index));
    }

    /// <summary>At the end: every sequence was delivered, or its absence was explained.</summary>
    public void Decide(SourceStream stream)
    {
        var last = stream.IsCutOff ? Highest(stream.Number) : stream.Sent;
        for (var sequence = IsKept ? 1UL : stream.UnexplainedUpTo + 1; sequence <= last; sequence++)
        {
            var identity = (stream.Number, sequence);
            var isThere = IsKept ? _finished.Contains(identity) : _taken.Contains(identity) || _explained.Contains(identity);
            isThere.ShouldBeTrue(
                $"{Name}: frame {sequence} of {stream.Sent} of stream {stream.Number} {(IsKept ? "is lost" : "is not explained")}");
        }
    }

    /// <summary>
    /// Where no process died: sent = delivered + explained, and each cause has as many gaps as the edges on the way dropped. Where a hole
    /// was given up after a silence, its own notices may still come, behind the one that says Lost: no cause has its number then.
    /// </summary>
    public void Account(long sent)
    {
        _taken.Overlaps(_explained).ShouldBeFalse($"{Name}: delivered and explained");
        (_taken.Count + _explained.Count).ShouldBe((int)sent, $"{Name}: {_taken.Count} were delivered and {_explained.Count} explained");
        if (_causes.ContainsKey(GapCause.Lost))
            return;
        foreach (var cause in Enum.GetValues<GapCause>())
            _causes.GetValueOrDefault(cause).ShouldBe(Dropped(cause), $"{Name}: gaps for {cause}");
    }

    private bool MayHear(GapCause cause) =>
        way.Where((edge, at) => Enum.GetValues<GapCause>().Any(one => edge.MayDrop(one) && Heard(at, one) == cause)).Any();

    private long Dropped(GapCause heard) =>
        way.Select((edge, at) => edge.Drops.Where(drop => Heard(at, drop.Key) == heard).Sum(static drop => drop.Value)).Sum();

    // The channel of an edge that keeps all is as a consumer of an older version reads it, which knows no deadlines.
    private GapCause Heard(int at, GapCause cause) =>
        cause == GapCause.Deadline && way.Skip(at + 1).Any(static edge => edge.IsKept) ? GapCause.Dropped : cause;

    // What an earlier life had finished ahead of others does not come again, and the next life gives it up.
    private void ShouldBeFinishedBefore(in FrameDescriptor gap)
    {
        gap.GapCause.ShouldBe(GapCause.Lost);
        for (var index = 0u; index < gap.GapCount; index++)
            _finished.ShouldContain((gap.Stream, gap.Sequence + index), $"{Name}: lost on edges that keep all ({gap.GapCause})");
    }

    private ulong Highest(ulong stream) =>
        _taken.Concat(_explained).Where(one => one.Stream == stream).Select(static one => one.Sequence).DefaultIfEmpty(0UL).Max();
}

/// <summary>One life of a sink: nothing twice, and in order; and where it restores the order, no hole.</summary>
internal sealed class SinkLife(Judge judge, string name, bool isOrdered)
{
    private readonly HashSet<(ulong Stream, ulong Sequence)> _had = [];
    private readonly Dictionary<ulong, ulong> _last = [];

    public void Took(in FrameDescriptor descriptor)
    {
        var last = _last.GetValueOrDefault(descriptor.Stream);
        // A process may have died with its notices. The input that restores the order then gives the hole up, and explains it as lost.
        if (isOrdered && last > 0)
            descriptor.Sequence.ShouldBeLessThanOrEqualTo(last + 1, $"{name}: a hole behind {last} is not explained");
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

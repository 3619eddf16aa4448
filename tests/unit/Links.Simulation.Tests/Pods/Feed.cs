namespace K8sMediaFlow.Links.Simulation.Tests.Pods;

/// <summary>One stream of the source.</summary>
internal sealed class SourceStream(ulong number)
{
    public ulong Number => number;

    /// <summary>The last sequence that was sent.</summary>
    public ulong Sent { get; set; }

    /// <summary>
    /// What a process had dropped by then may be unexplained: it died with the notices. Frames of edges that keep all are not among them.
    /// </summary>
    public ulong UnexplainedUpTo { get; set; }

    /// <summary>Its process has died, and perhaps some of its last frames with it.</summary>
    public bool IsCutOff { get; set; }
}

/// <summary>What all lives of the source send together, and how fast.</summary>
internal sealed class Feed(int frames)
{
    private readonly List<SourceStream> _streams = [];

    public IReadOnlyList<SourceStream> Streams => _streams;

    public int Sent { get; private set; }

    public int Frames => frames;

    /// <summary>All is sent: the stream can end.</summary>
    public bool IsUsedUp => Sent >= frames && MayGoOn;

    /// <summary>Otherwise the source waits: what is planned for this moment has not happened yet.</summary>
    public bool MayGoOn { get; set; } = true;

    /// <summary>So many times slower: while something is broken, or a live source would be over before it is whole again.</summary>
    public int Slowness { get; set; } = 1;

    public SourceStream Open()
    {
        var stream = new SourceStream((ulong)(_streams.Count + 1) * 1_000_003);
        _streams.Add(stream);
        return stream;
    }

    public ulong Next(SourceStream stream)
    {
        Sent++;
        return ++stream.Sent;
    }
}

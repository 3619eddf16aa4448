namespace K8sMediaFlow.Staging.Delivery;

/// <summary>
/// Remembers which identities a port has seen: per stream the sequences, as runs. Only what was seen is ever called seen. What is bounded
/// is how much is kept,
/// not how far it reaches back: of a stream that comes whole everything is known, of one that is dealt out among replicas as many
/// sequences as there may
/// be runs. What had to be forgotten is new when it comes again: with AtLeastOnce twice is allowed, and never is not. Not thread-safe.
/// </summary>
public sealed class ReplayWindow
{
    /// <summary>More than the frames and notices that can be on one port's way.</summary>
    public const int RunsUsual = 4096;

    /// <summary>A source opens one per life.</summary>
    public const int StreamsUsual = 64;

    private sealed class Track(int runsMax)
    {
        public readonly SequenceRuns Seen = new(runsMax);
        public ulong Stream;
        public ulong LastUse;
    }

    private readonly List<Track> _tracks;
    private readonly int _runsMax;
    private readonly int _streamsMax;
    private Track? _last;
    private ulong _uses;

    /// <param name="runsMax">Runs without holes that are remembered of a stream.</param>
    /// <param name="streamsMax">Streams remembered; the one that was used longest ago makes room.</param>
    public ReplayWindow(int runsMax, int streamsMax)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(runsMax, 2);
        ArgumentOutOfRangeException.ThrowIfLessThan(streamsMax, 1);
        (_runsMax, _streamsMax) = (runsMax, streamsMax);
        _tracks = new List<Track>(streamsMax);
    }

    /// <summary>Whether the identity was seen, remembering nothing.</summary>
    public bool HasSeen(ulong stream, ulong sequence) => Find(stream)?.Seen.Contains(sequence) == true;

    /// <summary>Remembers an identity; false when it was seen before.</summary>
    public bool Mark(ulong stream, ulong sequence) => (Find(stream) ?? Open(stream)).Seen.Add(sequence, sequence);

    /// <summary>
    /// Remembers <paramref name="count"/> sequences from <paramref name="first"/>; false when all of them were seen before.
    /// </summary>
    public bool MarkRange(ulong stream, ulong first, uint count)
    {
        var last = first + Math.Max(count, 1) - 1;
        return (Find(stream) ?? Open(stream)).Seen.Add(first, last < first ? ulong.MaxValue : last);
    }

    /// <summary>Forgets an identity that was marked and is let go of unread: its replay is welcome.</summary>
    public void Forget(ulong stream, ulong sequence) => Find(stream)?.Seen.Remove(sequence);

    private Track? Find(ulong stream)
    {
        if (_last is { } last && last.Stream == stream)
            return last;
        foreach (var track in _tracks)
            if (track.Stream == stream)
                return Use(track);
        return null;
    }

    private Track Open(ulong stream)
    {
        Track track;
        if (_tracks.Count < _streamsMax)
            _tracks.Add(track = new Track(_runsMax));
        else
            track = _tracks.MinBy(candidate => candidate.LastUse)!;
        track.Seen.Clear();
        track.Stream = stream;
        return Use(track);
    }

    private Track Use(Track track)
    {
        track.LastUse = ++_uses;
        return _last = track;
    }
}

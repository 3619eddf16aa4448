namespace K8sMediaFlow.Staging.Ports;

/// <summary>What a replay window knows of an identity.</summary>
public enum ReplayVerdict
{
    /// <summary>Seen for the first time.</summary>
    New,

    /// <summary>Seen before.</summary>
    Duplicate,

    /// <summary>Farther behind the stream's highest sequence than the window reaches: it cannot be told from a duplicate, so it is treated as one.</summary>
    TooOld,
}

/// <summary>
/// Remembers which identities a port has seen: per stream a bitmap of <c>width</c> sequences behind the highest one. A duplicate is a
/// replay, and replays reach back no farther than what was not done, which the channels bound: a width of several times the sum of
/// their capacities never says <see cref="ReplayVerdict.TooOld"/> of something new. Not thread-safe.
/// </summary>
public sealed class ReplayWindow
{
    private sealed class Track(int words)
    {
        public readonly ulong[] Bits = new ulong[words];
        public ulong Stream;
        public ulong Highest;
        public ulong LastUse;
    }

    private readonly List<Track> _tracks;
    private readonly int _width;
    private readonly int _streamsMax;
    private Track? _last;
    private ulong _uses;

    /// <param name="width">Sequences remembered behind the highest, a power of two of at least 64.</param>
    /// <param name="streamsMax">Streams remembered; the one that was used longest ago makes room.</param>
    public ReplayWindow(int width, int streamsMax)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(width, 64);
        ArgumentOutOfRangeException.ThrowIfNotEqual(width & (width - 1), 0);
        ArgumentOutOfRangeException.ThrowIfLessThan(streamsMax, 1);
        _width = width;
        _streamsMax = streamsMax;
        _tracks = new List<Track>(streamsMax);
    }

    /// <summary>What is known of an identity, remembering nothing.</summary>
    public ReplayVerdict Look(ulong stream, ulong sequence)
    {
        var track = Find(stream);
        return track is null || sequence > track.Highest ? ReplayVerdict.New
            : track.Highest - sequence >= (ulong)_width ? ReplayVerdict.TooOld
            : IsSet(track, sequence) ? ReplayVerdict.Duplicate : ReplayVerdict.New;
    }

    /// <summary>What was known of an identity, remembering it from now on.</summary>
    public ReplayVerdict Mark(ulong stream, ulong sequence)
    {
        var track = Find(stream) ?? Open(stream);
        if (sequence > track.Highest)
            Advance(track, sequence);
        else if (track.Highest - sequence >= (ulong)_width)
            return ReplayVerdict.TooOld;
        else if (IsSet(track, sequence))
            return ReplayVerdict.Duplicate;
        Bit(track, sequence) |= 1UL << (int)(sequence & 63);
        return ReplayVerdict.New;
    }

    /// <summary>Marks <paramref name="count"/> sequences from <paramref name="first"/>; <see cref="ReplayVerdict.New"/> if any of them was.</summary>
    public ReplayVerdict MarkRange(ulong stream, ulong first, uint count)
    {
        var verdict = ReplayVerdict.TooOld;
        // A notice may explain more than the window holds: only its last part can be remembered, and a foreign count costs no more than that.
        var skipped = count > (uint)_width ? count - (uint)_width : 0;
        for (ulong i = skipped; i < count && first + i >= first; i++)
        {
            var one = Mark(stream, first + i);
            if (one < verdict)
                verdict = one;
        }
        return verdict;
    }

    /// <summary>Forgets an identity that was marked and is let go of unread: its replay is welcome.</summary>
    public void Forget(ulong stream, ulong sequence)
    {
        var track = Find(stream);
        if (track is not null && sequence <= track.Highest && track.Highest - sequence < (ulong)_width)
            Bit(track, sequence) &= ~(1UL << (int)(sequence & 63));
    }

    private bool IsSet(Track track, ulong sequence) => (Bit(track, sequence) & (1UL << (int)(sequence & 63))) != 0;

    private ref ulong Bit(Track track, ulong sequence) => ref track.Bits[(sequence >> 6) & ((ulong)_width / 64 - 1)];

    private void Advance(Track track, ulong sequence)
    {
        if (sequence - track.Highest >= (ulong)_width)
            Array.Clear(track.Bits);
        else
            for (var passed = track.Highest + 1; passed <= sequence; passed++)
                Bit(track, passed) &= ~(1UL << (int)(passed & 63));
        track.Highest = sequence;
    }

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
            _tracks.Add(track = new Track(_width / 64));
        else
            track = _tracks.MinBy(candidate => candidate.LastUse)!;
        Array.Clear(track.Bits);
        track.Stream = stream;
        track.Highest = 0;
        return Use(track);
    }

    private Track Use(Track track)
    {
        track.LastUse = ++_uses;
        return _last = track;
    }
}

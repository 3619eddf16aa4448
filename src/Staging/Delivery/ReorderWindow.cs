using System.Numerics;

namespace K8sMediaFlow.Staging.Delivery;

/// <summary>What a reorder window hands out.</summary>
public enum ReorderKind
{
    /// <summary>The next frame of its stream.</summary>
    Frame,

    /// <summary>A gap notice whose place has come.</summary>
    Gap,

    /// <summary>Sequences that no producer can bring any more and no producer explained.</summary>
    Lost,

    /// <summary>A frame whose place was given up before, as <see cref="Lost"/>: it is let go of unread.</summary>
    Late,

    /// <summary>
    /// A frame whose place was passed in silence, in front of the first item of its stream. It comes too late to be handed out, and nothing
    /// has explained it yet.
    /// </summary>
    LateUnexplained,
}

/// <summary>
/// One step of a window: <see cref="Tag"/> is what was offered; for <see cref="ReorderKind.Lost"/>, what waits behind the hole.
/// </summary>
public readonly record struct ReorderEntry(ReorderKind Kind, ulong Stream, ulong First, uint Count, int Tag);

/// <summary>
/// Restores the order of sequences after a parallel stage, stream by stream. It never waits for what cannot come: a hole is passed
/// <list type="bullet">
/// <item>at once when every channel has ended, and is Lost then;</item>
/// <item>at once and in silence in a sparse window (the sequences are dealt out among several consumers) when every channel has passed
/// it;</item>
/// <item>in silence in front of the first item of a stream, when every channel has passed it, or after the patience if replays show that
/// an earlier life of this consumer has seen the beginning. What comes of it all the same, from behind an interrupted link, was not done:
/// it is <see cref="ReorderKind.LateUnexplained"/>;</item>
/// <item>as Lost when every channel has passed it and can bring no more (all that it may hold is held), for the length of the
/// patience;</item>
/// <item>as Lost when every channel has passed it and no frame of the stream has come for <see cref="QuietPatience"/> patiences and for
/// <see cref="QuietPauses"/> times the longest pause between frames of late, without a hole. Nothing else tells that it does not come: an
/// earlier life of this consumer may have finished it ahead of others, or the notice that explains it died with a process.</item>
/// </list>
/// That a channel has passed a sequence is not enough by itself: after a death the sequence comes again through another channel that had
/// passed it. While a dead channel's successor is awaited nothing is given up. Bounded by what the channels may hold. Not thread-safe.
/// </summary>
public sealed class ReorderWindow
{
    private enum ChannelState : byte { Awaited, Open, Ended }

    /// <summary>A hole that every channel has passed is given up after so many patiences without a frame.</summary>
    public const int QuietPatience = 10;

    /// <summary>
    /// And after so many of the usual pauses between two frames: a stage that takes a minute for each frame is slow, not silent.
    /// </summary>
    public const int QuietPauses = 8;

    private readonly List<ReorderStream> _streams = [];
    private ChannelState[] _channels;
    private ulong[] _channelBorn;
    private readonly long _patienceNs;
    private readonly bool _sparse;
    private ulong _born;
    private int _turn;
    private long _lookedNs, _watchedNs;

    /// <param name="channels">Producers of the port; channels are numbered from 0, and all of these are awaited at first. More may be
    /// added later.</param>
    /// <param name="patienceNs">See the summary.</param>
    /// <param name="sparse">Sequences are dealt out among several consumers, this window sees some of them.</param>
    public ReorderWindow(int channels, long patienceNs, bool sparse)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(channels, 1);
        _channels = new ChannelState[channels];
        _channelBorn = new ulong[channels];
        _patienceNs = patienceNs;
        _sparse = sparse;
    }

    /// <summary>Frames and notices held.</summary>
    public int Held { get; private set; }

    /// <summary>
    /// To be called before the channels are read. Only time between looks that follow each other soon counts as silence: a process that was
    /// stopped finds first what came meanwhile.
    /// </summary>
    /// <param name="nowNs">Monotonic time.</param>
    public void Look(long nowNs)
    {
        _watchedNs += Math.Clamp(nowNs - _lookedNs, 0, _patienceNs / 2);
        _lookedNs = nowNs;
    }

    /// <summary>Whether a stream holds something behind a hole.</summary>
    public bool HasHole => Held > 0 && _streams.Exists(static stream => stream.HasHole);

    /// <summary>One more channel; until it is opened it is as one that has ended.</summary>
    public void AddChannel()
    {
        Array.Resize(ref _channels, _channels.Length + 1);
        Array.Resize(ref _channelBorn, _channels.Length);
        _channels[^1] = ChannelState.Ended;
    }

    /// <summary>The channel is there (a successor starts without a high-water mark).</summary>
    public void Open(int channel)
    {
        _channels[channel] = ChannelState.Open;
        _channelBorn[channel] = 0;
        foreach (var stream in _streams)
            stream.Forget(channel);
    }

    /// <summary>The channel's producer died: a successor is awaited.</summary>
    public void Await(int channel) => _channels[channel] = ChannelState.Awaited;

    /// <summary>The channel brings nothing any more, and no successor will.</summary>
    public void End(int channel) => _channels[channel] = ChannelState.Ended;

    /// <summary>A frame, known not to be a duplicate.</summary>
    public void Offer(int channel, ulong stream, ulong sequence, bool mayBeReplay, int tag) =>
        Place(channel, stream, new Placed(sequence, 1, IsGap: false, tag), mayBeReplay);

    /// <summary>A notice that explains <paramref name="count"/> sequences from <paramref name="first"/>.</summary>
    public void Explain(int channel, ulong stream, ulong first, uint count, bool mayBeReplay, int tag) =>
        Place(channel, stream, new Placed(first, count, IsGap: true, tag), mayBeReplay);

    /// <summary>The channel has brought again what another one, or its last life, has brought: it has passed it all the same.</summary>
    public void Passed(int channel, ulong stream, ulong last)
    {
        foreach (var known in _streams)
            if (known.Id == stream)
                Brought(channel, known, last);
    }

    /// <summary>The next thing whose turn has come. False: nothing, for now.</summary>
    /// <param name="nowNs">Monotonic time.</param>
    /// <param name="allStuck">No channel that is there can bring more before something is done.</param>
    /// <param name="entry">What comes out.</param>
    public bool TryTake(long nowNs, bool allStuck, out ReorderEntry entry)
    {
        for (var i = 0; Held > 0 && i < _streams.Count; i++)
        {
            var stream = _streams[(_turn + i) % _streams.Count];
            if (stream.Held.Count == 0 || !TryTake(stream, nowNs, allStuck, out entry))
                continue;
            _turn = (_turn + i) % _streams.Count;
            return true;
        }
        entry = default;
        return false;
    }

    /// <summary>Lets go of everything that is held, in any order: the places stay open for replays. -1 when nothing is left.</summary>
    public int TakeHeld()
    {
        foreach (var stream in _streams)
        {
            if (stream.Held.Count == 0)
                continue;
            Held--;
            stream.HoleSinceNs = 0;
            return stream.Held.Pop().Tag;
        }
        return -1;
    }

    private void Place(int channel, ulong id, in Placed item, bool mayBeReplay)
    {
        var stream = Find(id);
        if (!item.IsGap)
            stream.FrameCame(_watchedNs);
        stream.SawReplay |= mayBeReplay;
        Brought(channel, stream, item.First + item.Count - 1);
        stream.Held.Push(item);
        Held++;
    }

    private void Brought(int channel, ReorderStream stream, ulong last)
    {
        stream.Brought(channel, last);
        _channelBorn[channel] = Math.Max(_channelBorn[channel], stream.Born);
    }

    private bool TryTake(ReorderStream stream, long nowNs, bool allStuck, out ReorderEntry entry)
    {
        if (stream.HasHole)
        {
            if (!MayPass(stream, nowNs, allStuck, out var lost))
            {
                entry = default;
                return false;
            }
            var first = stream.Next;
            stream.Next = stream.Held.Top.First;
            stream.HolePassed(_watchedNs);
            if (lost)
            {
                entry = new ReorderEntry(ReorderKind.Lost, stream.Id, first, (uint)Math.Min(stream.Next - first, uint.MaxValue),
                    stream.Held.Top.Tag);
                return true;
            }
            if (!stream.Started)
                stream.PassedInSilence = stream.Next - 1;
        }
        entry = TakeTop(stream);
        return true;
    }

    private ReorderEntry TakeTop(ReorderStream stream)
    {
        var top = stream.Held.Pop();
        Held--;
        var late = top.First < stream.Next && !top.IsGap;
        stream.Started = true;
        stream.HoleSinceNs = 0;
        stream.Next = Math.Max(stream.Next, top.First + top.Count);
        var kind = top.IsGap ? ReorderKind.Gap
            : !late ? ReorderKind.Frame
            : top.First <= stream.PassedInSilence ? ReorderKind.LateUnexplained : ReorderKind.Late;
        return new ReorderEntry(kind, stream.Id, top.First, top.Count, top.Tag);
    }

    private bool MayPass(ReorderStream stream, long nowNs, bool allStuck, out bool lost)
    {
        if (stream.HoleSinceNs == 0)
            stream.HoleSinceNs = nowNs;
        var patient = nowNs - stream.HoleSinceNs < _patienceNs;
        lost = false;
        if (Array.TrueForAll(_channels, static state => state == ChannelState.Ended))
            return lost = true;
        if (Array.Exists(_channels, static state => state == ChannelState.Awaited))
            return false;
        var allPassed = AllPassed(stream);
        if (allPassed && (_sparse || !stream.Started))
            return true;
        if (!stream.Started && stream.SawReplay && !patient)
            return true;
        lost = allPassed && ((allStuck && !patient) || stream.IsQuiet(_watchedNs, _patienceNs * QuietPatience, QuietPauses));
        return lost;
    }

    private bool AllPassed(ReorderStream stream)
    {
        for (var channel = 0; channel < _channels.Length; channel++)
        {
            if (_channels[channel] != ChannelState.Open)
                continue;
            // The whole hole must be behind the channel, not only its first sequence.
            if (stream.HighWaterOf(channel) < stream.Held.Top.First - 1 && _channelBorn[channel] <= stream.Born)
                return false;
        }
        return true;
    }

    private ReorderStream Find(ulong id)
    {
        foreach (var stream in _streams)
            if (stream.Id == id)
                return stream;
        return Begin(id);
    }

    private ReorderStream Begin(ulong id)
    {
        // Streams are few (a source opens one per life); an old one without anything held makes room, and only then do we grow.
        const int streamsUsual = 32;
        var stream = _streams.Count < streamsUsual ? null : _streams.Find(static candidate => candidate.Held.Count == 0);
        if (stream is null)
            _streams.Add(stream = new ReorderStream());
        stream.Reset(id, ++_born, _watchedNs);
        return stream;
    }
}

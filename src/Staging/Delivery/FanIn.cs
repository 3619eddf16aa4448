using K8sMediaFlow.Native;
using K8sMediaFlow.Primitives;
using K8sMediaFlow.Staging.Channels;

namespace K8sMediaFlow.Staging.Delivery;

/// <summary>What an input port wants of its channels.</summary>
/// <param name="Producers">How many there are: the stream ends when all of them have ended.</param>
/// <param name="BySequence">Restore the order of sequences; else they come as they come.</param>
/// <param name="IsSparse">Sequences are dealt out among several consumers (a reorder window then passes what every producer has
/// passed).</param>
/// <param name="ReplayRuns">Runs of sequences without holes that are remembered of a stream, at least, so that duplicates are
/// recognised.</param>
/// <param name="PatienceNs">See <see cref="ReorderWindow"/>.</param>
public sealed record FanInOptions(int Producers, bool BySequence, bool IsSparse, int ReplayRuns, long PatienceNs)
{
    /// <summary>Age since the source's send at which a frame is not handed out, but a notice in its place; 0: none.</summary>
    public long DeadlineNs { get; init; }
}

/// <summary>
/// The channels of one input port as one stream of frames and gap notices, each identity once: duplicates are counted and given back
/// at once, and are done when their original is. Not thread-safe: it lives under its owner's lock, every method is short and nothing waits.
/// </summary>
/// <remarks>
/// Use: <see cref="Attach"/> the producers' channels; <see cref="TryTake"/> hands out numbers; each number is given back once
/// (<see cref="Return"/>) and is done once (<see cref="Done"/>, or with the return). Death of a producer: <see cref="FanInChannel.Close"/>;
/// the channel is drained, and when it <see cref="IsFinished"/>, the owner says goodbye and calls <see cref="Remove"/>.
/// Zero allocation once it has met its largest use.
/// </remarks>
public sealed class FanIn
{
    /// <summary>
    /// Most producers of one port: as many as an edge of a pipeline may have pairs of replicas. More can only be a mistake.
    /// </summary>
    public const int ProducersMax = 4096;

    private readonly Dictionary<(ulong Stream, ulong Sequence), int> _originals;
    private readonly List<FanInChannel> _channels = [];
    private bool[] _producerEnded;
    private bool _ended;
    private readonly ReplayWindow _replays;
    private readonly ReorderWindow? _window;
    private Pool<Arrival> _arrivals;
    private int _turn;

    // The last look that found nothing, 0 when something was taken since; and the send of the newest thing that this look popped.
    private long _lookedInVainNs, _newestSentNs;

    /// <param name="options">What the port wants.</param>
    public FanIn(FanInOptions options)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(options.Producers, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(options.Producers, ProducersMax);
        DeadlineNs = options.DeadlineNs;
        _arrivals = new Pool<Arrival>(64);
        _originals = new Dictionary<(ulong, ulong), int>(256);
        _producerEnded = new bool[options.Producers];
        _replays = new ReplayWindow(Math.Max(options.ReplayRuns, ReplayWindow.RunsUsual), ReplayWindow.StreamsUsual);
        _window = options.BySequence ? new ReorderWindow(options.Producers, options.PatienceNs, options.IsSparse) : null;
    }

    /// <summary>With a channel or without.</summary>
    public int Producers => _producerEnded.Length;

    /// <inheritdoc cref="FanInOptions.DeadlineNs"/>
    public long DeadlineNs { get; set; }

    /// <summary>The channels that are not removed.</summary>
    public IReadOnlyList<FanInChannel> Channels => _channels;

    /// <summary>Whether every producer has ended and everything was handed out.</summary>
    // Until something new comes: who was told the end has left its loop. A sidecar that comes back attaches the producers anew, but brings
    // only what was had already; a new life of a source brings frames that no consumer had.
    public bool Ended => _ended || (_ended = Array.TrueForAll(_producerEnded, static ended => ended) && _window is not { Held: > 0 });

    /// <summary>The last identity that an end of stream named.</summary>
    public (ulong Stream, ulong Sequence) Last { get; private set; }

    /// <summary>Frames and notices popped and not done.</summary>
    public int NotDone => _arrivals.Count;

    /// <summary>Duplicates recognised.</summary>
    public long Duplicates { get; private set; }

    /// <summary>Sequences that no producer brought or explained.</summary>
    public long Lost { get; private set; }

    /// <summary>Frames that came after their place had been given up.</summary>
    public long Late { get; private set; }

    /// <summary>
    /// Makes a place for one more producer, which the plan did not have before; returns its number. It counts as ended until it has a
    /// channel.
    /// </summary>
    /// <exception cref="ArgumentOutOfRangeException">There are <see cref="ProducersMax"/> already.</exception>
    public int AddProducer()
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(_producerEnded.Length, ProducersMax);
        _window?.AddChannel();
        Array.Resize(ref _producerEnded, _producerEnded.Length + 1);
        _producerEnded[^1] = true;
        return _producerEnded.Length - 1;
    }

    /// <summary>Adds a producer's channel. The producer may have an older, closing channel that is still being drained.</summary>
    public FanInChannel Attach(ulong id, int producer, IInboundChannel channel)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual((uint)producer, (uint)_producerEnded.Length);
        var merged = new FanInChannel(id, producer, channel) { Predecessor = Latest(producer) };
        _channels.Add(merged);
        _producerEnded[producer] = false;
        _window?.Open(producer);
        return merged;
    }

    /// <summary>
    /// No successor of this closed channel's producer will come (scaled away): the producer has ended when the channel is drained.
    /// </summary>
    public static void AbandonWhenDrained(FanInChannel channel) => channel.IsLast = true;

    /// <summary>The producer had completed before it could attach: nothing will come from there.</summary>
    public void EndProducer(int producer)
    {
        if (_producerEnded[producer])
            return;
        if (Latest(producer) is { IsDrained: false, IsCut: false } channel)
        {
            channel.IsLast = true;
            return;
        }
        _producerEnded[producer] = true;
        _window?.End(producer);
    }

    /// <summary>
    /// Whether a closed channel has been read to its end and nothing of it is held any more: the owner says goodbye then.
    /// </summary>
    public bool IsFinished(FanInChannel channel)
    {
        if (channel.IsCut)
            return channel.NotDone == 0;
        if (channel is { IsClosing: true, IsDrained: false } && !channel.Channel.HasDescriptor)
            Closed(channel);
        return channel is { IsDrained: true, NotDone: 0 };
    }

    /// <summary>Forgets a closed channel of which nothing is held any more.</summary>
    public void Remove(FanInChannel channel)
    {
        Invariant.That(channel.NotDone == 0);
        _channels.Remove(channel);
    }

    /// <summary>
    /// The sidecar died. What was not handed out is forgotten, since upstream sends it again; what was stays valid, its identity known, so
    /// that its replay is done when it is.
    /// </summary>
    public void Cut()
    {
        foreach (var channel in _channels)
            channel.IsCut = true;
        for (var number = _window?.TakeHeld() ?? -1; number >= 0; number = _window!.TakeHeld())
        {
            Forget(ref _arrivals[number].Descriptor);
            Return(number, done: true);
        }
        for (var producer = 0; producer < _producerEnded.Length; producer++)
            if (!_producerEnded[producer])
                _window?.Await(producer);
    }

    /// <summary>Forgets that an identity was seen: what was made of it is lost, its replay is welcome.</summary>
    public void Forget(ulong stream, ulong sequence) => _replays.Forget(stream, sequence);

    /// <summary>The descriptor of what was handed out. Valid until it is done.</summary>
    public ref FrameDescriptor Descriptor(int number) => ref _arrivals[number].Descriptor;

    /// <summary>The channel that it came by.</summary>
    public FanInChannel ChannelOf(int number) => _arrivals[number].Channel;

    /// <summary>Hands out the next frame or gap notice.</summary>
    public bool TryTake(long nowNs, out int number)
    {
        _newestSentNs = 0;
        if (_window is null ? TryTakeAsItComes(out number) : TryTakeInOrder(_window, nowNs, out number))
        {
            if (EdgePolicy.IsLate(in _arrivals[number].Descriptor, DeadlineNs, nowNs))
                Expire(ref _arrivals[number]);
            Count(ref _arrivals[number], nowNs);
            return true;
        }
        _lookedInVainNs = nowNs;
        return false;
    }

    /// <summary>Gives the bytes back; with <paramref name="done"/> it is done as well.</summary>
    /// <param name="number">As it was handed out.</param>
    /// <param name="done">Nothing derives from it, or all that does is done.</param>
    /// <param name="nowNs">For the figures; 0: the processing time is not counted.</param>
    public void Return(int number, bool done, long nowNs = 0)
    {
        ref var arrival = ref _arrivals[number];
        Invariant.That(!arrival.IsReturned);
        arrival.IsReturned = true;
        if (nowNs > 0 && arrival.TakenAtNs > 0 && !arrival.Channel.IsCut)
            arrival.Channel.Channel.CountProcessing(nowNs - arrival.TakenAtNs);
        arrival.Channel.GiveBack(arrival.Descriptor.Ticket, done ? ReturnKind.Both : ReturnKind.Returned);
        if (done)
            Settle(number);
    }

    /// <summary>All that derives from it is done.</summary>
    public void Done(int number)
    {
        ref var arrival = ref _arrivals[number];
        Invariant.That(arrival.IsReturned);
        arrival.Channel.GiveBack(arrival.Descriptor.Ticket, ReturnKind.Done);
        Settle(number);
    }

    // What came while the consumer was away from its work did not wait for its work. A frame that waited for one before it waited until
    // that was sent.
    private void Count(ref Arrival arrival, long nowNs)
    {
        var channel = arrival.Channel;
        var wokenNs = _lookedInVainNs;
        _lookedInVainNs = 0;
        if (arrival.Descriptor.Kind == FrameKind.Gap && !channel.IsCut)
            channel.Channel.CountGaps(arrival.Descriptor.GapCount);
        if (arrival.Descriptor.Kind != FrameKind.Frame)
            return;
        arrival.TakenAtNs = nowNs;
        if (!channel.IsCut)
            channel.Channel.CountFrame(ref arrival.Descriptor, nowNs, wokenNs == 0 ? 0 : nowNs - Math.Max(wokenNs, _newestSentNs));
    }

    // What waited too long, here or before, becomes a notice in its own place. The last sequence that there is cannot be named by one.
    private static void Expire(ref Arrival arrival)
    {
        if (arrival.Descriptor.Sequence != ulong.MaxValue)
            BecomeGap(ref arrival, GapCause.Deadline);
    }

    private static void BecomeGap(ref Arrival arrival, GapCause cause)
    {
        ref var descriptor = ref arrival.Descriptor;
        (descriptor.Kind, descriptor.SegmentCount, descriptor.GapCount, descriptor.GapCause) = (FrameKind.Gap, 0, 1, cause);
        if (!arrival.Channel.IsCut)
            arrival.Channel.Channel.CountDrops(cause, 1);
    }

    private bool TryTakeAsItComes(out int number)
    {
        for (var step = 0; step < _channels.Count; step++)
        {
            var channel = _channels[(_turn + step) % _channels.Count];
            while (TryPop(channel, out number))
            {
                if (number < 0)
                    continue;
                _turn = (_turn + step + 1) % _channels.Count;
                return true;
            }
        }
        number = -1;
        return false;
    }

    private bool TryTakeInOrder(ReorderWindow window, long nowNs, out int number)
    {
        window.Look(nowNs);
        foreach (var channel in _channels)
            while (TryPop(channel, out number))
                if (number >= 0)
                    Place(window, channel, number);
        while (window.TryTake(nowNs, window.HasHole && AllStuck(), out var entry))
        {
            number = entry.Kind == ReorderKind.Lost ? GiveUp(in entry) : entry.Tag;
            if (entry.Kind == ReorderKind.LateUnexplained)
                ExplainLate(ref _arrivals[number]);
            if (entry.Kind != ReorderKind.Late)
                return true;
            LetGoLate(number);
        }
        number = -1;
        return false;
    }

    /// <summary>What nobody brings or explains is explained here, for all that follow: a notice that came by no channel.</summary>
    private int GiveUp(in ReorderEntry lost)
    {
        var channel = _arrivals[lost.Tag].Channel;
        var number = _arrivals.Take();
        var notice = new FrameDescriptor
        {
            Kind = FrameKind.Gap,
            Stream = lost.Stream,
            Sequence = lost.First,
            GapCount = lost.Count,
            GapCause = GapCause.Lost,
            Ticket = FanInChannel.NoTicket,
        };
        _arrivals[number] = new Arrival { Descriptor = notice, Channel = channel, Echo = -1 };
        Lost += lost.Count;
        if (!channel.IsCut)
            channel.Channel.CountDrops(GapCause.Lost, lost.Count);
        return number;
    }

    // The order has gone on without it, and the consumers behind wait for the frame or for a notice in its place.
    private void ExplainLate(ref Arrival late)
    {
        Late++;
        BecomeGap(ref late, GapCause.Lost);
    }

    private void LetGoLate(int number)
    {
        Late++;
        Return(number, done: true);
    }

    private void Place(ReorderWindow window, FanInChannel channel, int number)
    {
        ref var descriptor = ref _arrivals[number].Descriptor;
        var replay = (descriptor.Flags & DescriptorFlags.MayBeReplay) != 0;
        if (descriptor.Kind == FrameKind.Gap)
            window.Explain(channel.Producer, descriptor.Stream, descriptor.Sequence, descriptor.GapCount, replay, number);
        else
            window.Offer(channel.Producer, descriptor.Stream, descriptor.Sequence, replay, number);
    }

    /// <summary>Pops one descriptor; -1: it was one that needs no hearing (duplicate, end of stream).</summary>
    private bool TryPop(FanInChannel channel, out int number)
    {
        number = -1;
        if (channel.IsBehind)
            return false;
        if (channel.IsCut || !channel.Channel.TryPop(out var descriptor))
        {
            if (channel.IsClosing)
                Closed(channel);
            return false;
        }
        channel.Popped();
        if (descriptor.Kind == FrameKind.EndOfStream)
        {
            End(channel, in descriptor);
            return true;
        }
        if (channel.HasEnded)
            Reopen(channel);
        number = Admit(channel, ref descriptor);
        return true;
    }

    // A link's channel stays over the lives of the source at its other end.
    private void Reopen(FanInChannel channel)
    {
        channel.HasEnded = false;
        if (Latest(channel.Producer) != channel)
            return;
        _producerEnded[channel.Producer] = false;
        _window?.Open(channel.Producer);
    }

    private void Closed(FanInChannel channel)
    {
        channel.IsDrained = true;
        // From now on a successor is awaited, unless one is attached already or the stream had ended.
        if (_producerEnded[channel.Producer] || Latest(channel.Producer) != channel)
            return;
        _producerEnded[channel.Producer] = channel.IsLast;
        if (channel.IsLast)
            _window?.End(channel.Producer);
        else
            _window?.Await(channel.Producer);
    }

    private FanInChannel? Latest(int producer)
    {
        for (var i = _channels.Count - 1; i >= 0; i--)
            if (_channels[i].Producer == producer)
                return _channels[i];
        return null;
    }

    private void End(FanInChannel channel, in FrameDescriptor descriptor)
    {
        channel.HasEnded = true;
        channel.GiveBack(descriptor.Ticket, ReturnKind.Both);
        // The end belongs to one life of a producer: where the next one is attached already, the producer goes on.
        if (Latest(channel.Producer) == channel)
        {
            _producerEnded[channel.Producer] = true;
            _window?.End(channel.Producer);
        }
        if (descriptor.Sequence >= Last.Sequence || descriptor.Stream != Last.Stream)
            Last = (descriptor.Stream, descriptor.Sequence);
    }

    private int Admit(FanInChannel channel, ref FrameDescriptor descriptor)
    {
        var isGap = descriptor.Kind == FrameKind.Gap;
        // What is in hand is known for certain, however much the window had to forget.
        var isNew = _replays.MarkRange(descriptor.Stream, descriptor.Sequence, isGap ? descriptor.GapCount : 1)
            && !(!isGap && _originals.ContainsKey((descriptor.Stream, descriptor.Sequence)));
        var number = _arrivals.Take();
        _arrivals[number] = new Arrival { Descriptor = descriptor, Channel = channel, Echo = -1 };
        if (!isNew)
            return Echo(channel, number, isGap);
        _ended = false;
        _originals[(descriptor.Stream, descriptor.Sequence)] = number;
        _newestSentNs = Math.Max(_newestSentNs, (long)descriptor.SentAtNanoseconds);
        return number;
    }

    /// <summary>
    /// A duplicate is given back at once. It is done when its original is: until then the original may be lost with this process, and its
    /// sender must keep it.
    /// </summary>
    private int Echo(FanInChannel channel, int number, bool isGap)
    {
        ref var echo = ref _arrivals[number];
        _window?.Passed(channel.Producer, echo.Descriptor.Stream, echo.Descriptor.Sequence + Math.Max(1, echo.Descriptor.GapCount) - 1);
        if (!isGap)
        {
            Duplicates++;
            channel.Channel.CountDuplicate();
        }
        var isOpen = _originals.TryGetValue((echo.Descriptor.Stream, echo.Descriptor.Sequence), out var original);
        Return(number, done: !isOpen);
        if (isOpen)
            (_arrivals[number].Echo, _arrivals[original].Echo) = (_arrivals[original].Echo, number);
        return -1;
    }

    private void Settle(int number)
    {
        ref var arrival = ref _arrivals[number];
        var key = (arrival.Descriptor.Stream, arrival.Descriptor.Sequence);
        if (_originals.TryGetValue(key, out var original) && original == number)
            _originals.Remove(key);
        var echo = arrival.Echo;
        Free(number);
        while (echo >= 0)
        {
            var next = _arrivals[echo].Echo;
            _arrivals[echo].Channel.GiveBack(_arrivals[echo].Descriptor.Ticket, ReturnKind.Done);
            Free(echo);
            echo = next;
        }
    }

    private void Free(int number)
    {
        _arrivals[number].Channel = null!;
        _arrivals.Give(number);
    }

    private void Forget(ref FrameDescriptor descriptor)
    {
        var count = descriptor.Kind == FrameKind.Gap ? descriptor.GapCount : 1;
        for (var i = 0u; i < Math.Min(count, 4096); i++)
            _replays.Forget(descriptor.Stream, descriptor.Sequence + i);
    }

    private bool AllStuck()
    {
        foreach (var channel in _channels)
            if (channel is { IsCut: false, IsDrained: false, HasEnded: false } and not { IsClosing: false, IsStuck: true })
                return false;
        return true;
    }
}

using System.Diagnostics;
using K8sMediaFlow.Native;
using K8sMediaFlow.Native.Ibverbs;
using K8sMediaFlow.Primitives;

namespace K8sMediaFlow.Fabric.Verbs;

/// <summary>
/// A queue pair, or several, with their completions, from its making to its end, which comes once. Every use holds the gate. An abort marks
/// the end, wakes the thread that waits inside, and passes through the gate; exactly one caller, the one that claims the end, tears it
/// down: queue pair to error, completions read up to the flush of a last work request on each, queue pairs destroyed, then their memory
/// deregistered. Only after that may blocks be reused.
/// </summary>
internal sealed class VerbsEnd
{
    /// <summary>Work requests of our own beside the caller's: the hello or a probe, and the last one.</summary>
    private const int OwnWorks = 2;

    private const ulong HelloId = ulong.MaxValue, ProbeId = ulong.MaxValue - 1, LastId = ulong.MaxValue - 2;

    // Silence is noticed after about half a second: 67 ms for an acknowledgement, asked for seven times; Soft-RoCE takes one retry more
    // than these for "for ever". A lost packet costs one of these times at most. Receives are always posted before they are needed; a peer
    // that has none is asked for some milliseconds.
    private const byte TimeoutCode = 14, RetriesMax = 6, NotReadyDelayCode = 12, NotReadyRetriesMax = 6;

    private static readonly TimeSpan s_probeInterval = TimeSpan.FromMilliseconds(250);
    private static readonly TimeSpan s_flushBound = TimeSpan.FromSeconds(1);

    private readonly VerbsDevice _device;
    private readonly VerbsPort _port;
    private readonly CompletionReader _reader;
    private readonly PairSet _pairs;
    private readonly List<IDisposable> _memory = [];
    private readonly byte _trafficClass;
    private readonly uint _firstPacket = QueuePairInfo.NewFirstPacket();
    private long _heardTicks;
    private bool _isConnected, _isProbing, _hasHeard;
    private int _probes;
    private int _isClaimed;
    private volatile bool _isAborted;
    private volatile string? _broken;
    private FabricException? _failure;

    /// <param name="device">Whose queue pairs they are.</param>
    /// <param name="sendsMax">Work requests that the caller may have posted at a time.</param>
    /// <param name="receivesMax">The same of receives, on each queue pair.</param>
    /// <param name="pairs">How many.</param>
    /// <param name="options">How to wait, and what packets carry.</param>
    /// <exception cref="FabricException"><see cref="FabricError.Incompatible"/>: the device has no room for it.</exception>
    public VerbsEnd(VerbsDevice device, int sendsMax, int receivesMax, int pairs, FabricOptions options)
    {
        (_device, _port, _trafficClass) = (device, device.Port, options.TrafficClass);
        var limits = device.Limits;
        var size = new QueuePairSize(sendsMax + OwnWorks, receivesMax, PartsPerWorkMax);
        var completions = sendsMax + pairs * (OwnWorks + receivesMax);
        if (size.SendsMax > limits.WorkRequestsMax || receivesMax > limits.WorkRequestsMax || completions > limits.CompletionsMax)
            throw new FabricException(FabricError.Incompatible, $"{size} is more than {device.Context.Name} has: {limits}");
        _reader = VerbsErrors.Making(() => new CompletionReader(device.Context, options.CompletionsMax ?? completions, options));
        try
        {
            _pairs = VerbsErrors.Making(() => PairSet.Create(device.Domain, _reader.Queue, size, pairs));
        }
        catch
        {
            _reader.Dispose();
            throw;
        }
        device.Add(this);
    }

    public Lock Gate { get; } = new();

    public bool IsAborted => _isAborted;

    /// <summary>Inside the gate: aborted or failed.</summary>
    public bool IsFinished => _isAborted || _failure is not null;

    public int PairCount => _pairs.Count;

    /// <summary>Parts that one work request may be gathered from.</summary>
    public int PartsPerWorkMax => Math.Min(_device.Limits.ScatterPartsMax, 2 * FrameHeaderPrefix.SegmentsMax + 1);

    /// <summary>What the peer must know of this end.</summary>
    public QueuePairInfo Card(byte[] nonce) => new(_port.State.MtuBytes, _pairs.Numbers, _firstPacket, nonce, _port.Address.Gid);

    public bool Is(nint element) => _pairs.Has(element) || _reader.Queue.Identity == element;

    /// <summary>Memory that lives as long as the queue pairs.</summary>
    public void Own(IDisposable memory) => _memory.Add(memory);

    /// <summary>Receives may be posted from here on.</summary>
    public void Open() => _pairs.Open(_device.PortNumber);

    /// <summary>Before they are opened: the peer has fewer.</summary>
    public void Keep(int pairs) => _pairs.Keep(pairs);

    /// <summary>Binds them to the peer's.</summary>
    public void Connect(QueuePairInfo peer) => _pairs.Connect(new QueuePairRoute
    {
        Port = _device.PortNumber,
        GidIndex = _port.Address.Index,
        TrafficClass = _trafficClass,
        RemoteGid = peer.Gid,
        RemoteNumber = 0,
        RemoteFirstPacket = peer.FirstPacket,
        LocalFirstPacket = _firstPacket,
        MtuBytes = Math.Min(peer.MtuBytes, _port.State.MtuBytes),
        TimeoutCode = TimeoutCode,
        RetriesMax = RetriesMax,
        NotReadyDelayCode = NotReadyDelayCode,
        NotReadyRetriesMax = NotReadyRetriesMax,
    }, peer.Numbers);

    public void PostReceives(int pair, int count) => _pairs.PostReceives(pair, count);

    public void Post(int pair, ReadOnlySpan<SendWork> works, ReadOnlySpan<MemoryPiece> parts) => _pairs.Post(pair, works, parts);

    /// <summary>The sender's first word on each: a message of no bytes with the epoch.</summary>
    public void PostHello(uint epoch) =>
        _pairs.PostOnAll(new SendWork(HelloId, SendKind.SendWithImmediate, IsSignaled: true, epoch, 0, 0, 0));

    /// <summary>From here on the peer's silence means that it is gone.</summary>
    public void BeginProbing() => (_isConnected, _heardTicks) = (true, Stopwatch.GetTimestamp());

    /// <summary>Inside the gate, before it is used.</summary>
    public void ThrowIfFinished()
    {
        Invariant.That(Gate.IsHeldByCurrentThread);
        if (_isAborted)
            throw VerbsErrors.OfAbort();
        if (_failure is not null)
            throw new FabricException(_failure.Error, _failure.Message, _failure);
    }

    /// <summary>Inside the gate: the next completion that is the caller's; false when none came within the wait.</summary>
    public bool TryNext(out Completion completion, TimeSpan wait)
    {
        Invariant.That(Gate.IsHeldByCurrentThread);
        var startedTicks = 0L;
        while (!TryTake(out completion))
        {
            // The clock is read only when there is nothing to do.
            var nowTicks = Stopwatch.GetTimestamp();
            startedTicks = startedTicks == 0 ? nowTicks : startedTicks;
            if (_broken is { } what)
                throw VerbsErrors.OfDevice(what);
            var quiet = ProbeIfDue(nowTicks);
            var left = wait - Stopwatch.GetElapsedTime(startedTicks, nowTicks);
            if (left <= TimeSpan.Zero)
                return false;
            _reader.Wait(left < quiet ? left : quiet);
        }
        return true;
    }

    /// <summary>Inside the gate: one that is there.</summary>
    public bool TryTake(out Completion completion)
    {
        if (_isAborted)
            throw VerbsErrors.OfAbort();
        while (_reader.TryTake(out completion))
        {
            _hasHeard = true;
            if (completion.IsFlush)
                throw VerbsErrors.OfDevice(AwaitCause() ?? CompletionStatus.Text(completion.Status));
            if (!IsProbe(completion))
                return true;
        }
        return false;
    }

    /// <summary>Inside the gate: of no use any more. Returns what to throw.</summary>
    public FabricException Fail(FabricException failure)
    {
        Invariant.That(Gate.IsHeldByCurrentThread);
        _failure = failure;
        if (TryClaim())
            TearDown();
        return failure;
    }

    /// <summary>The device says that it cannot go on. From the device's thread; what has arrived is still taken.</summary>
    public void Break(string what)
    {
        _broken = what;
        _reader.Wake();
    }

    public void Abort()
    {
        _isAborted = true;
        if (!TryClaim())
        {
            PassGate();
            return;
        }
        _reader.Wake();
        lock (Gate)
            TearDown();
    }

    private bool TryClaim() => Interlocked.Exchange(ref _isClaimed, 1) == 0;

    private void PassGate()
    {
        lock (Gate)
        {
            // Being let in is all there is to it.
        }
    }

    /// <summary>
    /// Work that is flushed says only that the queue pair failed before. Where no other work of it did, an event says why, and comes by
    /// another thread.
    /// </summary>
    private string? AwaitCause()
    {
        var startedTicks = Stopwatch.GetTimestamp();
        while (_broken is null && !_isAborted && Stopwatch.GetElapsedTime(startedTicks) < s_flushBound)
            Thread.Sleep(1);
        return _broken;
    }

    private bool IsProbe(in Completion completion)
    {
        if (completion.Id != ProbeId || !completion.IsSuccess)
            return false;
        _isProbing = false;
        return true;
    }

    /// <summary>
    /// A peer that is gone says nothing: a write of no bytes asks its device whether the queue pair still lives, and comes back as an error
    /// if not. They take turns. Returns how long to wait until it is due again.
    /// </summary>
    private TimeSpan ProbeIfDue(long nowTicks)
    {
        if (!_isConnected || _isProbing)
            return s_probeInterval;
        if (_hasHeard)
            (_hasHeard, _heardTicks) = (false, nowTicks);
        var left = s_probeInterval - Stopwatch.GetElapsedTime(_heardTicks, nowTicks);
        if (left > TimeSpan.Zero)
            return left;
        _isProbing = true;
        _device.CountProbe();
        _pairs.Post(_probes++ % _pairs.Count, [new SendWork(ProbeId, SendKind.Write, IsSignaled: true, 0, 0, 0, 0)], []);
        return s_probeInterval;
    }

    private void TearDown()
    {
        Invariant.That(_isClaimed == 1 && Gate.IsHeldByCurrentThread);
        _device.Remove(this);
        Flush();
        _pairs.Dispose();
        _reader.Dispose();
        foreach (var one in _memory)
            one.Dispose();
    }

    /// <summary>Bounded: destroying the queue pairs is the fence, whether its flush was seen or not.</summary>
    private void Flush()
    {
        try
        {
            _pairs.Fail();
            _pairs.PostOnAll(new SendWork(LastId, SendKind.Write, IsSignaled: true, 0, 0, 0, 0));
            var awaited = _pairs.Count;
            var startedTicks = Stopwatch.GetTimestamp();
            while (Stopwatch.GetElapsedTime(startedTicks) < s_flushBound)
            {
                if (!_reader.TryTake(out var completion))
                    Thread.Yield();
                else if (completion.Id == LastId && --awaited == 0)
                    return;
            }
        }
        catch (NativeException)
        {
            // A device that is gone flushes nothing.
        }
    }
}

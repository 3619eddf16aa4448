using K8sMediaFlow.Sdk;
using K8sMediaFlow.Sidecar.Tests.Links.Loopback;

namespace K8sMediaFlow.Sidecar.Tests.Channels.Pods;

/// <summary>What a consumer may do to its neighbours.</summary>
public enum Misbehaviour
{
    /// <summary>A process that was stopped: it reads nothing.</summary>
    TakesNothing,

    /// <summary>It reads what it gets and gives nothing back.</summary>
    KeepsEverything,

    /// <summary>It gives one frame back while its neighbours take many.</summary>
    IsSlow,

    /// <summary>It keeps what it got, and dies of it.</summary>
    Dies,
}

/// <summary>A consumer as it should be: reads on a thread of its own until the test is over.</summary>
internal sealed class Reading : IDisposable
{
    private readonly CancellationTokenSource _end = new();
    private readonly Thread _thread;
    private int _count;
    private volatile bool _isAscending = true;

    public Reading(MediaOperator media)
    {
        _thread = new Thread(() => Read(media.Inputs["video"])) { IsBackground = true };
        _thread.Start();
    }

    public int Count => Volatile.Read(ref _count);

    /// <summary>The sequences came in their order.</summary>
    public bool IsAscending => _isAscending;

    public void Dispose()
    {
        _end.Cancel();
        _thread.Join(TimeSpan.FromSeconds(60)).ShouldBeTrue("the reader hangs");
        _end.Dispose();
    }

    private void Read(FrameInput input)
    {
        var last = 0UL;
        try
        {
            while (input.Receive(_end.Token) is { } frame)
            {
                _isAscending &= frame.Sequence > last;
                last = frame.Sequence;
                frame.Dispose();
                Interlocked.Increment(ref _count);
            }
        }
        catch (Exception over) when (over is OperationCanceledException or MediaOperatorException)
        {
            // The test is over.
        }
    }
}

/// <summary>A media operator that passes on what it gets, on a thread of its own until the test is over.</summary>
internal sealed class Passing : IDisposable
{
    private readonly CancellationTokenSource _end = new();
    private readonly Thread _thread;
    private int _taken;

    public Passing(MediaOperator media)
    {
        _thread = new Thread(() => Pass(media.Inputs["video"], media.Outputs["video"])) { IsBackground = true };
        _thread.Start();
    }

    /// <summary>Frames that it has begun to pass on.</summary>
    public int Taken => Volatile.Read(ref _taken);

    public Exception? Failure { get; private set; }

    public void Dispose()
    {
        _end.Cancel();
        _thread.Join(TimeSpan.FromSeconds(60)).ShouldBeTrue("the passer hangs");
        _end.Dispose();
    }

    private void Pass(FrameInput input, FrameOutput output)
    {
        try
        {
            while (input.Receive(_end.Token) is { } frame)
                using (frame)
                {
                    Interlocked.Increment(ref _taken);
                    output.Forward(frame, cancellationToken: _end.Token);
                }
        }
        catch (OperationCanceledException)
        {
            // The test is over.
        }
        catch (MediaOperatorException failure)
        {
            Failure = failure;
        }
    }
}

/// <summary>A consumer as it should not be.</summary>
internal sealed class Culprit : IDisposable
{
    /// <summary>What its neighbours take while a slow one gives one back.</summary>
    public const int SlowFactor = 50;

    private readonly CancellationTokenSource _end = new();
    private readonly List<Frame> _kept = [];
    private readonly MediaOperator _media;
    private readonly Func<int> _othersTook;
    private readonly Thread? _thread;
    private int _done;

    /// <param name="media">Its operator.</param>
    /// <param name="what">What it does.</param>
    /// <param name="othersTook">Frames that its neighbours have had: a slow one's pace is a part of theirs, on any machine.</param>
    public Culprit(MediaOperator media, Misbehaviour what, Func<int> othersTook)
    {
        (_media, What, _othersTook) = (media, what, othersTook);
        if (what == Misbehaviour.TakesNothing)
            return;
        _thread = new Thread(Run) { IsBackground = true };
        _thread.Start();
    }

    public Misbehaviour What { get; }

    /// <summary>Frames that it gave back.</summary>
    public int Done => Volatile.Read(ref _done);

    /// <summary>Frames that it has and does not give back.</summary>
    public int Kept => _kept.Count;

    /// <summary>Waits until a consumer that dies has died: it may get its frames later than the others get theirs.</summary>
    public void AwaitDeath()
    {
        if (What == Misbehaviour.Dies)
            Watchdog.Until(() => !_thread!.IsAlive, () => $"the culprit lives, with {Kept} frames");
    }

    public void Release()
    {
        _end.Cancel();
        _thread?.Join(TimeSpan.FromSeconds(60)).ShouldBeTrue("the culprit hangs");
        foreach (var frame in _kept)
            frame.Dispose();
        // What a dead one had comes again, to others.
        if (What != Misbehaviour.Dies)
            Interlocked.Add(ref _done, _kept.Count);
        _kept.Clear();
    }

    public void Dispose()
    {
        _end.Cancel();
        _thread?.Join(TimeSpan.FromSeconds(60));
        _end.Dispose();
    }

    private void Run()
    {
        try
        {
            while (!_end.IsCancellationRequested && _media.Inputs["video"].Receive(_end.Token) is { } frame)
                Take(frame);
        }
        catch (Exception over) when (over is OperationCanceledException or MediaOperatorException)
        {
            // The test is over.
        }
    }

    private void Take(Frame frame)
    {
        if (What != Misbehaviour.IsSlow)
        {
            _kept.Add(frame);
            if (What != Misbehaviour.Dies || _kept.Count < 4)
                return;
            _media.Fail("it dies with frames in its hands");
            _media.DisposeAsync().AsTask().Wait();
            _end.Cancel();
            return;
        }
        while (_othersTook() < (Done + 1) * SlowFactor && !_end.Token.WaitHandle.WaitOne(2))
        {
        }
        frame.Dispose();
        Interlocked.Increment(ref _done);
    }
}

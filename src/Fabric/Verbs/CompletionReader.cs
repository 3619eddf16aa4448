using System.Diagnostics;
using K8sMediaFlow.Native;
using K8sMediaFlow.Native.Ibverbs;

namespace K8sMediaFlow.Fabric.Verbs;

/// <summary>
/// Takes completions in batches, and waits for them as the options say. Waiting in the kernel follows the order that loses no wake-up: arm,
/// look again, sleep. One thread at a time, but for <see cref="Wake"/>.
/// </summary>
internal sealed class CompletionReader : IDisposable
{
    /// <summary>
    /// Reading the clock takes as long as looking does; a look has no pause either, for a thread that spins wants the least delay.
    /// </summary>
    private const int LooksPerClock = 16;

    private readonly Completion[] _batch = new Completion[16];
    private readonly EventDescriptor _wake = EventDescriptor.Create();
    private readonly CompletionChannel _channel;
    private readonly FabricOptions _options;
    private int _next, _count;
    private bool _isArmed;
    private volatile bool _isWoken;

    public CompletionReader(DeviceContext context, int capacity, FabricOptions options)
    {
        _options = options;
        _channel = CompletionChannel.Create(context);
        Queue = CompletionQueue.Create(_channel, capacity);
    }

    public CompletionQueue Queue { get; }

    /// <summary>The oldest completion that is there.</summary>
    public bool TryTake(out Completion completion)
    {
        if (_next == _count && !Fill())
        {
            completion = default;
            return false;
        }
        completion = _batch[_next++];
        return true;
    }

    /// <summary>Returns when a completion may be there, at the latest after <paramref name="atMost"/>; at once when it was woken.</summary>
    public void Wait(TimeSpan atMost)
    {
        var isBusy = _options.Polling == CompletionPolling.Busy;
        if (_options.Polling != CompletionPolling.Event && Spin(isBusy || atMost < _options.SpinTime ? atMost : _options.SpinTime))
            return;
        if (!isBusy)
            Sleep(atMost);
    }

    /// <summary>Ends every wait from now on. Any thread.</summary>
    public void Wake()
    {
        _isWoken = true;
        _wake.Signal();
    }

    public void Dispose()
    {
        Queue.Dispose();
        _channel.Dispose();
        _wake.Dispose();
    }

    private bool Spin(TimeSpan atMost)
    {
        var startedTicks = Stopwatch.GetTimestamp();
        do
        {
            for (var look = 0; look < LooksPerClock; look++)
            {
                if (_isWoken || Fill())
                    return true;
            }
        }
        while (Stopwatch.GetElapsedTime(startedTicks) < atMost);
        return false;
    }

    private void Sleep(TimeSpan atMost)
    {
        if (!_isArmed)
        {
            Queue.RequestEvent();
            _isArmed = true;
            if (Fill())
                return;
        }
        var waitMs = (int)Math.Clamp(Math.Ceiling(atMost.TotalMilliseconds), 0, 60_000);
        if (_channel.WaitAndTake(_wake, waitMs))
            _isArmed = false;
    }

    private bool Fill()
    {
        if (_next < _count)
            return true;
        _next = 0;
        _count = Queue.Poll(_batch);
        return _count > 0;
    }
}

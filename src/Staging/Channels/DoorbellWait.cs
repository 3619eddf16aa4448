using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics.Arm;
using System.Runtime.Intrinsics.X86;
using K8sMediaFlow.Primitives;

namespace K8sMediaFlow.Staging.Channels;

/// <summary>
/// One wait, from spinning to sleep: <c>var wait = doorbell.Begin(timeout); while (!TryGet(out x)) if (!wait.Again()) return false;</c>
/// </summary>
/// <remarks>
/// Between two calls of <see cref="Again"/> the caller looks at everything that it waits for: that look is step W4 of the proof at
/// <see cref="DoorbellWaiter"/>.
/// </remarks>
public ref struct DoorbellWait
{
    // Reading the clock costs about as much as a hand-over, so it is read once in so many looks.
    private const int LooksPerClock = 64;

    private readonly DoorbellWaiter _doorbell;
    private readonly TimeSpan _timeout;
    private long _startedNanoseconds;
    private long _spinUntilNanoseconds;
    private uint _prepared;
    private int _looks;
    private bool _isPrepared;

    internal DoorbellWait(DoorbellWaiter doorbell, TimeSpan timeout)
    {
        _doorbell = doorbell;
        _timeout = timeout;
        _looks = FirstLook;
    }

    // Without spinning the first look's successor is the announcement already.
    private readonly int FirstLook => _doorbell.Policy.SpinNanoseconds == 0 ? LooksPerClock - 1 : 0;

    /// <summary>Waits a little: a pause, an announcement of sleep, or the sleep.</summary>
    /// <returns>True: look again. False: time is up.</returns>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public bool Again()
    {
        if (!_isPrepared && ++_looks % LooksPerClock != 0)
        {
            Pause();
            return true;
        }
        return AgainSlowly();
    }

    // No SpinWait: its SpinOnce yields and then sleeps for a millisecond, Thread.SpinWait(1) is normalised to several pauses.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Pause()
    {
        if (X86Base.IsSupported)
            X86Base.Pause();
        else if (ArmBase.IsSupported)
            ArmBase.Yield();
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private bool AgainSlowly()
    {
        var now = MonotonicClock.Nanoseconds;
        if (_startedNanoseconds == 0)
            Start(now);
        var isLimited = _timeout >= TimeSpan.Zero;
        var left = isLimited ? _timeout - TimeSpan.FromTicks((now - _startedNanoseconds) / 100) : TimeSpan.MaxValue;
        if (left <= TimeSpan.Zero)
            return false;
        if (!_isPrepared && now < _spinUntilNanoseconds)
            return true;
        if (!_isPrepared)
            _prepared = _doorbell.PrepareSleep();
        else
            Sleep(left);
        _isPrepared = !_isPrepared;
        return true;
    }

    private void Start(long now)
    {
        _startedNanoseconds = now;
        var spin = _doorbell.Policy.SpinNanoseconds;
        _spinUntilNanoseconds = spin > long.MaxValue - now ? long.MaxValue : now + spin;
    }

    private void Sleep(TimeSpan left)
    {
        _doorbell.Sleep(_prepared, left);
        // Woken for something: a new short spin is worth more than another sleep.
        _looks = FirstLook;
        _spinUntilNanoseconds = MonotonicClock.Nanoseconds + Math.Min(_doorbell.Policy.SpinNanoseconds, 1_000_000);
    }
}

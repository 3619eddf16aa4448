using K8sMediaFlow.KubernetesRuntime.Client;

namespace K8sMediaFlow.KubernetesRuntime.Leadership;

/// <summary>
/// One term of leadership. It ends by this process's own monotonic clock, before another candidate may take over: a renewal counts from
/// when it was sent, and lasts for the renew deadline, which is shorter than the lease that the others wait out from when they saw it. The
/// clock runs on while a process is stopped, so one that is continued after a take-over finds its term over at the first question, whatever
/// timers have not fired yet.
/// </summary>
#pragma warning disable CA2213 // The source without a timer holds nothing, and requests may still link to its token.
public sealed class LeadershipTerm : IWriteFence, IDisposable
#pragma warning restore CA2213
{
    private readonly TimeProvider _time;
    private readonly TimeSpan _duration;
    private readonly CancellationTokenSource _lost = new();
    private readonly ITimer _timer;
    private long _renewedAt;
    private volatile bool _over;

    internal LeadershipTerm(int transitions, long renewedAt, TimeSpan duration, TimeProvider time)
    {
        (Transitions, _renewedAt, _duration, _time) = (transitions, renewedAt, duration, time);
        Lost = _lost.Token;
        _timer = time.CreateTimer(_ => Check(), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        Check();
    }

    /// <summary>How often the lease has changed hands: grows with every term, so it orders what terms have said.</summary>
    public int Transitions { get; }

    /// <summary>Whether this process still leads, asked of the clock and not of a flag.</summary>
    public bool Holds => !_over && Remaining > TimeSpan.Zero;

    /// <summary>Ends with the term: cancels what the leader does.</summary>
    public CancellationToken Lost { get; }

    private TimeSpan Remaining => _duration - _time.GetElapsedTime(Volatile.Read(ref _renewedAt));

    public void Demand()
    {
        if (!Holds)
            throw new WriteRefusedException($"the term of leadership {Transitions} is over: not written");
    }

    public void Dispose()
    {
        End();
        _timer.Dispose();
    }

    /// <summary>A renewal that was sent at <paramref name="sentAt"/> has succeeded; false where that came too late to count.</summary>
    internal bool Renew(long sentAt)
    {
        if (!Holds)
            return false;
        Volatile.Write(ref _renewedAt, sentAt);
        return Holds;
    }

    internal void End()
    {
        if (_over)
            return;
        _over = true;
        _timer.Change(Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        // On the pool: what is registered may be long, and a renewing loop must not run it.
        _ = Task.Run(_lost.Cancel);
    }

    private void Check()
    {
        var remaining = Remaining;
        if (remaining > TimeSpan.Zero && !_over)
            _timer.Change(remaining + TimeSpan.FromMilliseconds(1), Timeout.InfiniteTimeSpan);
        else
            End();
    }
}

namespace K8sMediaFlow.Links.Simulation.Tests.Running;

/// <summary>The scheduler's time, with timers that a process takes with it when it dies.</summary>
internal sealed class VirtualClock(Scheduler scheduler, Process owner) : TimeProvider
{
    public override DateTimeOffset GetUtcNow() => DateTimeOffset.UnixEpoch + TimeSpan.FromTicks(scheduler.Now / 100);

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        var timer = new OneShot(scheduler, owner, () => callback(state));
        timer.Change(dueTime, period);
        return timer;
    }

    private sealed class OneShot(Scheduler scheduler, Process owner, Action run) : ITimer
    {
        private int _armed;

        public bool Change(TimeSpan dueTime, TimeSpan period)
        {
            var mine = ++_armed;
            if (dueTime >= TimeSpan.Zero)
                scheduler.After((long)dueTime.TotalNanoseconds, owner, () => Pass(mine));
            return true;
        }

        public void Dispose() => _armed++;

        public ValueTask DisposeAsync()
        {
            Dispose();
            return default;
        }

        private void Pass(int mine)
        {
            if (mine == _armed)
                run();
        }
    }
}

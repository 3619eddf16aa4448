namespace K8sMediaFlow.Operator.Tests.Server;

/// <summary>The time of day, which a test may set forward; timers run as ever.</summary>
internal sealed class ShiftedTime : TimeProvider
{
    private long _aheadTicks;

    public override DateTimeOffset GetUtcNow() => base.GetUtcNow() + TimeSpan.FromTicks(Volatile.Read(ref _aheadTicks));

    public void SetForward(TimeSpan time) => Interlocked.Add(ref _aheadTicks, time.Ticks);
}

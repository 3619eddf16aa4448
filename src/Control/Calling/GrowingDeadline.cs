namespace K8sMediaFlow.Control.Calling;

/// <summary>
/// Time for the next call. After a call that ran out of it the next one has twice as long, up to eight times: what a starved sidecar has
/// begun to answer is then not asked for again before it is done, which would make it later still. Thread-safe.
/// </summary>
internal sealed class GrowingDeadline
{
    public const int DoublingsMax = 3;

    private int _doublings;

    public TimeSpan Of(TimeSpan deadline) => deadline * (1 << Volatile.Read(ref _doublings));

    public void Answered() => Volatile.Write(ref _doublings, 0);

    public void RanOut() => Volatile.Write(ref _doublings, Math.Min(DoublingsMax, Volatile.Read(ref _doublings) + 1));
}

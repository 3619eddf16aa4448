namespace K8sMediaFlow.Cli.Run.Processes;

/// <summary>
/// The pause before each new life of a process: 50 ms, doubling up to a limit, and from the start again after a life that lasted. The
/// first is short because a sidecar has to be back within two seconds.
/// </summary>
internal sealed class BackOff(TimeSpan longest)
{
    private static readonly TimeSpan First = TimeSpan.FromMilliseconds(50);
    private static readonly TimeSpan GoodLife = TimeSpan.FromSeconds(30);
    private TimeSpan _next = First;

    /// <summary>Lives in a row that did not last.</summary>
    public int ShortLives { get; private set; }

    public TimeSpan After(TimeSpan life)
    {
        if (life >= GoodLife)
            (_next, ShortLives) = (First, 0);
        ShortLives++;
        var pause = _next;
        _next = TimeSpan.FromTicks(Math.Min(_next.Ticks * 2, longest.Ticks));
        return pause;
    }
}

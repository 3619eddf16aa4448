namespace K8sMediaFlow.Staging.Channels;

/// <summary>How one waits.</summary>
public enum WaitMode
{
    /// <summary>Spin for a while, then sleep.</summary>
    Hybrid,

    /// <summary>Spin, never sleep: the shortest hand-over, for a whole core.</summary>
    Busy,

    /// <summary>Sleep at once: the least CPU.</summary>
    Event,
}

/// <param name="Mode">How one waits.</param>
/// <param name="SpinMicroseconds">How long a Hybrid waiter spins.</param>
public readonly record struct WaitPolicy(WaitMode Mode, int SpinMicroseconds)
{
    internal long SpinNanoseconds => Mode switch
    {
        WaitMode.Hybrid => SpinMicroseconds * 1000L,
        WaitMode.Busy => long.MaxValue,
        _ => 0,
    };

    /// <summary>How long a wait spins before it sleeps, where it may spin for at most so long.</summary>
    public TimeSpan SpinWithin(TimeSpan longest) => TimeSpan.FromTicks(Math.Min(SpinNanoseconds / 100, longest.Ticks));
}

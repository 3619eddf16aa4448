namespace K8sMediaFlow.KubernetesRuntime.Reconciling;

/// <summary>
/// Growing waits: from <paramref name="Shortest"/>, doubled by every failure, never longer than <paramref name="Longest"/>; for ever.
/// Jitter takes off up to half, so that many who failed together do not come back together.
/// </summary>
public readonly record struct BackOff(TimeSpan Shortest, TimeSpan Longest)
{
    /// <summary>The wait after so many failures in a row (1 or more).</summary>
    public TimeSpan After(int failures)
    {
        // In seconds: a TimeSpan overflows long before a double does, and the 63rd failure must not be the last.
        var grown = Shortest.TotalSeconds * Math.Pow(2, Math.Min(failures - 1, 1000));
        return TimeSpan.FromSeconds(Math.Min(grown, Longest.TotalSeconds) * (0.5 + (Random.Shared.NextDouble() / 2)));
    }
}

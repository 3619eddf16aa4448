namespace K8sMediaFlow.Kubernetes.Reconciling;

/// <summary>
/// Growing waits: from <paramref name="Shortest"/>, doubled by every failure, never longer than <paramref name="Longest"/>; for ever. Jitter takes off up to
/// half, so that many who failed together do not come back together.
/// </summary>
public readonly record struct BackOff(TimeSpan Shortest, TimeSpan Longest)
{
    /// <summary>The wait after so many failures in a row (1 or more).</summary>
    public TimeSpan After(int failures)
    {
        // 2^40 of any shortest wait is beyond any longest: the exponent is bounded before it can overflow.
        var grown = Shortest * Math.Pow(2, Math.Clamp(failures - 1, 0, 40));
        var capped = grown < Longest ? grown : Longest;
        return capped * (0.5 + (Random.Shared.NextDouble() / 2));
    }
}

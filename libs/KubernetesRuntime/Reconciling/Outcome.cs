namespace K8sMediaFlow.KubernetesRuntime.Reconciling;

/// <summary>How a reconcile ended that did not fail (one that fails throws).</summary>
/// <param name="Again">When to look again; null: at the next resync.</param>
/// <param name="IsGone">There is no such object any more: nothing to look at again.</param>
public readonly record struct Outcome(TimeSpan? Again, bool IsGone)
{
    public static Outcome Done => default;
    public static Outcome Gone => new(null, true);

    public static Outcome After(TimeSpan wait) => new(wait, false);
}

/// <summary>The bounds of a reconcile loop.</summary>
public sealed record LoopOptions
{
    public int Workers { get; init; } = 4;

    /// <summary>Every key that is not gone is looked at again after about this long, whatever was or was not heard.</summary>
    public TimeSpan Resync { get; init; } = TimeSpan.FromMinutes(10);

    /// <summary>One reconcile: cancelled and counted as failed after this.</summary>
    public TimeSpan Timeout { get; init; } = TimeSpan.FromMinutes(2);

    public BackOff BackOff { get; init; } = new(TimeSpan.FromMilliseconds(200), TimeSpan.FromMinutes(1));
    public TimeProvider Time { get; init; } = TimeProvider.System;
}

namespace K8sMediaFlow.KubernetesRuntime.Events;

/// <summary>What keeps Events few.</summary>
public sealed record EventOptions
{
    /// <summary>The same Event within this time counts up instead of appearing again.</summary>
    public TimeSpan Window { get; init; } = TimeSpan.FromMinutes(10);

    /// <summary>
    /// So many different messages of one reason within the window are told apart; further ones are folded into one Event.
    /// </summary>
    public int DistinctMessagesMax { get; init; } = 10;

    /// <summary>Writes about one object at once, and how long until one more is allowed.</summary>
    public int Burst { get; init; } = 25;

    public TimeSpan Refill { get; init; } = TimeSpan.FromMinutes(1);

    /// <summary>Objects, and Events, remembered; the oldest are forgotten beyond this.</summary>
    public int RememberedMax { get; init; } = 4096;

    /// <summary>Events that wait to be written; further ones are dropped and counted.</summary>
    public int QueueMax { get; init; } = 1000;
}

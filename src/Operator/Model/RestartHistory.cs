namespace K8sMediaFlow.Operator.Model;

/// <summary>How often a slot's pod was made of late, and so when the next may be. Kept in memory: a new leader forgives.</summary>
internal sealed record RestartHistory(int Count, DateTimeOffset LastMadeAt)
{
    private static readonly TimeSpan Forgiven = TimeSpan.FromMinutes(10), Longest = TimeSpan.FromMinutes(1);

    public static RestartHistory None { get; } = new(0, DateTimeOffset.MinValue);

    /// <summary>The first replacement is made at once, later ones after 1, 2, 4 … 60 seconds.</summary>
    public DateTimeOffset NotBefore =>
        Count < 2 ? DateTimeOffset.MinValue : LastMadeAt
            + TimeSpan.FromSeconds(Math.Min(Longest.TotalSeconds, Math.Pow(2, Math.Min(Count - 2, 10))));

    public RestartHistory Made(DateTimeOffset now) => now - LastMadeAt > Forgiven ? new(1, now) : new(Count + 1, now);
}

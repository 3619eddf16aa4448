using System.Text.Json.Serialization;

namespace K8sMediaFlow.KubernetesRuntime.Objects;

/// <summary>metav1.Condition: one question about an object, answered True, False or Unknown, with a stable CamelCase reason.</summary>
public sealed record Condition
{
    public const string True = "True", False = "False", Unknown = "Unknown";

    public required string Type { get; init; }
    public required string Status { get; init; }
    public long? ObservedGeneration { get; init; }

    [JsonConverter(typeof(SecondTime))]
    public DateTimeOffset? LastTransitionTime { get; init; }

    public string? Reason { get; init; }
    public string? Message { get; init; }
}

/// <summary>Lists of conditions.</summary>
public static class Conditions
{
    public static Condition? Find(this IEnumerable<Condition>? conditions, string type) =>
        conditions?.FirstOrDefault(one => one.Type == type);

    public static bool IsTrue(this IEnumerable<Condition>? conditions, string type) => conditions.Find(type)?.Status == Condition.True;

    /// <summary>
    /// The list with this condition in the place of the one of its type. The time of transition moves only with the status: a reconcile
    /// that finds nothing new yields an equal list, so nothing is written.
    /// </summary>
    public static IReadOnlyList<Condition> With(this IReadOnlyList<Condition>? conditions, Condition value, DateTimeOffset now)
    {
        var before = conditions.Find(value.Type);
        var moved = before is null || before.Status != value.Status || before.LastTransitionTime is null;
        var dated = value with { LastTransitionTime = moved ? WholeSecond(now) : before!.LastTransitionTime };
        return before is null ? [.. conditions ?? [], dated] : [.. conditions!.Select(one => one.Type == value.Type ? dated : one)];
    }

    private static DateTimeOffset WholeSecond(DateTimeOffset time) => DateTimeOffset.FromUnixTimeSeconds(time.ToUnixTimeSeconds());
}

namespace K8sMediaFlow.Pipelines.Planning;

/// <summary>
/// Which plan is newer: by lease transitions (which controller), then generation (which spec), then counter. Lease transitions
/// come first so that a controller that lost its lease cannot override its successor, whatever generation it has seen.
/// </summary>
public readonly record struct PlanVersion(long LeaseTransitions, long Generation, long Counter) : IComparable<PlanVersion>
{
    public static bool operator <(PlanVersion left, PlanVersion right) => left.CompareTo(right) < 0;

    public static bool operator >(PlanVersion left, PlanVersion right) => left.CompareTo(right) > 0;

    public static bool operator <=(PlanVersion left, PlanVersion right) => left.CompareTo(right) <= 0;

    public static bool operator >=(PlanVersion left, PlanVersion right) => left.CompareTo(right) >= 0;

    public int CompareTo(PlanVersion other) =>
        (LeaseTransitions, Generation, Counter).CompareTo((other.LeaseTransitions, other.Generation, other.Counter));

    public override string ToString() => FormattableString.Invariant($"{LeaseTransitions}.{Generation}.{Counter}");
}

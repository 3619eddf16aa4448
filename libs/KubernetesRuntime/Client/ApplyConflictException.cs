using System.Text.RegularExpressions;

namespace K8sMediaFlow.KubernetesRuntime.Client;

/// <summary>A field that another field manager has set to another value.</summary>
/// <param name="Manager">Who: a field manager, for example kubectl-edit.</param>
/// <param name="Field">What: for example .spec.replicas.</param>
public sealed record ApplyConflict(string Manager, string Field);

/// <summary>An apply that would have taken fields away from others. Nothing was changed.</summary>
public sealed partial class ApplyConflictException : Exception
{
    private const string Cause = "FieldManagerConflict";

    private ApplyConflictException(ApiException error, IReadOnlyList<ApplyConflict> conflicts)
        : base($"{error.Verb} {error.Resource} {error.Target}: conflicts with " +
            string.Join("; ", conflicts.GroupBy(one => one.Manager)
                .Select(group => $"{group.Key} about {string.Join(", ", group.Select(one => one.Field))}")), error)
    {
        Conflicts = conflicts;
    }

    public IReadOnlyList<ApplyConflict> Conflicts { get; }

    /// <summary>Null where the conflict is of another kind (a resource version).</summary>
    internal static ApplyConflictException? From(ApiException error)
    {
        var conflicts = (error.Status?.Details?.Causes ?? []).Where(cause => cause.Reason == Cause)
            .Select(cause => new ApplyConflict(ManagerName().Match(cause.Message ?? "") is { Success: true } match
                ? match.Groups[1].Value
                : "?", cause.Field ?? "?")).ToList();
        return conflicts.Count > 0 ? new(error, conflicts) : null;
    }

    [GeneratedRegex("^conflict with \"([^\"]*)\"")]
    private static partial Regex ManagerName();
}

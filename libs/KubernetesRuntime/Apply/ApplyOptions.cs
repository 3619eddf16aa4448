namespace K8sMediaFlow.KubernetesRuntime.Apply;

/// <summary>In whose name fields are written, and whose fields may be taken over.</summary>
/// <param name="FieldManager">The name that owns what is applied.</param>
public sealed record ApplyOptions(string FieldManager)
{
    /// <summary>For example status; null: the object itself.</summary>
    public string? Subresource { get; init; }

    /// <summary>Earlier names of ours: their fields are taken over, and no one else's.</summary>
    public IReadOnlyCollection<string> OwnManagers { get; init; } = [];

    /// <summary>
    /// No other field manager may own fields here, as in the status of our own kinds. Servers before 1.22 record a client that edits an
    /// object together with its status as the owner of status fields that the edit could not even touch.
    /// </summary>
    public bool OwnsAll { get; init; }

    public TimeProvider Time { get; init; } = TimeProvider.System;
}

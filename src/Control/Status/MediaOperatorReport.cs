namespace K8sMediaFlow.Control.Status;

public enum MediaOperatorState
{
    /// <summary>Has not attached yet.</summary>
    Waiting = 1,
    Attached = 2,

    /// <summary>Its last word was that it has completed.</summary>
    Completed = 3,

    /// <summary>Its last word was that it has failed: see the reason.</summary>
    Failed = 4,

    /// <summary>Its connection closed without a last word.</summary>
    Lost = 5,
}

/// <summary>One replica of a media operator, as its sidecar sees it.</summary>
/// <param name="Incarnation">Of its process; empty before it attached.</param>
/// <param name="Reason">Why it failed or was lost; else empty.</param>
public sealed record MediaOperatorReport(string Name, int Replica, MediaOperatorState State, string Incarnation, string Reason);

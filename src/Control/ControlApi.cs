namespace K8sMediaFlow.Control;

/// <summary>Names and limits that both ends share.</summary>
public static class ControlApi
{
    /// <summary>
    /// The newest version that is spoken here. 2: an edge's status says what it waits for (<see cref="Status.EdgeStatus.WaitsFor"/>).
    /// </summary>
    public const int Version = 2;

    /// <summary>
    /// The oldest one. What 2 added is a field that a reader of version 1 skips, and that is empty where a sidecar of version 1 sends none.
    /// </summary>
    public const int VersionMin = 1;

    /// <summary>The largest message either way: a plan of a few hundred replicas has a tenth of it.</summary>
    public const int MessageMaxBytes = 4 << 20;

    /// <summary>Of the calls, at both ends.</summary>
    public const string ActivitySourceName = "K8sMediaFlow.Control";

    public static readonly TimeSpan IntervalMin = TimeSpan.FromMilliseconds(50);
    public static readonly TimeSpan IntervalMax = TimeSpan.FromSeconds(60);
    public static readonly TimeSpan IntervalDefault = TimeSpan.FromSeconds(1);
    public static readonly TimeSpan DrainMax = TimeSpan.FromMinutes(10);
    public static readonly TimeSpan DrainDefault = TimeSpan.FromSeconds(30);
}

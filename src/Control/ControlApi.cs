namespace K8sMediaFlow.Control;

/// <summary>Names and limits that both ends share.</summary>
public static class ControlApi
{
    public const int Version = 1;

    /// <summary>The largest message either way: a plan of a few hundred replicas has a tenth of it.</summary>
    public const int MessageMaxBytes = 4 << 20;

    public const string GetInfo = Service + "GetInfo";
    public const string ApplyPlan = Service + "ApplyPlan";
    public const string WatchStatus = Service + "WatchStatus";
    public const string Drain = Service + "Drain";
    private const string Service = "/k8smediaflow.control.v1.Sidecar/";

    public static readonly TimeSpan IntervalMin = TimeSpan.FromMilliseconds(50);
    public static readonly TimeSpan IntervalMax = TimeSpan.FromSeconds(60);
    public static readonly TimeSpan IntervalDefault = TimeSpan.FromSeconds(1);
    public static readonly TimeSpan DrainMax = TimeSpan.FromMinutes(10);
    public static readonly TimeSpan DrainDefault = TimeSpan.FromSeconds(30);
}

using K8sMediaFlow.Pipelines.Planning;

namespace K8sMediaFlow.Sidecar.Hosting;

/// <summary>What a newer plan asks a running sidecar to change.</summary>
internal static class PlanChange
{
    /// <summary>True where the two differ in nothing but the version.</summary>
    public static bool IsNone(SidecarPlan running, SidecarPlan next) =>
        PlanJson.Write(next with { Version = running.Version }).AsSpan().SequenceEqual(PlanJson.Write(running));
}

using K8sMediaFlow.Pipelines.Graph;
using K8sMediaFlow.Sidecar.Tests.Hosting;

namespace K8sMediaFlow.RdmaGuest;

/// <summary>Policies between pods, over RDMA.</summary>
public sealed class VerbsPolicyTests : PolicyConformance
{
    // The guest's CPU is emulated.
    protected override int Frames => 100;

    private protected override FlowPlans Plans => base.Plans with
    {
        Transport = Transport.Rdma,
        DeviceOf = pod => pod.StartsWith("camera", StringComparison.Ordinal) ? "rxe0" : "rxe1",
    };
}

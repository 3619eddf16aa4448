using K8sMediaFlow.Pipelines.Graph;
using K8sMediaFlow.Sidecar.Tests.Hosting;

namespace K8sMediaFlow.RdmaGuest;

/// <summary>Replicas in pods of their own, over RDMA: the camera has one device, its consumers share the other.</summary>
public sealed class VerbsShareTests : ShareConformance
{
    // The guest's CPU is emulated.
    protected override int Frames => 200;

    private protected override FlowPlans Plans => base.Plans with
    {
        Transport = Transport.Rdma,
        DeviceOf = pod => pod.StartsWith("camera", StringComparison.Ordinal) ? "rxe0" : "rxe1",
    };
}

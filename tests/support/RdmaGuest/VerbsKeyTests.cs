using K8sMediaFlow.Pipelines.Graph;
using K8sMediaFlow.Sidecar.Tests.Hosting;

namespace K8sMediaFlow.RdmaGuest;

/// <summary>Frames dealt out by key, over RDMA: the cameras share one device, their consumers the other.</summary>
public sealed class VerbsKeyTests : KeyConformance
{
    private protected override FlowPlans Plans => base.Plans with
    {
        Transport = Transport.Rdma,
        DeviceOf = pod => pod.StartsWith("camera", StringComparison.Ordinal) ? "rxe0" : "rxe1",
    };
}

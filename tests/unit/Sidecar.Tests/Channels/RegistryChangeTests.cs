using K8sMediaFlow.Sidecar.Tests.Channels.Pods;
using K8sMediaFlow.TestKit;

namespace K8sMediaFlow.Sidecar.Tests.Channels;

public sealed class RegistryChangeTests
{
    [Fact]
    public async Task That_a_media_operator_attaches_and_that_it_ends_are_changes()
    {
        using var pod = new TestPod(new PodPlans().Together());
        var attaches = pod.Registry.Changes.Next;
        var render = await pod.Attach("render");
        await attaches.WaitAsync(Hang.Bound);
        var ends = pod.Registry.Changes.Next;
        ends.IsCompleted.ShouldBeFalse();
        await render.DisposeAsync();
        await ends.WaitAsync(Hang.Bound);
    }
}

using K8sMediaFlow.KubernetesRuntime.Client;
using K8sMediaFlow.KubernetesRuntime.Connection;
using K8sMediaFlow.KubernetesRuntime.Objects;
using K8sMediaFlow.Operator.Apply;
using K8sMediaFlow.Operator.Desired;
using K8sMediaFlow.Operator.Hosting;
using K8sMediaFlow.TestKit;
using Microsoft.Extensions.Logging.Abstractions;

namespace K8sMediaFlow.Operator.Tests.Hosting;

public class LeaderQueueTests
{
    [Fact]
    public async Task Namespaces_take_turns_and_none_has_all_workers()
    {
        using var client = new ApiClient(new() { Server = new("http://127.0.0.1:1"), Credentials = new FixedCredential(new()) });
        var view = new ClusterView(client, [], ServerCapabilities.OfMinor(20), NullLogger.Instance);
        using var queue = Leader.Queue(view, workers: 4);
        for (var i = 0; i < 100; i++)
            queue.Add(new ObjectKey("busy", $"p{i}"));
        queue.Add(new ObjectKey("quiet", "p"));
        var taken = new List<string>();
        for (var worker = 0; worker < 4; worker++)
            taken.Add((await queue.TakeAsync(CancellationToken.None).AsTask().WaitAsync(Hang.Bound)).Namespace);
        taken.ShouldBe(["busy", "quiet", "busy", "busy"]);
        queue.Done(new("quiet", "p"));
        queue.TakeAsync(CancellationToken.None).AsTask().IsCompleted.ShouldBeFalse("the fourth worker is kept for other namespaces");
    }
}

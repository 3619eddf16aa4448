using K8sMediaFlow.KubernetesRuntime.Objects;
using K8sMediaFlow.TestKit;

namespace K8sMediaFlow.KubernetesRuntime.Tests.Faults;

public class TelemetryTests
{
    [Fact]
    public async Task Requests_lists_and_restarts_are_counted_by_resource_and_cause()
    {
        // Other tests run beside: the resource is this test's own.
        using var counted = new Counted("networkpolicies.networking.k8s.io");
        var lists = 0;
        await using var server = await ScriptedServer.StartAsync(context =>
            !context.IsWatch()
                ? context.SayAsync(Lines.List(10 + lists++))
                : context.From() == "10" ? context.FailAsync(410, "Gone") : context.HangAsync());
        using var client = server.Client();
        using var stop = new CancellationTokenSource(Hang.Bound);
        var informer = new Informers.Informer<NetworkPolicy>(client.For(Resources.NetworkPolicies), Watched.Quick());
        var run = informer.RunAsync(stop.Token);
        await Until.Async(() => server.Requests.Count == 4, "the second watch", stop.Token);
        await stop.CancelAsync();
        await run;
        counted.All.ShouldBe(new Dictionary<string, long>
        {
            ["api_requests list 200"] = 2,
            ["api_requests watch 410"] = 1,
            ["watch_lists"] = 2,
            ["watch_restarts gone"] = 1
        }, ignoreOrder: true);
    }
}

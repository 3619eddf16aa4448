using System.Diagnostics;
using System.Text.Json.Nodes;
using K8sMediaFlow.Crds.V1Alpha1;
using K8sMediaFlow.KubernetesRuntime.Client;
using K8sMediaFlow.KubernetesRuntime.Connection;
using K8sMediaFlow.KubernetesRuntime.Objects;
using K8sMediaFlow.TestKit;
using K8sMediaFlow.TestKit.Clusters;

namespace K8sMediaFlow.Operator.Tests.Server;

/// <summary>One API server with our definitions, for all tests of a run.</summary>
public sealed class ControlledServer : IAsyncLifetime
{
    private Cluster? _cluster;

    public Cluster Cluster =>
        _cluster ?? throw new InvalidOperationException("Kubernetes is not built: run tests/support/cluster/build.sh");

    public async Task InitializeAsync()
    {
        if (!KubernetesBuild.IsPresent)
            return;
        _cluster = await Task.Run(() => Cluster.Start("--only-api", "--audit"));
        Kubectl("apply", "-f", Path.Combine(Sources.Root, "config", "crd"));
        using var client = new ApiClient(ClusterConnection.Find(Cluster.Kubeconfig));
        for (var left = 300; !(await client.ServesAsync(CrdResources.MediaPipelines)
            && await client.ServesAsync(CrdResources.MediaOperators)); left--)
        {
            left.ShouldBeGreaterThan(0, "the definitions are not served");
            await Task.Delay(100);
        }
    }

    public Task DisposeAsync()
    {
        _cluster?.Dispose();
        return Task.CompletedTask;
    }

    public string Kubectl(params string[] arguments)
    {
        var start = new ProcessStartInfo(KubernetesBuild.Cached("bin/kubectl"), ["--kubeconfig", Cluster.Kubeconfig, .. arguments])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        using var process = Process.Start(start)!;
        var error = process.StandardError.ReadToEndAsync();
        var output = process.StandardOutput.ReadToEndAsync();
        process.WaitForExit(Hang.Bound).ShouldBeTrue($"kubectl {string.Join(' ', arguments)} did not end");
        process.ExitCode.ShouldBe(0, error.Result);
        return output.Result;
    }

}

[CollectionDefinition(Name)]
public class ControlledServerCollection : ICollectionFixture<ControlledServer>
{
    public const string Name = "controlled server";
}

/// <summary>A test with a controller of its own in a namespace of its own.</summary>
[Collection(ControlledServerCollection.Name)]
#pragma warning disable CA1001 // xunit ends it by DisposeAsync.
public abstract class ServerTests(ControlledServer server) : IAsyncLifetime
{
    private readonly CancellationTokenSource _bound = new(Hang.LongBound);

    internal RunningController Controller { get; private set; } = null!;

    protected ControlledServer Server => server;
    protected string Space { get; } = $"t-{Guid.NewGuid():N}"[..12];
    protected ApiClient Client { get; private set; } = null!;
    protected CancellationToken Bound => _bound.Token;

    public async Task InitializeAsync()
    {
        if (!KubernetesBuild.IsPresent)
            return;
        Client = new ApiClient(ClusterConnection.Find(server.Cluster.Kubeconfig));
        await Client.For(Resources.Namespaces).CreateAsync(new() { Metadata = new() { Name = Space } }, Bound);
        // Nobody else makes it here, and no pod is let in without.
        await Client.For(Resources.ServiceAccounts).CreateAsync(new() { Metadata = new() { Name = "default", Namespace = Space } }, Bound);
        Controller = new(server.Cluster.Kubeconfig, Space);
    }

    public async Task DisposeAsync()
    {
        if (Controller is not null)
            await Controller.DisposeAsync();
        Client?.Dispose();
        _bound.Dispose();
    }

    /// <summary>Applies a pipeline as kubectl would.</summary>
    protected Task<CustomObject> ApplyAsync(string json, Action<JsonObject>? change = null)
    {
        var document = JsonNode.Parse(json)!.AsObject();
        document["metadata"] = new JsonObject { ["name"] = (string)document["metadata"]!["name"]!, ["namespace"] = Space };
        change?.Invoke(document);
        return Client.For(CrdResources.MediaPipelines).ApplyAsync(document, "test", force: true, cancel: Bound);
    }

    protected async Task<PipelineStatus> StatusAsync(string name, Func<PipelineStatus, bool> wanted)
    {
        var status = new PipelineStatus();
        await UntilAsync(async () =>
        {
            status = PipelineStatus.Read((await Client.For(CrdResources.MediaPipelines).GetAsync(Space, name, Bound)).Status) ?? new();
            return wanted(status);
        }, () => status.ToElement().ToString());
        return status;
    }

    protected async Task<IReadOnlyList<T>> AllAsync<T>(ResourceType<T> type)
        where T : class, IKubernetesObject =>
            (await Client.For(type)
                .ListAsync(Space, new(Labels: "app.kubernetes.io/managed-by=k8smediaflow,k8smediaflow.io/pipeline"), Bound)).Items;

    protected async Task<IReadOnlyList<T>> AllAsync<T>(ResourceType<T> type, Func<IReadOnlyList<T>, bool> wanted)
        where T : class, IKubernetesObject
    {
        IReadOnlyList<T> all = [];
        await UntilAsync(async () => wanted(all = await AllAsync(type)), () => string.Join(", ", all.Select(one => one.Metadata!.Name)));
        return all;
    }

    protected async Task UntilAsync(Func<Task<bool>> holds, Func<string> otherwise)
    {
        for (var left = 300; !await holds(); left--)
        {
            if (left == 0)
                throw new TimeoutException(otherwise());
            await Task.Delay(100, Bound);
        }
    }
}

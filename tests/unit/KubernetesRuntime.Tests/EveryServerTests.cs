using K8sMediaFlow.KubernetesRuntime.Client;
using K8sMediaFlow.KubernetesRuntime.Connection;
using K8sMediaFlow.KubernetesRuntime.Objects;
using K8sMediaFlow.TestKit.Clusters;

namespace K8sMediaFlow.KubernetesRuntime.Tests;

/// <summary>
/// A test of custom resources, against the old API server and a current one: what a server does with watches and applies has changed
/// between them, and a kind of one's own is what both have. In a namespace of its own.
/// </summary>
[Collection(ApiServerCollection.Name)]
public abstract class EveryServerTests(ApiServerFixture old, CrdServerFixture current) : IDisposable
{
    private readonly CancellationTokenSource _bound = new(TimeSpan.FromMinutes(2));

    public static TheoryData<string> Servers => ["1.20", "current"];

    protected string Space { get; } = $"t-{Guid.NewGuid():N}"[..12];
    protected ResourceClient<CustomObject> Objects { get; private set; } = null!;
    protected CancellationToken Bound => _bound.Token;
    private ApiClient? Client { get; set; }

    public void Dispose()
    {
        Client?.Dispose();
        _bound.Dispose();
    }

    /// <summary>Every test begins with this: xunit says which server only to the test itself.</summary>
    protected async Task UseAsync(string server)
    {
        Client = new(ClusterConnection.Find(server == "current" ? current.Server.Kubeconfig : old.Cluster.Kubeconfig));
        // The current one knows no namespaces, and asks for none.
        if (server != "current")
            await Client.For(Resources.Namespaces).CreateAsync(new() { Metadata = new() { Name = Space } }, Bound);
        Objects = Client.For(await Gadgets.InstallAsync(Client, Bound));
    }

    /// <summary>A gadget whose spec holds these and nothing else.</summary>
    protected CustomObject Gadget(string name, params (string Key, string Value)[] spec) => new()
    {
        Metadata = new() { Name = name, Namespace = Space },
        Spec = System.Text.Json.JsonSerializer.SerializeToElement(spec.ToDictionary(pair => pair.Key, pair => pair.Value)),
    };
}

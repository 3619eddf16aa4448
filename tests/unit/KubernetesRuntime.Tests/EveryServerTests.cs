using K8sMediaFlow.KubernetesRuntime.Client;
using K8sMediaFlow.KubernetesRuntime.Connection;
using K8sMediaFlow.KubernetesRuntime.Informers;
using K8sMediaFlow.KubernetesRuntime.Objects;
using K8sMediaFlow.KubernetesRuntime.Reconciling;
using K8sMediaFlow.KubernetesRuntime.Tests.Faults;
using K8sMediaFlow.TestKit.Clusters;

namespace K8sMediaFlow.KubernetesRuntime.Tests;

/// <summary>
/// A test of custom resources, against the old API server and a current one: what a server does with watches and applies has changed
/// between them, and a kind of one's own is what both have. In a namespace of its own.
/// </summary>
[Collection(ApiServerCollection.Name)]
public abstract class EveryServerTests(ApiServerFixture old, CrdServerFixture current) : IDisposable
{
    private readonly CancellationTokenSource _bound = new(TimeSpan.FromMinutes(15));

    /// <summary>Longer than what a test waits for.</summary>
    protected static readonly TimeSpan Patience = TimeSpan.FromMinutes(5);

    public static TheoryData<string> Servers => ["1.20", "current"];

    protected string Space { get; } = $"t-{Guid.NewGuid():N}"[..12];
    protected ResourceClient<CustomObject> Objects { get; private set; } = null!;
    protected CancellationToken Bound => _bound.Token;
    protected ApiClient Client { get; private set; } = null!;
    private string Kubeconfig { get; set; } = "";

    public void Dispose()
    {
        Client?.Dispose();
        _bound.Dispose();
    }

    /// <summary>Every test begins with this: xunit says which server only to the test itself.</summary>
    protected async Task UseAsync(string server, string kind = "Gadget")
    {
        Kubeconfig = server == "current" ? current.Server.Kubeconfig : old.Cluster.Kubeconfig;
        Client = new(ClusterConnection.Find(Kubeconfig));
        // The current one knows no namespaces, and asks for none.
        if (server != "current")
            await Client.For(Resources.Namespaces).CreateAsync(new() { Metadata = new() { Name = Space } }, Bound);
        Objects = Client.For(await Gadgets.InstallAsync(Client, Bound, kind));
    }

    /// <summary>The same server, in a kubeconfig that names this proxy.</summary>
    private protected ClusterConnection Through(ConnectProxy proxy)
    {
        // Beside the server's own, which names files relative to itself.
        var file = $"{Kubeconfig}-{Space}";
        File.WriteAllText(file, File.ReadAllText(Kubeconfig)
            .Replace("cluster: {server:", $"cluster: {{proxy-url: \"{proxy.Address}\", server:", StringComparison.Ordinal));
        return ClusterConnection.Find(file);
    }

    /// <summary>A gadget whose spec holds these and nothing else.</summary>
    protected CustomObject Gadget(string name, params (string Key, string Value)[] spec) => new()
    {
        Metadata = new() { Name = name, Namespace = Space },
        Spec = System.Text.Json.JsonSerializer.SerializeToElement(spec.ToDictionary(pair => pair.Key, pair => pair.Value)),
    };

    protected InformerOptions Options(WatchBounds bounds) => new()
    {
        Namespaces = [Space],
        Bounds = () => bounds,
        BackOff = new BackOff(TimeSpan.FromMilliseconds(20), TimeSpan.FromMilliseconds(200)),
    };

    /// <summary>An informer that has told of an object made after its list.</summary>
    private protected async Task<Watched<CustomObject>> FollowAsync(ResourceClient<CustomObject> objects, WatchBounds bounds)
    {
        var watched = new Watched<CustomObject>(objects, Options(bounds));
        await watched.Informer.Synced.WaitAsync(Bound);
        await Objects.CreateAsync(Gadget("first"), Bound);
        await watched.UntilToldAsync("+first");
        return watched;
    }
}

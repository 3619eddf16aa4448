using K8sMediaFlow.KubernetesRuntime.Client;
using K8sMediaFlow.KubernetesRuntime.Connection;
using K8sMediaFlow.KubernetesRuntime.Objects;
using K8sMediaFlow.TestKit;
using K8sMediaFlow.TestKit.Clusters;

namespace K8sMediaFlow.KubernetesRuntime.Tests;

[CollectionDefinition(Name)]
public class ApiServerCollection : ICollectionFixture<ApiServerFixture>, ICollectionFixture<CrdServerFixture>
{
    public const string Name = "api server";
}

/// <summary>A test against the real API server, in a namespace of its own.</summary>
[Collection(ApiServerCollection.Name)]
public abstract class ApiServerTests(ApiServerFixture fixture) : IAsyncLifetime, IDisposable
{
    private readonly CancellationTokenSource _bound = new(TimeSpan.FromMinutes(2));

    protected Cluster Cluster => fixture.Cluster;
    protected string Space { get; } = $"t-{Guid.NewGuid():N}"[..12];
    protected ApiClient Client { get; private set; } = null!;
    protected ClusterConnection Connection { get; private set; } = null!;
    protected CancellationToken Bound => _bound.Token;

    public async Task InitializeAsync()
    {
        Connection = ClusterConnection.Find(Cluster.Kubeconfig);
        Client = new ApiClient(Connection);
        await Client.For(Resources.Namespaces).CreateAsync(new() { Metadata = new() { Name = Space } }, Bound);
    }

    public Task DisposeAsync() => Task.CompletedTask;

    public void Dispose()
    {
        Client?.Dispose();
        _bound.Dispose();
    }

    protected ConfigMap Map(string name, params (string Key, string Value)[] data) =>
        new() { Metadata = new() { Name = name, Namespace = Space }, Data = data.ToDictionary(pair => pair.Key, pair => pair.Value) };
}

/// <summary>
/// Where Kubernetes is not built, tests against it are skipped by name. One that does not say what it needs would fail there.
/// </summary>
public class ApiServerNeedTests
{
    [Fact]
    public void Whatever_is_tested_at_the_API_server_says_that_it_needs_it()
    {
        var classes = typeof(ApiServerTests).Assembly.GetTypes()
            .Where(type => type.IsSubclassOf(typeof(ApiServerTests)) || type.IsSubclassOf(typeof(EveryServerTests))).ToList();
        classes.ShouldNotBeEmpty();
        var tests = classes.SelectMany(type => type.GetMethods()).Where(method => method.IsDefined(typeof(FactAttribute), inherit: true))
            .ToList();
        tests.Where(test => !test.IsDefined(typeof(NeedsFactAttribute), inherit: true)
            && !test.IsDefined(typeof(NeedsTheoryAttribute), inherit: true))
            .Select(test => $"{test.DeclaringType!.Name}.{test.Name}").ShouldBeEmpty();
    }
}

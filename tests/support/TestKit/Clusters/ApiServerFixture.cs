using Xunit;

namespace K8sMediaFlow.TestKit.Clusters;

/// <summary>
/// One API server for all tests of a run: declare <c>[CollectionDefinition("api server")] class ... :
/// ICollectionFixture&lt;ApiServerFixture&gt;</c> in the test project. Tests keep apart by namespaces of their own. Where Kubernetes is not
/// built it starts nothing: <c>[NeedsFact("kubernetes")]</c> skips.
/// </summary>
public sealed class ApiServerFixture : IAsyncLifetime
{
    private Cluster? _cluster;

    public Cluster Cluster =>
        _cluster ?? throw new InvalidOperationException("Kubernetes is not built: run tests/support/cluster/build.sh");

    public async Task InitializeAsync()
    {
        if (KubernetesBuild.IsPresent)
            _cluster = await Task.Run(() => Cluster.Start());
    }

    public Task DisposeAsync()
    {
        _cluster?.Dispose();
        return Task.CompletedTask;
    }
}

using Xunit;

namespace K8sMediaFlow.TestKit.Clusters;

/// <summary>
/// One API server for custom resources for all tests of a run, with our kinds. Where it is not built it starts nothing:
/// <c>[NeedsFact("crdserver")]</c> skips.
/// </summary>
public sealed class CrdServerFixture : IAsyncLifetime
{
    private CrdServer? _server;

    public CrdServer Server =>
        _server ?? throw new InvalidOperationException(
            "the API server for custom resources is not built: run tests/support/crdserver/build.sh");

    public async Task InitializeAsync()
    {
        if (!CrdServer.IsPresent)
            return;
        _server = await Task.Run(CrdServer.Start);
        await _server.InstallAsync(Definition("mediapipelines"), Definition("mediaoperators"));
    }

    public Task DisposeAsync()
    {
        _server?.Dispose();
        return Task.CompletedTask;
    }

    /// <summary>Of one of our kinds, with its rules where it has some.</summary>
    public static System.Text.Json.Nodes.JsonObject Definition(string plural) =>
        YamlDocuments.Parse(File.ReadAllText(Directory.GetFiles(Path.Combine(Sources.Root, "config", "crd"), plural + ".yaml",
            SearchOption.AllDirectories).MaxBy(path => path.Length)!)).Single();
}

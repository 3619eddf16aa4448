using System.Net;
using System.Text;
using K8sMediaFlow.Control.Certificates;
using K8sMediaFlow.Pipelines.Planning;

namespace K8sMediaFlow.Control.Tests;

/// <summary>A served handler and a client that is its controller.</summary>
internal sealed class ControlFixture : IAsyncDisposable
{
    private ControlFixture(TestIdentities identities, ScriptedHandler handler, ControlServer server)
    {
        Identities = identities;
        Handler = handler;
        Server = server;
        Client = ClientAs(identities.Issue(ControllerIdentity.Uri), TestIdentities.Sidecar);
    }

    public static TimeSpan Patience { get; } = TimeSpan.FromSeconds(20);

    public TestIdentities Identities { get; }

    public ScriptedHandler Handler { get; }

    public ControlServer Server { get; }

    public ControlClient Client { get; }

    public static async Task<ControlFixture> StartAsync()
    {
        var identities = new TestIdentities();
        var handler = new ScriptedHandler();
        var own = identities.Issue(TestIdentities.Sidecar);
        var server = new ControlServer(new ControlServerOptions(IPAddress.Loopback, 0, () => own), handler);
        await server.StartAsync(CancellationToken.None);
        return new ControlFixture(identities, handler, server);
    }

    public static PlanDocument Plan(long generation) => new(new PlanVersion(1, generation, 0), Encoding.UTF8.GetBytes("{\"plan\":true}"));

    public ControlClient ClientAs(TlsIdentity identity, string expected, TimeSpan? deadline = null)
        => new(new ControlClientOptions(new IPEndPoint(IPAddress.Loopback, Server.Port), () => identity, [expected])) { Deadline = deadline ?? Patience };

    public async ValueTask DisposeAsync()
    {
        Client.Dispose();
        await Server.DisposeAsync();
        Identities.Dispose();
    }
}

using System.Net;
using System.Net.Security;
using System.Text;
using Grpc.Net.Client;
using K8sMediaFlow.Control.Certificates;
using K8sMediaFlow.Pipelines.Planning;
using K8sMediaFlow.Primitives.Certificates;
using K8sMediaFlow.TestKit;

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

    public static TimeSpan Patience { get; } = Hang.Bound;

    public TestIdentities Identities { get; }

    public ScriptedHandler Handler { get; }

    public ControlServer Server { get; }

    public ControlClient Client { get; }

    public static async Task<ControlFixture> StartAsync()
    {
        var identities = new TestIdentities();
        var handler = new ScriptedHandler();
        var server = Serve(identities, handler, port: 0);
        await server.StartAsync(CancellationToken.None);
        return new ControlFixture(identities, handler, server);
    }

    public static PlanDocument Plan(long generation) => new(new PlanVersion(1, generation, 0), Encoding.UTF8.GetBytes("{\"plan\":true}"));

    public ControlClient ClientAs(TlsIdentity identity, string expected, TimeSpan? deadline = null)
        => new(new ControlClientOptions(new IPEndPoint(IPAddress.Loopback, Server.Port), () => identity, [expected]))
        {
            Deadline = deadline ?? Patience,
        };

    /// <summary>One more server for the same handler, not started.</summary>
    public ControlServer ServerAt(int port) => Serve(Identities, Handler, port);

    /// <summary>Any gRPC client's connection, as this identity: with no limits of its own, and able to compress.</summary>
    public GrpcChannel ChannelAs(string identity)
    {
        var own = Identities.Issue(identity);
        var handshake = new SslClientAuthenticationOptions
        {
            LocalCertificateSelectionCallback = (_, _, _, _, _) => own.Certificate,
            RemoteCertificateValidationCallback = IdentityChecks.Callback(() => own.Authorities, [TestIdentities.Sidecar], refused: null),
        };
        var http = new HttpClient(new SocketsHttpHandler { SslOptions = handshake });
        return GrpcChannel.ForAddress($"https://127.0.0.1:{Server.Port}", new GrpcChannelOptions
        {
            HttpClient = http,
            DisposeHttpClient = true,
        });
    }

    public async ValueTask DisposeAsync()
    {
        Client.Dispose();
        await Server.DisposeAsync();
        Identities.Dispose();
    }

    private static ControlServer Serve(TestIdentities identities, ScriptedHandler handler, int port)
    {
        var own = identities.Issue(TestIdentities.Sidecar);
        return new ControlServer(new ControlServerOptions(IPAddress.Loopback, port, () => own), handler);
    }
}

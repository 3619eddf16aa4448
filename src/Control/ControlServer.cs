using System.Net;
using System.Net.Security;
using Grpc.AspNetCore.Server;
using Grpc.Health.V1;
using Grpc.HealthCheck;
using Grpc.Reflection;
using K8sMediaFlow.Control.Certificates;
using K8sMediaFlow.Control.Http;
using K8sMediaFlow.Control.Serving;
using K8sMediaFlow.Primitives.Certificates;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Https;
using Microsoft.Extensions.DependencyInjection;

namespace K8sMediaFlow.Control;

/// <summary>Where the control API is served, and as whom.</summary>
/// <param name="Port">0: any free one, see <see cref="ControlServer.Port"/>.</param>
/// <param name="Identity">Asked at each handshake: <see cref="TlsIdentityFiles.Current"/> follows renewed files.</param>
public sealed record ControlServerOptions(IPAddress Address, int Port, Func<TlsIdentity> Identity);

/// <summary>
/// Serves the control API of one sidecar over HTTP/2 with mutual TLS, and beside it gRPC's health and reflection services. Callers of all
/// three must be <see cref="ControllerIdentity.Uri"/>.
/// </summary>
public sealed class ControlServer : IAsyncDisposable
{
    private readonly ControlServerOptions _options;
    private readonly SidecarService _sidecar;
    private readonly HealthServiceImpl _health = new();
    private readonly CancellationTokenSource _stopping = new();
    private readonly KestrelHost _host;
    private int _disposed;

    public ControlServer(ControlServerOptions options, IControlHandler handler)
    {
        ArgumentNullException.ThrowIfNull(options);
        _options = options;
        _sidecar = new SidecarService(handler);
        Report(HealthCheckResponse.Types.ServingStatus.Serving);
        _host = new KestrelHost(Configure, AddServices, Build, patience: TimeSpan.FromSeconds(2));
    }

    /// <summary>The port that it listens on; known once started.</summary>
    public int Port => _host.Port;

    /// <exception cref="IOException">The address cannot be listened on.</exception>
    public Task StartAsync(CancellationToken cancellation) => _host.StartAsync(cancellation);

    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _disposed, 1) != 0)
            return;
        Report(HealthCheckResponse.Types.ServingStatus.NotServing);
        // The source is left to the collector: a call that is being torn down may still look at it.
        await _stopping.CancelAsync();
        await _host.DisposeAsync();
        _sidecar.Dispose();
    }

    /// <summary>Of the server as a whole (the empty name) and of its one service.</summary>
    private void Report(HealthCheckResponse.Types.ServingStatus status)
    {
        _health.SetStatus("", status);
        _health.SetStatus(Wire.Sidecar.Descriptor.FullName, status);
    }

    internal static void Limit(KestrelServerLimits limits)
    {
        // The message limit is gRPC's (RESOURCE_EXHAUSTED says more than a reset stream).
        limits.MaxRequestBodySize = null;
        limits.MaxConcurrentConnections = 64;
        limits.Http2.KeepAlivePingDelay = TimeSpan.FromSeconds(10);
        limits.Http2.KeepAlivePingTimeout = TimeSpan.FromSeconds(30);
    }

    private void Configure(KestrelServerOptions kestrel)
    {
        Limit(kestrel.Limits);
        kestrel.Listen(_options.Address, _options.Port, listen =>
        {
            listen.Protocols = HttpProtocols.Http2;
            listen.UseHttps(new TlsHandshakeCallbackOptions
            {
                OnConnection = _ => ValueTask.FromResult(Handshake()),
                HandshakeTimeout = TimeSpan.FromSeconds(30),
            });
        });
    }

    private SslServerAuthenticationOptions Handshake()
    {
        var identity = _options.Identity();
        return new SslServerAuthenticationOptions
        {
            ServerCertificate = identity.Certificate,
            ClientCertificateRequired = true,
            ApplicationProtocols = [SslApplicationProtocol.Http2],
            // Who the caller may be is the call's matter (PERMISSION_DENIED says who is expected); here: authority and time.
            RemoteCertificateValidationCallback = (_, certificate, _, _) =>
                IdentityChecks.CheckChain(certificate, identity.Authorities).Accepted,
        };
    }

    private void AddServices(IServiceCollection services)
    {
        services.AddSingleton(_sidecar).AddSingleton(_health).AddSingleton(new CallGuard(_stopping.Token));
        services.AddGrpc(grpc =>
        {
            grpc.MaxReceiveMessageSize = ControlApi.MessageMaxBytes;
            grpc.Interceptors.Add<CallGuard>();
        });
        // The limit holds for what arrives, not for what it would unpack to: who compresses is told UNIMPLEMENTED. Afterwards, as the
        // library adds its own.
        services.PostConfigure<GrpcServiceOptions>(grpc => grpc.CompressionProviders.Clear());
        // By descriptors: looking for the services that are mapped needs what a native program has not.
        Google.Protobuf.Reflection.ServiceDescriptor[] described =
        [
            Wire.Sidecar.Descriptor, Health.Descriptor, global::Grpc.Reflection.V1.ServerReflection.Descriptor,
                global::Grpc.Reflection.V1Alpha.ServerReflection.Descriptor,
        ];
        services.AddSingleton(new ReflectionServiceImpl(described)).AddSingleton(new ReflectionV1ServiceImpl(described));
    }

    private void Build(WebApplication application)
    {
        application.Use(EndWithServerAsync);
        application.MapGrpcService<SidecarService>();
        application.MapGrpcService<HealthServiceImpl>();
        application.MapGrpcService<ReflectionServiceImpl>();
        application.MapGrpcService<ReflectionV1ServiceImpl>();
    }

    /// <summary>A call that would go on for ever, a watch above all, ends when the server stops.</summary>
    private async Task EndWithServerAsync(HttpContext context, RequestDelegate next)
    {
        using var ended = CancellationTokenSource.CreateLinkedTokenSource(context.RequestAborted, _stopping.Token);
        context.RequestAborted = ended.Token;
        await next(context);
    }
}

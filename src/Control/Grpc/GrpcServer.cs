using System.Globalization;
using System.Net;
using System.Net.Security;
using K8sMediaFlow.Control.Certificates;
using K8sMediaFlow.Control.Http;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Https;

namespace K8sMediaFlow.Control.Grpc;

/// <param name="Port">0: any free one.</param>
/// <param name="Identity">Asked at each handshake, so that certificates can be renewed.</param>
internal sealed record GrpcServerOptions(IPAddress Address, int Port, Func<TlsIdentity> Identity, int MessageMaxBytes);

/// <summary>
/// gRPC on the wire, over Kestrel: HTTP/2 with mutual TLS, deadlines, limits, status in trailers. No compression, no client streams: nothing
/// here needs them, and a caller that does is told UNIMPLEMENTED.
/// </summary>
internal sealed class GrpcServer : IAsyncDisposable
{
    private const string GrpcContentType = "application/grpc";
    private readonly GrpcServerOptions _options;
    private readonly IReadOnlyDictionary<string, Func<GrpcCall, Task>> _methods;
    private readonly CancellationTokenSource _stopping = new();
    private readonly KestrelHost _host;
    private int _disposed;

    /// <param name="methods">By path: <c>/package.Service/Method</c>.</param>
    public GrpcServer(GrpcServerOptions options, IReadOnlyDictionary<string, Func<GrpcCall, Task>> methods)
    {
        _options = options;
        _methods = methods;
        _host = new KestrelHost(Configure, ServeAsync, patience: TimeSpan.FromSeconds(2));
    }

    /// <summary>The port that it listens on; known once started.</summary>
    public int Port => _host.Port;

    public Task StartAsync(CancellationToken cancellation) => _host.StartAsync(cancellation);

    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _disposed, 1) != 0)
            return;
        // The source is left to the collector: a call that is being torn down may still look at it.
        await _stopping.CancelAsync();
        await _host.DisposeAsync();
    }

    private void Configure(KestrelServerOptions kestrel)
    {
        // The message limit is ours (RESOURCE_EXHAUSTED says more than a reset stream).
        kestrel.Limits.MaxRequestBodySize = null;
        kestrel.Limits.MaxConcurrentConnections = 64;
        kestrel.Limits.Http2.KeepAlivePingDelay = TimeSpan.FromSeconds(10);
        kestrel.Limits.Http2.KeepAlivePingTimeout = TimeSpan.FromSeconds(10);
        kestrel.Listen(_options.Address, _options.Port, listen =>
        {
            listen.Protocols = HttpProtocols.Http2;
            listen.UseHttps(new TlsHandshakeCallbackOptions { OnConnection = _ => ValueTask.FromResult(Handshake()), HandshakeTimeout = TimeSpan.FromSeconds(10) });
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
            RemoteCertificateValidationCallback = (_, certificate, _, _) => IdentityChecks.CheckChain(certificate, identity.Authorities).Accepted,
        };
    }

    private async Task ServeAsync(HttpContext context)
    {
        if (context.Request.ContentType?.StartsWith(GrpcContentType, StringComparison.Ordinal) != true)
        {
            context.Response.StatusCode = StatusCodes.Status415UnsupportedMediaType;
            return;
        }

        context.Response.ContentType = GrpcContentType;
        var (status, message) = await RunAsync(context);
        if (context.RequestAborted.IsCancellationRequested)
            return;
        context.Response.AppendTrailer("grpc-status", ((int)status).ToString(CultureInfo.InvariantCulture));
        if (message.Length > 0)
            context.Response.AppendTrailer("grpc-message", GrpcMessageText.Encode(message));
    }

    private async Task<(GrpcStatus Status, string Message)> RunAsync(HttpContext context)
    {
        if (!_methods.TryGetValue(context.Request.Path, out var method))
            return (GrpcStatus.Unimplemented, $"{context.Request.Path} is not served");
        using var cancellation = CancellationTokenSource.CreateLinkedTokenSource(context.RequestAborted, _stopping.Token);
        try
        {
            if (Deadline(context.Request) is { } deadline)
                cancellation.CancelAfter(deadline);
            await method(new GrpcCall(context, _options.MessageMaxBytes, cancellation.Token));
            return (GrpcStatus.OK, "");
        }
        catch (Exception error)
        {
            return Classify(error, cancellation.IsCancellationRequested);
        }
    }

    private static TimeSpan? Deadline(HttpRequest request)
    {
        var text = request.Headers[GrpcTimeout.Header].ToString();
        if (text.Length == 0)
            return null;
        return GrpcTimeout.TryParse(text, out var timeout)
            ? timeout
            : throw new ControlException(GrpcStatus.InvalidArgument, $"{GrpcTimeout.Header} '{text}' is malformed");
    }

    private (GrpcStatus Status, string Message) Classify(Exception error, bool cancelled) => error switch
    {
        ControlException known => (known.Status, known.Message),
        OperationCanceledException when _stopping.IsCancellationRequested => (GrpcStatus.Unavailable, "the server stops"),
        OperationCanceledException when cancelled => (GrpcStatus.DeadlineExceeded, "the deadline passed"),
        Microsoft.AspNetCore.Http.BadHttpRequestException bad => (GrpcStatus.InvalidArgument, bad.Message),
        // The handler's own failure: its type and message help the operator of this system, who alone may call.
        _ => (GrpcStatus.Internal, $"{error.GetType().Name}: {error.Message}"),
    };
}

using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography.X509Certificates;
using K8sMediaFlow.Kubernetes.Connection;

namespace K8sMediaFlow.Kubernetes.Client;

/// <summary>
/// The connections to one API server. A client certificate and what the server is checked against belong to a TLS connection, so another certificate (an exec
/// plugin's next answer) and other authorities open a new set; the old set is left to what still runs on it and closes when idle. With a fence, no byte leaves without its leave.
/// </summary>
internal sealed class HttpConnections(ClusterConnection cluster, ClientOptions options, IWriteFence? fence) : IDisposable
{
    private readonly Lock _lock = new();
    private HttpMessageInvoker? _invoker;
    private X509Certificate2? _certificate;
    private X509Certificate2Collection? _authorities;
    private bool _disposed;

    public HttpMessageInvoker For(X509Certificate2? certificate)
    {
        lock (_lock)
        {
            ObjectDisposedException.ThrowIf(_disposed, this);
            var authorities = cluster.Authorities?.Current;
            if (_invoker is null || !ReferenceEquals(certificate, _certificate) || !ReferenceEquals(authorities, _authorities))
                (_invoker, _certificate, _authorities) = (new(Handler(certificate, authorities)), certificate, authorities);
            return _invoker;
        }
    }

    /// <summary>The server was not believed. True where there are other authorities by now: the request is worth another attempt, no byte of it was sent.</summary>
    public bool Distrusted()
    {
        lock (_lock)
            return cluster.Authorities?.Refused(_authorities) == true;
    }

    public void Dispose()
    {
        lock (_lock)
        {
            _disposed = true;
            _invoker?.Dispose();
        }
    }

    private SocketsHttpHandler Handler(X509Certificate2? certificate, X509Certificate2Collection? authorities) => new()
    {
        SslOptions = Tls(certificate, authorities),
        ConnectTimeout = TimeSpan.FromSeconds(10),
        PooledConnectionIdleTimeout = TimeSpan.FromMinutes(1),
        PooledConnectionLifetime = TimeSpan.FromMinutes(10),
        EnableMultipleHttp2Connections = true,
        KeepAlivePingDelay = options.PingDelay,
        KeepAlivePingTimeout = options.PingTimeout,
        KeepAlivePingPolicy = HttpKeepAlivePingPolicy.WithActiveRequests,
        AllowAutoRedirect = false,
        UseCookies = false,
        Proxy = cluster.Proxy is null ? null : new WebProxy(cluster.Proxy),
        ConnectCallback = fence is null ? null : async (context, cancel) => await ConnectAsync(context.DnsEndPoint, fence, cancel),
    };

    private static async Task<Stream> ConnectAsync(DnsEndPoint address, IWriteFence fence, CancellationToken cancel)
    {
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            await socket.ConnectAsync(address, cancel);
            return new FencedStream(socket, fence);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    private SslClientAuthenticationOptions Tls(X509Certificate2? certificate, X509Certificate2Collection? authorities)
    {
        var tls = new SslClientAuthenticationOptions();
        if (certificate is not null)
        {
            tls.ClientCertificates = [certificate];
            tls.LocalCertificateSelectionCallback = (_, _, _, _, _) => certificate;
        }
        if (authorities is not null)
        {
            tls.CertificateChainPolicy = new() { TrustMode = X509ChainTrustMode.CustomRootTrust, RevocationMode = X509RevocationMode.NoCheck };
            tls.CertificateChainPolicy.CustomTrustStore.AddRange(authorities);
        }
        if (cluster.SkipVerification)
#pragma warning disable CA5359 // The user's kubeconfig asks for it.
            tls.RemoteCertificateValidationCallback = (_, _, _, _) => true;
#pragma warning restore CA5359
        return tls;
    }
}

using System.Net;
using System.Net.Http.Headers;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography.X509Certificates;
using K8sMediaFlow.KubernetesRuntime.Connection;
using k8s;
using k8s.Authentication;

namespace K8sMediaFlow.KubernetesRuntime.Client;

/// <summary>
/// The connections to one API server. A client certificate and what the server is checked against belong to a TLS connection, so another
/// certificate (an exec plugin's next answer) and other authorities open a new set; the old set is left to what still runs on it and closes
/// when idle. With a fence, no byte leaves without its leave.
/// </summary>
internal sealed class HttpConnections(ClusterConnection cluster, ClientOptions options, IWriteFence? fence) : IDisposable
{
    private readonly Lock _lock = new();
    private LibraryClient? _client;
    private X509Certificate2? _certificate;
    private X509Certificate2Collection? _authorities;
    private bool _disposed;

    public LibraryClient For(X509Certificate2? certificate)
    {
        lock (_lock)
        {
            ObjectDisposedException.ThrowIf(_disposed, this);
            var authorities = cluster.Authorities?.Current;
            if (_client is null || !ReferenceEquals(certificate, _certificate) || !ReferenceEquals(authorities, _authorities))
                (_client, _certificate, _authorities) = (new(Configuration(certificate, authorities)), certificate, authorities);
            return _client;
        }
    }

    /// <summary>
    /// The server was not believed. True where there are other authorities by now: the request is worth another attempt, no byte of it was
    /// sent.
    /// </summary>
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
            _client?.Dispose();
        }
    }

    /// <summary>
    /// Without the authorities, which go to the handler: given some, the package puts a check of its own in place of the framework's, and
    /// that takes a certificate of theirs for any host.
    /// </summary>
    private KubernetesClientConfiguration Configuration(X509Certificate2? certificate, X509Certificate2Collection? authorities) => new()
    {
        Host = cluster.Server.ToString(),
        SkipTlsVerify = cluster.SkipVerification,
        TlsServerName = cluster.TlsServerName,
        TokenProvider = new Tokens(cluster.Credentials),
        UserAgent = options.UserAgent,
        FirstMessageHandlerSetup = handler => SetUp(handler, certificate, authorities),
    };

    internal void SetUp(SocketsHttpHandler handler, X509Certificate2? certificate, X509Certificate2Collection? authorities)
    {
        handler.ConnectTimeout = TimeSpan.FromSeconds(10);
        handler.PooledConnectionIdleTimeout = TimeSpan.FromMinutes(1);
        handler.PooledConnectionLifetime = TimeSpan.FromMinutes(10);
        handler.KeepAlivePingDelay = options.PingDelay;
        handler.KeepAlivePingTimeout = options.PingTimeout;
        handler.AllowAutoRedirect = false;
        handler.UseCookies = false;
        handler.Proxy = cluster.Proxy is null ? null : new WebProxy(cluster.Proxy);
        if (fence is not null)
            handler.ConnectCallback = async (context, cancel) => await ConnectAsync(context.DnsEndPoint, fence, cancel);
        SetUp(handler.SslOptions, certificate, authorities);
    }

    private static void SetUp(SslClientAuthenticationOptions tls, X509Certificate2? certificate, X509Certificate2Collection? authorities)
    {
        if (certificate is not null)
        {
            tls.ClientCertificates = [certificate];
            tls.LocalCertificateSelectionCallback = (_, _, _, _, _) => certificate;
        }
        if (authorities is not null)
        {
            tls.CertificateChainPolicy = new()
            {
                TrustMode = X509ChainTrustMode.CustomRootTrust,
                RevocationMode = X509RevocationMode.NoCheck,
            };
            tls.CertificateChainPolicy.CustomTrustStore.AddRange(authorities);
        }
    }

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

    /// <summary>
    /// Our credentials as the package asks for them. Null, where a certificate is all that is shown, leaves the header out.
    /// </summary>
    private sealed class Tokens(ICredentialSource credentials) : ITokenProvider
    {
        public async Task<AuthenticationHeaderValue> GetAuthenticationHeaderAsync(CancellationToken cancellationToken) =>
            (await credentials.GetAsync(cancellationToken)).BearerToken is { } token ? new("Bearer", token) : null!;
    }
}

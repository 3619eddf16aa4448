using System.Net.Security;
using System.Runtime.CompilerServices;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;
using K8sMediaFlow.Links.Contract;
using K8sMediaFlow.Primitives.Certificates;

namespace K8sMediaFlow.Links.Connection;

/// <summary>
/// TLS 1.3, both ends authenticated. Authority and time are checked in the handshake, the identity right after, so that each has its own
/// reason.
/// </summary>
internal static class LinkTls
{
    // One for all links of a sidecar, until its certificate is renewed.
    private static readonly ConditionalWeakTable<X509Certificate2, SslStreamCertificateContext> s_contexts = [];

    /// <summary>The dialling end: also checks that the peer is one of those that the plan names.</summary>
    public static void Dial(ControlConnection connection, LinkCredentials credentials, IReadOnlyList<string> expected)
    {
        var reason = "";
        var tls = connection.BeginTls(Check(credentials, text => reason = text));
        Authenticate(() => tls.AuthenticateAsClient(new SslClientAuthenticationOptions
        {
            // Pods are dialled by address; the identity is in the URI SAN, the name only has to be something.
            TargetHost = "k8smediaflow",
            ClientCertificateContext = ContextOf(credentials.Certificate),
            EnabledSslProtocols = SslProtocols.Tls13,
            CertificateRevocationCheckMode = X509RevocationMode.NoCheck,
            AllowTlsResume = false,
        }), () => reason);
        NoteEnd(connection, credentials);
        CheckIdentity(connection, expected);
    }

    /// <summary>The accepting end: who the peer may be depends on the edge that its hello will name.</summary>
    public static void Accept(ControlConnection connection, LinkCredentials credentials)
    {
        var reason = "";
        var tls = connection.BeginTls(Check(credentials, text => reason = text));
        Authenticate(() => tls.AuthenticateAsServer(new SslServerAuthenticationOptions
        {
            ServerCertificateContext = ContextOf(credentials.Certificate),
            ClientCertificateRequired = true,
            EnabledSslProtocols = SslProtocols.Tls13,
            CertificateRevocationCheckMode = X509RevocationMode.NoCheck,
            AllowTlsResume = false,
        }), () => reason);
        NoteEnd(connection, credentials);
    }

    public static void CheckIdentity(ControlConnection connection, IReadOnlyList<string> expected)
    {
        if (connection.Tls.RemoteCertificate is not X509Certificate2 certificate)
            throw new LinkException(LinkLoss.TlsFailed, "the peer showed no certificate");
        var verdict = IdentityChecks.CheckIdentity(certificate, expected);
        if (!verdict.Accepted)
            throw new LinkException(LinkLoss.WrongIdentity, verdict.Reason);
    }

    private static void NoteEnd(ControlConnection connection, LinkCredentials credentials)
    {
        var (own, peers) = (credentials.Certificate, connection.Tls.RemoteCertificate as X509Certificate2);
        connection.ValidUntil = peers?.NotAfter < own.NotAfter ? peers.NotAfter : own.NotAfter;
    }

    private static SslStreamCertificateContext ContextOf(X509Certificate2 certificate) =>
        s_contexts.GetValue(certificate, static own => SslStreamCertificateContext.Create(own, null, offline: true));

    private static RemoteCertificateValidationCallback Check(LinkCredentials credentials, Action<string> refused) =>
        (_, certificate, _, _) =>
    {
        var verdict = IdentityChecks.CheckChain(certificate, credentials.Authorities);
        if (!verdict.Accepted)
            refused(verdict.Reason);
        return verdict.Accepted;
    };

    private static void Authenticate(Action handshake, Func<string> reason)
    {
        try
        {
            handshake();
        }
        catch (Exception e) when (e is AuthenticationException or IOException)
        {
            throw new LinkException(LinkLoss.TlsFailed,
                "TLS: " + (reason() is { Length: > 0 } text ? text : e.InnerException?.Message ?? e.Message), e);
        }
    }
}

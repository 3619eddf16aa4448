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
    /// <summary>The dialling end: also checks that the peer is one of those that the plan names.</summary>
    public static void Dial(TlsControlConnection connection, LinkCredentials credentials, IReadOnlyList<string> expected)
    {
        var reason = "";
        var tls = connection.BeginTls(MutualTls.Chain(credentials.Authorities, text => reason = text));
        Authenticate(() => tls.AuthenticateAsClient(MutualTls.Client(credentials.Certificate)), () => reason);
        NoteEnd(connection, credentials);
        CheckIdentity(connection, expected);
    }

    /// <summary>The accepting end: who the peer may be depends on the edge that its hello will name.</summary>
    public static void Accept(TlsControlConnection connection, LinkCredentials credentials)
    {
        var reason = "";
        var tls = connection.BeginTls(MutualTls.Chain(credentials.Authorities, text => reason = text));
        Authenticate(() => tls.AuthenticateAsServer(MutualTls.Server(credentials.Certificate)), () => reason);
        NoteEnd(connection, credentials);
    }

    public static void CheckIdentity(TlsControlConnection connection, IReadOnlyList<string> expected)
    {
        if (connection.Tls.RemoteCertificate is not X509Certificate2 certificate)
            throw new LinkException(LinkLoss.TlsFailed, "the peer showed no certificate");
        var verdict = IdentityChecks.CheckIdentity(certificate, expected);
        if (!verdict.Accepted)
            throw new LinkException(LinkLoss.WrongIdentity, verdict.Reason);
    }

    private static void NoteEnd(TlsControlConnection connection, LinkCredentials credentials)
    {
        var (own, peers) = (credentials.Certificate, connection.Tls.RemoteCertificate as X509Certificate2);
        connection.ValidUntil = peers?.NotAfter < own.NotAfter ? peers.NotAfter : own.NotAfter;
    }

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

using System.Net.Security;
using System.Security.Cryptography.X509Certificates;

namespace K8sMediaFlow.Primitives.Certificates;

/// <summary>Whether a peer's certificate is good, and if not, why: a sentence for a log or an error.</summary>
public readonly record struct IdentityVerdict(bool Accepted, string Reason)
{
    internal static IdentityVerdict Refused(string reason) => new(false, reason);
}

/// <summary>
/// Checks a peer's certificate: issued by one of the authorities, valid now, and carrying one of the expected identities.
/// The dialled name plays no part: pods are dialled by address, and the identity is in the URI SAN.
/// </summary>
public static class IdentityChecks
{
    /// <param name="certificate">The peer's; null where it showed none.</param>
    /// <param name="authorities">A chain must end in one of these; the machine's own store is not asked.</param>
    /// <param name="expected">The peer must carry at least one of these URI SANs (a pod carries one per media operator in it).</param>
    public static IdentityVerdict Check(X509Certificate? certificate, X509Certificate2Collection authorities,
        IReadOnlyCollection<string> expected)
    {
        ArgumentNullException.ThrowIfNull(expected);
        var chained = CheckChain(certificate, authorities);
        return chained.Accepted ? CheckIdentity((X509Certificate2)certificate!, expected) : chained;
    }

    /// <summary>Authority and time only.</summary>
    public static IdentityVerdict CheckChain(X509Certificate? certificate, X509Certificate2Collection authorities)
    {
        ArgumentNullException.ThrowIfNull(authorities);
        if (certificate is not X509Certificate2 leaf)
            return IdentityVerdict.Refused("the peer showed no certificate");
        using var chain = new X509Chain();
        chain.ChainPolicy.TrustMode = X509ChainTrustMode.CustomRootTrust;
        chain.ChainPolicy.CustomTrustStore.AddRange(authorities);
        chain.ChainPolicy.RevocationMode = X509RevocationMode.NoCheck;
        chain.ChainPolicy.DisableCertificateDownloads = true;
        if (chain.Build(leaf))
            return new IdentityVerdict(true, "");
        return IdentityVerdict.Refused("the peer's certificate is refused: " + Explain(chain));
    }

    /// <summary>The identity only: for a certificate whose chain has been checked.</summary>
    public static IdentityVerdict CheckIdentity(X509Certificate2 certificate, IReadOnlyCollection<string> expected)
    {
        ArgumentNullException.ThrowIfNull(expected);
        var shown = SubjectNames.Uris(certificate);
        if (shown.Any(uri => expected.Contains(uri, StringComparer.Ordinal)))
            return new IdentityVerdict(true, "");
        return IdentityVerdict.Refused($"the peer is {Join(shown, "nobody")}, expected {Join(expected, "nobody")}");
    }

    /// <summary>
    /// A callback for <see cref="SslStream"/> that makes this check the only one. <paramref name="refused"/> hears the reason.
    /// </summary>
    public static RemoteCertificateValidationCallback Callback(
        Func<X509Certificate2Collection> authorities, IReadOnlyCollection<string> expected, Action<string>? refused)
        => (_, certificate, _, _) =>
        {
            var verdict = Check(certificate, authorities(), expected);
            if (!verdict.Accepted)
                refused?.Invoke(verdict.Reason);
            return verdict.Accepted;
        };

    private static string Explain(X509Chain chain)
        => string.Join("; ", chain.ChainStatus.Select(status => status.StatusInformation.Trim()).Distinct());

    private static string Join(IReadOnlyCollection<string> names, string none) => names.Count == 0 ? none : string.Join(", ", names);
}

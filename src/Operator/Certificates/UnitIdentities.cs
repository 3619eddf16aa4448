using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using K8sMediaFlow.KubernetesRuntime.Objects;
using K8sMediaFlow.Operator.Desired;
using K8sMediaFlow.Pipelines.Planning;
using K8sMediaFlow.Primitives.Certificates;

namespace K8sMediaFlow.Operator.Certificates;

/// <summary>A unit's identity.</summary>
/// <param name="Issued">Its certificate is a new one.</param>
/// <param name="Changed">Something of it is not in the Secret yet.</param>
internal readonly record struct IdentityResult(UnitIdentity Identity, bool Issued, bool Changed);

/// <summary>
/// The identity of a unit: kept from its Secret as long as it is good, else issued. Tokens are never taken away: a pod that was made with
/// one keeps it through every change.
/// </summary>
internal static class UnitIdentities
{
    public static IdentityResult Of(
        PipelineUnit unit, string @namespace, string pipeline, Secret? stored, AuthorityState authority, CertificateTimes times,
            DateTimeOffset now)
    {
        var names = unit.Operators.Select(node => PeerIdentity.Of(@namespace, pipeline, node.Name)).ToList();
        var tokens = Tokens(unit, stored);
        if (Kept(stored, names, authority, now) is { } kept)
            return new(new(kept.Pair.CertificatePem, kept.Pair.KeyPem, authority.Bundle, tokens, kept.RenewAt), false,
                tokens.Keys.Any(key => stored!.Data!.ContainsKey(key) is false));
        using var leaf = Issuer.Of(authority.Current)
            .Issue(new($"{pipeline}-{unit.Name}", names, [], now - CertificateTimes.ClockSkew, times.Leaf + CertificateTimes.ClockSkew));
        return new(new(leaf.CertificatePem, leaf.PrivateKeyPem(), authority.Bundle, tokens, AuthorityState.RenewAt(leaf.Certificate)), true,
            true);
    }

    private static (KeyPair Pair, DateTimeOffset RenewAt)? Kept(Secret? stored, List<string> names, AuthorityState authority,
        DateTimeOffset now)
    {
        if (Text(stored, UnitSecrets.Certificate) is not { } certificatePem || Text(stored, UnitSecrets.Key) is not { } keyPem)
            return null;
        try
        {
            // Reading both together also proves that they belong to each other.
            using var certificate = X509Certificate2.CreateFromPem(certificatePem, keyPem);
            var renewAt = AuthorityState.RenewAt(certificate);
            return IsIssuedBy(certificate, Issuer.Of(authority.Current)) && now < renewAt
                && SubjectNames.Uris(certificate).SequenceEqual(names) ? (new(certificatePem, keyPem), renewAt) : null;
        }
        catch (CryptographicException)
        {
            return null;
        }
    }

    private static bool IsIssuedBy(X509Certificate2 leaf, Issuer issuer) =>
        leaf.Extensions.OfType<X509AuthorityKeyIdentifierExtension>().FirstOrDefault()?.KeyIdentifier is { } named
            && named.Span.SequenceEqual(issuer.KeyIdentifier.Span);

    private static Dictionary<string, string> Tokens(PipelineUnit unit, Secret? stored)
    {
        var tokens = (stored?.Data ?? new Dictionary<string, byte[]>()).Where(one => one.Key.StartsWith("token-", StringComparison.Ordinal))
            .ToDictionary(one => one.Key, one => Encoding.UTF8.GetString(one.Value));
        foreach (var replica in unit.Slots.SelectMany(slot => slot.Replicas))
            tokens.TryAdd(PodPaths.TokenKey(replica.Operator, replica.Replica), RandomNumberGenerator.GetHexString(64, lowercase: true));
        return tokens;
    }

    private static string? Text(Secret? secret, string key) =>
        secret?.Data?.GetValueOrDefault(key) is { Length: > 0 } bytes ? Encoding.UTF8.GetString(bytes) : null;
}

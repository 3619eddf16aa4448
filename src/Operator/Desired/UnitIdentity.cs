namespace K8sMediaFlow.Operator.Desired;

/// <summary>What a unit's Secret holds: the certificate of its pods, and a token for each replica of each media operator.</summary>
/// <param name="Tokens">By key of the Secret, see <see cref="PodPaths.TokenKey"/>.</param>
internal sealed record UnitIdentity(string CertificatePem, string KeyPem, string AuthoritiesPem, IReadOnlyDictionary<string, string> Tokens,
    DateTimeOffset RenewAt)
{
    /// <summary>Never the content: this may end up in a log.</summary>
    public override string ToString() => $"UnitIdentity with {Tokens.Count} tokens";
}

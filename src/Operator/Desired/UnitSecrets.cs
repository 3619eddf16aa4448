using System.Globalization;
using System.Text;
using K8sMediaFlow.KubernetesRuntime.Objects;
using K8sMediaFlow.Primitives;

namespace K8sMediaFlow.Operator.Desired;

/// <summary>The Secret of a unit: who its pods are, and how its media operators prove their names to the sidecar.</summary>
internal static class UnitSecrets
{
    public const string Certificate = "tls.crt", Key = "tls.key", Authorities = "ca.crt";

    public static Secret Of(RenderInput input, PipelineUnit unit)
    {
        var identity = input.Identities[unit.Name];
        var renewAt = identity.RenewAt.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture);
        var data = identity.Tokens.ToDictionary(one => one.Key, one => Encoding.UTF8.GetBytes(one.Value));
        data[Certificate] = Encoding.UTF8.GetBytes(identity.CertificatePem);
        data[Key] = Encoding.UTF8.GetBytes(identity.KeyPem);
        data[Authorities] = Encoding.UTF8.GetBytes(identity.AuthoritiesPem);
        // No token's key is that of another entry.
        Invariant.That(data.Count == identity.Tokens.Count + 3);
        return new Secret
        {
            Metadata = ObjectMetas.Of(input, PodPaths.ObjectName(input.Graph.Name, unit.Name), WellKnownLabels.Of(input.Graph.Name, unit),
                new Dictionary<string, string> { [WellKnownLabels.RenewAt] = renewAt }),
            Type = "Opaque",
            Data = data.OrderBy(one => one.Key, StringComparer.Ordinal).ToDictionary(),
        };
    }
}

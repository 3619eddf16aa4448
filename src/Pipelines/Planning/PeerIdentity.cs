using K8sMediaFlow.Pipelines.Graph;

namespace K8sMediaFlow.Pipelines.Planning;

/// <summary>The URI that a certificate carries as subject alternative name: <c>k8smediaflow://namespace/pipeline/operator</c>.</summary>
public static class PeerIdentity
{
    public const string Scheme = "k8smediaflow";

    public static string Of(string @namespace, string pipeline, string name) => $"{Scheme}://{@namespace}/{pipeline}/{name}";

    public static bool IsWellFormed(string uri)
    {
        const string Prefix = Scheme + "://";
        var parts = uri.StartsWith(Prefix, StringComparison.Ordinal) ? uri[Prefix.Length..].Split('/') : [];
        return parts.Length == 3 && parts.All(Names.IsLabel);
    }
}

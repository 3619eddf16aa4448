namespace K8sMediaFlow.Pipelines.Graph;

/// <summary>Kubernetes' rule for names that become parts of object names.</summary>
public static class Names
{
    public const int LabelCharsMax = 63;

    private const int SubdomainCharsMax = 253;

    /// <summary>Lower-case letters, digits and '-', beginning and ending with a letter or digit, at most 63 (DNS-1123 label).</summary>
    public static bool IsLabel(string name) =>
        name.Length is > 0 and <= LabelCharsMax
        && name.All(c => c is >= 'a' and <= 'z' or >= '0' and <= '9' or '-')
        && name[0] != '-' && name[^1] != '-';

    /// <summary>Labels with dots between them, at most 253 characters (DNS-1123 subdomain): what most objects may be called.</summary>
    public static bool IsSubdomain(string name) => name.Length <= SubdomainCharsMax && name.Split('.').All(IsLabel);
}

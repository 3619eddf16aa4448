namespace K8sMediaFlow.KubernetesRuntime.Client;

/// <summary>One request, with what an error about it has to name.</summary>
internal sealed record ApiCall(string Verb, HttpMethod Method, string Resource, string Target, string PathAndQuery)
{
    public byte[]? Body { get; init; }
    public string ContentType { get; init; } = "application/json";

    public bool Writes => Method != HttpMethod.Get;

    /// <summary>Without the parameters whose value is null.</summary>
    public static string Query(string path, params ReadOnlySpan<(string Name, string? Value)> parameters)
    {
        var text = new System.Text.StringBuilder(path);
        var separator = '?';
        foreach (var (name, value) in parameters)
        {
            if (value is null)
                continue;
            text.Append(separator).Append(name).Append('=').Append(Uri.EscapeDataString(value));
            separator = '&';
        }
        return text.ToString();
    }
}

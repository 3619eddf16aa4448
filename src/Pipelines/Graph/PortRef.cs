namespace K8sMediaFlow.Pipelines.Graph;

/// <summary>A port of a media operator, written <c>operator.port</c>.</summary>
public sealed record PortRef(string Operator, string Port)
{
    /// <summary>Reads <c>operator.port</c>. Both are DNS labels, so the one dot parts them.</summary>
    public static bool TryParse(string? text, out PortRef port)
    {
        var parts = (text ?? "").Split('.');
        port = parts.Length == 2 ? new PortRef(parts[0], parts[1]) : new PortRef("", "");
        return parts.Length == 2 && parts[0].Length > 0 && parts[1].Length > 0;
    }

    public override string ToString() => $"{Operator}.{Port}";
}

using System.Net;

namespace K8sMediaFlow.Fabric.Verbs;

/// <summary>Which device to use, and as whom.</summary>
public sealed record VerbsChoice
{
    /// <summary>Name of the device, for example <c>mlx5_0</c>; null takes the first one that there is.</summary>
    public string? Device { get; init; }

    /// <summary>Address of the interface to use: the port must have a RoCE v2 GID made of it. Null takes the best that there is.</summary>
    public IPAddress? Address { get; init; }

    public byte Port { get; init; } = 1;
}

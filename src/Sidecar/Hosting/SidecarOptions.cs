using System.Net;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace K8sMediaFlow.Sidecar.Hosting;

/// <summary>
/// What one sidecar process is told at its start, read once at the door. Everything that may change later comes with the plan.
/// </summary>
/// <param name="Pod">Name of the pod, as the plan has it.</param>
/// <param name="Address">The pod's address; control and links listen on it.</param>
/// <param name="ControlPort">TCP port of the control API.</param>
/// <param name="LinkPort">TCP port on which peers open links.</param>
/// <param name="SocketPath">Unix socket on which media operators attach.</param>
/// <param name="StateDirectory">Where the last plan is kept, so that a restarted sidecar needs nobody.</param>
/// <param name="CertificateFile">PEM certificate with the identities of the pod's media operators.</param>
/// <param name="KeyFile">PEM key of the certificate.</param>
/// <param name="CaFile">PEM bundle of the certificate authorities to trust.</param>
/// <param name="DataPort">TCP port of the links' data connections; 0 takes any free one, which peers learn in the handshake.</param>
/// <param name="ObserverTokenSha256">Hex SHA-256 of the token that an observer (<c>inspect</c>, <c>tap</c>) shows; none attaches where it is absent.</param>
internal sealed record SidecarOptions(
    string Pod,
    string Address,
    int ControlPort,
    int LinkPort,
    string SocketPath,
    string StateDirectory,
    string CertificateFile,
    string KeyFile,
    string CaFile,
    int DataPort = 0,
    string? ObserverTokenSha256 = null)
{
    /// <summary>Reads and checks the file. Throws <see cref="InvalidDataException"/> that names the file and the field.</summary>
    public static SidecarOptions Read(string path)
    {
        SidecarOptions options;
        try
        {
            options = JsonSerializer.Deserialize(File.ReadAllBytes(path), SidecarOptionsJson.Default.SidecarOptions)
                ?? throw new InvalidDataException($"{path}: empty");
        }
        catch (JsonException e)
        {
            throw new InvalidDataException($"{path}: {e.Message}", e);
        }
        foreach (var problem in options.Problems())
            throw new InvalidDataException($"{path}: {problem}");
        return options;
    }

    private IEnumerable<string> Problems()
    {
        if (!IPAddress.TryParse(Address, out _))
            yield return $"address: '{Address}' is no IP address";
        if (ControlPort is < 1 or > 65535)
            yield return $"controlPort: {ControlPort} is no port";
        if (LinkPort is < 1 or > 65535 || LinkPort == ControlPort)
            yield return $"linkPort: {LinkPort} is no port of its own";
        // The kernel's sun_path holds 108 bytes with its terminator.
        if (SocketPath.Length is 0 or > 107)
            yield return $"socketPath: {SocketPath.Length} characters, allowed are 1 to 107";
        foreach (var (name, file) in new[] { ("certificateFile", CertificateFile), ("keyFile", KeyFile), ("caFile", CaFile) })
        {
            if (!File.Exists(file))
                yield return $"{name}: no such file: {file}";
        }
    }
}

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
    RespectNullableAnnotations = true,
    RespectRequiredConstructorParameters = true)]
[JsonSerializable(typeof(SidecarOptions))]
internal sealed partial class SidecarOptionsJson : JsonSerializerContext;

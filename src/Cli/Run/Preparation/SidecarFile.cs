using System.Text.Json;
using System.Text.Json.Serialization;

namespace K8sMediaFlow.Cli.Run.Preparation;

/// <summary>What a sidecar process is told at its start: the file behind its <c>--config</c>.</summary>
internal sealed record SidecarFile(
    string Pod,
    string Address,
    int ControlPort,
    int LinkPort,
    string SocketPath,
    string StateDirectory,
    string CertificateFile,
    string KeyFile,
    string CaFile,
    string ObserverTokenSha256)
{
    public byte[] ToJson() => JsonSerializer.SerializeToUtf8Bytes(this, SidecarFileJson.Default.SidecarFile);
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, WriteIndented = true)]
[JsonSerializable(typeof(SidecarFile))]
internal sealed partial class SidecarFileJson : JsonSerializerContext;

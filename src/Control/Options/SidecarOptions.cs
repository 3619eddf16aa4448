using System.Text.Json;
using System.Text.Json.Serialization;
using Microsoft.Extensions.Logging;

namespace K8sMediaFlow.Control.Options;

/// <summary>How the log is written.</summary>
public enum LogFormat
{
    /// <summary>Time and sentence, for people.</summary>
    [JsonStringEnumMemberName("text")]
    Text,

    /// <summary>One JSON object a line, as the framework's JSON console writes it: Timestamp, LogLevel, Category, Message, State.</summary>
    [JsonStringEnumMemberName("json")]
    Json,
}

/// <summary>
/// What one sidecar process is told at its start, read once at the door. Everything that may change later comes with the plan.
/// </summary>
/// <param name="ControlPort">TCP port of the control API.</param>
/// <param name="LinkPort">TCP port on which peers open links.</param>
/// <param name="SocketPath">Unix socket on which media operators attach.</param>
/// <param name="StateDirectory">Where the last plan is kept, so that a restarted sidecar does not need the controller.</param>
/// <param name="CertificateFile">PEM certificate with the identities of the pod's media operators.</param>
/// <param name="KeyFile">PEM key of the certificate.</param>
/// <param name="CaFile">PEM bundle of the certificate authorities to trust.</param>
/// <param name="Pod">Name of the pod, as the plan has it. <c>K8SMEDIAFLOW_POD</c> goes before it.</param>
/// <param name="Address">The pod's address; control, links and health listen on it. <c>K8SMEDIAFLOW_ADDRESS</c> goes before it.</param>
/// <param name="DataPort">TCP port of the links' data connections; 0 takes any free one, which peers learn in the handshake.</param>
/// <param name="HealthPort">TCP port of health and metrics (plain HTTP); none are served where it is absent.</param>
/// <param name="ObserverTokenSha256">Hex SHA-256 of the token that an observer (<c>inspect</c>, <c>tap</c>) shows; none attaches where it
/// is absent.</param>
/// <param name="LogFormat">text or json. <c>K8SMEDIAFLOW_LOG_FORMAT</c> goes before it.</param>
/// <param name="LogLevel">The least that is written. <c>K8SMEDIAFLOW_LOG_LEVEL</c> goes before it.</param>
/// <param name="DrainSeconds">How long the end after SIGTERM may take: less than the pod's grace period.</param>
/// <param name="ExitWhenFinished">End by itself when every media operator has completed and all links are drained: a plain container of a
/// batch pod has to.</param>
/// <param name="RegionBytesMax">Most bytes of frames that the pod's memory limit has room for; a plan that asks for more is refused.
/// Absent: not checked here.</param>
/// <param name="RdmaDevice">Name of the RDMA device to use; absent: the one that was allocated to this container, or the first.
/// <c>K8SMEDIAFLOW_RDMA_DEVICE</c> goes before it.</param>
public sealed record SidecarOptions(
    int ControlPort,
    int LinkPort,
    string SocketPath,
    string StateDirectory,
    string CertificateFile,
    string KeyFile,
    string CaFile,
    string Pod = "",
    string Address = "",
    int DataPort = 0,
    int? HealthPort = null,
    string? ObserverTokenSha256 = null,
    LogFormat LogFormat = LogFormat.Text,
    LogLevel LogLevel = LogLevel.Information,
    int DrainSeconds = 10,
    bool ExitWhenFinished = false,
    long? RegionBytesMax = null,
    string? RdmaDevice = null)
{
    /// <summary>
    /// Environment variables that go before the file: what only a pod knows of itself cannot be in a file that all pods of a unit share.
    /// </summary>
    public const string PodVariable = "K8SMEDIAFLOW_POD", AddressVariable = "K8SMEDIAFLOW_ADDRESS",
        LogFormatVariable = "K8SMEDIAFLOW_LOG_FORMAT", LogLevelVariable = "K8SMEDIAFLOW_LOG_LEVEL",
        RdmaDeviceVariable = "K8SMEDIAFLOW_RDMA_DEVICE";

    /// <summary>The file.</summary>
    public byte[] ToJson() => JsonSerializer.SerializeToUtf8Bytes(this, SidecarOptionsJson.Default.SidecarOptions);

    /// <summary>Reads a file of unknown origin; what its fields say is for the sidecar to judge.</summary>
    /// <exception cref="JsonException">It is no such document: an unknown field, a missing one, a value of another kind.</exception>
    public static SidecarOptions Parse(ReadOnlySpan<byte> utf8) =>
        JsonSerializer.Deserialize(utf8, SidecarOptionsJson.Default.SidecarOptions) ?? throw new JsonException("null is no document");
}

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    UseStringEnumConverter = true,
    UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
    RespectNullableAnnotations = true,
    RespectRequiredConstructorParameters = true,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    WriteIndented = true)]
[JsonSerializable(typeof(SidecarOptions))]
internal sealed partial class SidecarOptionsJson : JsonSerializerContext;

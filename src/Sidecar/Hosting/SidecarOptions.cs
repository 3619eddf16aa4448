using System.Net;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace K8sMediaFlow.Sidecar.Hosting;

/// <summary>How the log is written.</summary>
internal enum LogFormat
{
    /// <summary>Time and sentence, for people.</summary>
    [JsonStringEnumMemberName("text")]
    Text,

    /// <summary>One JSON object a line: time, level, pod, message.</summary>
    [JsonStringEnumMemberName("json")]
    Json,
}

/// <summary>What is written to the log: events are of Information or Error.</summary>
internal enum LogLevel
{
    Debug,
    Information,
    Warning,
    Error,
}

/// <summary>
/// What one sidecar process is told at its start, read once at the door. Everything that may change later comes with the plan.
/// </summary>
/// <param name="ControlPort">TCP port of the control API.</param>
/// <param name="LinkPort">TCP port on which peers open links.</param>
/// <param name="SocketPath">Unix socket on which media operators attach.</param>
/// <param name="StateDirectory">Where the last plan is kept, so that a restarted sidecar needs nobody.</param>
/// <param name="CertificateFile">PEM certificate with the identities of the pod's media operators.</param>
/// <param name="KeyFile">PEM key of the certificate.</param>
/// <param name="CaFile">PEM bundle of the certificate authorities to trust.</param>
/// <param name="Pod">Name of the pod, as the plan has it. <c>K8SMEDIAFLOW_POD</c> goes before it.</param>
/// <param name="Address">The pod's address; control, links and health listen on it. <c>K8SMEDIAFLOW_ADDRESS</c> goes before it.</param>
/// <param name="DataPort">TCP port of the links' data connections; 0 takes any free one, which peers learn in the handshake.</param>
/// <param name="HealthPort">TCP port of health and metrics (plain HTTP); none are served where it is absent.</param>
/// <param name="ObserverTokenSha256">Hex SHA-256 of the token that an observer (<c>inspect</c>, <c>tap</c>) shows; none attaches where it is absent.</param>
/// <param name="LogFormat">text or json. <c>K8SMEDIAFLOW_LOG_FORMAT</c> goes before it.</param>
/// <param name="LogLevel">The least that is written. <c>K8SMEDIAFLOW_LOG_LEVEL</c> goes before it.</param>
/// <param name="DrainSeconds">How long the end after SIGTERM may take: less than the pod's grace period.</param>
/// <param name="ExitWhenFinished">End by itself when every media operator has completed and all links are drained: a plain container of a batch pod has to.</param>
/// <param name="RegionBytesMax">Most bytes of frames that the pod's memory limit has room for; a plan that asks for more is refused. Absent: not checked here.</param>
internal sealed record SidecarOptions(
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
    long? RegionBytesMax = null)
{
    public const string PodVariable = "K8SMEDIAFLOW_POD", AddressVariable = "K8SMEDIAFLOW_ADDRESS", LogFormatVariable = "K8SMEDIAFLOW_LOG_FORMAT", LogLevelVariable = "K8SMEDIAFLOW_LOG_LEVEL";

    private const int DrainSecondsMax = 3600;

    /// <summary>
    /// Reads and checks the file, completed by the environment: what only a pod knows of itself cannot stand in a file that all pods of a unit share. Throws
    /// <see cref="InvalidDataException"/> that names the file and the field, or the variable.
    /// </summary>
    public static SidecarOptions Read(string path) => Read(path, Environment.GetEnvironmentVariable);

    /// <inheritdoc cref="Read(string)"/>
    public static SidecarOptions Read(string path, Func<string, string?> variable)
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
        options = options.CompletedBy(variable);
        foreach (var problem in options.Problems())
            throw new InvalidDataException($"{path}: {problem}");
        return options;
    }

    private SidecarOptions CompletedBy(Func<string, string?> variable) => this with
    {
        Pod = variable(PodVariable) is { Length: > 0 } pod ? pod : Pod,
        Address = variable(AddressVariable) is { Length: > 0 } address ? address : Address,
        LogLevel = variable(LogLevelVariable) switch
        {
            null or "" => LogLevel,
            var level => Enum.TryParse<LogLevel>(level, out var known) && Enum.IsDefined(known) ? known
                : throw new InvalidDataException($"{LogLevelVariable}: '{level}' is none of {string.Join(", ", Enum.GetNames<LogLevel>())}"),
        },
        LogFormat = variable(LogFormatVariable) switch
        {
            null or "" => LogFormat,
            "text" => LogFormat.Text,
            "json" => LogFormat.Json,
            var other => throw new InvalidDataException($"{LogFormatVariable}: '{other}' is neither text nor json"),
        },
    };

    private IEnumerable<string> Problems()
    {
        if (Pod.Length == 0)
            yield return $"pod: neither the file nor {PodVariable} names it";
        if (Address.Length == 0)
            yield return $"address: neither the file nor {AddressVariable} has it";
        else if (!IPAddress.TryParse(Address, out _))
            yield return $"address: '{Address}' is no IP address";
        if (ControlPort is < 1 or > 65535)
            yield return $"controlPort: {ControlPort} is no port";
        if (LinkPort is < 1 or > 65535 || LinkPort == ControlPort)
            yield return $"linkPort: {LinkPort} is no port of its own";
        if (DataPort is < 0 or > 65535 || (DataPort != 0 && (DataPort == ControlPort || DataPort == LinkPort)))
            yield return $"dataPort: {DataPort} is no port of its own";
        if (HealthPort is { } health && (health is < 1 or > 65535 || health == ControlPort || health == LinkPort || health == DataPort))
            yield return $"healthPort: {health} is no port of its own";
        if (DrainSeconds is < 0 or > DrainSecondsMax)
            yield return $"drainSeconds: {DrainSeconds} is not between 0 and {DrainSecondsMax}";
        if (RegionBytesMax is <= 0)
            yield return $"regionBytesMax: {RegionBytesMax} leaves no room for frames";
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
    UseStringEnumConverter = true,
    UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
    RespectNullableAnnotations = true,
    RespectRequiredConstructorParameters = true)]
[JsonSerializable(typeof(SidecarOptions))]
internal sealed partial class SidecarOptionsJson : JsonSerializerContext;

using System.Net;
using System.Text.Json;
using K8sMediaFlow.Control.Options;
using Microsoft.Extensions.Logging;

namespace K8sMediaFlow.Sidecar.Hosting;

/// <summary>The options at the door: the file, completed by the environment, and checked.</summary>
internal static class SidecarOptionsFile
{
    private const int DrainSecondsMax = 3600;

    /// <summary>
    /// Reads and checks the file, completed by the environment: what only a pod knows of itself cannot be in a file that all pods of a unit
    /// share. Throws <see cref="InvalidDataException"/> that names the file and the field, or the variable.
    /// </summary>
    public static SidecarOptions Read(string path) => Read(path, Environment.GetEnvironmentVariable);

    /// <inheritdoc cref="Read(string)"/>
    public static SidecarOptions Read(string path, Func<string, string?> variable)
    {
        SidecarOptions options;
        try
        {
            options = SidecarOptions.Parse(File.ReadAllBytes(path));
        }
        catch (JsonException e)
        {
            throw new InvalidDataException($"{path}: {e.Message}", e);
        }
        options = Completed(options, variable);
        foreach (var problem in Problems(options))
            throw new InvalidDataException($"{path}: {problem}");
        return options;
    }

    private static SidecarOptions Completed(SidecarOptions options, Func<string, string?> variable) => options with
    {
        Pod = variable(SidecarOptions.PodVariable) is { Length: > 0 } pod ? pod : options.Pod,
        Address = variable(SidecarOptions.AddressVariable) is { Length: > 0 } address ? address : options.Address,
        RdmaDevice = variable(SidecarOptions.RdmaDeviceVariable) is { Length: > 0 } device ? device : options.RdmaDevice,
        LogLevel = variable(SidecarOptions.LogLevelVariable) switch
        {
            null or "" => options.LogLevel,
            var level => Enum.TryParse<LogLevel>(level, out var known) && Enum.IsDefined(known) ? known
                : throw new InvalidDataException(
                    $"{SidecarOptions.LogLevelVariable}: '{level}' is none of {string.Join(", ", Enum.GetNames<LogLevel>())}"),
        },
        LogFormat = variable(SidecarOptions.LogFormatVariable) switch
        {
            null or "" => options.LogFormat,
            "text" => LogFormat.Text,
            "json" => LogFormat.Json,
            var other => throw new InvalidDataException($"{SidecarOptions.LogFormatVariable}: '{other}' is neither text nor json"),
        },
    };

    private static IEnumerable<string> Problems(SidecarOptions options)
    {
        if (options.Pod.Length == 0)
            yield return $"pod: neither the file nor {SidecarOptions.PodVariable} names it";
        if (options.Address.Length == 0)
            yield return $"address: neither the file nor {SidecarOptions.AddressVariable} has it";
        else if (!IPAddress.TryParse(options.Address, out _))
            yield return $"address: '{options.Address}' is no IP address";
        if (options.ControlPort is < 1 or > 65535)
            yield return $"controlPort: {options.ControlPort} is no port";
        if (options.LinkPort is < 1 or > 65535 || options.LinkPort == options.ControlPort)
            yield return $"linkPort: {options.LinkPort} is no port of its own";
        if (options.DataPort is < 0 or > 65535
            || (options.DataPort != 0 && (options.DataPort == options.ControlPort || options.DataPort == options.LinkPort)))
            yield return $"dataPort: {options.DataPort} is no port of its own";
        if (options.HealthPort is { } health
            && (health is < 1 or > 65535 || health == options.ControlPort || health == options.LinkPort || health == options.DataPort))
            yield return $"healthPort: {health} is no port of its own";
        if (options.DrainSeconds is < 0 or > DrainSecondsMax)
            yield return $"drainSeconds: {options.DrainSeconds} is not between 0 and {DrainSecondsMax}";
        if (options.RegionBytesMax is <= 0)
            yield return $"regionBytesMax: {options.RegionBytesMax} leaves no room for frames";
        // The kernel's sun_path holds 108 bytes with its terminator.
        if (options.SocketPath.Length is 0 or > 107)
            yield return $"socketPath: {options.SocketPath.Length} characters, allowed are 1 to 107";
        foreach (var (name, file) in new[]
        {
            ("certificateFile", options.CertificateFile), ("keyFile", options.KeyFile), ("caFile", options.CaFile),
        })
        {
            if (!File.Exists(file))
                yield return $"{name}: no such file: {file}";
        }
    }
}

using System.Text.Json;
using System.Text.Json.Serialization;
using K8sMediaFlow.Cli.Run.Processes;
using K8sMediaFlow.Control.Certificates;

namespace K8sMediaFlow.Cli.Run.Preparation;

/// <summary>One pod of a local run, as other commands find it.</summary>
/// <param name="Identities">What the sidecar's certificate carries.</param>
/// <param name="ObserverTokenFile">Holds the token that lets an observer attach.</param>
internal sealed record RunPod(
    string Name, string Address, int ControlPort, string SocketPath, string ObserverTokenFile, IReadOnlyList<string> Identities);

/// <summary>What <c>top</c>, <c>inspect</c> and <c>tap</c> need to know of a run; a file in its directory.</summary>
internal sealed record RunManifest(
    string Pipeline, int ProcessId, string CertificateFile, string KeyFile, string CaFile, IReadOnlyList<string> Edges,
        IReadOnlyList<RunPod> Pods)
{
    private const string FileName = "run.json";

    public void Write(string runDirectory)
        => PrivateFile.Write(Path.Combine(runDirectory, FileName),
            JsonSerializer.SerializeToUtf8Bytes(this, RunManifestJson.Default.RunManifest));

    /// <summary>The run that the user means: the one named, or the only living one.</summary>
    /// <param name="run">A run's directory or the last part of its name; null where the user named none.</param>
    /// <exception cref="RunException">None, or several, live.</exception>
    public static RunManifest Find(string? run)
    {
        var living = RunDirectory.Living(RunDirectory.Base());
        var meant = run is null
            ? living
            : living.Where(path => path == Path.GetFullPath(run) || path.EndsWith(run, StringComparison.Ordinal)).ToList();
        return meant.Count switch
        {
            1 => Read(meant[0]),
            0 => throw new RunException(run is null ? "no run lives here (k8smediaflow run FILE starts one)" : $"no living run is '{run}'"),
            _ => throw new RunException(
                $"{meant.Count} runs live here, name one with --run: {string.Join(", ", meant.Select(Path.GetFileName))}"),
        };
    }

    internal static RunManifest Read(string runDirectory)
    {
        var path = Path.Combine(runDirectory, FileName);
        try
        {
            return JsonSerializer.Deserialize(File.ReadAllBytes(path), RunManifestJson.Default.RunManifest)
                ?? throw new RunException($"{path} is empty");
        }
        catch (Exception error) when (error is IOException or JsonException)
        {
            throw new RunException($"{path}: {error.Message}", error);
        }
    }
}

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    WriteIndented = true,
    RespectNullableAnnotations = true,
    RespectRequiredConstructorParameters = true)]
[JsonSerializable(typeof(RunManifest))]
internal sealed partial class RunManifestJson : JsonSerializerContext;

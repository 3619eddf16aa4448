using System.Text.Json;
using System.Text.Json.Serialization;
using K8sMediaFlow.Fabric.Verbs;
using K8sMediaFlow.Native.Ibverbs;
using K8sMediaFlow.Sidecar.Devices;

namespace K8sMediaFlow.Sidecar.Hosting;

/// <summary>
/// What <c>preflight --json</c> prints: whether this sidecar, as it was started, could use RDMA, and what stands in the way.
/// </summary>
internal sealed record PreflightReport(IReadOnlyList<PreflightDevice> Devices)
{
    /// <summary>Memory that is locked for a trial: about what a link of 1080p frames has.</summary>
    private const long TrialBytes = 64L << 20;

    [JsonIgnore]
    public bool IsUsable => Devices.Any(one => one.Usable);

    /// <summary>Of the devices that were handed to this process; what the machine has beside them is not its business.</summary>
    public static PreflightReport Make() => Of(RdmaAllocation.Find());

    private static PreflightReport Of(RdmaAllocation allocation) => new(VerbsLibrary.MissingReason is { } missing
        ? [new(null, false, nameof(RdmaUnavailableReason.LibraryMissing), missing, null, 0)]
        : allocation.Obstacle is { } obstacle
            ? [new(null, false, obstacle.ToString(), allocation.Detail, null, 0)]
            : [.. allocation.Devices.Select(name => Of(VerbsPreflight.Check(new VerbsChoice { Device = name }, TrialBytes), allocation))]);

    public string ToJson() => JsonSerializer.Serialize(this, PreflightJson.Default.PreflightReport);

    private static PreflightDevice Of(VerbsFinding finding, RdmaAllocation allocation) =>
        new(finding.Device, finding.Obstacle is null, finding.Obstacle?.ToString(), $"{finding.Detail} ({allocation.Detail})",
            finding.Address?.ToString(), finding.MtuBytes);
}

/// <summary>One device, or the reason why there is none.</summary>
internal sealed record PreflightDevice(string? Device, bool Usable, string? Reason, string Detail, string? Address, int MtuBytes);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, WriteIndented = true)]
[JsonSerializable(typeof(PreflightReport))]
internal sealed partial class PreflightJson : JsonSerializerContext;

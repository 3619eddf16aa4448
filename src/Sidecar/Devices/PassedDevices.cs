using System.Text.Json;

namespace K8sMediaFlow.Sidecar.Devices;

/// <summary>A device that the SR-IOV network device plugin names.</summary>
/// <param name="Variable">Where it stands.</param>
/// <param name="Address">Its PCI address, or an auxiliary device's name.</param>
/// <param name="Named">The RDMA device that the plugin says it is; null where it does not say.</param>
internal sealed record PassedDevice(string Variable, string Address, string? Named);

/// <summary>
/// The SR-IOV plugin's variables: <c>PCIDEVICE_resource</c> lists addresses, and <c>PCIDEVICE_resource_INFO</c> says more of each, as JSON.
/// Both come from others: whatever is not as expected is passed over, and what is left over is said with the variable's name.
/// </summary>
internal static class PassedDevices
{
    public const string Prefix = "PCIDEVICE_";
    private const string InfoSuffix = "_INFO";

    public static IReadOnlyList<PassedDevice> Of(IReadOnlyDictionary<string, string> environment) =>
        [.. environment.Where(one => one.Key.StartsWith(Prefix, StringComparison.Ordinal) && !IsDocument(one.Value))
            .OrderBy(one => one.Key, StringComparer.Ordinal)
            .SelectMany(one => Of(one.Key, one.Value, Info(environment.GetValueOrDefault(one.Key + InfoSuffix, ""))))];

    private static IEnumerable<PassedDevice> Of(string variable, string addresses, IReadOnlyDictionary<string, string> info) =>
        addresses.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries).Where(IsName)
            .Select(address => new PassedDevice(variable, address, info.GetValueOrDefault(address)));

    /// <summary>A resource may be called "info" itself: content tells, not the name.</summary>
    private static bool IsDocument(string value) => value.StartsWith('{');

    /// <summary>It becomes a part of a path.</summary>
    internal static bool IsName(string text) => text is not ("" or "." or "..") && !text.Contains('/', StringComparison.Ordinal);

    private static Dictionary<string, string> Info(string json)
    {
        var names = new Dictionary<string, string>();
        try
        {
            using var document = JsonDocument.Parse(json);
            if (document.RootElement.ValueKind != JsonValueKind.Object)
                return names;
            foreach (var device in document.RootElement.EnumerateObject())
                if (Text(device.Value, "rdma", "rdma_dev") is { } name && IsName(name))
                    names[device.Name] = name;
        }
        catch (JsonException)
        {
            // Absent or broken: the addresses alone decide.
        }
        return names;
    }

    private static string? Text(JsonElement element, params ReadOnlySpan<string> path)
    {
        foreach (var part in path)
            if (element.ValueKind != JsonValueKind.Object || !element.TryGetProperty(part, out element))
                return null;
        return element.ValueKind == JsonValueKind.String ? element.GetString() : null;
    }
}

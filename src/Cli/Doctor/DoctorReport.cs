using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;
using K8sMediaFlow.Cli.Commands;

namespace K8sMediaFlow.Cli.Doctor;

/// <summary>What the sidecar found when it tried this machine's RDMA devices, with what to do about it.</summary>
internal sealed record DoctorReport(IReadOnlyList<DoctorDevice> Devices)
{
    /// <summary>By the sidecar's own words; a newer sidecar's unknown reason has its detail alone.</summary>
    private static readonly Dictionary<string, string> Remedies = new()
    {
        ["LibraryMissing"] = "install libibverbs1 and ibverbs-providers beside the sidecar",
        ["NoDevice"] = "load the card's RDMA driver (rdma link shows devices); in a pod, request the device plugin's resource",
        ["DeviceBusy"] = "see who holds the device (rdma resource show), and that this user may open /dev/infiniband",
        ["PortDown"] = "bring the interface up and look at the cable (rdma link, ip link)",
        ["NoRoceV2Gid"] = "give the card's interface an IP address, and see that the port speaks RoCE v2",
        ["MemlockLimited"] = "raise the limit of locked memory (ulimit -l) to the regions' size, or give the sidecar CAP_IPC_LOCK",
        ["MtuMismatch"] = "raise the interface's MTU above the device's path MTU and its 64 bytes of headers",
    };

    /// <exception cref="JsonException">These are not the sidecar's words.</exception>
    public static DoctorReport Read(string json) =>
        JsonSerializer.Deserialize(json, DoctorReportJson.Default.DoctorReport) is { Devices: not null } report
            ? report
            : throw new JsonException("the document has no devices");

    public void WriteTo(TextWriter output)
    {
        var table = new TextTable("RDMA DEVICE", "STATE", "DETAIL");
        foreach (var device in Devices)
            table.Add(device.Device ?? "-", device.Reason ?? "usable",
                device.Usable ? $"{device.Address}, path MTU {device.MtuBytes}" : device.Detail);
        var text = new StringBuilder();
        table.WriteTo(text);
        foreach (var reason in Devices.Select(one => one.Reason).OfType<string>().Distinct())
        {
            if (Remedies.TryGetValue(reason, out var remedy))
                text.Append($"{reason}: {remedy}\n");
        }
        output.Write(text);
    }
}

/// <summary>A device, or the reason why there is none.</summary>
internal sealed record DoctorDevice(string? Device, bool Usable, string? Reason, string Detail, string? Address, int MtuBytes);

[JsonSourceGenerationOptions(JsonSerializerDefaults.Web)]
[JsonSerializable(typeof(DoctorReport))]
internal sealed partial class DoctorReportJson : JsonSerializerContext;

using System.Globalization;

namespace K8sMediaFlow.Native;

/// <summary>Which processors are near a device, by the kernel's account.</summary>
public static class NumaNodes
{
    /// <summary>
    /// Processors of the NUMA node of an RDMA device; none where the machine has one node, or the device is attached to none.
    /// </summary>
    /// <param name="sysRoot">/sys, or a test's tree.</param>
    /// <param name="device">Name of the device.</param>
    public static IReadOnlyList<int> ProcessorsNear(string sysRoot, string device)
    {
        var nodes = Path.Combine(sysRoot, "devices", "system", "node");
        if (List(Path.Combine(nodes, "online")).Count < 2)
            return [];
        return int.TryParse(Read(Path.Combine(sysRoot, "class", "infiniband", device, "device", "numa_node")), CultureInfo.InvariantCulture,
            out var node) && node >= 0
            ? List(Path.Combine(nodes, string.Create(CultureInfo.InvariantCulture, $"node{node}"), "cpulist"))
            : [];
    }

    /// <summary>Reads a list as the kernel writes it: 0-3,8,10-11. Nothing of it counts where it is none.</summary>
    public static IReadOnlyList<int> ParseList(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        const int max = 8192;
        var found = new List<int>();
        foreach (var part in text.Trim().Split(',', StringSplitOptions.RemoveEmptyEntries))
        {
            var ends = part.Split('-');
            if (ends.Length > 2 || !int.TryParse(ends[0], NumberStyles.None, CultureInfo.InvariantCulture, out var first)
                || !int.TryParse(ends[^1], NumberStyles.None, CultureInfo.InvariantCulture, out var last) || last < first || last >= max)
                return [];
            found.AddRange(Enumerable.Range(first, last - first + 1));
        }
        return found;
    }

    private static IReadOnlyList<int> List(string path) => ParseList(Read(path));

    private static string Read(string path)
    {
        try
        {
            return File.ReadAllText(path);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            return "";
        }
    }
}

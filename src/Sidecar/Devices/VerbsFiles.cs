namespace K8sMediaFlow.Sidecar.Devices;

/// <summary>Which device files of libibverbs are here, and whose they are by the kernel's account.</summary>
internal sealed class VerbsFiles(string devRoot, string sysRoot)
{
    private static readonly string[] s_buses = ["pci", "auxiliary"];

    public string Folder { get; } = Path.Combine(devRoot, "infiniband");

    public string ClassFolder { get; } = Path.Combine(sysRoot, "class", "infiniband_verbs");

    /// <summary>Names of the files, in the order of their numbers.</summary>
    public IReadOnlyList<string> Present() =>
        [.. Names(() => Directory.EnumerateFiles(Folder, "uverbs*")).OrderBy(name => name.Length)
            .ThenBy(name => name, StringComparer.Ordinal)];

    /// <summary>Name of the RDMA device that a file is of; null where the kernel does not say.</summary>
    public string? DeviceOf(string file)
    {
        try
        {
            return File.ReadAllText(Path.Combine(ClassFolder, file, "ibdev")).Trim() is { Length: > 0 } name ? name : null;
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    /// <summary>Names of the RDMA devices of a PCI or auxiliary device.</summary>
    public IReadOnlyList<string> DevicesAt(string address) =>
        [.. s_buses.SelectMany(bus => Names(() => Directory.EnumerateDirectories(Path.Combine(sysRoot, "bus", bus, "devices", address,
            "infiniband")))).Order(StringComparer.Ordinal)];

    public bool HasFile(string device) => Present().Any(file => DeviceOf(file) == device);

    private static List<string> Names(Func<IEnumerable<string>> list)
    {
        try
        {
            return [.. list().Select(path => Path.GetFileName(path))];
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            return [];
        }
    }
}

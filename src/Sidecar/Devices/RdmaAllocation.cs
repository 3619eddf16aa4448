using K8sMediaFlow.Fabric.Verbs;

namespace K8sMediaFlow.Sidecar.Devices;

/// <summary>
/// The RDMA devices that this process was given. A device plugin or a DRA driver hands out device files, and the SR-IOV plugin also says
/// whose they are; the kernel's /sys names all devices of the machine to everybody. So a device counts only where the one leads to the
/// other.
/// </summary>
/// <param name="Devices">Names as libibverbs has them, the preferred one first.</param>
/// <param name="Source">What names them: a variable, or the device files.</param>
/// <param name="Detail">How they were found, or why there is none.</param>
internal sealed record RdmaAllocation(IReadOnlyList<string> Devices, string Source, string Detail)
{
    /// <summary>Other roots than /sys and /dev. For tests: a machine without RDMA shows no such tree of its own.</summary>
    internal const string SysRootVariable = "K8SMEDIAFLOW_SYS_ROOT", DevRootVariable = "K8SMEDIAFLOW_DEV_ROOT";

    /// <summary>Where the kernel's account of the devices stands.</summary>
    public string SysRoot { get; private init; } = "/sys";

    /// <summary>What stands in the way; null where there is a device.</summary>
    public RdmaUnavailableReason? Obstacle => Devices.Count == 0 ? RdmaUnavailableReason.NoDevice : null;

    /// <summary>Of this process.</summary>
    public static RdmaAllocation Find()
    {
        var environment = Environment.GetEnvironmentVariables().Cast<System.Collections.DictionaryEntry>()
            .ToDictionary(one => (string)one.Key, one => (string?)one.Value ?? "");
        return Find(environment, environment.GetValueOrDefault(DevRootVariable, "/dev"),
            environment.GetValueOrDefault(SysRootVariable, "/sys"));
    }

    /// <param name="environment">The process's variables.</param>
    /// <param name="devRoot">Where <c>infiniband/uverbsN</c> lie.</param>
    /// <param name="sysRoot">Where <c>class/infiniband_verbs</c> and <c>bus</c> lie.</param>
    public static RdmaAllocation Find(IReadOnlyDictionary<string, string> environment, string devRoot, string sysRoot)
    {
        var files = new VerbsFiles(devRoot, sysRoot);
        var passed = PassedDevices.Of(environment);
        return (passed.Count == 0 ? ByFiles(files) : ByAddresses(passed, files)) with { SysRoot = sysRoot };
    }

    /// <summary>The shared plugin and DRA pass device files and nothing else; a machine without plugins has all of its own.</summary>
    private static RdmaAllocation ByFiles(VerbsFiles files)
    {
        var present = files.Present();
        var devices = present.Select(files.DeviceOf).OfType<string>().ToList();
        if (devices.Count > 0)
            return new(devices, files.Folder, $"{files.Folder} has {string.Join(", ", present)}");
        return new([], files.Folder, present.Count == 0
            ? $"no variable {PassedDevices.Prefix}* and no file {files.Folder}/uverbs*: no device was handed to this process"
            : $"{files.Folder} has {string.Join(", ", present)}, and {files.ClassFolder} knows none of them");
    }

    private static RdmaAllocation ByAddresses(IReadOnlyList<PassedDevice> passed, VerbsFiles files)
    {
        var found = passed.Select(one => (One: one,
            Names: files.DevicesAt(one.Address) is { Count: > 0 } names ? names : one.Named is { } named ? [named] : [])).ToList();
        var usable = found.SelectMany(one => one.Names.Where(files.HasFile).Select(name => (one.One.Variable, Name: name))).Distinct()
            .ToList();
        if (usable.Count > 0)
            return new([.. usable.Select(one => one.Name)], usable[0].Variable,
                $"{usable[0].Variable} names {string.Join(", ", usable.Select(one => one.Name))}");
        // Another plugin may have handed out the RDMA device: what was handed to this container is its to use.
        if (ByFiles(files) is { Devices.Count: > 0 } others)
            return others;
        var (first, rdma) = found.FirstOrDefault(one => one.Names.Count > 0, found[0]);
        return new([], first.Variable, rdma.Count == 0
            ? $"{first.Variable}: {first.Address} has no RDMA device on this node"
            : $"{first.Variable}: {first.Address} is {rdma[0]}, and {files.Folder} has no file of it: the plugin's resource has to be isRdma");
    }
}

using System.Text;

namespace K8sMediaFlow.Cluster.Tests.Devices;

/// <summary>
/// What a device plugin puts into the container that gets a device: the answer to the kubelet's Allocate, the same for every device of the
/// pool.
/// </summary>
/// <param name="Variables">Name and value.</param>
/// <param name="Files">Device files by their paths in the container. All of them are /dev/null under another name: harmless.</param>
/// <param name="Mounts">Folders of the node by their paths in the container; read only.</param>
internal sealed record Handout(IReadOnlyDictionary<string, string> Variables, IReadOnlyList<string> Files,
    IReadOnlyDictionary<string, string> Mounts)
{
    /// <summary>The device that the shared plugin hands out, and that of the SR-IOV plugin.</summary>
    public const string SharedDevice = "mlx5_7", SharedFile = "/dev/infiniband/uverbs7", SriovDevice = "mlx5_4",
        SriovFile = "/dev/infiniband/uverbs4";

    public const string SharedResource = "rdma/tests_hca", SriovResource = "tests.k8smediaflow.io/rnic",
        SriovVariable = "PCIDEVICE_TESTS_K8SMEDIAFLOW_IO_RNIC";

    private const string Address = "0000:3b:02.6", ConnectionManager = "/dev/infiniband/rdma_cm", SysInContainer = "/tests-sys",
        SysVariable = "K8SMEDIAFLOW_SYS_ROOT";

    /// <summary>As the RDMA shared device plugin does it: the device files of the pool, and no word.</summary>
    public static Handout Shared(string sysTree) =>
        new(new Dictionary<string, string> { [SysVariable] = SysInContainer }, [ConnectionManager, SharedFile],
            new Dictionary<string, string>
            {
                [SysInContainer] = sysTree,
            });

    /// <summary>As the SR-IOV network device plugin does it with isRdma: the address, what it knows of it, and the device files.</summary>
    public static Handout Sriov(string sysTree)
    {
        var info = $$"""{"{{Address}}": {"generic": {"deviceID": "{{Address}}"}, "rdma": {"rdma_cm": "{{ConnectionManager}}", "rdma_dev": "{{SriovDevice}}", "uverbs": "{{SriovFile}}"} } }""";
        var variables = new Dictionary<string, string>
        {
            [SysVariable] = SysInContainer,
            [SriovVariable] = Address,
            [$"{SriovVariable}_INFO"] = info,
        };
        return new(variables, [ConnectionManager, SriovFile], new Dictionary<string, string> { [SysInContainer] = sysTree });
    }

    /// <summary>What the kernel's /sys would say of both devices, on a machine that had them.</summary>
    public static string WriteSysTree(string folder)
    {
        foreach (var (file, device) in new[] { (SharedFile, SharedDevice), (SriovFile, SriovDevice) })
        {
            var verbs = Directory.CreateDirectory(Path.Combine(folder, "class", "infiniband_verbs", Path.GetFileName(file)));
            File.WriteAllText(Path.Combine(verbs.FullName, "ibdev"), device + "\n");
        }
        Directory.CreateDirectory(Path.Combine(folder, "bus", "pci", "devices", Address, "infiniband", SriovDevice));
        return folder;
    }

    /// <summary>The answer on the wire, for one container: the kubelet asks about one at a time.</summary>
    public byte[] ToBytes() => Wire.Framed(Wire.Field(1,
    [
        .. Variables.Select(one => Wire.Field(1, Wire.Text(1, one.Key), Wire.Text(2, one.Value))),
        .. Mounts.Select(one => Wire.Field(2, Wire.Text(1, one.Key), Wire.Text(2, one.Value), Wire.True(3))),
        .. Files.Select(file => Wire.Field(3, Wire.Text(1, file), Wire.Text(2, "/dev/null"), Wire.Text(3, "rw"))),
    ]));
}

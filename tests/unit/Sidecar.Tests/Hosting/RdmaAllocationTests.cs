using K8sMediaFlow.Fabric.Verbs;
using K8sMediaFlow.Sidecar.Devices;

namespace K8sMediaFlow.Sidecar.Tests.Hosting;

/// <summary>
/// A machine with mlx5_0 (0000:3b:00.0, uverbs0), its virtual functions mlx5_4 and mlx5_5, and a sub-function mlx5_9; /dev has what a test
/// puts there.
/// </summary>
public sealed class RdmaAllocationTests : IDisposable
{
    private const string Variable = "PCIDEVICE_NVIDIA_COM_MLNX_RDMA", Info = Variable + "_INFO";
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("kmf-rdma-");

    public RdmaAllocationTests()
    {
        Machine("pci", "0000:3b:00.0", "mlx5_0", "uverbs0");
        Machine("pci", "0000:3b:02.6", "mlx5_4", "uverbs2");
        Machine("pci", "0000:3b:02.7", "mlx5_5", "uverbs11");
        Machine("auxiliary", "mlx5_core.sf.4", "mlx5_9", "uverbs12");
        Directory.CreateDirectory(Path.Combine(_folder.FullName, "sys", "bus", "pci", "devices", "0000:5e:00.0"));
    }

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public void The_shared_plugins_device_is_the_one_whose_file_is_here()
    {
        var found = Find(["rdma_cm", "umad2", "uverbs2"]);
        found.Devices.ShouldBe(["mlx5_4"]);
        found.Obstacle.ShouldBeNull();
        found.Detail.ShouldContain("uverbs2");
    }

    [Fact]
    public void A_pool_of_several_devices_comes_in_the_order_of_their_numbers() =>
        Find(["uverbs11", "uverbs0", "uverbs2"]).Devices.ShouldBe(["mlx5_0", "mlx5_4", "mlx5_5"]);

    [Theory]
    [InlineData("0000:3b:02.6", "mlx5_4")]
    [InlineData("0000:3b:02.7,0000:3b:02.6", "mlx5_5,mlx5_4")]
    [InlineData(" 0000:3b:02.6 ,", "mlx5_4")]
    [InlineData("mlx5_core.sf.4", "mlx5_9")]
    [InlineData("0000:5e:00.0,0000:3b:02.6", "mlx5_4")]
    public void The_SRIOV_plugins_addresses_lead_to_their_devices_and_no_others(string addresses, string devices)
    {
        var found = Find(["uverbs0", "uverbs2", "uverbs11", "uverbs12"], (Variable, addresses));
        found.Devices.ShouldBe(devices.Split(','));
        found.Source.ShouldBe(Variable);
    }

    [Fact]
    public void Where_sys_does_not_know_the_address_the_plugins_own_word_counts()
    {
        const string Json =
            """{"0000:af:00.2":{"generic":{"deviceID":"0000:af:00.2"},"rdma":{"rdma_dev":"mlx5_4","uverbs":"/dev/infiniband/uverbs2"}}}""";
        Find(["uverbs2"], (Variable, "0000:af:00.2"), (Info, Json)).Devices.ShouldBe(["mlx5_4"]);
    }

    [Theory]
    [InlineData("not JSON")]
    [InlineData("[1]")]
    [InlineData("""{"0000:3b:02.6": 7}""")]
    [InlineData("""{"0000:3b:02.6": {"rdma": {"rdma_dev": 4}}}""")]
    [InlineData("""{"0000:3b:02.6": {"rdma": {"rdma_dev": "../../etc"}}}""")]
    public void What_the_plugin_says_beside_the_addresses_may_be_nonsense(string json) =>
        Find(["uverbs2"], (Variable, "0000:3b:02.6"), (Info, json)).Devices.ShouldBe(["mlx5_4"]);

    [Fact]
    public void A_variable_of_a_card_without_RDMA_leaves_the_device_of_another_plugin() =>
        Find(["uverbs2"], (Variable, "0000:5e:00.0")).Devices.ShouldBe(["mlx5_4"]);

    [Fact]
    public void Nothing_handed_out_is_an_obstacle_that_says_where_it_was_looked_for() =>
        Refused(Find([]), "PCIDEVICE_*", "infiniband/uverbs*");

    [Fact]
    public void A_file_that_the_kernel_does_not_know_is_an_obstacle_that_names_it() =>
        Refused(Find(["uverbs7"]), "uverbs7", "infiniband_verbs");

    [Fact]
    public void An_address_without_an_RDMA_device_is_an_obstacle_that_names_variable_and_address() =>
        Refused(Find([], (Variable, "0000:5e:00.0")), Variable, "0000:5e:00.0");

    [Fact]
    public void An_address_whose_device_file_was_not_handed_out_is_an_obstacle_that_says_so() =>
        Refused(Find([], (Variable, "0000:3b:02.6")), Variable, "mlx5_4", "isRdma");

    [Fact]
    public void An_address_that_leads_out_of_the_tree_is_not_followed() =>
        Refused(Find([], (Variable, "../../../class/x")), "PCIDEVICE_*");

    private static void Refused(RdmaAllocation found, params string[] words)
    {
        found.Obstacle.ShouldBe(RdmaUnavailableReason.NoDevice);
        foreach (var word in words)
            found.Detail.ShouldContain(word);
    }

    private RdmaAllocation Find(string[] files, params (string Name, string Value)[] environment)
    {
        var dev = Directory.CreateDirectory(Path.Combine(_folder.FullName, "dev", "infiniband"));
        foreach (var file in files)
            File.WriteAllText(Path.Combine(dev.FullName, file), "");
        return RdmaAllocation.Find(environment.ToDictionary(one => one.Name, one => one.Value), Path.Combine(_folder.FullName, "dev"),
            Path.Combine(_folder.FullName, "sys"));
    }

    private void Machine(string bus, string address, string device, string file)
    {
        var sys = Path.Combine(_folder.FullName, "sys");
        Directory.CreateDirectory(Path.Combine(sys, "bus", bus, "devices", address, "infiniband", device));
        var verbs = Directory.CreateDirectory(Path.Combine(sys, "class", "infiniband_verbs", file));
        File.WriteAllText(Path.Combine(verbs.FullName, "ibdev"), device + "\n");
    }
}

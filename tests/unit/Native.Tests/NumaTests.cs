using Shouldly;

namespace K8sMediaFlow.Native.Tests;

public sealed class NumaTests : IDisposable
{
    private readonly DirectoryInfo _sys = Directory.CreateTempSubdirectory("kmf-numa-");

    public void Dispose() => _sys.Delete(recursive: true);

    [Theory]
    [InlineData("0-3,8,10-11\n", "0,1,2,3,8,10,11")]
    [InlineData("5", "5")]
    [InlineData("\n", "")]
    [InlineData("3-1", "")]
    [InlineData("1-2-3", "")]
    [InlineData("0-99999999", "")]
    [InlineData("-1", "")]
    [InlineData("a", "")]
    public void A_list_of_the_kernel_is_read_and_nonsense_is_none(string text, string numbers) =>
        string.Join(',', NumaNodes.ParseList(text)).ShouldBe(numbers);

    [Theory]
    [InlineData("0-1", "1", "4,5,6,7")]
    [InlineData("0-1", "0", "0,1,2,3")]
    [InlineData("0-1", "-1", "")]
    [InlineData("0", "0", "")]
    [InlineData("0-1", "7", "")]
    public void A_devices_processors_are_those_of_its_node_where_there_is_more_than_one(string online, string node, string processors)
    {
        Write("devices/system/node/online", online);
        Write("devices/system/node/node0/cpulist", "0-3");
        Write("devices/system/node/node1/cpulist", "4-7");
        Write("class/infiniband/mlx5_4/device/numa_node", node);
        string.Join(',', NumaNodes.ProcessorsNear(_sys.FullName, "mlx5_4")).ShouldBe(processors);
        NumaNodes.ProcessorsNear(_sys.FullName, "mlx5_5").ShouldBeEmpty();
    }

    [Fact]
    public void Work_near_a_device_runs_there_and_the_thread_is_free_again_afterwards()
    {
        var before = ThreadProcessors.Current();
        ThreadProcessors.RunOn([before[0]], ThreadProcessors.Current).ShouldBe([before[0]]);
        ThreadProcessors.Current().ShouldBe(before);
        Should.Throw<InvalidOperationException>(() => ThreadProcessors.RunOn<int>([before[^1]],
            () => throw new InvalidOperationException()));
        ThreadProcessors.Current().ShouldBe(before);
    }

    [Fact]
    public void Where_the_thread_may_run_on_none_of_them_the_work_is_done_all_the_same()
    {
        var before = ThreadProcessors.Current();
        ThreadProcessors.RunOn([8191], ThreadProcessors.Current).ShouldBe(before);
        ThreadProcessors.RunOn([], ThreadProcessors.Current).ShouldBe(before);
    }

    private void Write(string path, string text)
    {
        var file = Path.Combine(_sys.FullName, path);
        Directory.CreateDirectory(Path.GetDirectoryName(file)!);
        File.WriteAllText(file, text + "\n");
    }
}

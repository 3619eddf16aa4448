using K8sMediaFlow.Links.Contract;
using K8sMediaFlow.Pipelines.Graph;
using K8sMediaFlow.Sidecar.Tests.Links.Loopback;
using K8sMediaFlow.TestKit;

namespace K8sMediaFlow.Sidecar.Tests.Hosting;

/// <summary>What a plan's encryption does to real links of real pods.</summary>
public sealed class EncryptionTests
{
    // Bytes that every frame has, wherever in the pattern its own begin.
    private static readonly byte[] s_known = Picture.Of(0, 500)[400..440].ToArray();

    [NeedsFact("root")]
    public async Task With_encryption_nothing_of_a_payload_is_in_the_packets_and_without_it_everything_is()
    {
        (await PacketsOf(Encryption.Tls)).AsSpan().IndexOf(s_known).ShouldBe(-1);
        (await PacketsOf(Encryption.None)).AsSpan().IndexOf(s_known).ShouldBeGreaterThan(0);
    }

    [Fact]
    public async Task Pods_of_which_one_has_no_encryption_yet_wait_for_each_other_and_lose_nothing()
    {
        var plans = new FlowPlans { Encryption = Encryption.Tls };
        using var sending = new RunningPod(plans, "camera-0");
        await using var camera = await sending.Attach();
        using var source = new FlowingSource(camera);
        using (new RunningPod(plans with { Encryption = Encryption.None }, "render-0"))
            Watchdog.Until(() => sending.StatusOf("render-0").Loss == LinkLoss.NoCommonFabric,
                () => sending.StatusOf("render-0").ToString());
        using var receiving = new RunningPod(plans, "render-0");
        await using var render = await receiving.Attach();
        using var sink = new FlowingSink(render);
        sink.AwaitGot(100);
        var sent = source.Stop();
        sink.AwaitEnd();
        sink.Got.ShouldBeExactly(sent);
        sink.Torn.ShouldBe(0);
    }

    private static async Task<byte[]> PacketsOf(Encryption encryption)
    {
        var plans = new FlowPlans { Encryption = encryption };
        using var capture = new PacketCapture(plans.AddressOf("render-0"));
        using var sending = new RunningPod(plans, "camera-0");
        await using var camera = await sending.Attach();
        using var receiving = new RunningPod(plans, "render-0");
        await using var render = await receiving.Attach();
        using var sink = new FlowingSink(render);
        using var source = new FlowingSource(camera);
        sink.AwaitGot(200);
        source.Stop();
        sink.AwaitEnd();
        Watchdog.Until(() => capture.Heard.Length > 200 * 1000, () => $"only {capture.Heard.Length} bytes were captured");
        return capture.Heard;
    }
}

using K8sMediaFlow.Control.Status;
using K8sMediaFlow.Pipelines.Planning;
using K8sMediaFlow.Sidecar.Tests.Hosting;
using K8sMediaFlow.Sidecar.Tests.Links.Loopback;
using K8sMediaFlow.TestKit;

namespace K8sMediaFlow.RdmaGuest;

/// <summary>
/// The sidecar's program dies by SIGKILL while frames flow over RDMA, at the sending end and at the receiving one; the media operators live
/// on.
/// </summary>
public sealed class SidecarDeathTests
{
    private const int FramesMin = 50;

    [Fact]
    public async Task Killed_sidecars_come_back_to_rdma_and_every_frame_arrives_once_in_order()
    {
        var random = new Random(Seed.Take("killed sidecars"));
        var held = HeldResources.Now();
        using (var pair = new SidecarPair())
            await FlowAsync(pair, [pair.Camera, pair.Render], random);
        // Neither the dead nor those that ended by themselves left anything on the devices.
        HeldResources.Now().ShouldBe(held);
    }

    private static async Task FlowAsync(SidecarPair pair, SidecarProcess[] deaths, Random random)
    {
        await using (var camera = await pair.Camera.AttachAsync())
        await using (var render = await pair.Render.AttachAsync())
        using (var sink = new FlowingSink(render))
        // Slower than elsewhere, where frames would leave the emulated processors no time for sidecars that start.
        using (var source = new FlowingSource(camera, burstFrames: 1, pauseMilliseconds: 5))
        {
            foreach (var victim in deaths)
            {
                sink.AwaitGot(sink.Got.Count + FramesMin + random.Next(FramesMin));
                victim.KillAndStartAgain();
            }
            sink.AwaitGot(sink.Got.Count + FramesMin);
            AwaitRdma(pair);
            var sent = source.Stop();
            sink.AwaitEnd();
            sink.Got.Select(one => one.Sequence).ShouldBe(Enumerable.Range(1, sent).Select(number => (ulong)number), pair.Words);
            sink.Got.Select(one => one.Stream).Distinct().Count().ShouldBe(1);
            sink.Torn.ShouldBe(0);
        }
        (pair.Camera.AwaitExit(), pair.Render.AwaitExit()).ShouldBe((0, 0), pair.Words);
    }

    /// <summary>Both ends say so; the camera's lived on when the render's died last.</summary>
    private static void AwaitRdma(SidecarPair pair)
    {
        LinkStatus?[] links = [null, null];
        Watchdog.Until(() => (links = Task.Run(() => Task.WhenAll(pair.Camera.LinkAsync(), pair.Render.LinkAsync())).GetAwaiter()
            .GetResult()).All(IsOnRdma),
            () => $"{links[0]}; {links[1]}; {pair.Words}");
        links[0]!.Reconnects.ShouldBeGreaterThan(0);
    }

    private static bool IsOnRdma(LinkStatus? link) =>
        link is { State: LinkState.Ready, Way: nameof(EdgeWay.Rdma), Reason: "", WayReason: "" };
}

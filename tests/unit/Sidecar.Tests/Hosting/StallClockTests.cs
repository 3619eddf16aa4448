using K8sMediaFlow.Control.Status;
using K8sMediaFlow.Pipelines.Graph;
using K8sMediaFlow.Sdk;
using K8sMediaFlow.Sidecar.Channels;
using K8sMediaFlow.Sidecar.Runtime;
using K8sMediaFlow.Sidecar.Tests.Channels.Pods;
using K8sMediaFlow.Sidecar.Tests.Links.Loopback;
using K8sMediaFlow.TestKit;

namespace K8sMediaFlow.Sidecar.Tests.Hosting;

/// <summary>
/// An edge on which frames are owed and nothing moves is explained in the status within five seconds, whatever it waits for. The seconds
/// are those of a clock of the test's own; the controller looks every two.
/// </summary>
public sealed class StallClockTests
{
    private const long LooksEveryNanoseconds = 2_000_000_000, ExplainedWithinNanoseconds = 5_000_000_000;

    /// <summary>Null: no consumer is attached.</summary>
    [Theory]
    [InlineData(true, null)]
    [InlineData(true, Misbehaviour.TakesNothing)]
    [InlineData(true, Misbehaviour.KeepsEverything)]
    [InlineData(false, null)]
    [InlineData(false, Misbehaviour.TakesNothing)]
    [InlineData(false, Misbehaviour.KeepsEverything)]
    public async Task Frames_that_are_owed_and_do_not_move_are_explained_within_five_seconds(bool inOnePod, Misbehaviour? what)
    {
        var random = new Random(Seed.Take($"{nameof(StallClockTests)}-{inOnePod}-{what}"));
        var plans = new FlowPlans { Execution = Execution.Streaming, InOnePod = inOnePod };
        using var sending = new RunningPod(plans, "camera-0");
        using var receiving = inOnePod ? null : new RunningPod(plans, "render-0");
        await using var render = what is null ? null : await (receiving ?? sending).Attach(mediaOperator: "render");
        using var bad = render is null ? null : new Culprit(render, what!.Value, static () => 0);
        var camera = await sending.Attach();
        var frames = Send(camera, random.Next(1, FlowPlans.Window + 1), hasRoom: render is not null || !inOnePod);
        AwaitStandstill(sending, hasLink: !inOnePod && what is not null, bad);
        Watchdog.Until(() => IsExplained(sending), () => $"nothing explains why {frames} frames are owed: {Describe(sending)}");
        camera.Outputs["video"].InFlight.ShouldBe(frames);
        bad?.Release();
        camera.Fail("the test is over");
        await camera.DisposeAsync();
    }

    private static void AwaitStandstill(RunningPod sending, bool hasLink, Culprit? bad)
    {
        if (hasLink)
            sending.AwaitReady("render-0");
        if (bad is { What: Misbehaviour.KeepsEverything })
            Watchdog.Until(() => bad.Kept > 0, () => "nothing was taken");
    }

    /// <summary>
    /// Looks as often as the controller does in that time; false while something still moves on its way to where it stays.
    /// </summary>
    private static bool IsExplained(RunningPod pod)
    {
        var now = 0L;
        var stalls = new EdgeStalls(() => now);
        for (Words(pod, stalls); now + LooksEveryNanoseconds <= ExplainedWithinNanoseconds;)
        {
            now += LooksEveryNanoseconds;
            if (Words(pod, stalls).Length > 0)
                return true;
        }
        return false;
    }

    /// <summary>As many as there is room for; a source whose consumer is to come into the same pod has none before.</summary>
    private static int Send(MediaOperator camera, int most, bool hasRoom)
    {
        var sent = 0;
        Watchdog.Until(() => (sent += TrySend(camera, most - sent)) > 0 || !hasRoom, () => "there is no room for one frame");
        return sent;
    }

    private static int TrySend(MediaOperator camera, int most)
    {
        var sent = 0;
        for (; sent < most && camera.Outputs["video"].TryLoan(out var loan); sent++)
        {
            using (loan)
                loan.Send();
        }
        return sent;
    }

    private static string Words(RunningPod pod, EdgeStalls stalls)
    {
        var side = pod.Runtime.Outbound.Any() ? EdgeSide.Outbound : EdgeSide.Local;
        return stalls.WaitsFor(pod.Runtime, FlowPlans.Edge, side,
            pod.Runtime.Ports.Tally().GetValueOrDefault((FlowPlans.Edge, side)) ?? new ChannelTally());
    }

    private static string Describe(RunningPod pod) => string.Join('\n', pod.Runtime.Outbound.Select(pair => pair.Link.Status.ToString()));
}

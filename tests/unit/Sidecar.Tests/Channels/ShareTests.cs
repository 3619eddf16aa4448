using K8sMediaFlow.Pipelines.Graph;
using K8sMediaFlow.Sdk;
using K8sMediaFlow.Sidecar.Tests.Channels.Pods;
using K8sMediaFlow.Sidecar.Tests.Links.Loopback;
using K8sMediaFlow.TestKit;

namespace K8sMediaFlow.Sidecar.Tests.Channels;

/// <summary>
/// Nothing that one consumer does costs another consumer of the same port anything but its own share: replicas in one pod. Over links:
/// Hosting/ShareFlowTests.
/// </summary>
public sealed class ShareTests
{
    private const int Window = 24;

    [Theory]
    [InlineData(Misbehaviour.TakesNothing)]
    [InlineData(Misbehaviour.KeepsEverything)]
    [InlineData(Misbehaviour.IsSlow)]
    [InlineData(Misbehaviour.Dies)]
    public async Task Whatever_one_replica_does_the_others_get_all_but_its_part(Misbehaviour what)
    {
        const int renders = 3, frames = 600;
        using var pod = new TestPod(Plan(renders));
        await using var camera = await pod.Attach("camera");
        await using var one = await pod.Attach("render");
        await using var two = await pod.Attach("render", 1);
        var culprit = await pod.Attach("render", 2);
        using var first = new Reading(one);
        using var second = new Reading(two);
        using var bad = new Culprit(culprit, what, () => first.Count + second.Count);
        await Task.Run(() => camera.Send(frames)).WaitAsync(Hang.Bound);
        int Missing() => frames - first.Count - second.Count - bad.Done;
        Watchdog.Until(() => Missing() <= Window / renders, () => $"{Missing()} of {frames} are missing");
        (first.Count + second.Count).ShouldBeGreaterThanOrEqualTo(frames - (Window / renders) - (frames / Culprit.SlowFactor));
        if (what != Misbehaviour.Dies)
            (first.IsAscending && second.IsAscending).ShouldBeTrue("out of order");
        else
            Watchdog.Until(() => Missing() == 0, () => $"{Missing()} frames that the dead one had came to nobody");
        bad.Release();
        await culprit.DisposeAsync();
    }

    [Fact]
    public async Task Order_is_restored_behind_replicas_of_which_one_stands_still_and_when_it_goes_on()
    {
        const int frames = 400;
        using var pod = new TestPod(new PodPlans(Execution.Streaming).Chain(passers: 2));
        await using var camera = await pod.Attach("camera", standstill: TimeSpan.FromMilliseconds(300));
        await using var good = await pod.Attach("passer");
        await using var stopped = await pod.Attach("passer", 1);
        await using var render = await pod.Attach("render");
        using var passing = new Passing(good);
        using var reading = new Reading(render);
        // Both get some: the stopped one takes nothing of what it is given.
        await Task.Run(() => camera.Send(frames)).WaitAsync(Hang.Bound);
        Watchdog.Until(() => reading.Count == frames, () => $"{reading.Count} of {frames} came");
        using var late = new Passing(stopped);
        await Task.Run(() => camera.Send(frames)).WaitAsync(Hang.Bound);
        Watchdog.Until(() => reading.Count == 2 * frames, () => $"{reading.Count} of {2 * frames} came");
        reading.IsAscending.ShouldBeTrue("out of order");
        Watchdog.Until(() => render.Inputs["video"].Duplicates > 0, () => "what the stopped one had came only once");
        Watchdog.Until(() => camera.Outputs["video"].InFlight == 0, () => $"{camera.Outputs["video"].InFlight} are not done");
        (passing.Failure ?? late.Failure).ShouldBeNull();
    }

    [Fact]
    public async Task Under_broadcast_the_slowest_says_how_far_the_source_gets_and_no_further()
    {
        const int renders = 2;
        using var pod = new TestPod(Plan(renders) is var plan
            ? plan with { Edges = [plan.Edges[0] with { Distribution = Distribution.Broadcast }] }
            : null!);
        await using var camera = await pod.Attach("camera");
        await using var one = await pod.Attach("render");
        await using var two = await pod.Attach("render", 1);
        using var first = new Reading(one);
        var sent = 0;
        Watchdog.Until(() => TrySend(camera, ref sent) >= Window, () => $"{sent} could be sent");
        Watchdog.Until(() => first.Count == Window, () => $"{first.Count} came");
        TrySend(camera, ref sent).ShouldBe(Window);
        using var second = new Reading(two);
        Watchdog.Until(() => TrySend(camera, ref sent) >= 4 * Window, () => $"{sent} could be sent");
        Watchdog.Until(() => first.Count == sent && second.Count == sent, () => $"{first.Count} and {second.Count} of {sent} came");
    }

    private static Pipelines.Planning.SidecarPlan Plan(int renders)
    {
        var plan = new PodPlans(Execution.Streaming, Renders: renders).Together();
        return plan with
        {
            Edges = [plan.Edges[0] with { ChannelCapacity = 64 }],
            Operators = [.. plan.Operators.Select(one => one with
            {
                Outputs = [.. one.Outputs.Select(port => port with { QuotaBlocks = 2 * Window })],
            })],
        };
    }

    private static int TrySend(MediaOperator camera, ref int sent)
    {
        while (camera.Outputs["video"].TryLoan(out var loan))
        {
            using (loan)
                loan.Send();
            sent++;
        }
        return sent;
    }
}

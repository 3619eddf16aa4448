using K8sMediaFlow.Sdk;
using K8sMediaFlow.Sidecar.Tests.Channels.Pods;
using K8sMediaFlow.Sidecar.Tests.Links.Loopback;
using K8sMediaFlow.TestKit;

namespace K8sMediaFlow.Sidecar.Tests.Channels;

/// <summary>
/// A media operator that gives nothing back. It may hold what the plan says (maxBorrowed); what it can hold beyond that is what the channel
/// or its producer's quota has room for. Then its producer waits at the loan, on that port alone, and nothing is lost.
/// </summary>
public sealed class BorrowTests
{
    private static readonly PodPlans Plans = new();

    [Fact]
    public async Task A_consumer_holds_what_the_plan_says_and_never_more_than_the_channel_has()
    {
        using var pod = new TestPod(Plans.Together());
        await ShouldBeBounded(pod, pod, PodPlans.Capacity);
    }

    [Fact]
    public async Task A_consumer_holds_never_more_than_its_producers_quota()
    {
        const int frames = 10;
        var plan = Plans.Together();
        // Ten frames of two blocks each: above the eight that the plan lets the consumer hold, below the channel's sixteen.
        plan = plan with
        {
            Operators = [.. plan.Operators.Select(one => one with
            {
                Outputs = [.. one.Outputs.Select(port => port with { QuotaBlocks = 2 * frames })],
            })],
        };
        using var pod = new TestPod(plan);
        await ShouldBeBounded(pod, pod, frames);
    }

    [Fact]
    public async Task Behind_a_link_a_consumer_holds_never_more_than_the_channel_has()
    {
        using var pair = new PodPair(Plans);
        await ShouldBeBounded(pair.Sender, pair.Receiver, PodPlans.Capacity);
    }

    private static async Task ShouldBeBounded(TestPod sending, TestPod receiving, int most)
    {
        const int frames = 200;
        await using var camera = await sending.Attach("camera");
        await using var render = await receiving.Attach("render");
        var source = Task.Run(() =>
        {
            for (var frame = 0; frame < frames; frame++)
            {
                using var loan = camera.Outputs["video"].Loan();
                loan.Send();
            }
        });
        var held = new Queue<Frame>();
        Watchdog.Until(() => Take(render, held) && held.Count == most, () => $"{held.Count} frames are held");
        held.Count.ShouldBeGreaterThanOrEqualTo(receiving.Plan.Edges[0].MaxBorrowed);
        for (var next = most; next < frames; next++)
        {
            Take(render, held).ShouldBeFalse($"more than {most} frames are held");
            held.Dequeue().Dispose();
            Watchdog.Until(() => Take(render, held), () => $"frame {next} does not come");
            held.Last().Identity.Sequence.ShouldBe((ulong)next + 1);
        }
        while (held.TryDequeue(out var frame))
            frame.Dispose();
        await source.WaitAsync(Hang.Bound);
    }

    private static bool Take(MediaOperator render, Queue<Frame> held)
    {
        if (!render.Inputs["video"].TryReceive(out var frame))
            return false;
        held.Enqueue(frame);
        return true;
    }
}

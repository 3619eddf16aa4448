using K8sMediaFlow.Links.Contract;
using K8sMediaFlow.Pipelines.Graph;
using K8sMediaFlow.Sdk;
using K8sMediaFlow.Sidecar.Tests.Links.Loopback;
using K8sMediaFlow.TestKit;

namespace K8sMediaFlow.Sidecar.Tests.Hosting;

/// <summary>
/// The end of a stream belongs to one life of its source: the next one's frames flow, whether its peers stayed or started again too.
/// </summary>
public sealed class StreamEndTests
{
    private const int FramesPerLife = 60, Lives = 3;

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_source_that_starts_again_after_its_end_is_heard_across_a_link(bool sinkStartsAgain)
    {
        var plans = new FlowPlans { Execution = Execution.Streaming };
        using var sending = new RunningPod(plans, "camera-0");
        using var receiving = new RunningPod(plans, "render-0");
        await RunLives(() => sending.Attach(), () => receiving.Attach(), sinkStartsAgain);
        Watchdog.Until(() => sending.StatusOf("render-0").State == LinkState.Ended, () => sending.StatusOf("render-0").ToString());
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_source_that_starts_again_after_its_end_is_heard_inside_a_pod(bool sinkStartsAgain)
    {
        var plans = new FlowPlans { Execution = Execution.Streaming, InOnePod = true };
        using var pod = new RunningPod(plans, "camera-0");
        await RunLives(() => pod.Attach(), () => pod.Attach(mediaOperator: "render"), sinkStartsAgain);
    }

    private static async Task RunLives(Func<Task<MediaOperator>> attachCamera, Func<Task<MediaOperator>> attachRender, bool sinkStartsAgain)
    {
        var render = await attachRender();
        for (var life = 1; life <= Lives; life++)
        {
            var sending = Task.Run(() => SendAll(attachCamera));
            Read(render, life).ShouldBe(FramesPerLife, $"life {life}");
            Watchdog.Until(() => render.Inputs["video"].Ended, () => $"life {life} has no end");
            if (sinkStartsAgain)
            {
                await render.DisposeAsync();
                await sending.WaitAsync(Hang.Bound);
                render = await attachRender();
                render.Inputs["video"].Ended.ShouldBeFalse("the end that the last life had");
            }
            await sending.WaitAsync(Hang.Bound);
        }
        await render.DisposeAsync();
    }

    private static async Task SendAll(Func<Task<MediaOperator>> attach)
    {
        await using var camera = await attach();
        var output = camera.Outputs["video"];
        for (var frame = 1; frame <= FramesPerLife; frame++)
        {
            using var loan = output.Loan();
            loan.Send();
        }
        output.Complete();
    }

    private static int Read(MediaOperator render, int life)
    {
        var got = 0;
        Watchdog.Until(() =>
        {
            while (render.Inputs["video"].TryReceive(out var frame))
            {
                frame.Sequence.ShouldBe((ulong)++got);
                frame.Dispose();
            }
            return got >= FramesPerLife;
        }, () => $"life {life}: {got} frames came");
        return got;
    }
}

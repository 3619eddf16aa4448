using K8sMediaFlow.Sdk;

namespace K8sMediaFlow.Sidecar.Tests.Hosting;

/// <summary>A source in one pod that sends to a sink in each of two others, until the test ends.</summary>
internal sealed class SharedFlow : IAsyncDisposable
{
    private readonly RunningPod _first;
    private readonly MediaOperator _camera, _render0, _render1;

    private SharedFlow(
        (RunningPod Sending, RunningPod First, RunningPod Second) pods, MediaOperator camera, MediaOperator render0, MediaOperator render1)
    {
        (Sending, _first, Second) = pods;
        (_camera, _render0, _render1) = (camera, render0, render1);
        (Sink0, Sink1, Source) = (new FlowingSink(render0), new FlowingSink(render1), new FlowingSource(camera));
    }

    public RunningPod Sending { get; }

    public RunningPod Second { get; }

    public FlowingSink Sink0 { get; }

    public FlowingSink Sink1 { get; }

    public FlowingSource Source { get; }

    public static async Task<SharedFlow> StartAsync(FlowPlans plans)
    {
        var pods = (
            Sending: new RunningPod(plans, "camera-0"),
            First: new RunningPod(plans, "render-0"),
            Second: new RunningPod(plans, "render-1"));
        return new SharedFlow(pods, await pods.Sending.Attach(), await pods.First.Attach(), await pods.Second.Attach());
    }

    public async ValueTask DisposeAsync()
    {
        Source.Dispose();
        Sink1.Dispose();
        Sink0.Dispose();
        foreach (var media in new[] { _render1, _render0, _camera })
            await media.DisposeAsync();
        foreach (var pod in new[] { Second, _first, Sending })
            pod.Dispose();
    }
}

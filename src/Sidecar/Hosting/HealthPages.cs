using System.Diagnostics;
using K8sMediaFlow.Control.Http;
using K8sMediaFlow.Control.Status;
using K8sMediaFlow.Primitives;
using K8sMediaFlow.Sidecar.Runtime;

namespace K8sMediaFlow.Sidecar.Hosting;

/// <summary>What health looks at.</summary>
/// <param name="IsListening">The identity was read and control listens.</param>
/// <param name="Runtime">Null while there is no plan.</param>
internal sealed record HealthView(bool IsListening, PodRuntime? Runtime);

/// <summary>The pages that probes read: docs/reference/metrics.md.</summary>
/// <param name="look">The state of now.</param>
/// <param name="change">Completes when that may have changed.</param>
internal sealed class HealthPages(Func<HealthView> look, Func<Task> change)
{
    /// <summary>How long the first answer may wait; kubelets wait 5 s.</summary>
    private static readonly TimeSpan FirstAnswerMax = TimeSpan.FromSeconds(3);

    private volatile bool _hasBeenReady;

    public IReadOnlyDictionary<string, Func<CancellationToken, Task<PlainPage>>> All =>
        new Dictionary<string, Func<CancellationToken, Task<PlainPage>>>
        {
            ["/healthz"] = PlainHttpServer.AtOnce(static () => PlainPage.Good()),
            ["/startupz"] = PlainHttpServer.AtOnce(() => look().IsListening ? PlainPage.Good() : PlainPage.Bad("not listening yet")),
            ["/readyz"] = ReadyAsync,
        };

    // A kubelet asks from time to time, and would hear of a pod that becomes ready meanwhile only then. So who asks a pod that starts is
    // answered when it is ready. From then on the answer is what is true now.
    private async Task<PlainPage> ReadyAsync(CancellationToken asked)
    {
        var since = Stopwatch.GetTimestamp();
        while (true)
        {
            var next = change();
            var (view, page) = (look(), Ready(look()));
            _hasBeenReady |= page.Status == PlainPage.Good().Status;
            var left = FirstAnswerMax - Stopwatch.GetElapsedTime(since);
            if (_hasBeenReady || view.Runtime is { IsDraining: true } || left <= TimeSpan.Zero)
                return page;
            await ChangeSignal.WaitAsync(next, left, asked);
        }
    }

    private static PlainPage Ready(HealthView view)
    {
        if (view.Runtime is not { } runtime)
            return PlainPage.Bad("no plan yet");
        if (runtime.IsDraining)
            return PlainPage.Bad("the pod is ending");
        var missing = runtime.Registry.States.Where(one => one.State is not (MediaOperatorState.Attached or MediaOperatorState.Completed))
            .Select(one => $"{one.Name}-{one.Replica} is {one.State}").ToList();
        return missing.Count == 0 ? PlainPage.Good() : PlainPage.Bad(string.Join(", ", missing));
    }
}

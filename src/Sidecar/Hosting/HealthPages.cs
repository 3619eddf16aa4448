using K8sMediaFlow.Control.Http;
using K8sMediaFlow.Control.Status;
using K8sMediaFlow.Sidecar.Runtime;

namespace K8sMediaFlow.Sidecar.Hosting;

/// <summary>What health looks at.</summary>
/// <param name="IsListening">The identity was read and control listens.</param>
/// <param name="Runtime">Null while there is no plan.</param>
internal sealed record HealthView(bool IsListening, PodRuntime? Runtime);

/// <summary>The pages that probes read: docs/reference/metrics.md.</summary>
internal static class HealthPages
{
    public static IReadOnlyDictionary<string, Func<PlainPage>> Of(Func<HealthView> look) => new Dictionary<string, Func<PlainPage>>
    {
        ["/healthz"] = static () => PlainPage.Good(),
        ["/startupz"] = () => look().IsListening ? PlainPage.Good() : PlainPage.Bad("not listening yet"),
        ["/readyz"] = () => Ready(look()),
    };

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

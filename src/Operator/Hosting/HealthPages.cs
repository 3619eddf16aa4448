using K8sMediaFlow.Control.Http;
using K8sMediaFlow.KubernetesRuntime.Health;
using K8sMediaFlow.Operator.Status;

namespace K8sMediaFlow.Operator.Hosting;

/// <summary>Health of the controller. Alive means that no loop hangs; an API server that is away does not end the controller.</summary>
internal static class HealthPages
{
    public static IReadOnlyDictionary<string, Func<PlainPage>> Of(Liveness liveness, Func<string?> unready) =>
        new Dictionary<string, Func<PlainPage>>
        {
            ["/healthz"] = () => Answer(liveness.Faults()),
            ["/readyz"] = () => Answer(unready() is { } why ? [why] : []),
        };

    private static PlainPage Answer(IReadOnlyList<string> faults) =>
        faults.Count == 0 ? PlainPage.Good() : PlainPage.Bad(string.Join('\n', faults));
}

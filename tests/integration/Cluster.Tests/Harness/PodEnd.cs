using System.Diagnostics;
using System.Text.Json;

namespace K8sMediaFlow.Cluster.Tests.Harness;

/// <summary>How long a pod's containers take to end, watched while something else makes them end.</summary>
internal static class PodEnd
{
    /// <summary>
    /// From the request to delete the pod until its last container had ended, as its status says. Where the status has no time of an end,
    /// or the object is gone before that was read, the time until we saw it counts, from the first look that found it ending.
    /// </summary>
    public static TimeSpan Await(Flow flow, Pod pod)
    {
        Stopwatch? ending = null;
        TimeSpan? took = null;
        Wait.Until($"the end of the containers of {pod.Name}", () =>
        {
            if (flow.Kubectl.Get("pod", pod.Name, flow.Space) is not { ValueKind: JsonValueKind.Object } there)
                return true;
            if (Pod.Read(there) is not { IsEnding: true } seen)
                return false;
            ending ??= Stopwatch.StartNew();
            took = seen.EndTook;
            return seen.HasEnded;
        });
        return took ?? ending?.Elapsed ?? throw new InvalidOperationException($"{pod.Name} is gone, and was not seen ending");
    }
}

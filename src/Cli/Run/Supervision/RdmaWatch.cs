using K8sMediaFlow.Control.Status;

namespace K8sMediaFlow.Cli.Run.Supervision;

/// <summary>Notices that a pod which may use nothing but RDMA cannot, and says why.</summary>
/// <param name="pods">Those pods.</param>
internal sealed class RdmaWatch(IReadOnlyList<string> pods)
{
    // A device does not come into a machine during a run. A port that is down or a missing address may be mended while the pods wait.
    private static readonly string[] _final = ["NoDevice", "LibraryMissing"];

    private readonly HashSet<(string Pod, string Obstacle)> _said = [];

    /// <summary>A sentence when waiting helps nothing; what may pass is said once.</summary>
    public string? Check(IReadOnlyList<SidecarStatus> statuses, Action<string> notice)
    {
        foreach (var (pod, rdma) in statuses.Where(status => pods.Contains(status.Pod)).Select(status => (status.Pod, status.Rdma)))
        {
            if (rdma is not { Usable: false, Obstacle.Length: > 0 })
                continue;
            var sentence = $"pod {pod} has to use RDMA and cannot ({rdma.Obstacle}): {rdma.Detail}";
            if (_final.Contains(rdma.Obstacle))
                return sentence + ". With transport: Auto it would use TCP; `k8smediaflow doctor` looks at this machine's devices";
            if (_said.Add((pod, rdma.Obstacle)))
                notice(sentence);
        }
        return null;
    }
}

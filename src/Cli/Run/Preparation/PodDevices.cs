using K8sMediaFlow.Cli.Run.Processes;
using K8sMediaFlow.Pipelines.Planning;

namespace K8sMediaFlow.Cli.Run.Preparation;

/// <summary>RDMA devices by pod, as the user gave them.</summary>
internal static class PodDevices
{
    /// <summary>Reads <c>POD=NAME</c>. Whether there is such a device is the sidecar's to say.</summary>
    /// <exception cref="RunException">Malformed, or no pod of the pipeline.</exception>
    public static Dictionary<string, string> Parse(IEnumerable<string> given, Placement placement)
    {
        var devices = new Dictionary<string, string>();
        foreach (var one in given)
        {
            var parts = one.Split('=', 2);
            if (parts.Length != 2 || parts[1].Length == 0)
                throw new RunException($"--device {one}: expected POD=NAME");
            if (placement.Pods.All(pod => pod.Name != parts[0]))
                throw new RunException(
                    $"--device {one}: the pipeline has no pod '{parts[0]}' (it has: {string.Join(", ", placement.Pods.Select(pod => pod.Name))})");
            devices[parts[0]] = parts[1];
        }
        return devices;
    }
}

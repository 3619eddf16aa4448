using K8sMediaFlow.KubernetesRuntime.Objects;

namespace K8sMediaFlow.Operator.Model;

/// <summary>What keeps a pod from running: a reason of ours and the words of the component that noticed.</summary>
/// <param name="Reason">One of <see cref="Reasons"/>.</param>
/// <param name="Message">Begins with the pod.</param>
/// <param name="MayPass">The cluster will try again and may succeed, as with a volume on a busy node; other troubles are told
/// first.</param>
internal sealed record PodIssue(string Reason, string Message, bool MayPass = false)
{
    /// <summary>A volume is still attached to the node of another pod, and comes free when that pod is gone.</summary>
    public bool IsVolumeInUse { get; init; }
}

/// <summary>Reads a pod's status for what is wrong.</summary>
internal static class PodIssues
{
    private const int CharsMax = 300, RestartsFew = 3;

    /// <summary>
    /// For so long a container has to run before its last end is no reason any more why its pod is not ready: as long as the kubelet
    /// remembers it.
    /// </summary>
    private static readonly TimeSpan Forgiven = TimeSpan.FromMinutes(10);

    private static readonly string[] Images = ["ErrImagePull", "ImagePullBackOff", "InvalidImageName", "ErrImageNeverPull",
        "ImageInspectError", "RegistryUnavailable"];
    private static readonly string[] Configs = ["CreateContainerConfigError", "CreateContainerError", "RunContainerError"];

    public static PodIssue? Of(Pod pod, DateTimeOffset now)
    {
        var unscheduled = pod.Status?.Conditions?.FirstOrDefault(one => one is { Type: "PodScheduled", Status: "False" });
        if (unscheduled is { Reason: "Unschedulable" })
            return new(Reasons.Unschedulable, $"pod {pod.Metadata?.Name}: {unscheduled.Message}");
        // How a native sidecar ended that was told to, or killed, once its media operators had completed, is no issue.
        if (pod.Status?.Phase == "Succeeded")
            return null;
        var containers = (pod.Status?.InitContainerStatuses ?? []).Concat(pod.Status?.ContainerStatuses ?? []);
        return containers.Select(one => OfContainer(pod, one) ?? Again(pod, one, now)).FirstOrDefault(one => one is not null)
            ?? (pod.Status?.Phase == "Failed"
                ? new(Reasons.ContainerFailing, $"pod {pod.Metadata?.Name} failed: {pod.Status.Reason} {pod.Status.Message}".TrimEnd())
                : null);
    }

    private static PodIssue? OfContainer(Pod pod, ContainerStatus status)
    {
        var where = $"pod {pod.Metadata?.Name}, container {status.Name}";
        if (status.State?.Waiting is { Reason: { } waiting } details)
        {
            if (Images.Contains(waiting))
                return new(Reasons.ImageUnavailable, $"{where}: {details.Message ?? waiting}");
            if (Configs.Contains(waiting))
                return new(Reasons.ConfigMissing, $"{where}: {details.Message ?? waiting}");
            if (waiting == "CrashLoopBackOff")
                return new(Reasons.ContainerFailing, $"{where}: {LastWords(status.LastState?.Terminated) ?? details.Message ?? waiting}");
        }
        return status.State?.Terminated is { ExitCode: not 0 } ended ? new(Reasons.ContainerFailing, $"{where}: {LastWords(ended)}") : null;
    }

    /// <summary>
    /// A container that runs again after it failed, in a pod that is not ready: a program that crashes is most of the time neither ended
    /// nor waited for, and the pod's trouble stays the same from one crash to the next.
    /// </summary>
    private static PodIssue? Again(Pod pod, ContainerStatus status, DateTimeOffset now)
    {
        if (status.State?.Terminated is not null || status.LastState?.Terminated is not { } before
            || (before.ExitCode == 0 && status.RestartCount < RestartsFew))
            return null;
        var isReady = pod.Status?.Conditions?.Any(one => one is { Type: "Ready", Status: "True" }) == true;
        return isReady || now - status.State?.Running?.StartedAt >= Forgiven ? null
            : new(Reasons.ContainerFailing, $"pod {pod.Metadata?.Name}, container {status.Name}: {LastWords(before)}");
    }

    private static string? LastWords(ContainerTerminated? ended) => ended is null ? null
        : $"ended with {(ended.Signal is > 0 ? $"signal {ended.Signal}" : $"code {ended.ExitCode}")} ({ended.Reason}){(string.IsNullOrWhiteSpace(ended.Message) ? "" : ": " + LastLine(ended.Message))}";

    /// <summary>The last that was said: under an exception it is not the sentence but where it came from.</summary>
    private static string LastLine(string text)
    {
        var lines = text.Split('\n').Select(line => line.Trim()).Where(line => line.Length > 0).ToList();
        var line = lines.FindLast(line => !line.StartsWith("at ", StringComparison.Ordinal)) ?? lines[^1];
        return line.Length > CharsMax ? line[..CharsMax] + "…" : line;
    }
}

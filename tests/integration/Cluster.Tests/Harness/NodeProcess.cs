using K8sMediaFlow.TestKit;

namespace K8sMediaFlow.Cluster.Tests.Harness;

/// <summary>Processes of pods, as the machine that carries the nodes sees them.</summary>
internal static class NodeProcess
{
    /// <summary>The processes of a pod whose command line holds the text.</summary>
    public static IReadOnlyList<int> Of(string podUid, string text) =>
        [.. Directory.EnumerateDirectories("/proc").Select(Path.GetFileName).Where(name => int.TryParse(name, out _))
            .Select(name => int.Parse(name!, System.Globalization.CultureInfo.InvariantCulture))
            .Where(pid => Read($"/proc/{pid}/cgroup").Contains(podUid, StringComparison.Ordinal)
                && Read($"/proc/{pid}/cmdline").Replace('\0', ' ').Contains(text, StringComparison.Ordinal))];

    /// <summary>SIGKILL to the one process of the pod whose command line holds the text, once there is one; returns which it was.</summary>
    public static int Kill(Pod pod, string text)
    {
        IReadOnlyList<int> found = [];
        Wait.Until($"a {text} in {pod.Name}", () => (found = Of(pod.Uid, text)).Count > 0);
        Signal("KILL", found[0]);
        return found[0];
    }

    public static void Signal(string name, int pid)
    {
        var (code, output) = Programs.Run("kill", ["-" + name, pid.ToString(System.Globalization.CultureInfo.InvariantCulture)], null,
            Hang.Bound);
        if (code != 0)
            throw new InvalidOperationException(output);
    }

    private static string Read(string path)
    {
        try
        {
            return File.ReadAllText(path);
        }
        catch (Exception gone) when (gone is IOException or UnauthorizedAccessException)
        {
            return "";
        }
    }
}

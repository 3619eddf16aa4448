namespace K8sMediaFlow.Sidecar.Tests.Hostile;

/// <summary>
/// What a process has that a peer's misdeeds could make more: memory files open and mapped, eventfds, sockets, threads with a peer's work.
/// </summary>
internal sealed record Holdings(int MemoryFiles, int Mappings, int Events, int Sockets, int Threads)
{
    /// <summary>Threads of the runtime come and go; these are ours.</summary>
    private static readonly string[] PeerThreads = ["session", "returns", "link", "retire"];

    public static Holdings Of(int processId)
    {
        var targets = Directory.GetFiles($"/proc/{processId}/fd").Select(Target).ToList();
        return new Holdings(
            targets.Count(target => target.Contains("memfd:kmf-", StringComparison.Ordinal)),
            File.ReadLines($"/proc/{processId}/maps").Count(line => line.Contains("memfd:kmf-", StringComparison.Ordinal)),
            targets.Count(target => target.Contains("[eventfd]", StringComparison.Ordinal)),
            targets.Count(target => target.StartsWith("socket:", StringComparison.Ordinal)),
            Directory.GetDirectories($"/proc/{processId}/task").Count(IsPeers));
    }

    private static bool IsPeers(string task)
    {
        try
        {
            var name = File.ReadAllText(Path.Combine(task, "comm"));
            return PeerThreads.Any(one => name.StartsWith(one, StringComparison.Ordinal));
        }
        catch (IOException)
        {
            return false;
        }
    }

    // Not resolved by the framework: what the link says is no path.
    private static string Target(string link)
    {
        try
        {
            return new FileInfo(link).LinkTarget ?? "";
        }
        catch (IOException)
        {
            return "";
        }
    }
}

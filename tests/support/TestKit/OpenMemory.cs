namespace K8sMediaFlow.TestKit;

/// <summary>What this process has open or mapped, by the name of the memory file: other tests run beside.</summary>
public static class OpenMemory
{
    public static int Named(string name) => HeldBy(Environment.ProcessId, name);

    /// <summary>The same of another process.</summary>
    public static int HeldBy(int processId, string name) =>
        Directory.GetFiles($"/proc/{processId}/fd").Count(link => Target(link).Contains($"memfd:{name}", StringComparison.Ordinal));

    public static int Mapped(string name) =>
        File.ReadAllLines("/proc/self/maps").Count(line => line.Contains($"memfd:{name}", StringComparison.Ordinal));

    private static string Target(string link)
    {
        try
        {
            return File.ResolveLinkTarget(link, returnFinalTarget: false)?.FullName ?? "";
        }
        catch (IOException)
        {
            return "";
        }
    }
}

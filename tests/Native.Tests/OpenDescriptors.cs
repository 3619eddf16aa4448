namespace K8sMediaFlow.Native.Tests;

/// <summary>What this process has open. By name, since other tests run beside.</summary>
internal static class OpenDescriptors
{
    public static int Named(string memoryFile) => Directory.GetFiles("/proc/self/fd").Count(link => Target(link).Contains($"memfd:{memoryFile}", StringComparison.Ordinal));

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

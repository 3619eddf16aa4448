using System.Runtime.CompilerServices;

namespace K8sMediaFlow.TestKit;

/// <summary>The repository that the tests were built from.</summary>
public static class Sources
{
    public static string Root { get; } = Find();

    private static string Find([CallerFilePath] string here = "") => Path.GetFullPath(Path.Combine(Path.GetDirectoryName(here)!, "..", ".."));
}

using System.Runtime.CompilerServices;

namespace K8sMediaFlow.TestKit;

/// <summary>The repository that the tests were built from.</summary>
public static class Sources
{
    public static string Root { get; } = Find();

    private static string Find([CallerFilePath] string here = "")
    {
        var folder = Path.GetDirectoryName(here);
        while (folder is not null && !File.Exists(Path.Combine(folder, "K8sMediaFlow.sln")))
            folder = Path.GetDirectoryName(folder);
        return folder ?? throw new InvalidOperationException($"no folder above {here} has K8sMediaFlow.sln");
    }
}

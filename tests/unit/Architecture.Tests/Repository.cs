using System.Runtime.CompilerServices;

namespace K8sMediaFlow.Architecture.Tests;

/// <summary>The files of this repository, as they lie on disk beside these tests.</summary>
internal static class Repository
{
    public static readonly string Root = FindRoot();

    /// <summary>Hand-written C# of a top-level folder: no build output, nothing generated.</summary>
    public static IEnumerable<string> Sources(string folder) =>
        Files(folder, "*.cs").Where(path => !path.Contains("/Generated/", StringComparison.Ordinal));

    /// <summary>Hand-written C# of all that users get.</summary>
    public static IEnumerable<string> ProductSources() => Sources("libs").Concat(Sources("src"));

    public static IEnumerable<string> Files(string folder, string pattern) =>
        Directory.Exists(Path.Combine(Root, folder))
            ? Directory.EnumerateFiles(Path.Combine(Root, folder), pattern, SearchOption.AllDirectories)
                .Where(path => !path.Contains("/bin/", StringComparison.Ordinal) && !path.Contains("/obj/", StringComparison.Ordinal))
            : [];

    public static string Relative(string path) => Path.GetRelativePath(Root, path);

    private static string FindRoot([CallerFilePath] string here = "")
    {
        var folder = Path.GetDirectoryName(here);
        while (folder is not null && !File.Exists(Path.Combine(folder, "K8sMediaFlow.sln")))
            folder = Path.GetDirectoryName(folder);
        return folder ?? throw new InvalidOperationException("K8sMediaFlow.sln stands above none of the test's folders");
    }
}

namespace K8sMediaFlow.Cli.Tests;

/// <summary>Files of the repository, found from wherever the tests run.</summary>
internal static class Samples
{
    internal static readonly string Root = FindRoot();

    internal static string Path(string name) => System.IO.Path.Combine(Root, "config", "samples", name);

    internal static string Golden(string name) => System.IO.Path.Combine(Root, "tests", "unit", "Cli.Tests", "Golden", name);

    /// <summary>Compares with the golden file; with GOLDEN=write it becomes what was found.</summary>
    internal static void ShouldBeGolden(string found, string name)
    {
        if (Environment.GetEnvironmentVariable("GOLDEN") == "write")
            File.WriteAllText(Golden(name), found);
        found.ShouldBe(File.ReadAllText(Golden(name)), $"{name} differs; if that is meant, run the test with GOLDEN=write");
    }

    /// <summary>A file with this text that is gone afterwards.</summary>
    internal static T WithFile<T>(string text, Func<string, T> use)
    {
        var path = System.IO.Path.GetTempFileName();
        try
        {
            File.WriteAllText(path, text);
            return use(path);
        }
        finally
        {
            File.Delete(path);
        }
    }

    private static string FindRoot()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(System.IO.Path.Combine(folder.FullName, "K8sMediaFlow.sln")))
            folder = folder.Parent!;
        return folder.FullName;
    }
}

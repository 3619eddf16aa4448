namespace K8sMediaFlow.Bench;

/// <summary>The repository that the benchmarks run from, and the programs of others that they need.</summary>
internal static class Checkout
{
    public static string Root { get; } = Find();

    /// <summary>A C or C++ program of bench/native.</summary>
    public static string Native(string source) => Path.Combine(Root, "bench", "native", source);

    /// <summary>Those of the programs that are not on PATH.</summary>
    public static string[] Missing(params string[] programs) => [.. programs.Where(program => !IsInstalled(program))];

    public static bool IsInstalled(string program) =>
        (Environment.GetEnvironmentVariable("PATH") ?? "").Split(':').Any(folder => File.Exists(Path.Combine(folder, program)));

    private static string Find()
    {
        var folder = AppContext.BaseDirectory;
        while (!File.Exists(Path.Combine(folder, "K8sMediaFlow.sln")))
            folder = Path.GetDirectoryName(folder) ?? throw new InvalidOperationException("bench runs from its repository");
        return folder;
    }
}

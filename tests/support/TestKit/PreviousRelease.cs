namespace K8sMediaFlow.TestKit;

/// <summary>The programs of the release before this one, as tests/support/compatibility/build.sh made them.</summary>
public static class PreviousRelease
{
    private static readonly string[] Programs = ["k8smediaflow-sidecar", "media-operator", "k8smediaflow"];

    /// <summary>Its commit.</summary>
    public static string Commit { get; } = File.ReadLines(Path.Combine(Sources.Root, "tests", "support", "compatibility",
        "previous-release"))
        .Single(line => !line.StartsWith('#'));

    /// <summary>The folder with its programs.</summary>
    public static string Bin { get; } = Path.Combine(Cache, "bin");

    public static bool IsPresent { get; } = File.Exists(Path.Combine(Bin, ".done"))
        && Programs.All(program => File.Exists(Path.Combine(Bin, program)));

    private static string Cache =>
        Environment.GetEnvironmentVariable("K8SMEDIAFLOW_RELEASE_CACHE") is { Length: > 0 } given ? given : Path.Combine(
        Environment.GetEnvironmentVariable("XDG_CACHE_HOME") is { Length: > 0 } cache
            ? cache
            : Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".cache"),
        "k8smediaflow", $"release-{Commit[..12]}");
}

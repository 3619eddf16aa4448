namespace K8sMediaFlow.TestKit;

/// <summary>The image archives that images/build.sh makes.</summary>
public static class ImageArchives
{
    /// <summary>Their paths, whether they are there or not.</summary>
    public static IReadOnlyList<string> Paths { get; } =
        [.. new[] { "sidecar", "media-operators",
            "controller" }.Select(name => Path.Combine(Sources.Root, "artifacts", "images", name + ".tar"))];

    public static bool ArePresent => Paths.All(File.Exists);
}

using K8sMediaFlow.MediaOperators.Bridging;

namespace K8sMediaFlow.MediaOperators.FFmpeg;

/// <summary>ffmpeg as we start it: with settings of its memory that suit pictures.</summary>
/// <remarks>
/// <para>
/// ffmpeg takes memory for every raw picture anew. With the C library's own settings, threads give it back to the kernel and take it
/// again, page by page: encoding 300 pictures of 1080p takes 42,000 page faults. With these there is one heap, it keeps its memory, and it
/// is made of huge pages where the machine allows them to those who ask: 4,400 page faults, and a tenth less processor time, for a tenth
/// more memory.
/// </para>
/// <para>
/// All four belong together: to set one threshold alone turns off that the library adapts the other, and then every picture is mapped and
/// unmapped.
/// </para>
/// </remarks>
internal static class FFmpegProcess
{
    /// <summary>What the C library reads its settings from; another C library does not look at it.</summary>
    public const string TunablesName = "GLIBC_TUNABLES";

    private const string Name = "ffmpeg";

    // A picture of 8K with ten bits has 100 MB.
    private const string Tunables = "glibc.malloc.arena_max=1:glibc.malloc.hugetlb=1"
        + ":glibc.malloc.mmap_threshold=268435456:glibc.malloc.trim_threshold=1073741824";

    /// <summary>What is laid over our environment. Nothing where the user has set tunables: those are then meant for ffmpeg too.</summary>
    public static IReadOnlyDictionary<string, string?> Environment { get; } =
        Settings(System.Environment.GetEnvironmentVariable(TunablesName));

    /// <summary>As <see cref="PipedProcess.Start"/>.</summary>
    public static PipedProcess Start(IReadOnlyList<string> arguments, PipedDescriptors descriptors) =>
        PipedProcess.Start(Name, arguments, descriptors, Environment);

    /// <param name="own">The tunables of our own environment; null for none.</param>
    internal static Dictionary<string, string?> Settings(string? own) =>
        own is null ? new() { [TunablesName] = Tunables } : [];
}

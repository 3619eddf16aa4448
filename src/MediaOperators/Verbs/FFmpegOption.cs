using System.CommandLine;

namespace K8sMediaFlow.MediaOperators.Verbs;

/// <summary>The option that hands arguments on to ffmpeg.</summary>
internal static class FFmpegOption
{
    /// <summary>One text each, since ffmpeg's options begin with a dash like our own: --ffmpeg-args "-ss 10 -t 5".</summary>
    public static Option<string[]> Named(string place) => new("--ffmpeg-args")
    {
        Description = $"ffmpeg's own options {place}; one quoted text, split at blanks. May be given several times.",
        HelpName = "\"-OPTION VALUE ...\"",
        Arity = ArgumentArity.ZeroOrMore,
    };

    public static IReadOnlyList<string> Split(string[]? texts) =>
        [.. (texts ?? []).SelectMany(text => text.Split(' ', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))];
}
